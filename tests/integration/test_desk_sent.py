"""Many requests marked as sent at once: shown before it is written, each as a whole, and once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from survivor_portal import intake
from survivor_portal.cases import access, book, grants, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations, releases
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.releases import Data, Way
from survivor_portal.takedowns.standing import How
from survivor_portal.web.survivor import arrivals, flow
from survivor_portal.web.survivor.drafting import draft
from tests.desk import ATeam, a_grant, a_team
from tests.desk_pages import comes_in
from tests.visitor import Form, Forms

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AGREED = {
    "agreed_by": "R. Example", "agreed_how": "phone", "agreed_on": "2026-11-20",
    "agreed_until": "2026-12-20", "learns": ["links", "name"], "purpose": "Removal",
}  # fmt: skip


@pytest.fixture
def team(client: Client) -> Iterator[ATeam]:
    with mock.patch("django.utils.timezone.now", return_value=NOW):
        made = a_team()
        comes_in(client, made.people[0], NOW)
        yield made


def a_case(team: ATeam, label: str, scopes: Any = (Scope.read, Scope.act), **more: Any) -> OpenCase:
    access.prepare()
    case = access.open_new(NOW).session.case
    a_grant(case, team, NOW, scopes=scopes, label=label, **more)
    return case


def a_draft(case: OpenCase, **more: Any) -> Takedown:
    given: dict[str, Any] = {
        "platform": "x", "kind": "request_48h", "label": "X, 48 hours", "to": "X", "grounds": ["us-tida"],
        "places": (Place(1, "Place 1", url="https://video.example/marker"),), "channel": "us_48h-1",
    }  # fmt: skip
    return operations.begin(case, now=NOW, **(given | more))


def forms(page: str) -> list[Form]:
    return Forms(page).forms


def posted(client: Client, step: str, *drafts: Takedown, **more: Any) -> str:
    data = {"step": step, "request": [draft.id for draft in drafts], "how": "form", **AGREED, **more}
    return client.post("/desk/sent/", data).content.decode()


def written(client: Client, *drafts: Takedown, **more: Any) -> str:
    """Preview, and a yes to what it shows, as a browser sends it."""
    (form,) = [one for one in forms(posted(client, "preview", *drafts, **more)) if "mark" in one.controls]
    return posted(client, "write", *drafts, **(more | {"mark": form.value("mark")}))


def test_numbers_go_where_the_preview_said_and_nothing_is_written_before(client: Client, team: ATeam) -> None:
    one, two = a_case(team, "Blue 7"), a_case(team, "Red 1")
    first, second = a_draft(one), a_draft(two)

    shown = posted(client, "preview", first, second, numbers="Red 1\tT-2\nNobody\tT-9")
    assert operations.read(one, first.id).standing.state is State.DRAFTED
    result = written(client, first, second, numbers="Red 1\tT-2\nNobody\tT-9")

    assert "Line 2, “Nobody T-9”: no request on the list has this name." in shown
    assert "2 requests are marked as sent" in result
    sent = operations.read(two, second.id)
    assert sent.standing.state is State.SENT
    assert sent.standing.tickets == ("T-2",)
    assert sent.entries[-1].how is How.FORM
    assert sent.entries[-1].channels == ("us_48h-1",)
    assert operations.read(one, first.id).standing.tickets == ()


def test_it_is_signed_and_the_yes_is_kept_with_each(client: Client, team: ATeam) -> None:
    case = a_case(team, "Blue 7")
    draft = a_draft(case)

    written(client, draft)

    (release,) = releases.every(case)
    assert (release.request, release.to, release.way) == (draft.id, "X", Way.phone)
    assert release.data == (Data.links, Data.name)
    noted = [entry.note for entry in book.timeline(case)]
    by = {note.kind: note.by for note in noted}
    assert by["takedown"].startswith("staff|")
    assert by["platform_released"] == by["takedown"]
    kinds = [note.kind for note in noted]
    assert kinds.index("listed") < kinds.index("opened_by") < kinds.index("platform_released")


def test_done_twice_it_is_written_once(client: Client, team: ATeam) -> None:
    case = a_case(team, "Blue 7")
    draft = a_draft(case)
    written(client, draft, numbers="T-1")

    again = written(client, draft, numbers="T-1")

    assert "It was marked as sent before" in again
    assert len(operations.read(case, draft.id).entries) == 2
    assert len(releases.every(case)) == 1


def test_those_nobody_agreed_to_are_left_out(client: Client, team: ATeam) -> None:
    one, two = a_case(team, "Blue 7"), a_case(team, "Red 1")
    first, second = a_draft(one), a_draft(two)

    result = written(client, first, second, numbers="T-1\nT-2", without=[first.id])

    assert "Left out" in result
    assert operations.read(one, first.id).standing.state is State.DRAFTED
    assert operations.read(two, second.id).standing.tickets == ("T-2",)


def test_what_may_not_be_marked_is_named_with_its_reason(client: Client, team: ATeam) -> None:
    reading = a_draft(a_case(team, "Blue 7", scopes=[Scope.read]))
    unready = a_draft(a_case(team, "Red 1"), unready=["us-tida"])

    page = posted(client, "choose", reading, unready)

    assert "You were let in to read this case" in page
    assert "Its letter lacks a part" in page


def test_a_case_that_was_taken_back_meanwhile_is_not_written_and_the_others_are(
    client: Client, team: ATeam
) -> None:
    one, two = a_case(team, "Blue 7"), a_case(team, "Red 1")
    first, second = a_draft(one), a_draft(two)
    (form,) = [f for f in forms(posted(client, "preview", first, second)) if "mark" in f.controls]
    (release,) = grants.releases(one)
    one = grants.revoke(one, release.grant_id, NOW, [])

    page = posted(client, "write", first, second, mark=form.value("mark"))
    result = written(client, first, second)

    assert "Something changed since you looked" in page
    assert "1 request is marked as sent" in result
    assert operations.read(two, second.id).standing.state is State.SENT


def test_a_yes_to_something_else_writes_nothing(client: Client, team: ATeam) -> None:
    case = a_case(team, "Blue 7")
    draft = a_draft(case)

    page = posted(client, "write", draft, numbers="T-1", mark="other")

    assert "Something changed since you looked" in page
    assert operations.read(case, draft.id).standing.state is State.DRAFTED


def test_a_form_that_does_not_hold_keeps_what_was_typed(client: Client, team: ATeam) -> None:
    draft = a_draft(a_case(team, "Blue 7"))

    for step in ("preview", "write"):
        page = posted(client, step, draft, numbers="T-7", agreed_on="", at="2026-13-99", purpose="kept words")

        assert "Please say on which day." in page
        assert "Please write it like 2026-05-03 14:30." in page
        assert "T-7" in page
        assert "kept words" in page
        # Without script the page begins at its top: what is wrong is said there, above all that was chosen.
        assert 0 < page.find("sp-errors") < page.find("<h1")


def test_somebody_who_may_only_read_in_the_team_is_offered_nothing(client: Client, team: ATeam) -> None:
    case = a_case(team, "Blue 7")
    draft = a_draft(case)
    from survivor_portal.advocates.models import Membership

    Membership.objects.filter(team_id=team.id).update(role="read_only")

    listed = client.get("/desk/sent/").content.decode()
    chosen, result = posted(client, "choose", draft), posted(client, "write", draft)

    assert "You only read in your team" in listed
    assert "(you may only read)" in listed
    assert f'value="{draft.id}" disabled' in listed
    assert "You were let in to read this case" in chosen
    assert 'name="numbers"' not in chosen
    assert "marked as sent" not in result
    assert operations.read(case, draft.id).standing.state is State.DRAFTED
    # Nothing was tried in the case, so its owner reads of no try.
    arrivals.take_in(case, NOW)
    assert "refused_act" not in {one.kind for one in grants.accesses(case)}


def test_requests_of_other_teams_are_not_there_whatever_is_sent(client: Client, team: ATeam) -> None:
    other = a_team(("Bo Day",), name="Helpline South")
    case = a_case(other, "Green 3")
    draft = a_draft(case)

    for path in ("/desk/sent/", "/desk/check/", "/desk/joint/x/"):
        for step in ("choose", "preview", "change", "list", "write"):
            data = {"step": step, "request": [draft.id], "mark": "x", "reference": "L01234567", **AGREED}
            page = client.post(path, data).content.decode()

            assert "Green 3" not in page
            assert draft.id not in page
    assert operations.read(case, draft.id).standing.state is State.DRAFTED
    assert not {"listed", "opened_by"} & {entry.note.kind for entry in book.timeline(case)}
    arrivals.take_in(case, NOW)
    told = [one for one in grants.accesses(case) if one.kind == "refused"]
    assert [one.name for one in told] == ["Ana Li"]


def test_the_list_shows_what_waits_fifty_at_a_time(client: Client, team: ATeam) -> None:
    case = a_case(team, "Blue 7")
    for _ in range(51):
        a_draft(case)

    first = client.get("/desk/sent/").content.decode()
    (more,) = [form for form in forms(first) if "after" in form.controls]
    second = client.post("/desk/sent/", {"after": more.value("after")}).content.decode()

    assert first.count('name="request"') == 50
    assert second.count('name="request"') == 1
    assert "marker" not in first + second


def with_a_letter(team: ATeam, *, is_ready: bool) -> tuple[OpenCase, str, str]:
    """A grown person's case with a letter of its plan, signed and confirmed or not; and its step."""
    case = a_case(team, "Blue 7")
    found = intake.gather("https://x.com/somebody/status/1234567890123456789")
    data: dict[str, Any] = {
        "answers": {
            "asker": "self", "age_then": "adult", "age_now": "adult", "picture": "real", "consent": "never",
            "happened": "posted", "country": "US", "home_safe": True, "reported": "not_yet", "maker": "other",
        },
        "items": [intake.item_to_plain(item) for item in found.items],
        "been_at_plan": True, "passed": [question.key for question in intake.QUESTIONS],
    }  # fmt: skip
    stand = flow.stand(data)
    step = next(one for one in stand.plan.steps if one.letter == "request" and one.platform == "x")
    if is_ready:
        made = draft(stand, step, "", NOW.date())
        data["signer"] = {"name": "R. Example", "email": "answers@mail.example", "on": "2026-11-22"}
        data["confirmed"] = {flow.place_of(step.id, ""): [one.key for one in made.declarations]}
    records.add(case, "plan", data, Note("plan_kept"), NOW)
    (release,) = grants.releases(case)
    return case, step.id, release.grant_id


def works_in(client: Client, grant_id: str) -> None:
    assert client.post("/desk/cases/open/", {"grant": grant_id}).status_code == 303


def test_a_letter_of_the_plan_waits_on_the_list_until_many_are_sent(client: Client, team: ATeam) -> None:
    case, step, grant_id = with_a_letter(team, is_ready=True)
    works_in(client, grant_id)
    shown = client.post("/next/", {"step": "letter", "letter": step, "site": ""}, follow=True)
    assert "Put it on the list" in shown.content.decode()

    for _ in range(2):
        client.post("/next/", {"step": "later", "letter": step, "site": ""})

    (line,) = operations.board(case)
    assert (line.state, line.is_ready) == (State.DRAFTED, True)
    assert "Blue 7: " in client.get("/desk/sent/").content.decode()
    written(client, operations.read(case, line.id), numbers="T-9")
    assert operations.read(case, line.id).standing.tickets == ("T-9",)


def test_a_letter_that_lacks_something_is_not_put_on_the_list(client: Client, team: ATeam) -> None:
    case, step, grant_id = with_a_letter(team, is_ready=False)
    works_in(client, grant_id)

    client.post("/next/", {"step": "later", "letter": step, "site": ""})

    assert operations.board(case) == ()
