# The numbers there are so far were all found in the files.

from django.db import migrations
from django.db.models import F


def keep_found_labels(apps, schema_editor):
    apps.get_model("readings", "Page").objects.filter(found_label="").update(found_label=F("label"))


class Migration(migrations.Migration):

    dependencies = [
        ('readings', '0002_page_locators'),
    ]

    operations = [
        migrations.RunPython(keep_found_labels, migrations.RunPython.noop, elidable=True),
    ]
