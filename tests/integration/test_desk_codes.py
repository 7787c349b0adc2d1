"""The desk's page of one-time codes: made, waited for, taken back; never for an agency without its words."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from survivor_portal.advocates.models import Membership, Organisation
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, codes, offers
from survivor_portal.cases.offers import Proposal
from tests.desk import ATeam, a_team
from tests.integration.test_desk_cases import a_client, words

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Ben Okoro"))


def given(of: ATeam, **more: Any) -> dict[str, Any]:
    """The form as somebody fills it in."""
    return {
        "step": "code_make", "team": of.id, "purpose": "help with letters", "scopes": ["act", "mail"],
        "days": "30", "go": "1", **more,
    }  # fmt: skip


def code_of(response: Any) -> str:
    found = re.search(r'sp-slip__code">([0-9A-Z-]+)<', response.content.decode())
    return found[1] if found else ""


def test_a_code_is_made_said_and_waited_for(team: ATeam) -> None:
    client = a_client(team.people[0])
    address = reverse("desk:code")

    made = client.post(address, given(team))

    shown = code_of(made)
    found = offers.read(shown, datetime.now(UTC))
    assert found.proposal == Proposal(("read", "act", "mail"), 30, "help with letters")
    assert "Never ask for their code or their phrase." in words(made)
    waits = client.post(address, {"step": "code_look", "code": shown})
    assert "Nobody has used it yet." in words(waits)
    assert code_of(waits) == shown
    assert shown not in client.get(address).content.decode()
    offers.use(found)
    over = client.post(address, {"step": "code_look", "code": shown})
    assert "This code is used or over" in words(over)
    assert shown not in words(over)


def test_more_time_keeps_the_code_that_stands_nowhere_else(team: ATeam) -> None:
    client = a_client(team.people[0])
    made = client.post(reverse("desk:code"), given(team))
    assert 'form="question" name="step" value="stay"' in made.content.decode()

    stayed = client.post(reverse("desk:code"), {"step": ["code_look", "stay"], "code": code_of(made)})

    assert code_of(stayed) == code_of(made)


def test_a_code_is_taken_back(team: ATeam) -> None:
    client = a_client(team.people[0])
    shown = code_of(client.post(reverse("desk:code"), given(team)))
    page = client.get(reverse("desk:code")).content.decode()
    name = re.search(r'name="offer" value="([^"]+)"', page)
    assert name is not None

    client.post(reverse("desk:code"), {"step": "code_back", "offer": name[1]})

    assert "Codes nobody has used yet" not in words(client.get(reverse("desk:code")))
    with pytest.raises(offers.NoOffer):
        offers.read(shown, datetime.now(UTC))


def test_a_colleague_does_not_see_codes_that_are_not_theirs(team: ATeam) -> None:
    ana, ben = team.people
    a_client(ana).post(reverse("desk:code"), given(team))

    assert "Codes nobody has used yet" not in words(a_client(ben).get(reverse("desk:code")))


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ({"purpose": "x" * 301}, "x" * 301),
        ({"days": "9000"}, "help with letters"),
        ({"scopes": ["everything"]}, "help with letters"),
        ({"team": "of somebody else"}, "help with letters"),
    ],
)
def test_what_does_not_hold_is_told_with_all_that_was_typed(
    wrong: dict[str, Any], kept: str, team: ATeam
) -> None:
    response = a_client(team.people[0]).post(reverse("desk:code"), given(team, **wrong))

    assert response.status_code == 422
    assert kept in response.content.decode()
    assert code_of(response) == ""


def test_an_agency_without_words_on_what_it_must_report_makes_no_code(team: ATeam) -> None:
    Organisation.objects.update(notice="  ")
    client = a_client(team.people[0])

    response = client.post(reverse("desk:code"), given(team))

    assert "has not written down yet what its people must report" in words(response)
    assert code_of(response) == ""
    assert 'name="purpose"' not in client.get(reverse("desk:code")).content.decode()


def test_somebody_who_only_reads_makes_no_code() -> None:
    readers = a_team(("Gus Hall", "Hal Ito"), roles=(Role.lead, Role.read_only))

    response = a_client(readers.people[1]).post(reverse("desk:code"), given(readers))

    assert code_of(response) == ""
    assert "Codes are made by advocates and leads" in words(response)


def test_a_seat_lost_meanwhile_makes_no_code(team: ATeam, monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_client(team.people[0])
    plain = offers.make_let_in

    def lost(*args: Any) -> str:
        Membership.objects.all().delete()
        return plain(*args)

    monkeypatch.setattr(offers, "make_let_in", lost)

    response = client.post(reverse("desk:code"), given(team))

    assert response.status_code == 422
    assert "You cannot make a code for this team right now." in words(response)
    assert "help with letters" in response.content.decode()


def test_somebody_with_very_many_codes_out_is_told(team: ATeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST", 1)
    client = a_client(team.people[0])
    client.post(reverse("desk:code"), given(team))

    response = client.post(reverse("desk:code"), given(team))

    assert response.status_code == 422
    assert "Take one of them back" in words(response)


@pytest.mark.parametrize("typed", ["", "x", "K7QM2-XRT9P", "\x00", "<b>" * 50])
def test_a_code_nobody_made_is_looked_for_in_vain(typed: str, team: ATeam) -> None:
    response = a_client(team.people[0]).post(
        reverse("desk:code"), {"step": "code_look", "code": typed}, follow=True
    )

    assert response.status_code == 200
    assert "<b>" not in response.content.decode()


def test_in_several_teams_somebody_says_for_which(team: ATeam) -> None:
    other = a_team((team.people[0],), name="Helpline South", organisation="Other Helpline")
    client = a_client(team.people[0])
    page = client.get(reverse("desk:code")).content.decode()
    assert "Other Helpline: Helpline South" in page

    shown = code_of(client.post(reverse("desk:code"), given(other)))

    assert offers.read(codes.read_one_time_code(shown), datetime.now(UTC)).team_id == other.id
