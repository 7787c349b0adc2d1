"""T13: whoever at a desk may not see a case sees nothing of it, at any address, and the case is told.

The addresses are read from the URL configuration, so a new page is in this test by itself.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from survivor_portal.advocates.models import AtDesk, Membership
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, grants, keys, records, slot
from survivor_portal.cases.book import Note
from survivor_portal.cases.grants import Scope
from survivor_portal.cases.models import Case, Unlocked
from survivor_portal.takedowns import operations, rekey
from survivor_portal.web.survivor import arrivals, case_actor, case_page, keeping
from tests.desk import APerson, ATeam, a_grant, a_team, removed
from tests.desk_pages import comes_in, typed_again
from tests.pages import addresses, desk_addresses

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
MARK = "Marker-4711"


@dataclass
class Scene:
    """A case with a mark in everything of it that a person typed, and who tries to see it."""

    new: access.NewCase
    request: operations.Takedown
    team: ATeam
    tries: APerson
    grant_id: str = ""

    @property
    def case(self) -> keys.OpenCase:
        return self.new.session.case


@pytest.fixture
def scene() -> Scene:
    access.prepare()
    now = datetime.now(UTC)
    new = access.open_new(now)
    case = new.session.case
    records.add(case, "plan", {"answers": {}, "links": [f"https://x.example/{MARK}"]}, Note("plan_kept"), now)
    request = operations.begin(
        case, platform="x", kind="request_48h", label=f"{MARK} request", to=MARK, grounds=("us-tida",),
        places=[operations.Place(1, MARK, f"https://x.example/{MARK}")], now=now, site=MARK,
    )  # fmt: skip
    team = a_team(("Ana Li", "Bo Ek"))
    return Scene(new, request, team, team.people[1])


# --- who tries ---


def was_let_in(scene: Scene, client: Client, **more: Any) -> None:
    """Let in, and with the case open in this browser."""
    release = a_grant(scene.case, scene.team, label=f"{MARK} label", **more)
    scene.grant_id = release.grant_id
    comes_in(client, scene.tries)
    client.post("/desk/cases/open/", {"grant": release.grant_id})


def of_another_organisation(scene: Scene, client: Client) -> None:
    scene.grant_id = a_grant(scene.case, scene.team, label=f"{MARK} label").grant_id
    clinic = a_team(("Cy Om",), name="Clinic", organisation="Example Clinic")
    scene.tries = clinic.people[0]


def lead_of_another_team_of_the_house(scene: Scene, client: Client) -> None:
    scene.grant_id = a_grant(scene.case, scene.team, label=f"{MARK} label").grant_id
    other = a_team(("Cy Om",), name="Helpline South", organisation_id=scene.team.organisation_id)
    scene.tries = other.people[0]


def whose_release_ran_out(scene: Scene, client: Client) -> None:
    was_let_in(scene, client)
    soon = datetime.now(UTC) + timedelta(milliseconds=1)
    a_grant(scene.case, scene.team, soon - timedelta(days=2), days=1.5)


def from_whom_it_was_taken_back(scene: Scene, client: Client) -> None:
    was_let_in(scene, client)
    rekey.revoke(scene.case, scene.grant_id, datetime.now(UTC))


def who_must_not_see_it(scene: Scene, client: Client) -> None:
    was_let_in(scene, client)
    a_grant(scene.case, scene.team, label=f"{MARK} label", not_for=[scene.tries])


def who_left_the_team(scene: Scene, client: Client) -> None:
    was_let_in(scene, client)
    a_team((scene.tries,), name="Clinic", organisation="Example Clinic")
    removed(scene.team, scene.tries, datetime.now(UTC))


OUT = [
    of_another_organisation,
    lead_of_another_team_of_the_house,
    whose_release_ran_out,
    from_whom_it_was_taken_back,
    who_must_not_see_it,
    who_left_the_team,
]


# Every step a form of a case can name, by the address it is sent to.
OF_CASE = {"", "stay", "a step nobody knows", *case_page.ACTIONS, *keeping.CASE_STEPS}
STEPS_OF = {settings.CASE_PATH: OF_CASE, settings.FLOW_PATH: case_actor.STEPS.keys() - OF_CASE}


# --- what they send ---


def every_address(scene: Scene) -> list[str]:
    parts = {"team": scene.team.id, "person": scene.team.people[0].id, "key": "x", "token": "0" * 64}
    return sorted({*addresses(), *desk_addresses(parts)})


def body(scene: Scene, step: str = "") -> dict[str, object]:
    """What the pages send about a case, under every name it goes by."""
    sent: dict[str, object] = {"step": step, "go": "1", "label": "changed", "answer": "changed", "sure": "on"}
    for name in ("grant", "grants", "row", "rows", "chosen", "case"):
        sent[name] = scene.grant_id
    for name in ("request", "requests", "takedown"):
        sent[name] = scene.request.id
    sent["picked"] = f"{scene.grant_id} {scene.request.id}"
    sent["draft"] = slot.handle(scene.case.id, datetime.now(UTC))
    return sent | {"platform": "x", "to": "release", "q": "M"}


def table(scene: Scene) -> dict[str, list[dict[str, object]]]:
    """Every row that is of this case, what waits in its slot and how it was opened left out."""
    found = {}
    for model in apps.get_models():
        names = {field.attname for field in model._meta.concrete_fields}
        if "case_id" in names and model._meta.db_table not in ("cases_arrival",):
            found[model._meta.db_table] = list(model._default_manager.filter(case_id=scene.case.id).values())
    return found | {"cases_case": list(Case.objects.filter(pk=scene.case.id).values())}


def answers(scene: Scene, client: Client) -> Iterator[tuple[str, int, str]]:
    """What each address answers to a look and to a form; whoever was signed out on the way comes in again."""
    desk = comes_in(client, scene.tries)
    for path in every_address(scene):
        for data in (None, body(scene)):
            if not AtDesk.objects.filter(pk=desk.row_id).exists():
                desk = comes_in(client, scene.tries)
            typed_again(client)
            response = client.get(path) if data is None else client.post(path, data)
            yield path, response.status_code, f"{response.serialize_headers()!r} {response.content.decode()}"


@pytest.mark.parametrize("who", OUT)
def test_t13_nothing_of_a_case_at_any_address(
    who: Callable[[Scene, Client], None], scene: Scene, client: Client
) -> None:
    who(scene, client)
    before = table(scene)
    had_it_open = client.cookies.get(settings.CASE_COOKIE) is not None
    telling = re.compile(f"{MARK}|{scene.case.id}|Blue 7")

    found = [(path, status, bool(telling.search(text))) for path, status, text in answers(scene, client)]

    assert len(found) > 100
    assert [path for path, _status, tells in found if tells] == []
    assert {status for _path, status, _tells in found} <= {200, 302, 303, 400, 403, 404, 405, 409, 422}
    comes_in(client, scene.tries)
    assert client.post("/desk/cases/open/", {"grant": scene.grant_id}).status_code == 404
    assert not had_it_open or client.cookies[settings.CASE_COOKIE].value == ""
    assert table(scene) == before
    assert tells_its_owner(scene) == [("refused", scene.tries.name)]


def tells_its_owner(scene: Scene) -> list[tuple[str, str]]:
    """What its owner reads of tries in vain."""
    now = datetime.now(UTC)
    case = access.open_with(scene.new.code, scene.new.phrase, now).session.case
    arrivals.take_in(case, now)
    return [(one.kind, one.name) for one in grants.accesses(case) if one.kind.startswith("refused")]


@pytest.mark.parametrize("way_out", ["/desk/sign-out/", "/exit/"])
def test_whoever_goes_closes_the_case_as_well(way_out: str, scene: Scene, client: Client) -> None:
    was_let_in(scene, client)
    assert Unlocked.objects.exclude(at_desk="").count() == 1

    client.post(way_out)

    assert Unlocked.objects.exclude(at_desk="").count() == 0
    assert AtDesk.objects.count() == 0


def test_t13_whoever_may_only_read_changes_nothing_by_any_step(scene: Scene, client: Client) -> None:
    Membership.objects.filter(person_id=scene.tries.id).update(role=Role.read_only)
    was_let_in(scene, client, scopes=list(Scope))
    assert MARK in client.get("/c/").content.decode()
    before = table(scene)
    steps = [(path, step) for path, found in STEPS_OF.items() for step in sorted(found)]

    for path, step in steps:
        if client.post(path, body(scene, step)).status_code not in (200, 302, 303, 403, 409, 422):
            pytest.fail(f"{path} {step}")
        if not client.cookies[settings.CASE_COOKIE].value:
            client.post("/desk/cases/open/", {"grant": scene.grant_id})

    after = table(scene)
    assert {name for name in after if after[name] != before[name]} <= {"cases_entry", "cases_case"}
    assert ("refused_act", "Bo Ek") in tells_its_owner(scene)
