"""Where the web server comes in."""

import os
from contextlib import suppress

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "survivor_portal.config.settings.production")
application = get_wsgi_application()


def warm() -> None:
    """Load the directory before the first visitor comes: a broken record stops the start with its file, line
    and reason, and nobody waits a second for a page that should open at once."""
    from survivor_portal import directory, links
    from survivor_portal.steward import presence
    from survivor_portal.web.safety import room

    # So that a restore can see that somebody is here.
    presence.stay()
    directory.crisis_help_everywhere()
    directory.find_by_name("warm")
    directory.recognise(links.parse("https://warm.example/"))
    # Where no files were collected no page can name them. That is told whoever asks for one, not the start.
    with suppress(ValueError):
        for path in room.STEPS:
            room.prepared(path, settings.LANGUAGE_CODE)


warm()
