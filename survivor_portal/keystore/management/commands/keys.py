"""`manage.py keys`: the process that alone reaches the keys, and gives them to the others one by one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from survivor_portal.keystore import epochs, rotation, serving
from survivor_portal.keystore.asked import Role


class Command(BaseCommand):
    """Runs until told to stop. Wants the settings `survivor_portal.config.settings.keys`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.KEYS_FOLDER is None:
            raise CommandError(
                "A small site holds its keys itself. On a larger one set"
                " DJANGO_SETTINGS_MODULE=survivor_portal.config.settings.keys."
            )
        try:
            users = {Role(name): numbers for name, numbers in settings.KEYS_USERS.items()}
            serving.serve(settings.KEYS_FOLDER, users, settings.KEYS_A_MINUTE)
        except serving.InUse:
            raise CommandError("Another key process answers in the folder KEYS_FOLDER names.") from None
        except (epochs.NoEpoch, rotation.NotRotated) as reason:
            raise CommandError(f"The keys of the days are not as they should be. {reason}") from None
