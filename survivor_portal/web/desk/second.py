"""The second step of a sign-in: a passkey, the code of an app, or one of the recovery codes.

The password alone opens nothing here, and none of these opens anything without the password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from survivor_portal.web.desk.adapters import SecondSteps

# In the sign-in's session, which a password alone does not have.
DONE = "second"
NEW_APP = "new_app"
# Longer than any code of an app counts: its own half minute, the one before and the one after.
CODE_LASTS = timedelta(minutes=3)
MOST_PASSKEYS = 10
Kind = Authenticator.Type


class NotRight(Exception):
    """A code that is wrong or was used before, or a passkey that does not fit."""


class LastWay(Exception):
    """Without this one nobody could sign in any more."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account. `name`: as its owner calls it."""

    id: int
    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody can do the second step. `codes_left`: recovery codes, which do it once each."""

    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def has_one(self) -> bool:
        return self.has_app or bool(self.passkeys)

    @property
    def may_remove(self) -> bool:
        """Whether one may go: never the last."""
        return self.has_app + len(self.passkeys) > 1


def is_done(request: HttpRequest) -> bool:
    """Whether this sign-in went through a second step, or set one up. No query."""
    return request.session.get(DONE) is True


def done(request: HttpRequest) -> None:
    """Note that it did."""
    request.session[DONE] = True


def ways_of(person_id: str) -> Ways:
    """What there is for this account."""
    found = list(Authenticator.objects.filter(user_id=person_id).order_by("created_at", "pk"))
    keys = tuple(Passkey(a.pk, a.wrap().name, a.created_at) for a in found if a.type == Kind.WEBAUTHN)
    left = sum(len(a.wrap().get_unused_codes()) for a in found if a.type == Kind.RECOVERY_CODES)
    return Ways(any(a.type == Kind.TOTP for a in found), keys, left)


def check_code(user: Any, code: str) -> None:
    """A code of the app or a recovery code, spaces and dashes as typed. Each counts once. Raises NotRight."""
    typed = "".join(sign for sign in code if sign.isalnum())
    for found in Authenticator.objects.filter(user_id=user.pk).exclude(type=Kind.WEBAUTHN):
        if found.wrap().validate_code(typed) and (found.type == Kind.RECOVERY_CODES or _is_new(user, typed)):
            return
    raise NotRight


def asked_passkey(user: Any) -> str:
    """What the browser needs to ask for a passkey of this account, as JSON. Its challenge counts once."""
    return _as_json(webauthn.begin_authentication(user))


def check_passkey(user: Any, credential: str) -> None:
    """What the browser answered. Raises NotRight."""
    answer = _read(credential)
    try:
        webauthn.parse_authentication_response(answer)
        webauthn.complete_authentication(user, answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotRight from wrong


def new_passkey(user: Any) -> str:
    """What the browser needs to make a passkey, as JSON."""
    return _as_json(webauthn.begin_registration(user, False))


def add_passkey(user: Any, name: str, credential: str) -> None:
    """Keep the passkey the browser made. Raises NotRight."""
    answer = _read(credential)
    try:
        webauthn.parse_registration_response(answer)
        webauthn.complete_registration(answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotRight from wrong
    if len(ways_of(user.pk).passkeys) >= MOST_PASSKEYS:
        raise NotRight
    webauthn.WebAuthn.add(user, name, answer)


def new_app_secret(request: HttpRequest) -> str:
    """The secret to put into an app: kept, sealed, in the sign-in's session until a code of it came back."""
    kept = request.session.get(NEW_APP)
    if not kept:
        kept = request.session[NEW_APP] = SecondSteps().encrypt(totp.generate_totp_secret())
    return SecondSteps().decrypt(str(kept))


def app_address(user: Any, secret: str) -> str:
    """What the square picture says to the app: its name for this account, and the secret."""
    return SecondSteps().build_totp_url(user, secret)


def add_app(request: HttpRequest, user: Any, code: str) -> None:
    """The app is set up: this code of it shows so. Raises NotRight."""
    typed = "".join(sign for sign in code if sign.isalnum())
    secret = new_app_secret(request)
    if not totp.validate_totp_code(secret, typed) or not _is_new(user, typed):
        raise NotRight
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=Kind.TOTP).delete()
        totp.TOTP.activate(user, secret)
    request.session.pop(NEW_APP, None)


def remove(person_id: str, *, passkey: int | None = None) -> None:
    """Take away one passkey, or the app where none is named. Raises LastWay."""
    with transaction.atomic():
        kept = list(
            Authenticator.objects.select_for_update()
            .filter(user_id=person_id)
            .exclude(type=Kind.RECOVERY_CODES)
        )
        gone = [a for a in kept if (a.pk == passkey if passkey is not None else a.type == Kind.TOTP)]
        if gone and not SecondSteps().can_delete_authenticator(gone[0]):
            raise LastWay
        for found in gone:
            found.delete()


def new_codes(user: Any) -> list[str]:
    """Ten recovery codes, shown this once. Those there were open nothing any more."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=Kind.RECOVERY_CODES).delete()
        made = RecoveryCodes.activate(user)
        made.mark_as_viewed()
        return list(made.generate_codes())


def forget_all(person_id: str) -> None:
    """Take away every second step of this account: whoever sets a new password begins anew."""
    Authenticator.objects.filter(user_id=person_id).delete()


def _is_new(user: Any, code: str) -> bool:
    """A code of an app counts once, in all web processes together."""
    name = sha256(f"{user.pk}|{code}".encode()).hexdigest()
    return bool(cache.add(f"desk-code-{name}", 1, timeout=CODE_LASTS.total_seconds()))


def _read(credential: str) -> dict[str, Any]:
    try:
        answer = json.loads(credential)
    except ValueError as wrong:
        raise NotRight from wrong
    if not isinstance(answer, dict):
        raise NotRight
    return answer


def _as_json(options: Mapping[str, Any]) -> str:
    return json.dumps(dict(options)["publicKey"], default=dict)
