"""A team's printed recovery key: what opens the team when nobody who is let in is left.

It is shown once, to be printed and locked away. The secret half of a pair is made from it each time; the
database holds the public half, and the team's secret half sealed to it.
"""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from survivor_portal import seals, spoken
from survivor_portal.advocates import deeds, rules, team_keys
from survivor_portal.advocates.deeds import Kind
from survivor_portal.advocates.models import Membership, Person, Team
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.rules import Act
from survivor_portal.spoken import Mistyped

# 155 random bits, and a check.
SIGNS = 32
PURPOSE = "recovery1"


class WrongKey(Exception):
    """This is not the team's recovery key, or no longer."""


class Printed(StrEnum):
    """How it stands with the recovery key of a team. `missing`: nobody decided yet."""

    made = "made"
    skipped = "skipped"
    missing = "missing"


def standing(session: Session, team_id: str, now: datetime) -> Printed:
    """Whether the team has one. A yes to do without is asked for again after a year. Raises NotYours."""
    team = rules.stand(session, team_id, Act.see, hold=False).team
    if team.recovery_key:
        return Printed.made
    return Printed.skipped if deeds.was_done(team_id, Kind.recovery_skipped, now) else Printed.missing


def make(session: Session, team_id: str, now: datetime) -> str:
    """A new recovery key in groups of four, to be shown once and printed; one made before opens nothing more.

    Raises NotYours, NotLetIn.
    """
    code = spoken.drawn(SIGNS)
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.make_recovery)
        stood.team.recovery_key = _pair(code, team_id).public
        stood.team.recovery_sealed = sealed(stood.team, stood.key)
        stood.team.save(update_fields=["recovery_key", "recovery_sealed"])
        deeds.note(Kind.recovery_made, now, team=team_id, by=session.who.id)
    return spoken.shown(code)


def skip(session: Session, team_id: str, now: datetime) -> None:
    """Do without: the yes is written down. One made before stays good. Raises NotYours, NotLetIn."""
    with transaction.atomic():
        rules.stand(session, team_id, Act.make_recovery)
        deeds.note(Kind.recovery_skipped, now, team=team_id, by=session.who.id)


def use(session: Session, team_id: str, typed: str, now: datetime) -> None:
    """Let oneself in with the printed key. Only for a lead. Raises Mistyped, WrongKey, NotYours."""
    code = spoken.read(typed, SIGNS)
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.use_recovery)
        team = stood.team
        try:
            secret = seals.open_sealed(
                _pair(code, team_id).secret, bytes(team.recovery_sealed), context=_context(team)
            )
        except seals.WrongKey:
            raise WrongKey from None
        public = Person.objects.values_list("public_key", flat=True).get(pk=session.who.id)
        envelope = team_keys.sealed_for(session.who.id, bytes(public), team.pk, team.key_number, secret)
        Membership.objects.filter(pk=stood.seat.pk).update(sealed=envelope, key_number=team.key_number)
        deeds.note(Kind.recovery_used, now, team=team_id, by=session.who.id)


def sealed(team: Team, secret: bytes) -> bytes:
    """The team's secret half for whoever has the printed key; empty where none was printed."""
    if not team.recovery_key:
        return b""
    return seals.seal_to(bytes(team.recovery_key), secret, context=_context(team))


def _pair(code: str, team_id: str) -> seals.Pair:
    return seals.pair_from(code.encode("ascii"), f"{PURPOSE}|{team_id}")


def _context(team: Team) -> bytes:
    return f"{PURPOSE}|{team.pk}|{team.key_number}".encode()


__all__ = ["Mistyped", "Printed", "WrongKey", "make", "sealed", "skip", "standing", "use"]
