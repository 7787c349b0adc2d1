"""Gives the requests that are there already their place in a queue, from what stands in clear."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.utils import timezone

OVER = ("removed", "carried_on", "closed")
OURS = (
    "drafted", "to_confirm", "bounced", "more_asked", "redirected", "refused", "partly_removed", "reappeared",
)  # fmt: skip


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """When each was changed last is sealed: what is ours, or has no clock, is looked at from this hour on.

    The next change writes the right hour. Runs as often as one likes.
    """
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    rows = apps.get_model("takedowns", "Takedown").objects.using(editor.connection.alias)
    rest = rows.exclude(state__in=OVER)
    rest.filter(state__in=OURS).update(next_action_at=hour)
    waiting = rest.exclude(state__in=OURS)
    waiting.filter(due_at=None).update(next_action_at=hour)
    waiting.exclude(due_at=None).update(next_action_at=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("takedowns", "0002_queue")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
