from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0011_came_by")]

    operations = [
        migrations.AddField(
            model_name="enrollment",
            name="listed_as",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
