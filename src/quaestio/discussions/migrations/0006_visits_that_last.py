from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def as_long_as_a_look(apps, schema_editor):
    """Until now a visit was one look."""
    apps.get_model("discussions", "Visit").objects.update(looked_at=F("seen_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("discussions", "0005_past_verdicts"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="looked_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="visit",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.RunPython(as_long_as_a_look, migrations.RunPython.noop),
    ]
