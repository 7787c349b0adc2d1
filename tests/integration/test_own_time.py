"""A case by the person's own clock: shown, typed, counted, and counted again when the clock changes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import calendars
from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Move
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web import times
from tests.integration.test_case_page import plan_data, post, sent, words

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
THEIR_WORDS = "We did not find a violation of our policies, so no action will be taken at this time."


def case_of(country: str, **more: Any) -> Session:
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    data = plan_data() | more
    data["answers"] |= {"country": country}
    records.add(session.case, "plan", data, Note("plan_kept"), now)
    return session


def client_of(session: Session) -> Client:
    client = Client()
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return client


def kept_zone(session: Session) -> Any:
    (record,) = records.read(session.case, "plan")
    return record.document.get("zone")


def use(client: Client, zone: str) -> Any:
    return post(client, "keep_time", go="1", zone=zone)


def a_request(session: Session, law: str, at: datetime) -> Takedown:
    """One that was sent at this moment, its clocks counted in UTC."""
    made = operations.begin(
        session.case,
        platform="x",
        kind="request",
        label="One",
        to="X",
        grounds=[law],
        places=[operations.Place(1, "one")],
        now=at,
    )
    entry = Entry(2, Move.SEND, at, (1,), how=How.FORM)
    return operations.note(session.case, made, entry, at, due=due_by(at, counts_as_minor=True, zone=UTC))


def duty_ends(session: Session, takedown: Takedown) -> list[datetime]:
    (line,) = [line for line in operations.board(session.case) if line.id == takedown.id]
    return [end.at for end in line.ends if end.kind.value == "duty"]


def test_a_country_with_one_clock_needs_no_question() -> None:
    assert "Times are in Berlin time." in words(client_of(case_of("DE")).get("/c/"))


def test_a_country_with_several_clocks_shows_utc_and_a_way_to_change_it() -> None:
    browser = client_of(case_of("US"))

    assert "Times are in UTC." in words(browser.get("/c/"))
    page = words(post(browser, "keep_time"))
    assert page.index("Los Angeles") < page.index("Abidjan")  # their own country's first


def test_a_zone_that_was_chosen_is_used_and_kept_with_the_plan() -> None:
    session = case_of("US")
    browser = client_of(session)

    use(browser, "America/Chicago")

    assert kept_zone(session) == "America/Chicago"
    assert "Times are in Chicago time." in words(post(browser, "board"))
    assert 'value="America/Chicago" selected' in post(browser, "keep_time").content.decode()


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "Europe"])
def test_what_is_no_zone_is_sent_back_and_changes_nothing(zone: str) -> None:
    session = case_of("DE")

    response = use(client_of(session), zone)

    assert response.status_code == 422
    assert "Error:" in response.content.decode()
    assert words(response).index("Berlin") < words(response).index("Abidjan")
    assert kept_zone(session) is None


@pytest.mark.parametrize("zone", ["Mars/Base", "", None, 7, ["Europe/Berlin"]])
def test_an_old_record_with_a_zone_nobody_knows_opens_by_the_countrys_clock(zone: Any) -> None:
    assert "Times are in Tokyo time." in words(client_of(case_of("JP", zone=zone)).get("/c/"))


def test_what_is_typed_is_their_own_time_and_kept_as_utc() -> None:
    session = case_of("DE")
    browser = client_of(session)
    a_request(session, "us-tida", datetime(2026, 5, 1, 9, tzinfo=UTC))
    (line,) = operations.board(session.case)

    form = post(browser, "request", request=line.id)
    page = post(browser, "happened", request=line.id, what="receipt", at="2026-05-03T14:30")

    assert "When? (day and time, Berlin time)" in words(form)
    (*_, entry) = operations.read(session.case, line.id).entries
    assert entry.at == datetime(2026, 5, 3, 12, 30, tzinfo=UTC)
    assert (
        '<time datetime="2026-05-03T12:30:00Z">3 May 2026, 14:30 Berlin time</time>' in page.content.decode()
    )


def test_the_box_for_the_time_holds_the_time_of_their_clock() -> None:
    session = case_of("IN")
    a_request(session, "us-tida", datetime(2026, 5, 1, 9, tzinfo=UTC))
    (line,) = operations.board(session.case)

    page = post(client_of(session), "request", request=line.id).content.decode()

    shown = re.search(r'name="at" value="([^"]+)"', page)
    assert shown
    here = timezone.localtime(timezone.now(), calendars.zone("Asia/Kolkata")).replace(tzinfo=None)
    assert abs(datetime.fromisoformat(shown.group(1)) - here) < timedelta(minutes=3)


@pytest.mark.parametrize(
    "typed",
    ["2026-03-29T02:30", "2026-10-25T02:30", "2026-03-29", "2026-03-29 02:30", "2026-05-03T14:30:15+02:00"],
)
def test_a_time_that_a_clock_change_skips_or_doubles_is_taken(typed: str) -> None:
    session = case_of("DE")
    a_request(session, "us-tida", datetime(2026, 1, 1, 9, tzinfo=UTC))
    (line,) = operations.board(session.case)

    response = post(client_of(session), "happened", request=line.id, what="receipt", at=typed)

    assert response.status_code == 200
    assert len(operations.read(session.case, line.id).entries) == 3


@pytest.mark.parametrize(
    "typed",
    ["0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+23:59", "2026-13-01", "x", "1969-01-01"],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_time_that_cannot_be_is_sent_back(zone: str, typed: str) -> None:
    session = case_of("DE", zone=zone)
    a_request(session, "us-tida", datetime(2026, 1, 1, 9, tzinfo=UTC))
    (line,) = operations.board(session.case)

    response = post(client_of(session), "happened", request=line.id, what="receipt", at=typed)

    assert response.status_code == 422
    assert len(operations.read(session.case, line.id).entries) == 2


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent_at", "zone", "end"),
    [
        # Summer to winter: the same time of day in Berlin is an hour later in UTC.
        ((2026, 10, 1, 12), "Europe/Berlin", (2026, 11, 1, 13)),
        ((2026, 3, 1, 12), "Europe/Berlin", (2026, 4, 1, 11)),
        # Already the 31st at UTC+14: a month later is the 28th there, and the 28th in UTC is a day after.
        ((2026, 1, 30, 20), "Pacific/Kiritimati", (2026, 2, 27, 20)),
        # Still the 31st at UTC-11, the 1st in UTC.
        ((2026, 4, 1, 5), "Pacific/Pago_Pago", (2026, 5, 1, 5)),
        ((2026, 1, 31, 12), "UTC", (2026, 2, 28, 12)),
    ],
)
def test_months_are_counted_again_where_the_person_is(
    sent_at: tuple[int, ...], zone: str, end: tuple[int, ...]
) -> None:
    session = case_of("US")
    takedown = a_request(session, "eu-gdpr-17", utc(*sent_at))

    use(client_of(session), zone)

    assert utc(*end) in duty_ends(session, takedown)
    row = Row.objects.get(pk=takedown.id)
    assert row.due_at == min(
        end.at for end in operations.board(session.case)[0].ends if end.kind.value in ("duty", "reminder")
    )


def test_a_clock_of_hours_is_the_same_everywhere_and_its_row_is_left_alone() -> None:
    session = case_of("US")
    takedown = a_request(session, "us-tida", datetime(2026, 10, 24, 12, tzinfo=UTC))
    before = Row.objects.get(pk=takedown.id)

    use(client_of(session), "Europe/Berlin")

    after = Row.objects.get(pk=takedown.id)
    assert (after.revision, after.due_at) == (before.revision, before.due_at)


def test_counting_again_is_one_line_of_the_book_and_the_book_fits_the_rows() -> None:
    session = case_of("US")
    for _ in range(3):
        a_request(session, "eu-gdpr-17", datetime(2026, 10, 1, 12, tzinfo=UTC))
    before = len(book.timeline(session.case))

    use(client_of(session), "Europe/Berlin")

    entries = book.timeline(session.case)
    assert len(entries) == before + 1
    told = book.revisions(entries)
    for row in Row.objects.all():
        assert told[f"takedowns_takedown|{row.pk}"] == row.revision == 3
    records.check(session.case, told)


def test_another_country_in_the_answers_counts_again_too() -> None:
    session = case_of("US")
    takedown = a_request(session, "eu-gdpr-17", datetime(2026, 10, 1, 12, tzinfo=UTC))

    post(client_of(session), "place", "/next/", go="1", country="DE", region="")

    assert duty_ends(session, takedown) == [datetime(2026, 11, 1, 13, tzinfo=UTC)]


def test_an_answer_that_changes_no_clock_touches_no_request() -> None:
    session = case_of("DE")
    takedown = a_request(session, "eu-gdpr-17", datetime(2026, 10, 1, 12, tzinfo=UTC))

    post(client_of(session), "forced", "/next/", go="1", forced="yes")

    assert Row.objects.get(pk=takedown.id).revision == takedown.revision


def test_an_office_is_told_both_times_and_a_platform_only_utc() -> None:
    session = case_of("US", zone="America/Chicago")
    browser = client_of(session)
    sent(browser)
    post(browser, "answer", text=THEIR_WORDS)
    kept = post(browser, "answer_keep", text=THEIR_WORDS, says="refused").content.decode()
    rungs = re.findall(r'name="rung" value="([^"]+)"', kept)

    letters = {
        kind: words(post(browser, "next_letter", rung=next(r for r in rungs if r.startswith(f"{kind}|"))))
        for kind in ("regulator", "answer")
    }

    assert re.search(r"\d\d:\d\d UTC \([^)]*\d\d:\d\d, UTC-0[56]:00\)", letters["regulator"])
    assert " UTC" in letters["answer"]
    assert "UTC-0" not in letters["answer"]


def test_while_the_door_is_locked_times_are_utc() -> None:
    browser = client_of(case_of("DE"))
    browser.get("/c/")
    browser.cookies.pop(settings.CASE_COOKIE)

    browser.get("/c/")

    assert timezone.get_current_timezone_name() == "UTC"
    assert "Berlin" not in browser.get("/c/").content.decode()


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", date(2026, 5, 3)),
        ("Europe/Berlin", date(2026, 5, 3)),
        ("Pacific/Kiritimati", date(2026, 5, 3)),
        # There the third of May has seven hours left when its day is over in UTC.
        ("America/Los_Angeles", date(2026, 5, 2)),
    ],
)
def test_nobody_is_told_that_it_is_kept_a_day_longer_than_it_is(zone: str, told: date) -> None:
    with timezone.override(calendars.zone(zone)):
        assert times.last_whole_day(date(2026, 5, 3)) == told


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
    st.sampled_from([*calendars.zones(), "UTC"]),
)
def test_what_a_box_shows_is_read_as_the_same_moment(naive: datetime, key: str) -> None:
    at = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    zone = calendars.zone(key)

    class Box(forms.Form):
        at = times.MomentField()

    with timezone.override(zone):
        shown = Box(initial={"at": at})["at"].value().strftime("%Y-%m-%dT%H:%M")
        box = Box({"at": shown})
        assert box.is_valid()
        again = box.cleaned_data["at"]
        assert timezone.localtime(again).strftime("%Y-%m-%dT%H:%M") == shown
    wall = at.astimezone(zone).replace(tzinfo=None)
    comes_twice = len({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}) > 1
    assert again == at or comes_twice


@pytest.mark.parametrize(
    ("zone", "ends", "told"),
    [
        ("Europe/Berlin", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        ("America/New_York", datetime(2026, 12, 31, 2, 0, tzinfo=UTC), date(2026, 12, 30)),
        ("UTC", datetime(2026, 12, 31, 12, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_nobody_is_told_a_day_more_of_a_release_than_there_is(zone: str, ends: datetime, told: date) -> None:
    with timezone.override(zone):
        assert times.day_until(ends) == told
