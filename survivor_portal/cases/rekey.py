"""Give a case a new key: whoever knew the old one, or copied it, opens nothing of it from then on.

For those who were let in and no longer are. The owner's phrase and recovery code stay as they are: they open
the secret half of a pair, and the new key is sealed to its public half. Each team that is still let in finds
the new key sealed to its own pair.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from survivor_portal import seals
from survivor_portal.cases import book, grant_rows, opening, records, releases, slot, unlocked
from survivor_portal.cases.book import CaseGone, Note, Rekeyed
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Offer

# Puts the documents of one more room under the new key: (with the old key, with the new one).
Rewrite = Callable[[OpenCase, OpenCase], None]


def is_wanted(case: OpenCase) -> bool:
    """Does this case wait for a new key?"""
    return Case.objects.filter(pk=case.id, wants_new_key=True).exists()


def rekey(case: OpenCase, now: datetime, rewrite: Iterable[Rewrite]) -> OpenCase:
    """The case under a new key, closed in every browser; all of it or nothing, in one transaction.

    `rewrite`: one function for each room above that keeps documents under the key of a case. What waits in
    the slot is sealed anew as well. Raises CaseGone, Rekeyed (somebody else was faster), Tampered, WrongKey.
    """
    with transaction.atomic():
        row = Case.objects.select_for_update(no_key=True).filter(pk=case.id).first()
        if row is None:
            raise CaseGone
        if row.key_number != case.key_number:
            raise Rekeyed
        new = replace(case, case_key=seals.new_key(), key_number=case.key_number + 1)
        records.rewrite(case, new)
        mark = book.rewrite(case, new)
        for room in rewrite:
            room(case, new)
        pair = seals.new_pair()
        Case.objects.filter(pk=case.id).update(
            key_number=new.key_number,
            wants_new_key=False,
            # A case that a team brought along has no owner's pair: its key is in the grant alone.
            sealed_key=opening.sealed_key(new, bytes(row.owner_key)) if row.owner_key else b"",
            public_key=pair.public,
            book_mark=mark,
        )
        (own,) = records.read(new, records.OWN)
        # Whatever is dropped in this very moment is still sealed to the pair before.
        document = {**own.document, "secret": pair.secret.hex(), "former": own.document["secret"]}
        slot.seal_anew(case.id, slot.secrets_of(own.document), pair.public)
        # Signed by whoever it was; also by one who may only read, since the case asked for it.
        records.change(new, own, document, Note("rekeyed", by=new.by), now)
        grant_rows.renew_keys(new, releases.holding(new).values(), now)
        # A one-time code that is out carries the key from before.
        Offer.objects.filter(case_id=case.id).delete()
        unlocked.end_all(case.id)
    return new
