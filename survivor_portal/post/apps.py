"""Tell Django of the door by which mail comes in, for its command. It keeps no tables."""

from django.apps import AppConfig


class PostConfig(AppConfig):
    """The door for answers by mail."""

    name = "survivor_portal.post"
    label = "post"
