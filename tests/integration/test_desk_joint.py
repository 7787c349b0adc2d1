"""One list to one platform for many clients: only where each allowed it, never for somebody under 18."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from survivor_portal.advocates.models import Membership
from survivor_portal.cases import access, grants, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import joint, operations, releases, round_in_bulk
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.in_bulk import NotDone, Wanted, in_each
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import ATeam, a_grant, a_team, at_desk
from tests.desk_pages import comes_in
from tests.visitor import Form, Forms

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GROWN: dict[str, Any] = {"age_then": "adult", "age_now": "adult"}
ALL = (Scope.read, Scope.act, Scope.joint)
AGREED = {
    "agreed_by": "R. Example", "agreed_how": "writing", "agreed_on": "2026-11-20", "how": "mail",
    "agreed_until": "2026-12-20", "learns": ["links"], "purpose": "Removal", "email": "answers@work.example",
}  # fmt: skip


@pytest.fixture
def team(client: Client) -> Iterator[ATeam]:
    with mock.patch("django.utils.timezone.now", return_value=NOW):
        made = a_team()
        comes_in(client, made.people[0], NOW)
        yield made


def a_request(
    team: ATeam, label: str, *, scopes: Any = ALL, answers: Any = GROWN, sent: bool = False, **more: Any
) -> tuple[OpenCase, Takedown]:
    access.prepare()
    case = access.open_new(NOW).session.case
    if answers is not None:
        document = {"answers": answers, "signer": {"name": "Marker Person"}}
        records.add(case, "plan", document, Note("plan_kept"), NOW)
    a_grant(case, team, NOW, scopes=scopes, label=label)
    given: dict[str, Any] = {
        "platform": "x", "kind": "request_48h", "label": "X", "to": "X", "grounds": ["us-tida"],
        "places": (Place(1, "half", url=f"https://video.example/{label.replace(' ', '-')}"),),
    }  # fmt: skip
    made = operations.begin(case, now=NOW, **(given | more))
    if sent:
        due = due_by(NOW, counts_as_minor=False, zone=UTC)
        made = operations.note(case, made, Entry(2, Move.SEND, NOW, how=How.FORM), NOW, due=due)
    return case, made


def posted(client: Client, step: str, *requests: Takedown, **more: Any) -> str:
    data = {"step": step, "request": [one.id for one in requests], **more}
    return client.post("/desk/joint/x/", data).content.decode()


def sent_form(page: str) -> Form:
    (form,) = [one for one in Forms(page).forms if "mark" in one.controls]
    return form


def written(client: Client, *requests: Takedown, **more: Any) -> str:
    """The list with these words, and a yes to just that."""
    shown = sent_form(posted(client, "list", *requests, **AGREED, **more))
    yes = {"mark": shown.value("mark"), "reference": shown.value("reference")}
    return posted(client, "write", *requests, **AGREED, **more, **yes)


@pytest.mark.parametrize(
    "more",
    [
        {"scopes": (Scope.read, Scope.act)}, {"scopes": (Scope.read, Scope.joint)}, {"answers": None},
        {"answers": {"age_then": "13_15", "age_now": "adult"}}, {"answers": {"age_then": "not_sure"}},
        {"answers": {"age_then": "adult", "age_now": "16_17"}}, {"platform": ""}, {"platform": "reddit"},
    ],
)  # fmt: skip
def test_only_grown_people_who_allowed_it_can_be_in_the_list(
    client: Client, team: ATeam, more: dict[str, Any]
) -> None:
    case, other = a_request(team, "Small 1", **more)
    a_request(team, "Blue 7")

    pages = [client.get("/desk/joint/x/").content.decode()]
    for step in ("choose", "list", "write"):
        pages.append(posted(client, step, other, **AGREED))

    assert "Blue 7" in pages[0]
    assert not any("Small" in page for page in pages)
    assert operations.read(case, other.id).entries == other.entries


def test_somebody_who_may_only_read_in_the_team_is_offered_nobody(client: Client, team: ATeam) -> None:
    _case, takedown = a_request(team, "Blue 7")
    Membership.objects.filter(team_id=team.id).update(role="read_only")

    pages = [client.get("/desk/joint/x/").content.decode(), posted(client, "choose", takedown)]

    assert not any("Blue 7" in page for page in pages)


def test_the_list_names_nobody_and_says_that_each_persons_letter_is_needed(
    client: Client, team: ATeam
) -> None:
    requests = [a_request(team, label)[1] for label in ("Blue 7", "Red 1")]

    page = posted(client, "choose", *requests)

    assert "https://video.example/Blue-7" in page
    assert "https://video.example/Red-1" in page
    assert "Marker" not in page
    (text,) = re.findall(r'(?s)<pre id="list-1".*?</pre>', page)
    assert "Person 1\n" in text
    assert not [label for label in ("Blue 7", "Red 1") if label in text]
    assert "Person 2 is Red 1" in page
    assert "only goes along with each person’s own letter" in page
    assert "It does not take its place" in page
    assert "Example Helpline" in page


def test_each_request_gets_the_lists_number_and_its_own_yes(client: Client, team: ATeam) -> None:
    one, first = a_request(team, "Blue 7")
    two, second = a_request(team, "Red 1", sent=True)

    result = written(client, first, second, own="on")

    assert "The list is noted" in result
    drafted, reminded = operations.read(one, first.id), operations.read(two, second.id)
    (number,) = drafted.standing.tickets
    assert re.fullmatch("L[0-9A-F]{8}", number)
    assert reminded.standing.tickets == (number,)
    assert (drafted.standing.state, drafted.entries[-1].happening) == (State.SENT, Move.SEND)
    assert reminded.entries[-1].happening is Move.REMIND
    assert [release.request for release in releases.every(one)] == [first.id]
    assert [release.request for release in releases.every(two)] == [second.id]


def test_without_each_persons_own_letter_nothing_counts_as_sent(client: Client, team: ATeam) -> None:
    case, first = a_request(team, "Blue 7")

    result = written(client, first)

    assert "own letter is needed too" in result
    assert operations.read(case, first.id).standing.state is State.DRAFTED
    assert releases.every(case) == ()


def test_noted_twice_it_is_written_once(client: Client, team: ATeam) -> None:
    case, first = a_request(team, "Blue 7", sent=True)
    shown = sent_form(posted(client, "list", first, **AGREED))
    yes = {"mark": shown.value("mark"), "reference": shown.value("reference")}

    posted(client, "write", first, **AGREED, **yes)
    again = posted(client, "write", first, **AGREED, **yes)

    assert "This list was noted here before" in again
    assert len(operations.read(case, first.id).entries) == 3


def test_a_yes_to_another_list_than_the_one_shown_writes_nothing(client: Client, team: ATeam) -> None:
    case, first = a_request(team, "Blue 7", sent=True)
    shown = sent_form(posted(client, "list", first, **AGREED))
    yes = {"mark": shown.value("mark"), "reference": shown.value("reference")}

    page = posted(client, "write", first, **(AGREED | yes | {"email": "other@work.example"}))

    assert "The list changed" in page
    assert "other@work.example" in page
    assert len(operations.read(case, first.id).entries) == 2


def test_a_platform_nobody_knows_is_no_page(client: Client, team: ATeam) -> None:
    assert client.get("/desk/joint/no-such-site/").status_code == 404
    assert client.get("/desk/joint/").status_code == 200


def test_who_turns_out_to_be_under_18_once_the_case_is_open_is_left_out(client: Client, team: ATeam) -> None:
    case, takedown = a_request(team, "Blue 7", answers={"age_then": "13_15"}, sent=True)
    (release,) = grants.releases(case)
    wanted = [Wanted(takedown.id, release.grant_id)]
    desk = at_desk(team.people[0], NOW)
    listed: dict[str, joint.Listed] = {}
    places: dict[str, tuple[Place, ...]] = {}
    given = {takedown.id: {1: Fact.STILL_GONE}}

    for act in (
        joint.collect(listed),
        round_in_bulk.collect(places, NOW),
        round_in_bulk.answer(given, NOW),
    ):
        assert in_each(desk, wanted, NOW, act) == {takedown.id: NotDone.NOT_HERE}

    assert (listed, places) == ({}, {})
    assert operations.read(case, takedown.id).entries == takedown.entries
