from django.db import migrations
from django.db.models import F


def as_written(apps, schema_editor):
    """What stood there before could be read from the moment it was written."""
    apps.get_model("discussions", "Post").objects.update(shown_at=F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("discussions", "0002_how_a_discussion_is_held"),
    ]

    operations = [migrations.RunPython(as_written, migrations.RunPython.noop)]
