"""Two who change the same things at once wait for each other, and never in a ring: none has to press again.

Everybody takes the team, then people, then the case, then what is in the case; and all of these so that
whoever only names one of them waits for nobody. What another window or a colleague does is done in a thread.
"""

import ast
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from survivor_portal.advocates import seats
from survivor_portal.cases import access, book, codes, grant_rows, offers, slot, taking_over
from survivor_portal.cases.unlocked import Session
from survivor_portal.correspondence import outgoing, relays
from survivor_portal.correspondence.outgoing import Draft
from survivor_portal.followups import reminders
from survivor_portal.followups.reminders import Wish
from survivor_portal.takedowns import rekey
from tests.desk import ATeam, a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
REQUEST = "a" * 32
HELD = ("Case", "Team", "Person")
HOUSE = Path(grant_rows.__file__).parents[1]


class Both:
    """What is done in a thread beside the test, and the moments in which the two meet.

    SQLite has one writer at a time: there nobody waits to be met halfway, and the two come one by one.
    """

    def __init__(self) -> None:
        self.met = {name: threading.Event() for name in ("first", "second")}
        self.said: dict[str, str] = {}

    def here(self, name: str) -> None:
        """So far this one has come."""
        self.met[name].set()

    def there(self, name: str, seconds: float = 5) -> bool:
        """Has the other come so far? Waits for it, so long at most."""
        return self.met[name].wait(seconds if connection.vendor == "postgresql" else 0)

    def do(self, first: Callable[[], object], second: Callable[[], object]) -> None:
        """Both at once, the second from where the first has come `here`."""

        def run(name: str, act: Callable[[], object]) -> None:
            try:
                if name == "second":
                    self.met["first"].wait(30)
                act()
                self.said[name] = "done"
            except Exception as why:
                self.said[name] = f"{type(why).__name__} {why}"
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=one) for one in (("first", first), ("second", second))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)


@pytest.fixture
def both() -> Both:
    access.prepare()
    return Both()


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Bo Ek"))


@pytest.fixture
def session(both: Both, team: ATeam) -> Session:
    """A case that the team was let into, as its owner has it open."""
    made = access.open_new(NOW, phrase="a wide blue bicycle by the lake")
    access.confirm(made.session.case, made.phrase, NOW)
    a_grant(made.session.case, team, NOW, days=1)
    return made.session


def test_who_is_removed_and_makes_a_code_in_that_moment_stops_nobody(
    both: Both, team: ATeam, session: Session
) -> None:
    ana, bo = team.people
    lead = at_desk(ana, NOW)

    def meet(*moved: Any) -> None:
        both.here("first")
        both.there("second")
        grant_rows.reseal_team(*moved)

    def makes_a_code() -> None:
        with transaction.atomic():
            offers.make_take_over(bo.id, team.id, session.case, NOW)
            both.here("second")

    both.do(lambda: seats.remove(lead, team.id, bo.id, NOW, meet), makes_a_code)

    # One after the other, the code is made for a team that the person has left.
    told = ("done", "NotYours ") if connection.vendor == "sqlite" else ("done",)
    assert both.said["first"] == "done"
    assert both.said["second"] in told


def test_notes_turned_off_in_one_window_and_told_of_in_another_wait_in_no_ring(
    both: Both, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = session.case
    reminders.ask(
        case, Wish("her.own@mail.example"), NOW, link=lambda token: f"https://notes.example/{token}"
    )
    end = reminders._end

    def meet(case_id: str, now: datetime) -> None:
        both.here("first")
        both.there("second", 0.5)
        end(case_id, now)

    monkeypatch.setattr(reminders, "_end", meet)

    def is_told() -> None:
        with transaction.atomic():
            book.hold(case)
            both.here("second")
            reminders.received(case, {"document": {"why": "missed"}}, NOW)

    both.do(lambda: reminders.turn_off(case, NOW), is_told)

    assert both.said == {"first": "done", "second": "done"}


def test_a_letter_that_leaves_and_an_address_that_closes_wait_in_no_ring(
    both: Both, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = session.case
    settings.RELAY_DOMAIN = "replies.example"
    address = relays.open(case.id, REQUEST, NOW)
    keep_open = relays.keep_open

    def meet(*asked: Any) -> str:
        kept = keep_open(*asked)
        both.here("first")
        both.there("second", 0.5)
        return kept

    monkeypatch.setattr(relays, "keep_open", meet)

    def closes() -> None:
        with transaction.atomic():
            book.hold(case)
            both.here("second")
            relays.close(case.id, (REQUEST,))

    draft = Draft("abuse@reports.example", "A request", "Please take it down.", 2, (1,))
    both.do(lambda: outgoing.put(case, REQUEST, address, [draft], NOW), closes)

    assert both.said == {"first": "done", "second": "done"}


def another_code(session: Session, team: ATeam) -> None:
    access.change_code(session, "a wide blue bicycle by the lake", NOW)


def begun_again(session: Session, team: ATeam) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, session.case, NOW)
    new = access.open_new(NOW)
    rekey.begin_again(offers.read(code, NOW), NOW, code=codes.new_code(), phrase=new.phrase, keep_days=180)


@pytest.mark.parametrize(
    ("act", "room", "name"),
    [(another_code, access, "_anew"), (begun_again, taking_over, "rekey")],
    ids=["another code", "begun again"],
)
def test_what_comes_in_does_not_wait_for_a_case_that_gets_another_code(
    act: Callable[[Session, ATeam], None],
    room: Any,
    name: str,
    both: Both,
    team: ATeam,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All it wants is in its hands by then: who wants one of those and waits for it would make a ring."""
    went_on: list[bool] = []
    whole = getattr(room, name)

    def meet(*given: Any, **more: Any) -> Any:
        both.here("first")
        went_on.append(both.there("second"))
        return whole(*given, **more)

    monkeypatch.setattr(room, name, meet)

    def comes_in() -> None:
        slot.drop(session.case.id, "mail", {"text": "ok"}, NOW)
        both.here("second")

    both.do(lambda: act(session, team), comes_in)

    assert both.said == {"first": "done", "second": "done"}
    assert went_on == [connection.vendor == "postgresql"]


def test_nobody_holds_a_case_a_team_or_a_person_against_those_who_only_name_it() -> None:
    found, strong = 0, []
    for file in sorted(HOUSE.rglob("*.py")):
        text = file.read_text("utf-8")
        for call in ast.walk(ast.parse(text)) if "select_for_update" in text else ():
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr == "select_for_update" and ast.unparse(call.func.value).startswith(
                tuple(f"{model}.objects" for model in HELD)
            ):
                found += 1
                if not any(one.arg == "no_key" for one in call.keywords):
                    strong.append(f"{file.name}:{call.lineno}")
    assert found > 15
    assert strong == []
