"""`manage.py post`: takes in answers by mail, until told to stop."""

import asyncio
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from survivor_portal import seals
from survivor_portal.lookups import Resolver
from survivor_portal.post.certificate import Shown
from survivor_portal.post.desk import Desk
from survivor_portal.post.door import Door
from survivor_portal.post.postmaster import Postmaster


class Command(BaseCommand):
    """Listens where MAIL_IN says."""

    help = __doc__
    requires_system_checks = ()  # they load every page of the site, which this never shows

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MAIL_IN is None or not settings.RELAY_DOMAIN:
            raise CommandError("MAIL_IN is missing: it says where answers come in")
        out = settings.MAIL_OUT
        if settings.POSTMASTER and out and out.user and out.password_file is None:
            raise CommandError("POSTMASTER needs MAIL_OUT_PASSWORD_FILE: MAIL_OUT names a user")
        shows = settings.MAIL_IN_SHOWS
        try:
            shown = Shown(shows.cert, shows.key) if shows else None
            asyncio.run(_run(shown))
        except seals.NoCertificate:
            raise CommandError("MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE cannot be used") from None
        except OSError as refused:
            raise CommandError(f"cannot listen where MAIL_IN says: {refused.strerror}") from None
        sys.exit(0)


async def _run(shown: Shown | None) -> None:
    into = settings.MAIL_IN
    assert into is not None
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    senders = settings.MAIL_SENDERS
    resolve = Resolver((senders.resolver,), senders.port).text if senders.resolver else None
    postmaster = Postmaster(settings.POSTMASTER, timezone.now) if settings.POSTMASTER else None
    desk = Desk(timezone.now, senders.authserv_id, resolve, postmaster)
    door = Door(into.kind, into.host, into.port, desk, settings.RELAY_DOMAIN, shown)
    await door.open()
    await stop.wait()
    await door.close()
