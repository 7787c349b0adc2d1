"""Give a case a new key, its requests included: whoever was let in and no longer is opens nothing of it.

What may change the key of a case on the way is here too, so that no door forgets the requests.
"""

from datetime import datetime

from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import grants, keys, taking_over, unlocked
from survivor_portal.cases import rekey as cases_rekey
from survivor_portal.cases.access import Owner
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.offers import Offer
from survivor_portal.cases.releases import Terms
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.operations import TABLE

AT_ONCE = 200
SEALED = ("overview", "details")


def rekey(case: OpenCase, now: datetime) -> OpenCase:
    """The case under a new key, closed in every browser. One transaction. Raises as `cases.rekey.rekey`."""
    return cases_rekey.rekey(case, now, [_rewrite])


def revoke(case: OpenCase, grant_id: str, now: datetime) -> OpenCase:
    """Take back what a team was granted. The case is closed in every browser; whoever asked goes on with what
    this gives, under its new key. Raises as `cases.grants.revoke`."""
    return grants.revoke(case, grant_id, now, [_rewrite])


def open_as(desk: Desk, grant_id: str, now: datetime) -> unlocked.Session:
    """Open a granted case from a desk. Raises NotLetIn, away.NotNow."""
    return grants.open_as(desk, grant_id, now, [_rewrite])


def take_over(
    offer: Offer,
    now: datetime,
    *,
    code: str,
    phrase: str,
    owner: Owner,
    keep_days: int,
    stays: Terms | None,
    watched: bool = False,
) -> unlocked.Session:
    """Give a case that a team brought along to its person. As `cases.taking_over.take_over`."""
    return taking_over.take_over(
        offer,
        now,
        [_rewrite],
        code=code,
        phrase=phrase,
        owner=owner,
        keep_days=keep_days,
        stays=stays,
        watched=watched,
    )


def begin_again(
    offer: Offer, now: datetime, *, code: str, phrase: str, keep_days: int, watched: bool = False
) -> unlocked.Session:
    """Give a case back to the person who has lost its code or phrase. As `cases.taking_over.begin_again`."""
    return taking_over.begin_again(
        offer, now, [_rewrite], code=code, phrase=phrase, keep_days=keep_days, watched=watched
    )


def where_wanted(session: unlocked.Session, now: datetime) -> unlocked.Session:
    """A case just opened by its owner, under a new key where it waits for one: somebody who left had the one
    it has. Open in this browser, closed in all others. Raises as `rekey`."""
    if not cases_rekey.is_wanted(session.case):
        return session
    changed = rekey(session.case, now)
    return unlocked.begin(changed, now, watched=session.watched)


def _rewrite(old: OpenCase, new: OpenCase) -> None:
    rows = list(Row.objects.select_for_update().filter(case_id=old.id))
    for row in rows:
        for name in SEALED:
            envelope = bytes(getattr(row, name))
            setattr(row, name, keys.reseal(old, new, f"{TABLE}.{name}", row.pk, row.revision, envelope))
    Row.objects.bulk_update(rows, SEALED, batch_size=AT_ONCE)
