"""Words of the desk's case pages: what a release lets a team do, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from survivor_portal.cases.actors import Scope
from survivor_portal.cases.releases import Consent
from survivor_portal.web.forms import Choices, Words

ENDS_SOON = timedelta(days=14)

SCOPES: dict[Scope, Words] = {
    Scope.read: _("Read the case"),
    Scope.act: _("Act for the person"),
    Scope.mail: _("Read and send mail"),
    Scope.export: _("Take a copy"),
    Scope.joint: _("One letter for many people"),
}
HINTS: dict[str, Words] = {
    Scope.act.value: _("Write down answers, prepare letters, mark them as sent."),
    Scope.mail.value: _("Mail that platforms send to the case, and letters that leave by mail."),
    Scope.export.value: _("For police, a lawyer or a regulator."),
    Scope.joint.value: _("The person’s links may stand in one letter with those of others."),
}
CONSENTS: dict[Consent, Words] = {
    Consent.adult: _("The person, 18 or older"),
    Consent.minor_and_parent: _("The young person and a parent or guardian"),
    Consent.minor_alone: _("The young person alone"),
    Consent.on_file: _("A release on paper, on file at the agency"),
}
DAYS: Choices = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("180", _("180 days")),
    ("365", _("One year")),
]
PROPOSED_DAYS = "90"
# To be let in at all is to read; these are to be chosen beside it.
CHOSEN: Choices = [(scope.value, words) for scope, words in SCOPES.items() if scope is not Scope.read]
PROPOSED_SCOPES = (Scope.act.value,)
NO_LABEL = _("No label yet")


def scopes(found: Iterable[Scope]) -> tuple[Words, ...]:
    """What may be done, in words, always in the same order."""
    kept = set(found)
    return tuple(words for scope, words in SCOPES.items() if scope in kept)


def ends_soon(until: datetime, now: datetime) -> bool:
    """Does a release end within two weeks?"""
    return until <= now + ENDS_SOON
