"""A person who lost code and phrase gets new ones in the room; the old open nothing, the team stays in."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from survivor_portal.cases import access, actors, book, grants, unlocked
from survivor_portal.cases.access import NewCase
from survivor_portal.cases.actors import Scope
from survivor_portal.takedowns import rekey
from tests.desk import PASSWORD, ATeam, a_grant, a_team
from tests.desk_pages import comes_in, typed_again
from tests.integration.test_letting_in import PHRASE, a_case

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
BOTH = (Scope.read, Scope.act)


@pytest.fixture
def team(db: None) -> ATeam:
    return a_team(("Ana Li",))


def at_work(new: NewCase, team: ATeam, scopes: tuple[Scope, ...] = BOTH) -> Client:
    """Ana with the case open from her desk."""
    client = Client()
    desk = comes_in(client, team.people[0])
    release = a_grant(new.session.case, team, scopes=scopes)
    session = rekey.open_as(desk, release.grant_id, datetime.now(UTC))
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return client


def post(client: Client, step: str, at: str = "anew", **given: str) -> Any:
    return client.post(reverse(f"desk:{at}"), {"step": step, "go": "1", **given}, follow=True)


def card(client: Client) -> tuple[str, str]:
    page = post(client, "anew_make", "anew_make", here="on", kind="words").content.decode()
    code, phrase = (re.search(f'id="slip-{name}">([^<]+)<', page) for name in ("code", "phrase"))
    assert code is not None
    assert phrase is not None
    return html.unescape(code[1]), html.unescape(phrase[1])


def test_the_new_ones_open_it_the_old_ones_nothing_and_the_team_works_on(team: ATeam) -> None:
    new = a_case()
    recovery = access.new_recovery_code(new.session, PHRASE, datetime.now(UTC))
    client = at_work(new, team)
    typed_again(client)
    code, phrase = card(client)
    post(client, "anew_card")

    page = post(client, "anew_sign", phrase=phrase)

    # Pressed twice, or in another tab, it says the same, and nothing is begun anew.
    for shown in (page, post(client, "anew_sign", phrase=phrase), client.get(reverse("desk:anew"))):
        assert b"The new code and phrase hold now" in shown.content
    now = datetime.now(UTC)
    case = access.open_with(code, phrase, now).session.case
    for tried in ((new.code, PHRASE), (code, PHRASE), (new.code, phrase)):
        with pytest.raises(access.NotOpened):
            access.open_with(*tried, now)
    with pytest.raises(access.NotOpened):
        access.open_with_recovery(code, recovery, now)
    told = next(entry for entry in book.timeline(case) if entry.note.kind == "owner_anew")
    assert actors.read(told.note.by).name == "Ana Li"
    assert grants.releases(case)[0].is_live(now)
    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), now)
    assert session is not None
    assert session.actor is not None
    assert b"The person is here with me" in post(client, "anew_again").content


def test_nothing_changes_before_the_phrase_was_typed_back(team: ATeam) -> None:
    new = a_case()
    client = at_work(new, team)
    typed_again(client)
    _code, phrase = card(client)
    post(client, "anew_card")

    wrong = post(client, "anew_sign", phrase="six other words that are not it")
    post(client, "anew_stop")
    late = post(client, "anew_sign", phrase=phrase)

    assert wrong.status_code == 422
    assert b"The person is here with me" in late.content
    assert access.open_with(new.code, PHRASE, datetime.now(UTC))


def test_the_desks_own_password_is_asked_first(team: ATeam) -> None:
    new = a_case()
    client = at_work(new, team)

    asked = post(client, "anew_make", "anew_make", here="on", kind="words")
    given = post(client, "anew_make", "anew_make", here="on", kind="words", password_again=PASSWORD)

    assert b"slip-phrase" not in asked.content
    assert b"slip-phrase" in given.content


def test_it_takes_a_yes_that_the_person_is_here(team: ATeam) -> None:
    client = at_work(a_case(), team)
    typed_again(client)

    page = post(client, "anew_make", "anew_make", kind="words")

    assert page.status_code == 422
    assert b"Only with the person here." in page.content


def test_who_may_only_read_sets_nothing_anew(team: ATeam) -> None:
    new = a_case()
    client = at_work(new, team, (Scope.read,))
    typed_again(client)

    post(client, "anew_make", "anew_make", here="on", kind="words")
    page = client.get(reverse("desk:anew"), follow=True)

    assert page.redirect_chain[-1][0] == reverse("desk:case")
    assert access.open_with(new.code, PHRASE, datetime.now(UTC))


def test_a_card_drawn_for_one_case_is_not_shown_in_another(team: ATeam) -> None:
    client = at_work(a_case(), team)
    typed_again(client)
    _code, phrase = card(client)
    other = a_case()
    release = a_grant(other.session.case, team)
    client.post(reverse("desk:open"), {"grant": release.grant_id})

    page = client.get(reverse("desk:anew"))

    assert phrase not in page.content.decode()
    assert b"The person is here with me" in page.content
