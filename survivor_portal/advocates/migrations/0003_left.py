"""Of accounts that were switched off the work address goes, as it does from now on when somebody leaves."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from survivor_portal import seals


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As `people.deactivate`; twice does no harm."""
    person = apps.get_model("advocates", "Person")
    for row in person.objects.filter(is_active=False, left_mark=""):
        mark = seals.blind_index(settings.INDEX_KEY.encode(), "left1", row.email).hex()
        person.objects.filter(pk=row.pk).update(email=f"{row.pk}@left.invalid", left_mark=mark)


class Migration(migrations.Migration):
    dependencies = [("advocates", "0002_remembered")]

    operations = [
        migrations.AddField("person", "left_mark", models.CharField(blank=True, default="", max_length=32)),
        migrations.RunPython(forget, migrations.RunPython.noop, elidable=True),
    ]
