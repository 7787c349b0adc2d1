"""The team's pages: a link, joining with it, being let in, and what each role is shown."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from survivor_portal.advocates import opened, people, seats
from survivor_portal.advocates.models import Membership, Person, Team
from survivor_portal.advocates.who import Role
from tests.desk import PASSWORD, APerson, ATeam, a_team
from tests.desk_pages import comes_in, typed_again

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NEW = "eleven slow boats on a green lake"


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> None:
    cache.clear()


@pytest.fixture
def north() -> ATeam:
    return a_team(["Ana Li", "Bo Ek", "Cy Ro"], roles=[Role.lead, Role.advocate, Role.read_only])


@pytest.fixture
def ana(client: Client, north: ATeam) -> APerson:
    comes_in(client, north.people[0])
    typed_again(client)
    return north.people[0]


def link_on(page: str) -> str:
    found = re.search(r"http://testserver(/desk/link/[\w-]+/)", page)
    assert found, page
    return found[1]


def at(team: ATeam, rest: str = "") -> str:
    return f"/desk/team/{team.id}/{rest}"


def test_somebody_joins_with_a_link_waits_and_is_let_in(client: Client, north: ATeam, ana: APerson) -> None:
    made = client.post(at(north, "invite/"), {"email": "Di@work.example", "role": "advocate"})
    link, newcomer = link_on(made.content.decode()), Client()

    looked = newcomer.get(link)
    joined = newcomer.post(link, {"name": "Di Wu", "password": NEW, "password2": NEW}, follow=True)
    waiting = client.get(at(north)).content.decode()
    person = Person.objects.get(email="di@work.example")
    # What needs a team's key is offered to nobody who waits for it.
    comes_in(newcomer, replace(north.people[0], id=person.pk, secret=people.secret_of(person.pk, NEW)))
    for path in ("/desk/", "/desk/cases/"):
        shown = newcomer.get(path).content.decode()
        assert "nobody has let you in yet" in shown
        assert "/desk/sent/" not in shown
        assert "/desk/together/" not in shown
    client.post(at(north, "let-in/"), {"person": person.pk})
    assert "/desk/together/" in newcomer.get("/desk/cases/").content.decode()
    assert "/desk/sent/" in newcomer.get("/desk/").content.decode()

    assert "Helpline North" in looked.content.decode()
    assert joined.redirect_chain[-1][0] == "/desk/set-up/"
    assert "Waiting to be let in" in waiting
    assert "Di Wu" in waiting
    assert Membership.objects.get(person=person).sealed
    assert newcomer.get(link).status_code == 404


def test_a_link_is_shown_once_and_not_on_the_teams_page(client: Client, north: ATeam, ana: APerson) -> None:
    client.post(at(north, "invite/"), {"email": "di@work.example", "role": "advocate"})
    page = client.get(at(north)).content.decode()

    assert "di@work.example" in page
    assert "/desk/link/" not in page


def test_what_matters_asks_for_the_password_and_keeps_what_was_sent(client: Client, north: ATeam) -> None:
    comes_in(client, north.people[0])
    sent = {"email": "di@work.example", "role": "advocate"}

    asked = client.post(at(north, "invite/"), sent)
    wrong = client.post(at(north, "invite/"), sent | {"password_again": "not the one there is"})
    right = client.post(at(north, "invite/"), sent | {"password_again": PASSWORD})

    assert 'value="di@work.example"' in asked.content.decode()
    assert wrong.status_code == 422
    assert 'value="di@work.example"' in wrong.content.decode()
    assert "not the one there is" not in wrong.content.decode()
    assert link_on(right.content.decode())


@pytest.mark.parametrize("number", [1, 2])
def test_who_does_not_lead_is_shown_no_way_to_decide_and_has_none(
    client: Client, north: ATeam, number: int
) -> None:
    comes_in(client, north.people[number])
    typed_again(client)
    page = client.get(at(north)).content.decode()
    lead = north.people[0].id

    assert "Ask somebody to join" not in page
    assert client.post(at(north, "invite/"), {"email": "x@work.example", "role": "lead"}).status_code == 404
    for rest in ("done/", "new/", "words/", "key/", "anew/", "clock/", f"{lead}/"):
        assert client.get(at(north, rest)).status_code == 404, rest
    for rest in ("key/make/", "anew/give/", f"{lead}/role/", f"{lead}/remove/", f"{lead}/link/"):
        assert client.post(at(north, rest), {"role": "read_only"}).status_code == 404, rest
    assert Membership.objects.filter(team_id=north.id).count() == 3


def test_another_team_is_not_there(client: Client, north: ATeam, ana: APerson) -> None:
    south = a_team(["Eva Oz"], name="South")

    assert client.get(at(south)).status_code == 404
    assert client.post(at(south, "invite/"), {"email": "x@work.example", "role": "lead"}).status_code == 404
    assert client.post(at(south, f"{south.people[0].id}/remove/")).status_code == 404


def test_taking_somebody_out_closes_their_desk_at_once(client: Client, north: ATeam, ana: APerson) -> None:
    theirs = Client()
    comes_in(theirs, north.people[1])
    assert theirs.get("/desk/account/").status_code == 200

    client.post(at(north, f"{north.people[1].id}/remove/"))

    assert theirs.get("/desk/account/").headers["Location"] == "/desk/sign-in/"
    assert not Membership.objects.filter(person_id=north.people[1].id).exists()
    assert client.get(at(north)).status_code == 200


def test_times_follow_the_organisations_clock_or_ones_own(client: Client, north: ATeam, ana: APerson) -> None:
    bo = Client()
    comes_in(bo, north.people[1])
    account = "/desk/account/"
    assert "UTC (as your organisation)" in client.get(account).content.decode()

    client.post(at(north, "clock/"), {"zone": "Asia/Kathmandu"})
    assert "Kathmandu time (as your organisation)" in bo.get(account).content.decode()
    assert bo.get(at(north, "clock/")).status_code == 404
    choice = bo.get(f"{account}clock/").content.decode()
    assert "As your organisation: Kathmandu time" in choice
    assert bo.post(f"{account}clock/", {"zone": "Europe/Berlin"}).headers["Location"] == account
    page = bo.get(account).content.decode()
    there = datetime.now(ZoneInfo("Europe/Berlin")) + opened.IDLE

    assert re.search(rf"({there:%H:%M}|{there - timedelta(minutes=1):%H:%M}) Berlin time", page)
    assert "(as your organisation)" not in page
    assert "Kathmandu time" in client.get(account).content.decode()
    assert bo.post(f"{account}clock/", {"zone": "Europe/Atlantis"}).status_code == 422
    assert "The organisation’s clock was changed" in client.get(at(north, "done/")).content.decode()
    bo.post(f"{account}clock/", {"zone": ""})
    assert "Kathmandu time (as your organisation)" in bo.get(account).content.decode()


def test_who_leaves_is_signed_out_also_when_the_password_was_asked_for(client: Client, north: ATeam) -> None:
    bo = north.people[1]
    comes_in(client, bo)
    page = client.get(at(north, f"{bo.id}/")).content.decode()
    left = client.post(at(north, f"{bo.id}/remove/"), {"password_again": PASSWORD}, follow=True)

    assert "Your work address, your password and your keys are deleted at once" in page
    assert (left.status_code, left.redirect_chain) == (200, [("/desk/sign-in/", 303)])
    assert Person.objects.get(pk=bo.id).email == f"{bo.id}@left.invalid"


def test_after_a_restore_a_lead_gives_the_team_a_new_key(client: Client, north: ATeam) -> None:
    comes_in(client, north.people[0])
    assert "Give the team a new key" not in client.get(at(north)).content.decode()
    seats.end_again(north.id, north.people[2].id, datetime.now(UTC))

    assert "Give the team a new key" in client.get(at(north)).content.decode()
    assert "still had a seat that you had taken away" in client.get(at(north, "anew/")).content.decode()
    assert "Type your password again" in client.post(at(north, "anew/give/")).content.decode()
    assert Team.objects.get(pk=north.id).key_number == 1
    given = client.post(at(north, "anew/give/"), {"password_again": PASSWORD}).content.decode()

    assert "The team has a new key" in given
    assert Team.objects.get(pk=north.id).key_number == 2
    assert "Give the team a new key" not in client.get(at(north)).content.decode()
    done = client.get(at(north, "done/")).content.decode()
    assert "The team got a new key" in done
    assert "Taken out again, after a backup was put back" in done


def test_the_last_lead_stays_and_is_told_why(client: Client, north: ATeam, ana: APerson) -> None:
    answer = client.post(at(north, f"{ana.id}/role/"), {"role": "advocate"})

    assert answer.status_code == 422
    assert "Make somebody else a lead first" in answer.content.decode()


def test_a_new_password_by_link_waits_for_a_colleague(client: Client, north: ATeam, ana: APerson) -> None:
    bo = north.people[1]
    link = link_on(client.post(at(north, f"{bo.id}/link/")).content.decode())
    theirs = Client()

    theirs.post(link, {"password": NEW, "password2": NEW})

    assert not Membership.objects.get(person_id=bo.id).sealed
    assert "Bo Ek" in client.get(at(north)).content.decode().partition("Who is in")[0]


def test_the_recovery_key_is_shown_once_and_opens_the_team_again(
    client: Client, north: ATeam, ana: APerson
) -> None:
    page = client.post(at(north, "key/make/")).content.decode()
    key = re.search(r'<p class="sp-slip__code" translate="no">([^<]+)</p>', page)
    assert key
    Membership.objects.filter(person_id=ana.id).update(sealed=b"")

    waits = client.get(at(north)).content.decode()
    client.post(at(north, "key/use/"), {"key": key[1]})

    assert "You are waiting to be let in" in waits
    assert "You are waiting to be let in" not in client.get(at(north)).content.decode()
    assert key[1] not in client.get(at(north, "key/")).content.decode()


def test_the_agencys_words_are_kept_as_written(client: Client, north: ATeam, ana: APerson) -> None:
    client.post(at(north, "words/"), {"notice": "We report harm to a child.", "danger_plan": "Call 911."})

    page = client.get(at(north, "words/")).content.decode()
    assert "We report harm to a child.</textarea>" in page
    assert "Call 911.</textarea>" in page
    assert client.get(at(north, "done/")).status_code == 200


def test_a_second_account_holder_joins_another_team_with_the_account_there_is(
    client: Client, north: ATeam, ana: APerson
) -> None:
    south = a_team(["Eva Oz"], name="South")
    eva = Client()
    comes_in(eva, south.people[0])
    typed_again(eva)
    made = eva.post(at(south, "invite/"), {"email": ana.email, "role": "advocate"})
    link = link_on(made.content.decode())

    assert "Sign in first" in Client().get(link).content.decode()
    client.post(link)
    assert Membership.objects.filter(person_id=ana.id, team_id=south.id).exists()
    assert "South" in client.get("/desk/team/").content.decode()


@pytest.mark.parametrize("more", [{"step": "stay"}, {"put_off": "1"}, {"step": ["form", "stay"]}])
def test_no_word_of_the_browser_leaves_the_password_out(
    client: Client, north: ATeam, more: dict[str, str]
) -> None:
    comes_in(client, north.people[0])
    Membership.objects.filter(person_id=north.people[1].id).update(sealed=b"")

    client.post(at(north, "let-in/"), {"person": north.people[1].id} | more)
    client.post(at(north, f"{north.people[2].id}/remove/"), more)

    assert not Membership.objects.get(person_id=north.people[1].id).sealed
    assert Membership.objects.filter(person_id=north.people[2].id).exists()


def test_words_half_typed_are_there_again_after_stay(client: Client, north: ATeam, ana: APerson) -> None:
    typed = {"notice": "We report", "danger_plan": "", "step": ["form", "stay"]}

    page = client.post(at(north, "words/"), typed).content.decode()

    assert "We report</textarea>" in page
    assert "We report" not in client.get(at(north, "words/")).content.decode()


def test_who_joined_while_too_many_came_in_goes_on_at_the_sign_in(
    client: Client, north: ATeam, ana: APerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bytes:
        raise people.Busy

    made = client.post(at(north, "invite/"), {"email": "di@work.example", "role": "advocate"})
    newcomer, link = Client(), link_on(made.content.decode())
    with monkeypatch.context() as patched:
        patched.setattr(people, "secret_of", busy)
        answer = newcomer.post(link, {"name": "Di Wu", "password": NEW, "password2": NEW})

    assert answer.headers["Location"] == "/desk/sign-in/"
    again = newcomer.post("/desk/sign-in/", {"email": "di@work.example", "password": NEW}, follow=True)
    assert again.redirect_chain[-1][0] == "/desk/set-up/"
