"""The queue's page: what it shows, its views, and what changes hands from it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, book, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Unlocked
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import hour_of
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.survivor.case_words import book_words
from tests.desk import APerson, ATeam, a_grant, a_team
from tests.desk_pages import comes_in
from tests.integration.test_t16_queue import queries
from tests.visitor import Forms

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def team() -> ATeam:
    access.prepare()
    roles = [Role.lead, Role.advocate, Role.read_only]
    return a_team(("Ana Li", "Ben Ode", "Di Ek"), roles=roles)


def now() -> datetime:
    return datetime.now(UTC)


def a_case() -> OpenCase:
    return access.open_new(now()).session.case


def a_request(case: OpenCase, label: str, *happenings: Happening, ago: float = 0) -> Takedown:
    at = now() - timedelta(hours=ago)
    due = due_by(now(), counts_as_minor=False, zone=UTC)
    made = operations.begin(
        case, platform="x", kind="request_48h", label=label, to="X", grounds=["us-tida"],
        places=(Place(1, "Place 1"),), now=at,
    )  # fmt: skip
    for what in happenings:
        how = How.FORM if what is Move.SEND else None
        made = operations.note(case, made, Entry(made.next_seq, what, at, how=how), at, due=due)
    return made


def at_queue(person: APerson) -> Client:
    client = Client()
    comes_in(client, person)
    return client


def show(client: Client, **sent: str) -> Any:
    path = reverse("desk:queue")
    return client.post(path, sent) if sent else client.get(path)


def words(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?</head>", "", response.content.decode()))
    return " ".join(html.unescape(text).split())


def labels(response: Any) -> list[str]:
    return [
        html.unescape(found)
        for found in re.findall(r'<h2 class="sp-h3">(.*?)</h2>', response.content.decode())
    ]


def holder(made: Takedown) -> str:
    return Row.objects.get(pk=made.id).assignee


def test_the_queue_names_each_request_with_its_case_and_until_when(team: ATeam) -> None:
    case = a_case()
    a_grant(case, team, label="Blue 7")
    a_request(case, "X, 48 hours", Move.SEND, ago=75)
    a_request(case, "Second letter", Move.SEND, Fact.REFUSAL, ago=2)
    a_request(case, "Third letter", Move.SEND)
    other = a_case()
    a_grant(other, a_team(("Cy Ro",), name="Other"), label="Not theirs")
    a_request(other, "Nobody sees this")

    response = show(at_queue(team.people[0]))

    assert response.status_code == 200
    assert labels(response) == ["Blue 7: X, 48 hours", "Blue 7: Second letter", "Blue 7: Third letter"]
    said = words(response)
    assert "1 day late" in said
    assert "They said no To do now" in said
    assert "Remind them:" in said
    assert case.id not in response.content.decode()


def test_an_empty_queue_says_what_it_means(team: ATeam) -> None:
    client = at_queue(team.people[0])

    assert "Nothing is open in the cases you were let into." in words(show(client))
    assert "Nothing fits this view right now." in words(show(client, step="show", state="refused"))


def test_fifty_a_page_and_the_next_page_keeps_what_was_asked_for(team: ATeam) -> None:
    case = a_case()
    a_grant(case, team, label="Blue 7")
    made = a_request(case, "number 0")
    a_request(case, "refused", Move.SEND, Fact.REFUSAL)
    Row.objects.bulk_create(_copies(case, made, 51))
    client = at_queue(team.people[0])

    first = show(client, step="show", state="drafted")
    after = field(first, "after")
    second = show(client, step="show", state="drafted", after=after)
    back = show(client, step="show", state="drafted", before=field(second, "before"))

    assert (len(labels(first)), len(labels(second)), len(labels(back))) == (50, 2, 50)
    assert labels(back) == labels(first)
    assert 'name="state" value="drafted"' in second.content.decode()
    assert "refused" not in labels(first) + labels(second)


def _copies(case: OpenCase, made: Takedown, count: int) -> list[Row]:
    """More requests like this one, without a line in the book."""
    found = []
    for number in range(1, count + 1):
        again = operations.replace(made, id=f"{number:032x}", label=f"number {number}")
        found.append(
            Row(
                id=again.id, case_id=case.id, platform="x", kind="k", state="drafted", revision=1,
                next_action_at=hour_of(now()), overview=operations._overview(case, again, (), now()),
                details=operations._details(case, again),
            )
        )  # fmt: skip
    return found


def field(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no {name} in the page"
    return html.unescape(found[1])


def test_open_leads_to_the_request_in_its_case(team: ATeam) -> None:
    case = a_case()
    records.add_only(case, records.PLAN, {"answers": {"country": "DE"}}, Note("plan_kept"), now())
    release = a_grant(case, team)
    made = a_request(case, "X, 48 hours", Move.SEND, Fact.REFUSAL)
    client = at_queue(team.people[0])

    page = show(client)
    opened = client.post(
        reverse("desk:open"), {"grant": field(page, "grant"), "request": field(page, "request")}
    )

    assert field(page, "grant") == release.grant_id
    assert opened["Location"] == settings.CASE_PATH
    assert made.label in words(client.get(settings.CASE_PATH))


def test_take_it_hand_it_over_with_a_note_and_put_it_down(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team)
    made = a_request(case, "X, 48 hours")
    client = at_queue(ana)

    taken = show(client, step="take", request=made.id, seen="")
    asked = show(client, step="hand", request=made.id, seen=ana.id)
    given = show(client, step="give", request=made.id, seen=ana.id, to=ben.id, note="They asked for a link.")
    put_down = show(at_queue(ben), step="put_down", request=made.id, seen=ben.id)

    assert "You have it now." in words(taken)
    assert "The person you help can read it." in words(asked)
    assert "Di Ek" not in words(asked)
    assert "Ben Ode has it now." in words(given)
    assert "Nobody has it now." in words(put_down)
    assert holder(made) == ""
    noted = [e.note for e in book.timeline(case) if e.note.kind in ("assigned", "handed_over", "unassigned")]
    assert [note.kind for note in noted] == ["assigned", "handed_over", "unassigned"]
    said = [book_words(note.kind, note.facts, {made.id: "X"}, note.by) for note in noted]
    assert said[1].startswith(
        "X: It was handed to Ben Ode: “They asked for a link.” (Ana Li of Helpline North"
    )
    assert Unlocked.objects.exclude(at_desk="").count() == 0


def test_whoever_was_second_is_told_who_has_it(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team)
    made = a_request(case, "X, 48 hours")
    show(at_queue(ana), step="take", request=made.id, seen="")

    second = show(at_queue(ben), step="take", request=made.id, seen="")

    assert "Ana Li took it a moment ago, so it stays there." in words(second)
    assert holder(made) == ana.id


def test_whoever_hands_over_second_keeps_the_note_and_decides_on_what_stands_now(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team)
    made = a_request(case, "X, 48 hours")
    show(at_queue(ana), step="give", request=made.id, seen="", to=ben.id)

    client = at_queue(ben)
    second = show(
        client, step="give", request=made.id, seen="", to=ana.id, note="Please call.", state="drafted"
    )
    (form,) = [one for one in Forms(second.content.decode()).forms if one.step == "give"]
    again = show(
        client, to=ana.id, **{name: form.value(name) for name in ("step", "request", "seen", "note")}
    )

    assert second.status_code == 422
    assert "It came to you a moment ago. You have it now." in words(second)
    assert (form.value("note"), form.value("seen"), form.value("state")) == (
        "Please call.",
        ben.id,
        "drafted",
    )
    assert "Ana Li has it now." in words(again)
    assert holder(made) == ana.id


def test_all_of_a_case_goes_over_at_once(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team)
    made = [a_request(case, f"{number}") for number in range(3)]

    page = show(at_queue(ana), step="give", request=made[0].id, seen="", to=ben.id, whole="on")

    assert "Ben Ode has 3 requests now." in words(page)
    assert {holder(one) for one in made} == {ben.id}


def test_a_hand_over_leads_back_to_the_view_it_came_from_and_says_where_nobody_is(team: ATeam) -> None:
    alone = a_team(("Cy Ro",), name="Other")
    here, there = a_case(), a_case()
    a_grant(here, team)
    a_grant(there, alone)
    made, other = a_request(here, "X, 48 hours"), a_request(there, "X, 48 hours")

    view = {"state": "drafted", "holder": "nobody"}
    asked = show(at_queue(team.people[0]), step="hand", request=made.id, seen="", **view)
    nobody = show(at_queue(alone.people[0]), step="hand", request=other.id, seen="")

    (back,) = [form for form in Forms(asked.content.decode()).forms if form.step == "show"]
    assert (back.value("state"), back.value("holder")) == ("drafted", "nobody")
    assert "Nobody else in this team can take requests now." in words(nobody)
    assert 'name="note"' not in nobody.content.decode()


def test_whom_it_cannot_go_to_is_said_and_the_note_stays(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team, not_for=[ben])
    made = a_request(case, "X, 48 hours")

    page = show(at_queue(ana), step="give", request=made.id, seen="", to=ben.id, note="Please call.")
    nobody = show(at_queue(ana), step="give", request=made.id, seen="", to="", note="Please call.")

    assert (page.status_code, nobody.status_code) == (422, 422)
    assert "This colleague cannot take requests of this case." in words(page)
    assert "Please call." in page.content.decode()
    assert holder(made) == ""


def test_more_time_for_a_hand_over_keeps_what_was_typed_and_does_nothing(team: ATeam) -> None:
    ana, ben, _di = team.people
    case = a_case()
    a_grant(case, team)
    made = a_request(case, "X, 48 hours")

    page = at_queue(ana).post(
        reverse("desk:queue"),
        {"step": ["give", "stay"], "request": made.id, "seen": "", "to": ben.id, "note": "Half a"},
    )

    assert page.status_code == 200
    assert "Half a" in page.content.decode()
    assert holder(made) == ""


@pytest.mark.parametrize("step", ["take", "hand", "give", "put_down"])
def test_whoever_only_reads_is_offered_nothing_and_changes_nothing(team: ATeam, step: str) -> None:
    case, open_to_read = a_case(), a_case()
    a_grant(case, team)
    a_grant(open_to_read, team, scopes=[Scope.read])
    one, two = a_request(case, "X, 48 hours"), a_request(open_to_read, "Y")
    reads, ana = at_queue(team.people[2]), at_queue(team.people[0])

    for client, made in ((reads, one), (ana, two)):
        answer = show(client, step=step, request=made.id, seen="", to=team.people[1].id)
        assert "not change who works on it" in words(answer)
        assert holder(made) == ""
    assert "Take it" not in words(show(reads))


@pytest.mark.parametrize("step", ["take", "hand", "give", "put_down"])
def test_a_request_that_is_not_theirs_is_404(team: ATeam, step: str) -> None:
    case = a_case()
    a_grant(case, a_team(("Cy Ro",), name="Other"))
    made = a_request(case, "X, 48 hours")
    client = at_queue(team.people[0])

    for name in (made.id, "", "x" * 500, "a\x00b"):
        answer = show(client, step=step, request=name, seen="", to=team.people[1].id)
        assert answer.status_code == 404
    assert holder(made) == ""


def test_a_view_is_kept_begun_with_and_forgotten(team: ATeam) -> None:
    case = a_case()
    a_grant(case, team)
    a_request(case, "refused", Move.SEND, Fact.REFUSAL)
    a_request(case, "drafted")
    client = at_queue(team.people[0])

    kept = show(client, step="keep", name="My refusals", start="on", state="refused")
    begun = show(client)
    gone = show(client, step="forget", view=field(kept, "view"), state="refused")

    assert "This view is kept." in words(kept)
    assert labels(begun) == ["Blue 7: refused"]
    assert "My refusals" in words(begun)
    assert "My refusals" not in words(gone)
    assert len(labels(show(client))) == 2
    assert "Shown now: They said no" not in words(kept)  # its own button is marked
    unnamed = show(client, step="keep", name=" ", state="refused")
    assert unnamed.status_code == 422
    # Said on top, not below fifty requests.
    page = unnamed.content.decode()
    assert 0 < page.find("Please type a name.") < page.find("<h1")
    assert "Shown now: Written, not sent · Nobody has it" in words(
        show(client, step="show", state="drafted", holder="nobody")
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"state": "no-such", "platform": "%%", "due": "\x00", "holder": "x", "team": "y"},
        {"after": "9999-12-31T23.zz", "before": "0001-01-01T00.aa"},
        {"step": "forget", "view": "\x00" * 3},
        {"step": "keep", "name": "x" * 5000},
        {"step": "no-such"},
    ],
)
def test_what_no_form_of_the_page_sends_breaks_nothing(team: ATeam, sent: dict[str, str]) -> None:
    assert show(at_queue(team.people[0]), **sent).status_code in (200, 422)


def test_the_whole_page_asks_the_databases_little(team: ATeam) -> None:
    for number in range(12):
        case = a_case()
        a_grant(case, team, label=f"Client {number}")
        a_request(case, "X, 48 hours")
    client = at_queue(team.people[0])

    with queries() as first_of_the_day:
        show(client)
    with queries() as again:
        show(client)

    assert len(again) <= 6
    assert len(first_of_the_day) <= 10


def test_nobody_who_may_only_read_is_offered_what_writes(team: ATeam) -> None:
    writes = ["desk:sent", "desk:round", "desk:joint", "desk:together", "desk:code", "desk:lists"]

    def offered(person: APerson) -> list[str]:
        client = at_queue(person)
        pages = show(client).content.decode() + client.get(reverse("desk:cases")).content.decode()
        return [name for name in writes if f'href="{reverse(name)}"' in pages]

    assert offered(team.people[1]) == writes
    assert offered(team.people[2]) == []
