"""Tell Django that organisations, teams and the people in them keep tables."""

from django.apps import AppConfig


class AdvocatesConfig(AppConfig):
    """The app that knows who works at a desk, and holds their key pairs."""

    name = "survivor_portal.advocates"
    label = "advocates"
