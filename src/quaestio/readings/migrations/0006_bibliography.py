# What else a bibliography says of a reading, and in which style a course cites.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readings', '0005_scans'),
    ]

    operations = [
        migrations.AddField(
            model_name='reading',
            name='csl',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
