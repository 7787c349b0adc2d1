"""The button that keeps a visit, pressed twice at once, makes one plan: whatever each of the two has read."""

import threading
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import connections

from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Record
from survivor_portal.cases.unlocked import Session
from survivor_portal.keystore.models import Shred
from survivor_portal.web.survivor import keeping

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OWN = "a blue bicycle by the lake"
FIRST, SECOND = {"answers": {"country": "DE"}}, {"answers": {"country": "US"}}


@pytest.fixture
def both() -> tuple[Session, Session]:
    """One case, open in two browsers."""
    access.prepare()
    new = access.open_new(NOW, phrase=OWN)
    return new.session, access.open_with(new.code, OWN, NOW).session


def kinds(session: Session) -> list[str]:
    return [entry.note.kind for entry in book.timeline(session.case)]


@pytest.mark.database
@pytest.mark.django_db(databases=["default", "keys"])
def test_the_second_of_two_that_read_before_either_wrote_writes_nothing(
    both: tuple[Session, Session],
) -> None:
    one, other = both
    keeping.take_over(one, FIRST, NOW)
    with mock.patch("survivor_portal.web.survivor.keeping.records.read", return_value=()):
        keeping.take_over(other, SECOND, NOW)

    (plan,) = records.read(one.case, "plan")
    assert plan.document == FIRST
    assert kinds(one).count("plan_kept") == 1
    records.check(one.case, book.revisions(book.timeline(one.case)))


@pytest.mark.database
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_at_once_that_both_found_no_plan_write_one(both: tuple[Session, Session]) -> None:
    gate, failed = threading.Barrier(2, timeout=20), list[BaseException]()
    plain = records.read

    def read_then_wait(*args: Any) -> Any:
        found = plain(*args)
        gate.wait()
        return found

    def take_over(session: Session, data: dict[str, Any]) -> None:
        try:
            keeping.take_over(session, data, NOW)
        except BaseException as problem:
            failed.append(problem)
        finally:
            connections.close_all()

    with mock.patch("survivor_portal.web.survivor.keeping.records.read", read_then_wait):
        threads = [
            threading.Thread(target=take_over, args=given)
            for given in zip(both, (FIRST, SECOND), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert failed == []
    assert Record.objects.filter(kind="plan").count() == 1
    assert kinds(both[0]).count("plan_kept") == 1


@pytest.mark.django_db(databases=["default", "keys"])
def test_each_case_has_a_plan_of_its_own(both: tuple[Session, Session]) -> None:
    other = access.open_new(NOW, phrase=OWN).session

    for session in (both[0], other):
        assert records.add_only(session.case, "plan", FIRST, Note("plan_kept"), NOW)

    assert Record.objects.filter(kind="plan").count() == 2
    assert Shred.objects.count() == 3
