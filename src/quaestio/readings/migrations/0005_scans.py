# What is known of scans, and that their text is being recognised.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readings', '0004_passages'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='bare_pages',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='document',
            name='ocr_language',
            field=models.CharField(blank=True, max_length=20, verbose_name='language of the text'),
        ),
        migrations.AddField(
            model_name='document',
            name='recognising',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='document',
            name='refused_as',
            field=models.CharField(blank=True, max_length=20),
        ),
    ]
