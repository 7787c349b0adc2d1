"""A row of a case that was changed from outside: a calm page with help, nothing of the case, and no "500"."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, book, records, unlocked
from survivor_portal.cases.models import Case, Entry, Record
from survivor_portal.takedowns import operations
from tests.journeys.story import A_POST

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

OWN = "a blue bicycle by the lake"
CALM = "A part of this cannot be read"


@pytest.fixture
def new() -> access.NewCase:
    access.prepare()
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=OWN)
    plan = {"answers": {"country": "US"}, "items": []}
    records.add(new.session.case, "plan", plan, book.Note("plan_kept"), now)
    operations.begin(
        new.session.case, platform="", kind="request", label="The first one", to="The first one", grounds=(),
        places=[operations.Place(1, "A place", A_POST, "", "", 1)], now=now,
    )  # fmt: skip
    return new


@pytest.fixture
def inside(new: access.NewCase) -> Client:
    client = Client()
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    return client


def spoil_records() -> None:
    Record.objects.update(envelope=b"\x01" + bytes(300))


def spoil_requests() -> None:
    from survivor_portal.takedowns.models import Takedown

    Takedown.objects.update(overview=b"\x01" + bytes(300), details=b"\x01" + bytes(300))


def spoil_book() -> None:
    Entry.objects.filter(seq=1).update(leaf=bytes(32))


def spoil_end() -> None:
    Case.objects.exclude(owner="nobody").update(book_mark=b"\x01" + bytes(300))


def is_calm(answer: Any) -> bool:
    page = answer.content.decode()
    return (
        answer.status_code == 409
        and CALM in page
        and "You did nothing wrong." in page
        and 'href="/helplines/"' in page
        and "crisis" in page
        and "The first one" not in page
        and A_POST not in page
    )


@pytest.mark.parametrize(
    ("spoil", "path", "post"),
    [
        (spoil_requests, "/c/", None),
        (spoil_records, "/next/", None),
        (spoil_book, "/c/", {"step": "timeline", "before": "9"}),
        (spoil_end, "/c/", {"step": "timeline", "before": "9"}),
        (spoil_end, "/c/", {"step": "keep_days", "go": "1", "days": "30"}),
        (spoil_records, "/next/", {"step": "country", "country": "DE"}),
    ],
)
def test_a_changed_row_gets_a_calm_page(spoil: Any, path: str, post: Any, inside: Client) -> None:
    spoil()

    answer = inside.get(path) if post is None else inside.post(path, post)

    assert is_calm(answer)


def test_at_the_door_the_right_phrase_gets_it_and_a_wrong_one_does_not(new: access.NewCase) -> None:
    spoil_end()

    right = Client().post("/c/", {"step": "open", "code": new.code, "phrase": OWN})
    wrong = Client().post("/c/", {"step": "open", "code": new.code, "phrase": "wrong"})

    assert is_calm(right)
    assert settings.CASE_COOKIE not in right.cookies
    assert wrong.status_code == 422
    assert CALM not in wrong.content.decode()


def test_a_form_whose_token_was_lost_gets_it_too(new: access.NewCase) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    spoil_records()

    assert is_calm(strict.post("/c/", {"step": "keep_days"}))
    assert is_calm(strict.post("/next/", {"step": "country", "country": "DE"}))


def test_the_case_can_still_be_closed_and_deleted(inside: Client) -> None:
    spoil_records()
    spoil_requests()
    page = inside.get("/c/").content.decode()
    assert re.search(r'name="step" value="close"', page)

    deleted = inside.post("/c/", {"step": "keep_delete", "go": "1", "phrase": OWN, "sure": "on"})

    assert "All of it is gone." in deleted.content.decode()
    assert Case.objects.exclude(owner="nobody").count() == 0


def test_closing_works_from_the_calm_page(inside: Client, new: access.NewCase) -> None:
    spoil_requests()
    inside.get("/c/")

    inside.post("/c/", {"step": "close"})

    assert unlocked.resume(new.session.token, datetime.now(UTC)) is None


def test_the_log_tells_the_operator_and_names_no_case(
    inside: Client, new: access.NewCase, caplog: pytest.LogCaptureFixture
) -> None:
    spoil_requests()
    inside.get("/c/")

    lines = [record.getMessage() for record in caplog.records if record.name == "survivor_portal.damaged"]
    assert lines == ["a part of a case is not as it was kept"]
    assert new.session.case.id not in caplog.text


def test_any_other_mistake_is_still_ours(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(operations, "board", broken)
    inside.raise_request_exception = False

    assert inside.get("/c/").status_code == 500
