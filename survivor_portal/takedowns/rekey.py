"""Give a case a new key, its requests included: whoever was let in and no longer is opens nothing of it."""

from datetime import datetime

from survivor_portal.cases import keys
from survivor_portal.cases import rekey as cases_rekey
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.operations import TABLE

AT_ONCE = 200
SEALED = ("overview", "details")


def rekey(case: OpenCase, now: datetime) -> OpenCase:
    """The case under a new key, closed in every browser. One transaction. Raises as `cases.rekey.rekey`."""
    return cases_rekey.rekey(case, now, [_rewrite])


def _rewrite(old: OpenCase, new: OpenCase) -> None:
    rows = list(Row.objects.select_for_update().filter(case_id=old.id))
    for row in rows:
        for name in SEALED:
            envelope = bytes(getattr(row, name))
            setattr(row, name, keys.reseal(old, new, f"{TABLE}.{name}", row.pk, row.revision, envelope))
    Row.objects.bulk_update(rows, SEALED, batch_size=AT_ONCE)
