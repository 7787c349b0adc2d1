"""Tell Django that visits keep one table."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """The app that holds a visitor's answers for as long as the visit lasts."""

    name = "survivor_portal.visits"
    label = "visits"
