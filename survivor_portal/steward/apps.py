"""Tell Django of the door that operators use, for its commands."""

from django.apps import AppConfig


class StewardConfig(AppConfig):
    """Backup, restore, and how the site is doing: in counts and ages, never in anything anybody wrote."""

    name = "survivor_portal.steward"
    label = "steward"

    def ready(self) -> None:
        """Register the check that refuses a start while a restore is unfinished."""
        from survivor_portal.steward import unfinished  # noqa: F401
