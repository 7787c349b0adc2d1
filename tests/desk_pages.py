"""Pages of the desk for tests: somebody who came in with both steps, without walking through the sign-in."""

from datetime import UTC, datetime

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


def typed_again(client: Client, now: datetime | None = None) -> None:
    """The password was typed again just now: `sensitive` pages ask for nothing."""
    signed_in = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    signed_in["again_at"] = (now or datetime.now(UTC)).timestamp()
    signed_in.save()
