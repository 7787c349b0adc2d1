"""Could this site serve somebody now? Names of parts, and no more."""

from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from survivor_portal.keystore import holder
from survivor_portal.steward import backups, unfinished
from survivor_portal.steward.backups import Part


def not_ready() -> list[str]:
    """The parts that are not ready, by name; empty when all are."""
    parts: dict[str, Callable[[], bool]] = {
        "database": _answers,
        "tables": _tables_fit,
        "keys": _keys_are_there,
        "restore": lambda: not unfinished.is_marked(),
    }
    return [name for name, is_ready in parts.items() if not _ready(is_ready)]


def _ready(is_ready: Callable[[], bool]) -> bool:
    try:
        return is_ready()
    except Exception:
        # Why, is told by `doctor` and the logs.
        return False


def _answers() -> bool:
    with connections[Part.site.alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _tables_fit() -> bool:
    for part in backups.parts_here():
        executor = MigrationExecutor(connections[part.alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
    return True


def _keys_are_there() -> bool:
    if not settings.CASES_OPEN:
        return True
    stands = holder.standing()
    return stands.made_at is not None and not stands.lost
