# What else a bibliography says of a reading, and in which style a course cites.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0005_waiting'),
    ]

    operations = [
        migrations.AddField(
            model_name='course',
            name='citation_style',
            field=models.CharField(choices=[('chicago', 'Chicago, author and date'), ('chicago-notes', 'Chicago, notes'), ('mla', 'MLA'), ('apa', 'APA')], default='chicago', help_text='How the bibliography is set, and how students are shown to cite.', max_length=20, verbose_name='citation style'),
        ),
    ]
