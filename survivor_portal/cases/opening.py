"""Try a secret on a case: the same steps in the same order whether or not there is such a case."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError

from survivor_portal import seals
from survivor_portal.cases import flood, keys, throttle
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Owner
from survivor_portal.cases.throttle import Bucket
from survivor_portal.counts.pool import SLOW_KEYS
from survivor_portal.keystore import away, shred

KDF = 1
CODE = "code1"
# The case that stands in for all codes that no case has. It holds nothing and never goes.
STAND_IN = "stand-in"
# So many cases without a key are no deletions that stopped halfway.
ENOUGH = 200


class NotOpened(Exception):
    """Code and secret do not belong together. Which of the two is wrong is not said, and not known here."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A case that opened, its row as it was, and what the secret gave: the owner's own half of a pair.

    Only who knows the phrase or the recovery code has `owner`; it is in no session and in no record, so that
    nobody else whom the case was opened for can follow it through a change of its key.
    """

    case: OpenCase
    code_index: str
    owner: bytes = field(repr=False)


def code_index(code: str) -> str:
    """Under which name a code's case is found."""
    return keys.index(CODE, code)


def stand_in() -> Case:
    """The case that is tried where there is none. Made on first use; `prepare` makes it before that."""
    name = code_index(STAND_IN)
    row = Case.objects.filter(code_index=name).first()
    if row is None:
        new = Case(
            id=keys.new_id(), code_index=name, owner=Owner.nobody, salt=seals.new_salt(),
            recovery_salt=seals.new_salt(), wrap=seals.blank_wrap(), recovery_wrap=seals.blank_wrap(),
            expires_on=date.max, last_active_on=date.max,
        )  # fmt: skip
        try:
            new.save(force_insert=True)
        except IntegrityError:
            # Another process was faster.
            return Case.objects.get(code_index=name)
        row = new
    if not shred.existing([row.pk]) and not keys_are_elsewhere():
        shred.create([row.pk])
    return row


def keys_are_elsewhere() -> bool:
    """Are there cases, and for none of them a key? Then this is an empty or foreign database of keys.

    The one that stands in must get no key there: the sweep takes its key for the sign that all others can be
    looked for, and would delete every case.
    """
    some = Case.objects.exclude(owner=Owner.nobody).exclude(wrap=b"").values_list("pk", flat=True)
    names = list(some.order_by("pk")[:ENOUGH])
    return bool(names) and not shred.existing(names)


def try_secret(index: str, bucket: Bucket, secret: str, now: datetime) -> Tried:
    """Open the case of this index with a phrase or recovery code.

    Raises NotOpened, throttle.WaitUntil, pool.Busy, away.NotNow.
    """
    with SLOW_KEYS.turn():
        throttle.charge(index, bucket, now)
        try:
            row = _found(index)
            half = shred.get([row.pk]).get(row.pk, bytes(32))
        except away.NotNow:
            # Nothing was tried, whether or not there is such a case.
            throttle.give_back(index, bucket)
            raise
        salt, wrap = _of(row, bucket)
        slow = seals.phrase_key(secret, salt, settings.PHRASE_COST)
        try:
            owner = seals.unwrap(wrap, phrase_key=slow, shred=half, context=context(row.pk, bucket))
            case_key = opened_key(row, owner)
        except seals.WrongKey:
            if bucket is not Bucket.again:
                flood.note(now)
            raise NotOpened from None
    return Tried(OpenCase(row.pk, case_key, half, row.expires_on, row.key_number), row.code_index, owner)


def sealed_key(case: OpenCase, owner_key: bytes) -> bytes:
    """The key of a case for its owner: sealed to the public half of the pair."""
    return seals.seal_to(owner_key, case.case_key, context=_key_context(case.id, case.key_number))


def opened_key(row: Case, owner: bytes) -> bytes:
    """The key of a case, with the secret half of its owner's pair. Raises WrongKey."""
    sealed = bytes(row.sealed_key)
    return seals.open_sealed(owner, sealed, context=_key_context(row.pk, row.key_number))


def wrapped(case: OpenCase, owner: bytes, bucket: Bucket, secret: str) -> tuple[bytes, bytes]:
    """A fresh salt, and the secret half of the owner's pair under this secret."""
    salt = seals.new_salt()
    with SLOW_KEYS.turn():
        slow = seals.phrase_key(secret, salt, settings.PHRASE_COST)
    envelope = seals.wrap(owner, phrase_key=slow, shred=case.shred, context=context(case.id, bucket))
    return salt, envelope


def context(case_id: str, bucket: Bucket) -> bytes:
    """What a wrap is bound to: its case, its purpose, and how its key was made."""
    purpose = Bucket.recovery if bucket is Bucket.recovery else Bucket.phrase
    return f"{purpose}|{case_id}|{KDF}".encode()


def _key_context(case_id: str, number: int) -> bytes:
    return f"casekey1|{case_id}|{number}".encode()


def _found(index: str) -> Case:
    """The case of this index, else the one that stands in; one query either way."""
    other = code_index(STAND_IN)
    rows = {row.code_index: row for row in Case.objects.filter(code_index__in=[index, other])}
    return rows.get(index) or rows.get(other) or stand_in()


def _of(row: Case, bucket: Bucket) -> tuple[bytes, bytes]:
    salt, wrap = (row.recovery_salt, row.recovery_wrap) if bucket is Bucket.recovery else (row.salt, row.wrap)
    # A case that is still being made has no salt yet, and is tried all the same.
    return bytes(salt) or seals.new_salt(), bytes(wrap)
