"""Take away what let people in, so that no backup gives it back: a seat in a team, a team's grant.

Each stands in the ledger of what was ended. What was given anew since, a restore ends all the same: who may
give it is there and can do so once more, and who was shut out must not come back by accident.
"""

import logging
from datetime import datetime

from django.db import transaction

from survivor_portal.advocates import seats
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import grant_rows, ledger
from survivor_portal.cases.ledger import Ended, Ledger
from survivor_portal.cases.models import Case, Grant

AT_ONCE = 1000

log = logging.getLogger("survivor_portal.cases")


def remove(desk: Desk, team_id: str, person_id: str, now: datetime) -> None:
    """Take somebody's seat away, and give the team and what it was granted new keys.

    Raises as `advocates.seats.remove`: NotYours, NotLetIn, NotThere, LastLead.
    """
    with transaction.atomic():
        seats.remove(desk, team_id, person_id, now, grant_rows.reseal_team)
        note(Ended.seat, _seat(team_id, person_id), now)


def new_key(desk: Desk, team_id: str, now: datetime) -> None:
    """Give the team, and all that it was granted, new keys. Raises as `advocates.seats.new_key`."""
    seats.new_key(desk, team_id, now, grant_rows.reseal_team)


def note(what: Ended, name: str, now: datetime) -> None:
    """Into the ledger. Where it cannot be written, on a full disk, it is ended here and now all the same."""
    try:
        ledger.write(what, [name], now)
    except OSError:
        log.exception("the ledger of what was ended cannot be written")


def hold_against(lines: Ledger, now: datetime) -> int:
    """After a restore: end again the seats and grants the ledger knows as ended; how many came back.

    Their cases get a new key when they are opened next: what is in the backup had the earlier one.
    """
    came_back = 0
    for team_id, person_id in seats.all_of_them():
        if ledger.blind(Ended.seat, _seat(team_id, person_id)) in lines:
            seats.end_again(team_id, person_id, now)
            Case.objects.filter(grants__team_id=team_id).update(wants_new_key=True)
            came_back += 1
    names = Grant.objects.exclude(sealed=b"").values_list("pk", flat=True).iterator(AT_ONCE)
    back = [name for name in names if ledger.blind(Ended.grant, name) in lines]
    for start in range(0, len(back), AT_ONCE):
        some = Grant.objects.filter(pk__in=back[start : start + AT_ONCE])
        Case.objects.filter(pk__in=some.values("case_id")).update(wants_new_key=True)
        some.update(revoked_at=now, sealed=b"")
    return came_back + len(back)


def _seat(team_id: str, person_id: str) -> str:
    return f"{team_id}|{person_id}"
