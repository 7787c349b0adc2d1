"""Tell Django that the keystore keeps one table, in a database of its own."""

from django.apps import AppConfig


class KeystoreConfig(AppConfig):
    """The app without whose keys no case opens."""

    name = "survivor_portal.keystore"
    label = "keystore"
