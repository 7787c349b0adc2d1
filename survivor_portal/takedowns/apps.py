"""The requests of kept cases."""

from django.apps import AppConfig


class TakedownsConfig(AppConfig):
    name = "survivor_portal.takedowns"
    label = "takedowns"
