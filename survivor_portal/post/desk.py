"""What is said to whoever brings a mail: which addresses there are, and what became of what was brought.

The words are the same whether an address never was, is closed or was deleted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, close_old_connections

from survivor_portal import mails
from survivor_portal.correspondence import incoming
from survivor_portal.correspondence.handover import TryLater
from survivor_portal.correspondence.incoming import Taken
from survivor_portal.mails import Refused, Why
from survivor_portal.post.postmaster import Postmaster

logger = logging.getLogger(__name__)

YES = "250 2.1.5 Ok"
KEPT = "250 2.0.0 Ok"
NO_SUCH = "550 5.1.1 No such address"
LATER = "451 4.3.0 Try again later"
TOO_MUCH = "452 4.2.2 Too much mail for this address, try again later"
NOT_TAKEN = "550 5.7.1 Not taken"
# What says how to do better is told; what says which trick was found is not.
_REFUSED = {
    Why.TOO_LARGE: "552 5.3.4 Too large",
    Why.NOT_THEIRS: "550 5.7.26 Refused as the domain of its sender asks",
    Why.DAMAGED: "550 5.6.0 This mail is damaged; plain text is taken",
    Why.NOT_TEXT: "550 5.6.0 No text in it; plain text is taken",
    Why.HEADERS_IN_TEXT: "550 5.6.0 This mail is damaged; plain text is taken",
}
_TAKEN = {Taken.yes: KEPT, Taken.later: TOO_MUCH, Taken.never: NO_SUCH}
_OPEN = {Taken.yes: YES, Taken.later: TOO_MUCH, Taken.never: NO_SUCH}


@dataclass(frozen=True)
class Desk:
    """Both answers, each from the database and each within one call; call it from a thread."""

    now: Callable[[], datetime]
    authserv_id: str = ""
    resolve: mails.Resolve | None = None
    postmaster: Postmaster | None = None

    def address(self, address: str) -> str:
        """May mail come to this address? The line to answer RCPT with."""
        if self.postmaster and _is_postmaster(address):
            return YES if self.postmaster.has_room() else TOO_MUCH
        token, _at, domain = address.rpartition("@")
        if domain.lower() != settings.RELAY_DOMAIN:
            return NO_SUCH
        return _guarded(lambda: _OPEN[incoming.may_come(token, self.now())[1]])

    def mail(self, address: str, data: bytes) -> str:
        """Take this mail for that address. The line to answer its end with; only after 250 it is kept."""
        if self.postmaster and _is_postmaster(address):
            return self._passed_on(self.postmaster, data)
        token = address.rpartition("@")[0]

        def take() -> str:
            route, taken = incoming.may_come(token, self.now())
            if route is None or taken is not Taken.yes:
                return _TAKEN[taken]
            found = mails.read(data, authserv_id=self.authserv_id, resolve=self.resolve)
            if isinstance(found, Refused):
                incoming.turn_away(route, self.now())
                return _REFUSED.get(found.why, NOT_TAKEN)
            return _TAKEN[incoming.arrive(route, found, self.now())]

        return _guarded(take)

    def _passed_on(self, postmaster: Postmaster, data: bytes) -> str:
        try:
            why = postmaster.pass_on(data, self.authserv_id, self.resolve)
        except TryLater:
            return LATER
        except Exception:
            logger.exception("a mail for postmaster could not be passed on; the sender will try again")
            return LATER
        return _REFUSED.get(why, NOT_TAKEN) if why else KEPT


def _is_postmaster(address: str) -> bool:
    """Also without a domain, as the standard asks (RFC 5321, 4.5.1)."""
    return address.lower() in ("postmaster", f"postmaster@{settings.RELAY_DOMAIN}")


def _guarded(say: Callable[[], str]) -> str:
    """Whatever breaks here, the sender keeps the mail and comes again."""
    close_old_connections()
    try:
        return say()
    except Error:
        logger.warning("the database does not answer; the sender will try again")
        return LATER
    except Exception:
        logger.exception("a mail could not be taken in; the sender will try again")
        return LATER
    finally:
        close_old_connections()
