"""Pages of the desk for tests: somebody who came in with both steps, without walking through the sign-in."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from survivor_portal.advocates import opened
from tests.desk import APerson


def comes_in(client: Client, person: APerson, now: datetime | None = None) -> opened.Session:
    """This client is at the desk from now on, second step done. Gives the open desk."""
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.get(pk=person.id))
    bind = opened.new_bind()
    session = opened.begin(person.id, person.secret, bind, now or datetime.now(UTC))
    signed_in = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    signed_in.update({"bind": bind, "second": True})
    signed_in.save()
    client.cookies[settings.DESK_COOKIE] = session.token.hex()
    return session


def comes_in_with(page: Any, person: APerson, *, again: bool = True) -> None:
    """This page of a browser is at the desk from now on, second step done. `again`: with the password typed
    again just now, so that nothing asks for it."""
    client = Client()
    comes_in(client, person)
    if again:
        typed_again(client)
    page.goto("/accessibility/")
    host = urlsplit(page.url).hostname
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": f"https://{host}/", "httpOnly": True, "secure": True}
            for name, morsel in client.cookies.items()
        ]
    )


def has_a_passkey(page: Any) -> None:
    """Whoever sits at this page has a device that makes and uses passkeys, and says yes when it is asked."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def typed_again(client: Client, now: datetime | None = None) -> None:
    """The password was typed again just now: `sensitive` pages ask for nothing."""
    signed_in = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    signed_in["again_at"] = (now or datetime.now(UTC)).timestamp()
    signed_in.save()
