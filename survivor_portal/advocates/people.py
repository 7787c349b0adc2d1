"""Somebody at a desk: makes their account, opens it with the password, sets a new password, switches it off.

The password opens the person's secret half, and the secret half opens their teams. It is locked under the
slow key of the password and a shred key of its own, so that what was set aside opens from no old copy.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session as SignIn
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from survivor_portal import calendars, seals
from survivor_portal.advocates import deeds, opened, passwords, rules
from survivor_portal.advocates.deeds import Kind
from survivor_portal.advocates.models import Deed, Membership, Person, SavedFilter, Ticket
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.who import Who
from survivor_portal.counts.pool import SLOW_KEYS, Busy
from survivor_portal.keystore import shred
from survivor_portal.keystore.away import NotNow

LONGEST_NAME = 120
# Asked for where there is no such account, so that the steps are the same. It looks like an id, which is all
# that the process takes that holds the keys, and has no key.
NOBODY = "0" * 32
LEFT = "left1"


class WrongPassword(Exception):
    """Address and password do not belong together. Which of the two is wrong is not said."""


class Taken(Exception):
    """Somebody has an account with this work address already."""


class NoSuchZone(ValueError):
    """Nobody keeps a clock of this name."""


class NotAName(ValueError):
    """This is no name, or no work address."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who knows their password."""

    who: Who
    secret: bytes = field(repr=False)


def address(typed: str) -> str:
    """A work address in the one form it is kept in. Raises NotAName."""
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    try:
        validate_email(text)
    except ValidationError:
        raise NotAName from None
    if len(text) > 254:
        raise NotAName
    return text


def name_of(typed: str) -> str:
    """A person's name as it is shown: one line, no signs that cannot be seen. Raises NotAName."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text or len(text) > LONGEST_NAME or any(unicodedata.category(sign)[0] == "C" for sign in text):
        raise NotAName
    return text


def known(email: str, password: str) -> Known:
    """Who has this work address and password. Raises WrongPassword, Busy, NotNow.

    An unknown address takes the same steps, one slow key included.
    """
    row = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    secret = _opened(row, password)
    assert row is not None
    return Known(Who(row.pk, row.name, row.email), secret)


def secret_of(person_id: str, password: str) -> bytes:
    """The person's secret half. Raises WrongPassword, Busy, NotNow."""
    return _opened(Person.objects.filter(pk=person_id, is_active=True).first(), password)


def make(name: str, email: str, password: str, now: datetime) -> Who:
    """A new account with a pair of its own, in no team.

    Somebody who had an account before and left gets it anew: nothing in it opens with what they had. Raises
    NotAName, PasswordRefused, Taken, Busy, NotNow.
    """
    name, email = name_of(name), address(email)
    passwords.check(password, email)
    person_id = rules.new_id()
    try:
        with transaction.atomic():
            here = Q(email=email) | Q(left_mark=_mark(email))
            before = Person.objects.select_for_update(no_key=True).filter(here).first()
            if before is not None and before.is_active:
                raise Taken
            person_id = before.pk if before else person_id
            row = Person(id=person_id, name=name, email=email, created_on=now.date(), is_active=True)
            for column, value in _new_pair(person_id, password).items():
                setattr(row, column, value)
            row.save(force_insert=before is None)
    except IntegrityError:
        # Two at once: the other one has the account, under an id of its own.
        shred.delete([person_id])
        raise Taken from None
    return Who(person_id, name, email)


def change_password(person_id: str, old: str, new: str, now: datetime, *, keep: str = "") -> None:
    """Another password for the same pair. All other desks of the person close; `keep` is the row of this one.

    Raises WrongPassword, PasswordRefused, Busy, NotNow.
    """
    row = Person.objects.filter(pk=person_id, is_active=True).first()
    secret = _opened(row, old)
    assert row is not None
    passwords.check(new, row.email)
    half = shred.get([person_id])[person_id]
    given = _locked(person_id, secret, half, new)
    with transaction.atomic():
        # Not over a password that was set in the meantime.
        if not Person.objects.filter(pk=person_id, wrap=bytes(row.wrap)).update(**given):
            raise WrongPassword
        opened.end_all(person_id, but=keep)
        deeds.note_in_all_teams(Kind.password_set, now, person=person_id, by=person_id)


def set_zone(session: Session, zone: str) -> None:
    """By whose clock this person is told times, as IANA names it; "" for the organisation's. Raises
    NoSuchZone."""
    Person.objects.filter(pk=session.who.id).update(zone=clock(zone))


def clock(zone: str) -> str:
    """The same name where there is such a clock, and "" for none. Raises NoSuchZone."""
    if zone and calendars.zone(zone) is None:
        raise NoSuchZone
    return zone


def reset(person_id: str, password: str, now: datetime, *, second_factor: bool = False) -> Who:
    """A new password without the old one: a new pair, so every seat waits for a colleague again.

    With `second_factor` the second step goes too, and is set up anew. Call it in the transaction in which the
    link for it is used up. Raises PasswordRefused, Busy, NotNow.
    """
    with transaction.atomic():
        row = Person.objects.select_for_update(no_key=True).get(pk=person_id, is_active=True)
        passwords.check(password, row.email)
        Person.objects.filter(pk=person_id).update(**_new_pair(person_id, password))
        # The number stays: it says that this person once had the key.
        Membership.objects.filter(person_id=person_id).update(sealed=b"")
        SavedFilter.objects.filter(person_id=person_id).delete()
        opened.end_all(person_id)
        deeds.note_in_all_teams(Kind.password_set, now, person=person_id, by=person_id)
        if second_factor:
            Authenticator.objects.filter(user_id=person_id).delete()
            deeds.note_in_all_teams(Kind.second_removed, now, person=person_id, by=person_id)
    return Who(row.pk, row.name, row.email)


def deactivate(person_id: str) -> None:
    """Switch an account off: what opens it is destroyed, and the work address goes. Twice does no harm.

    The name stays as long as the list of what was done speaks of the person (`sweep`). The shred key goes
    when the transaction around this is written; the sweep finds it if it did not.
    """
    with transaction.atomic():
        blank: dict[str, Any] = {"password": make_password(None), "public_key": b"", "salt": b"", "wrap": b""}
        row = Person.objects.filter(pk=person_id).only("email", "left_mark").first()
        if row is not None:
            # The column wants something that nobody else has; there is no mail to such a name.
            gone = {"email": f"{person_id}@left.invalid", "left_mark": row.left_mark or _mark(row.email)}
            Person.objects.filter(pk=person_id).update(is_active=False, **blank, **gone)
        Membership.objects.filter(person_id=person_id).delete()
        SavedFilter.objects.filter(person_id=person_id).delete()
        Ticket.objects.filter(person_id=person_id).delete()
        Authenticator.objects.filter(user_id=person_id).delete()
        EmailAddress.objects.filter(user_id=person_id).delete()
        opened.end_all(person_id)
        _sign_out_everywhere(person_id)
        transaction.on_commit(lambda: shred.delete([person_id]))


def sweep() -> int:
    """Destroy keys of accounts that were switched off, where that stopped halfway; how many.

    Names that no line of the list of what was done speaks of any more go, too.
    """
    off = Person.objects.filter(is_active=False)
    spoken_of = Deed.objects.filter(Q(person_id=OuterRef("pk")) | Q(about_id=OuterRef("pk")))
    # A worker empties a name and reads none.
    off.exclude(Exists(spoken_of)).update(name="")
    left = list(off.values_list("pk", flat=True))
    return shred.delete(shred.existing(left)) if left else 0


def _mark(email: str) -> str:
    """What stands for an address nobody has any more: found again with the site's key of names only."""
    return seals.blind_index(settings.INDEX_KEY.encode(), LEFT, email).hex()


def _sign_out_everywhere(person_id: str) -> None:
    """Delete the sign-ins of this person. Whose they are stands inside them; there are few."""
    theirs = [row.pk for row in SignIn.objects.iterator() if row.get_decoded().get(SESSION_KEY) == person_id]
    SignIn.objects.filter(pk__in=theirs).delete()


def _opened(row: Person | None, password: str) -> bytes:
    name = row.pk if row else NOBODY
    half = shred.get([name]).get(name, bytes(32))
    salt, wrap = (bytes(row.salt), bytes(row.wrap)) if row else (bytes(seals.SALT_BYTES), seals.blank_wrap())
    with SLOW_KEYS.turn():
        slow = seals.phrase_key(password, salt, settings.PHRASE_COST)
    try:
        return seals.unwrap(wrap, phrase_key=slow, shred=half, context=_context(name))
    except seals.WrongKey:
        raise WrongPassword from None


def _new_pair(person_id: str, password: str) -> dict[str, Any]:
    """The columns of a person with a new pair. What opened an earlier one is destroyed by this."""
    pair = seals.new_pair()
    shred.delete([person_id])
    half = shred.create([person_id])[person_id]
    return {"public_key": pair.public, **_locked(person_id, pair.secret, half, password)}


def _locked(person_id: str, secret: bytes, half: bytes, password: str) -> dict[str, Any]:
    salt = seals.new_salt()
    with SLOW_KEYS.turn():
        slow = seals.phrase_key(password, salt, settings.PHRASE_COST)
    wrap = seals.wrap(secret, phrase_key=slow, shred=half, context=_context(person_id))
    return {"salt": salt, "wrap": wrap, "password": make_password(password)}


def _context(person_id: str) -> bytes:
    return f"person|{person_id}|1".encode()


__all__ = [
    "Busy",
    "Known",
    "NoSuchZone",
    "NotAName",
    "NotNow",
    "Taken",
    "WrongPassword",
    "address",
    "change_password",
    "clock",
    "deactivate",
    "known",
    "make",
    "name_of",
    "reset",
    "secret_of",
    "set_zone",
    "sweep",
]
