# What a page is called: its kind, the number found and the one that holds, heading, chapter.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readings', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='labels_from',
            field=models.CharField(choices=[('carried', 'The numbers are those the file itself names.'), ('printed', 'The numbers were found at the head or foot of the pages.'), ('given', 'The numbers are counted from the first one that was given.'), ('counted', 'The pages are only counted: no numbers were found in the file.')], default='counted', max_length=20),
        ),
        migrations.AddField(
            model_name='page',
            name='chapter',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='page',
            name='found_label',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='page',
            name='furniture',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='page',
            name='heading',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='page',
            name='kind',
            field=models.CharField(choices=[('page', 'page'), ('paragraph', 'paragraph')], default='page', max_length=20),
        ),
        migrations.AddField(
            model_name='page',
            name='paragraphs',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='page',
            name='sheet',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='page',
            name='side',
            field=models.CharField(blank=True, choices=[('', 'the whole sheet'), ('left', 'left half'), ('right', 'right half')], default='', max_length=10),
        ),
        migrations.CreateModel(
            name='LabelCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='page of the file')),
                ('label', models.CharField(blank=True, max_length=20, verbose_name='printed number')),
                ('counts_on', models.BooleanField(default=True, verbose_name='count on from here')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='label_corrections', to='readings.document')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='label_corrected_once')],
            },
        ),
    ]
