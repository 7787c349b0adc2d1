"""Open a new case, open one again, and change what opens it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from survivor_portal import seals
from survivor_portal.cases import book, codes, keys, opening, phrases, records, throttle, unlocked
from survivor_portal.cases.book import Note
from survivor_portal.cases.codes import Mistyped
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Owner
from survivor_portal.cases.opening import NotOpened
from survivor_portal.cases.phrases import Refused, Style
from survivor_portal.cases.throttle import Bucket, WaitUntil
from survivor_portal.cases.unlocked import Session
from survivor_portal.counts.pool import Busy
from survivor_portal.keystore import shred
from survivor_portal.keystore.away import NotNow

KEEP_CHOICES = (30, 90, 180, 365)
KEEP_DAYS = 180
TO_CONFIRM = timedelta(hours=24)


class StoreClosed(Exception):
    """No cases are kept here."""


class KeysElsewhere(Exception):
    """There are cases, and the database of keys has a key for none of them."""


class CodeTaken(Exception):
    """This code has a case already: the same form was sent twice."""


class PhraseRefused(Exception):
    """This own phrase will not do."""

    def __init__(self, why: Refused) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case just made, with what opens it. Neither is stored; shown once."""

    code: str = field(repr=False)
    phrase: str = field(repr=False)
    session: Session


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened, and how often somebody tried in vain since the last time."""

    session: Session
    failed_tries: int


def open_new(
    now: datetime,
    *,
    code: str = "",
    phrase: str = "",
    style: Style = Style.words,
    owner: Owner = Owner.person,
    keep_days: int = KEEP_DAYS,
    watched: bool = False,
) -> NewCase:
    """Make a case. Code and phrase may be given, as drawn or chosen on an earlier page; else both are drawn.

    It goes after 24 hours unless it is confirmed or opened once. Raises StoreClosed, PhraseRefused,
    CodeTaken, Mistyped, Busy, NotNow.
    """
    if not settings.CASES_OPEN:
        raise StoreClosed
    if owner is Owner.nobody or keep_days not in KEEP_CHOICES:
        raise ValueError("Not an owner, or not one of the spans.")
    code = codes.read_code(code) if code else codes.new_code()
    phrase = phrase or phrases.new_phrase(style)
    if why := phrases.refused(phrase, code):
        raise PhraseRefused(why)

    # The row stands before its shred key: a stop halfway leaves nothing the sweep does not find.
    row = Case(
        id=keys.new_id(),
        code_index=opening.code_index(code),
        owner=owner,
        kdf=opening.KDF,
        salt=b"",
        # One that opens with nothing: whether there is a recovery code cannot be seen.
        recovery_salt=seals.new_salt(),
        recovery_wrap=seals.blank_wrap(),
        expires_on=(now + timedelta(days=keep_days)).date(),
        last_active_on=now.date(),
        confirm_by=now + TO_CONFIRM,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken from None
    own = seals.new_pair()
    try:
        half = shred.create([row.pk])[row.pk]
        case = OpenCase(row.pk, seals.new_key(), half, row.expires_on)
        salt, wrap = opening.wrapped(case, own.secret, Bucket.phrase, phrases.canonical(phrase))
    except (Busy, NotNow):
        _give_up(row, now)
        raise
    pair = seals.new_pair()
    with transaction.atomic():
        Case.objects.filter(pk=row.pk).update(
            salt=salt,
            wrap=wrap,
            public_key=pair.public,
            owner_key=own.public,
            sealed_key=opening.sealed_key(case, own.public),
        )
        document = {"secret": pair.secret.hex(), "keep_days": keep_days}
        records.add(case, records.OWN, document, Note("case_opened", {"keep_days": keep_days}), now)
        session = unlocked.begin(case, now, watched=watched)
    return NewCase(code, phrase, session)


def _give_up(row: Case, now: datetime) -> None:
    """Nothing half made may hold the code: the person tries again with it a minute later.

    There may be a shred key and nobody who can say so just now. The sweep takes it away with the row.
    """
    Case.objects.filter(pk=row.pk).update(code_index=keys.new_id(), confirm_by=now)


def open_with(code: str, phrase: str, now: datetime, *, watched: bool = False) -> Opened:
    """Open a case with code and phrase. Raises Mistyped, NotOpened, WaitUntil, Busy, NotNow.

    That it was opened stands in the book before anything is given out; if it cannot be written, nothing is.
    """
    index = opening.code_index(codes.read_code(code))
    return _opened(index, Bucket.phrase, phrases.canonical(phrase), now, watched)


def open_with_recovery(code: str, recovery: str, now: datetime, *, watched: bool = False) -> Opened:
    """Open a case with code and recovery code. Raises as `open_with`."""
    index = opening.code_index(codes.read_code(code))
    return _opened(index, Bucket.recovery, codes.read_recovery_code(recovery), now, watched)


def ask_again(case: OpenCase, phrase: str, now: datetime) -> None:
    """See that whoever is here knows the phrase. Raises as `open_with`.

    Counted apart from tries at the door: nobody outside can keep the owner from deleting the case.
    """
    _asked_again(case, phrase, now)


def _asked_again(case: OpenCase, phrase: str, now: datetime) -> bytes:
    """As `ask_again`; gives the secret half of the owner's pair."""
    keys.owners_only(case)
    index = Case.objects.values_list("code_index", flat=True).get(pk=case.id)
    tried = opening.try_secret(index, Bucket.again, phrases.canonical(phrase), now)
    with transaction.atomic():
        failed = throttle.forgive(index, Bucket.again)
        if failed:
            book.add(case, [Note("tries_failed", {"count": failed}, by="unknown")], now)
    return tried.owner


def has_its_key(case: OpenCase) -> bool:
    """Is the key in hand the one the case has now? A case that is gone has none."""
    return Case.objects.filter(pk=case.id, key_number=case.key_number).exists()


def confirm(case: OpenCase, phrase: str, now: datetime) -> None:
    """The phrase was typed back: the case is kept from now on. Raises as `open_with`."""
    ask_again(case, phrase, now)
    Case.objects.filter(pk=case.id).update(confirm_by=None)


def change_phrase(session: Session, old: str, now: datetime, *, new: str = "") -> tuple[Session, str]:
    """Put the case under a new phrase, given or drawn, and close it everywhere else.

    The old one opens nothing from then on. Raises PhraseRefused, and as `open_with`.
    """
    if new and (why := phrases.refused(new)):
        raise PhraseRefused(why)
    owner = _asked_again(session.case, old, now)
    return _with_new_phrase(session, owner, new, now, "phrase_changed")


def phrase_after_recovery(
    session: Session, recovery: str, now: datetime, *, new: str = ""
) -> tuple[Session, str]:
    """Put the case under a new phrase for somebody who has the recovery code and not the phrase."""
    if new and (why := phrases.refused(new)):
        raise PhraseRefused(why)
    index = Case.objects.values_list("code_index", flat=True).get(pk=session.case.id)
    tried = opening.try_secret(index, Bucket.recovery, codes.read_recovery_code(recovery), now)
    with transaction.atomic():
        throttle.forgive(index, Bucket.recovery)
    return _with_new_phrase(session, tried.owner, new, now, "phrase_changed_by_recovery")


def change_code(session: Session, phrase: str, now: datetime, *, code: str = "") -> tuple[Session, str]:
    """Give the case a new code and close it everywhere else; the old code finds nothing from then on.

    The code may be given, as drawn on an earlier page: it is on paper before the old one stops. Raises
    CodeTaken, and as `open_with`.
    """
    code = codes.read_code(code) if code else codes.new_code()
    ask_again(session.case, phrase, now)
    with transaction.atomic():
        row = Case.objects.select_for_update(no_key=True).get(pk=session.case.id)
        throttle.forget(row.code_index)
        book.add(session.case, [Note("code_changed")], now)
        changed = _anew(session, now)
        put_under(session.case.id, code)
    return changed, code


def put_under(case_id: str, code: str) -> None:
    """Let this code, as drawn, find the case, and no other any more. Raises CodeTaken.

    The last thing in a transaction that holds the case: from here on whoever only names the case, as a mail
    that comes in does, waits for it too, and may have what is still wanted.
    """
    try:
        with transaction.atomic():
            Case.objects.filter(pk=case_id).update(code_index=opening.code_index(code))
    except IntegrityError:
        raise CodeTaken from None


def is_taken(code: str) -> bool:
    """Has another case this code, as drawn? To say so before anything is done; `put_under` asks again."""
    return Case.objects.filter(code_index=opening.code_index(code)).exists()


def new_recovery_code(session: Session, phrase: str, now: datetime) -> str:
    """A recovery code, shown once; one made before opens nothing from then on."""
    owner = _asked_again(session.case, phrase, now)
    recovery = codes.new_recovery_code()
    salt, wrap = opening.wrapped(session.case, owner, Bucket.recovery, recovery)
    with transaction.atomic():
        Case.objects.filter(pk=session.case.id).update(recovery_salt=salt, recovery_wrap=wrap)
        book.add(session.case, [Note("recovery_code_made")], now)
    return recovery


def keep_for(case: OpenCase, days: int, now: datetime) -> None:
    """Keep the case for so many days after it was last opened."""
    if days not in KEEP_CHOICES:
        raise ValueError("Not one of the spans.")
    keys.owners_only(case)
    (own,) = records.read(case, records.OWN)
    with transaction.atomic():
        records.change(
            case, own, {**own.document, "keep_days": days}, Note("keep_changed", {"days": days}), now
        )
        Case.objects.filter(pk=case.id).update(expires_on=(now + timedelta(days=days)).date())


def _opened(index: str, bucket: Bucket, secret: str, now: datetime, watched: bool) -> Opened:
    tried = opening.try_secret(index, bucket, secret, now)
    with transaction.atomic():
        if not Case.objects.select_for_update(no_key=True).filter(pk=tried.case.id).exists():
            raise NotOpened
        failed = throttle.forgive(index, bucket)
        notes = [Note("tries_failed", {"count": failed}, by="unknown")] if failed else []
        notes.append(Note("opened", {"with": bucket.value}))
        if changed := book.not_as_told(tried.case):
            # Said once, in the book; from here on it counts as it is, or every opening would say it again.
            notes.append(Note("not_as_kept", {"count": len(changed)}, by="unknown", touched=changed))
        book.add(tried.case, notes, now)
        (own,) = records.read(tried.case, records.OWN)
        expires_on = (now + timedelta(days=own.document["keep_days"])).date()
        Case.objects.filter(pk=tried.case.id).update(
            expires_on=expires_on, last_active_on=now.date(), confirm_by=None
        )
        case = replace(tried.case, expires_on=expires_on)
        return Opened(unlocked.begin(case, now, watched=watched), failed)


def _with_new_phrase(
    session: Session, owner: bytes, new: str, now: datetime, kind: str
) -> tuple[Session, str]:
    phrase = new or phrases.new_phrase()
    salt, wrap = opening.wrapped(session.case, owner, Bucket.phrase, phrases.canonical(phrase))
    with transaction.atomic():
        Case.objects.filter(pk=session.case.id).update(salt=salt, wrap=wrap, kdf=opening.KDF)
        book.add(session.case, [Note(kind)], now)
        return _anew(session, now), phrase


def _anew(session: Session, now: datetime) -> Session:
    """Close the case in every browser and open it in this one under a new token."""
    unlocked.end_all(session.case.id)
    return unlocked.begin(session.case, now, watched=session.watched)


def prepare() -> None:
    """Make what is tried where there is no case, so that the first unknown code takes no longer.

    Raises KeysElsewhere: every phrase would be called wrong.
    """
    if opening.keys_are_elsewhere():
        raise KeysElsewhere
    opening.stand_in()


__all__ = [
    "Busy",
    "CodeTaken",
    "KeysElsewhere",
    "Mistyped",
    "NewCase",
    "NotNow",
    "NotOpened",
    "OpenCase",
    "Opened",
    "Owner",
    "PhraseRefused",
    "StoreClosed",
    "WaitUntil",
    "ask_again",
    "change_code",
    "change_phrase",
    "confirm",
    "has_its_key",
    "keep_for",
    "new_recovery_code",
    "open_new",
    "open_with",
    "open_with_recovery",
    "phrase_after_recovery",
    "prepare",
]
