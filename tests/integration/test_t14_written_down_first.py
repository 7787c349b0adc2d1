"""T14: whoever is shown something of a case stands in its book first, or is shown nothing.

Each statement that writes is made to fail, one after the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import access, book, grants, unlocked
from survivor_portal.cases.models import Case, Look
from survivor_portal.takedowns import rekey
from tests.desk import a_grant, a_team, at_desk

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def new() -> access.NewCase:
    access.prepare()
    return access.open_new(NOW)


@pytest.fixture
def grant(new: access.NewCase) -> tuple[Desk, str]:
    team = a_team()
    return at_desk(team.people[0], NOW), a_grant(new.session.case, team, NOW).grant_id


@contextmanager
def failing(number: int) -> Iterator[list[str]]:
    """The write of that number fails, as on a full disk; gives the tables that were written to."""
    written: list[str] = []

    def execute(call: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(WRITES):
            written.append(sql.split('"')[1])
            if len(written) == number:
                raise OperationalError("the disk is full")
        return call(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield written


def opening(desk: Desk, grant_id: str) -> object:
    return rekey.open_as(desk, grant_id, NOW)


def opening_under_a_new_key(desk: Desk, grant_id: str) -> object:
    Case.objects.update(wants_new_key=True)
    return rekey.open_as(desk, grant_id, NOW)


def listing(desk: Desk, grant_id: str) -> object:
    return grants.keys_of(desk, [grant_id], NOW)


@pytest.mark.parametrize(
    ("show", "kind", "least"),
    [(opening, "opened_by", 4), (opening_under_a_new_key, "opened_by", 10), (listing, "listed", 3)],
)
def test_t14_what_cannot_be_written_down_is_not_shown(
    show: Callable[[Desk, str], object], kind: str, least: int, new: access.NewCase, grant: tuple[Desk, str]
) -> None:
    before = book.timeline(new.session.case)
    number = 0
    while True:
        number += 1
        shown: object = None
        with failing(number) as written:
            try:
                with transaction.atomic():
                    shown = show(*grant)
            except OperationalError:
                pass
            else:
                break
        assert shown is None
        assert unlocked.Row.objects.exclude(at_desk="").count() == 0
        assert Look.objects.count() == 0
        assert book.timeline(new.session.case) == before

    case = access.open_with(new.code, new.phrase, NOW).session.case
    assert [one.kind for one in grants.accesses(case)] == [kind]
    assert number > least
    assert {"cases_entry", "cases_case"} <= set(written)


def test_t14_the_line_stands_there_before_the_case_is_open(
    new: access.NewCase, grant: tuple[Desk, str]
) -> None:
    with failing(0) as written:
        rekey.open_as(*grant, NOW)

    assert written.index("cases_entry") < written.index("cases_unlocked")
