"""Tell Django that cases keep tables."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The app that keeps what only its owner can read."""

    name = "survivor_portal.cases"
    label = "cases"
