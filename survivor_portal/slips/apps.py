"""Tell Django that slips keep one table."""

from django.apps import AppConfig


class SlipsConfig(AppConfig):
    """The app that remembers what is to be done, and when."""

    name = "survivor_portal.slips"
    label = "slips"
