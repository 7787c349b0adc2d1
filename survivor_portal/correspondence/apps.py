"""Tell Django that correspondence keeps one table."""

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    """The app that sends letters by mail and takes in what is answered."""

    name = "survivor_portal.correspondence"
    label = "correspondence"
