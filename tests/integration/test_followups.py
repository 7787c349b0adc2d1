"""Notes from the yes to the mail: tried out first, planned, sent, stopped, and gone with the case."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from survivor_portal.cases import access, ending, entrusted, records, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Entrusted
from survivor_portal.followups import reminders, sending
from survivor_portal.followups.hours import Hours
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.plan import About
from survivor_portal.followups.reminders import Reminders, State, Why, Wish
from survivor_portal.keystore.models import Capsule, CapsuleKey
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from survivor_portal.slips.models import State as SlipState
from survivor_portal.web.survivor import arrivals
from tests.dkim_keys import rsa_key
from tests.post_office import PostOffice, post_office, text_of

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # one in the afternoon there
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # nine there
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST_DAY = date(2027, 5, 21)
HER = "her.own@mail.example"
TELLING = re.compile(
    r"abuse|survivor|victim|sex|nude|image|picture|photo|takedown|removal|request|case|platform|report|police|"
    r"law|code|phrase|help",
    re.I,
)


@pytest.fixture(autouse=True)
def office(settings: Settings) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings.MAIL_OUT = opened.out
        yield opened


@pytest.fixture
def case() -> OpenCase:
    access.prepare()
    new = access.open_new(NOW)
    access.confirm(new.session.case, new.phrase, NOW)
    return new.session.case


def link(token: str) -> str:
    return f"https://notes.example/n/{token}/"


def asks(case: OpenCase, now: datetime = NOW, **more: Any) -> Reminders:
    return reminders.ask(case, Wish(HER, **more), now, link=link)


def turned_on(case: OpenCase, office: PostOffice, now: datetime = NOW, **more: Any) -> str:
    """Asked for, tried out and confirmed, the test note put away; gives the word that stops them."""
    found = asks(case, now, **more)
    works(now)
    office.mails.clear()
    assert reminders.confirm(case, found.number, now)
    return found.token


def plans(case: OpenCase, *ends: datetime, now: datetime = NOW, last_day: date = LAST_DAY) -> None:
    reminders.replan(case, lambda: ends, lambda _day: last_day, now, zone=BERLIN, link=link)


def works(now: datetime) -> None:
    """What a worker does at that time with all notes that are due."""
    for claim in due.claim(now, kinds=[reminders.PURPOSE]):
        work = due.begin(claim.id, claim.token, now)
        assert work is not None
        try:
            due.done(work, now, sending.nudge(work, now))
        except due.NotYet as wait:
            due.done(work, now, again_at=wait.at)
        except Exception:
            due.failed(work, now)


def waiting() -> list[datetime]:
    found = Slip.objects.filter(kind=reminders.PURPOSE, state=SlipState.waiting)
    return sorted(found.values_list("due_at", flat=True))


def nothing_is_left() -> bool:
    tables = (Reminder, Nudge, Capsule, CapsuleKey, Entrusted)
    return not waiting() and not any(table.objects.exists() for table in tables)


def words_of(office: PostOffice) -> str:
    return "\n".join(f"{mail.as_string()}\n{text_of(mail)}" for mail in office.mails)


# Before the yes


def test_without_a_yes_there_is_no_capsule_and_no_slip(case: OpenCase) -> None:
    def asked() -> list[datetime]:
        raise AssertionError("nobody wanted to know")

    reminders.replan(case, asked, lambda day: day, NOW, zone=BERLIN, link=link)

    assert reminders.read(case) == reminders.OFF
    assert nothing_is_left()


def test_first_there_is_a_test_note_and_nothing_else(case: OpenCase, office: PostOffice) -> None:
    found = asks(case)
    plans(case, NOW + DAY)
    works(NOW)

    (mail,) = office.mails
    assert mail["To"] == HER
    assert found.number in text_of(mail)
    assert link(found.token) in text_of(mail)
    assert waiting() == []
    assert entrusted.of(case.id) == ()


def test_the_test_note_comes_at_once_in_the_quiet_hours_too(case: OpenCase, office: PostOffice) -> None:
    night = NOW + 12 * HOUR

    asks(case, night)
    works(night)

    assert len(office.mails) == 1


def test_the_number_begins_it_however_it_is_typed(case: OpenCase) -> None:
    number = asks(case).number

    assert reminders.confirm(case, f" {number[:3]} {number[3:]}. ", NOW)

    assert reminders.read(case).state is State.on


def test_five_wrong_numbers_end_it_and_the_address_is_forgotten(case: OpenCase) -> None:
    number = asks(case).number
    wrong = f"{(int(number) + 1) % 10**6:06}"

    assert [reminders.confirm(case, wrong, NOW) for _ in range(5)] == [False] * 5

    assert not reminders.confirm(case, number, NOW)
    assert reminders.read(case).wish is None
    assert nothing_is_left()


def test_three_test_notes_a_day_and_then_no_more(case: OpenCase, office: PostOffice) -> None:
    for minutes in range(3):
        asks(case, NOW + timedelta(minutes=minutes))
        works(NOW + timedelta(minutes=minutes))
    reminders.turn_off(case, NOW + HOUR)

    with pytest.raises(reminders.TooManyTests):
        asks(case, NOW + HOUR)

    assert len(office.mails) == 3
    assert asks(case, NOW + DAY + HOUR).state is State.asked


def test_another_address_is_tried_out_anew_and_the_old_one_gets_nothing(
    case: OpenCase, office: PostOffice
) -> None:
    turned_on(case, office)
    plans(case, NOW + DAY)

    found = reminders.ask(case, Wish("new@mail.example"), NOW, link=link)
    plans(case, NOW + DAY)
    works(NOW + 3 * DAY - HOUR)

    assert found.state is State.asked
    assert office.mails == []  # the test note is a day old: nobody waits for it


def test_other_hours_need_no_new_test(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + 12 * HOUR)
    assert waiting()[0] == MORNING

    found = asks(case, hours=Hours(11, 15))
    plans(case, NOW + 12 * HOUR)

    assert found.state is State.on
    assert waiting()[0] == MORNING + 2 * HOUR


# What is planned


def test_a_time_that_ends_in_the_night_is_told_in_the_morning(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + 12 * HOUR)

    works(MORNING - timedelta(minutes=1))
    assert office.mails == []
    works(MORNING)

    (mail,) = office.mails
    assert "a step waiting" in text_of(mail)


def test_planned_again_only_what_changed_is_written(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + DAY, NOW + 2 * DAY)
    before = set(entrusted.of(case.id))

    plans(case, NOW + DAY, NOW + 2 * DAY, now=NOW + HOUR)
    assert set(entrusted.of(case.id)) == before
    plans(case, NOW + DAY, now=NOW + HOUR)

    after = set(entrusted.of(case.id))
    assert after < before
    assert len(before - after) == 1
    assert len(waiting()) == len(after) == CapsuleKey.objects.count() == 2


def test_the_last_call_moves_with_the_day_it_tells_of(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.ends,))
    plans(case, NOW + DAY)
    assert [at.date() for at in waiting()] == [LAST_DAY - 14 * DAY]

    plans(case, NOW + DAY, last_day=LAST_DAY + DAY)
    (at,) = waiting()
    works(at)

    assert "by 22 May 2027" in text_of(office.mails[0])


def test_a_note_that_went_out_is_not_planned_again(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.due,))
    plans(case, NOW + 12 * HOUR, NOW + 22 * HOUR)
    works(MORNING)

    plans(case, NOW + 12 * HOUR, NOW + 22 * HOUR, now=MORNING + HOUR)

    # The second time ends later on the same day, which has had its note.
    assert waiting() == [MORNING + DAY]


# At the mail server


def test_what_leaves_says_nothing(case: OpenCase, office: PostOffice) -> None:
    found = asks(case)
    works(NOW)
    reminders.confirm(case, found.number, NOW)
    plans(case, NOW + 12 * HOUR)
    works(MORNING)
    works(datetime(2027, 5, 7, 8, tzinfo=UTC))

    assert len(office.mails) == 3
    for mail in office.mails:
        said = text_of(mail)
        assert TELLING.findall(f"{mail['Subject']} {mail['From']} {said}") == []
        assert re.findall(r"https?://\S+", said) == [link(found.token)]
        assert case.id not in mail.as_string()
        assert mail["Subject"] == "Your note"
        assert str(mail["From"]) in ("Next steps <notes@relay.example>", '"Next steps" <notes@relay.example>')
        assert mail["List-Unsubscribe"] == f"<{link(found.token)}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert not list(mail.iter_attachments())
    assert set(office.senders) == {"notes@relay.example"}


def test_the_signature_covers_the_link_that_stops(
    case: OpenCase, office: PostOffice, settings: Settings, tmp_path: Path
) -> None:
    """RFC 8058 section 3: mail programs heed the header only where it is signed."""
    settings.DKIM_KEY_FILE = tmp_path / "key"
    settings.DKIM_KEY_FILE.write_text(rsa_key())
    settings.DKIM_SELECTOR = "one"

    asks(case)
    works(NOW)

    (signed,) = re.findall(r"\bh=([^;]+);", str(office.mails[0]["DKIM-Signature"]))
    names = {name.strip() for name in signed.split(":")}
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "subject"} <= names


def test_two_tabs_that_ask_in_the_same_moment_ask_once(
    case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(case)
    # The second one looked before the first one was through.
    monkeypatch.setattr(reminders, "_end", lambda *_: None)

    with pytest.raises(records.ChangedMeanwhile):
        asks(case)

    assert Reminder.objects.count() == 1


def test_a_late_worker_keeps_the_quiet_hours(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR)
    night = NOW + 9 * HOUR

    works(night)
    assert office.mails == []
    assert waiting()[0] == MORNING
    works(MORNING)

    assert len(office.mails) == 1


def test_a_late_worker_sends_one_a_day(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.due,))
    plans(case, NOW + HOUR, NOW + DAY)

    works(NOW + DAY + HOUR)

    assert len(office.mails) == 1
    assert entrusted.of(case.id) == ()


def test_the_last_call_waits_for_the_next_day_and_is_not_dropped(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    last = datetime(2027, 5, 7, 7, tzinfo=UTC)  # nine there, summer time
    plans(case, last - DAY)
    works(last + HOUR)
    assert len(office.mails) == 1

    works(last + DAY)

    assert ["waiting" in text_of(mail) for mail in office.mails] == [True, False]


def test_what_is_two_days_old_is_dropped_and_the_case_is_told(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office, about=(About.due,))
    plans(case, NOW + HOUR)

    works(NOW + HOUR + 2 * DAY)
    arrivals.take_in(case, NOW + 3 * DAY)

    assert office.mails == []
    assert entrusted.of(case.id) == ()
    found = reminders.read(case)
    assert (found.state, found.news) == (State.on, Why.missed)


def test_a_server_that_is_down_is_tried_again_under_the_same_name(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR)
    office.says = "451 4.7.1 come back later"
    works(NOW + HOUR)
    (again, *_rest) = waiting()
    assert NOW + HOUR < again < NOW + 2 * HOUR
    office.says = "250 OK"

    works(again)

    assert len(office.mails) == 1
    assert office.asked == 3  # the test note, the try that failed, this one


def test_somebody_who_gets_it_twice_can_tell(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR)
    for _ in range(2):
        # The worker ends after handing it over, before it is crossed off.
        (claim,) = due.claim(NOW + HOUR, kinds=[reminders.PURPOSE])
        work = due.begin(claim.id, claim.token, NOW + HOUR)
        assert work is not None
        sending.nudge(work, NOW + HOUR)
        due.done(work, NOW + HOUR, again_at=NOW + HOUR)

    one, other = office.mails
    assert one["Message-ID"] == other["Message-ID"]


def test_a_mailbox_that_takes_none_ends_it_and_the_case_is_told(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR, NOW + 2 * DAY)
    office.says = "550 5.1.1 no such user"

    works(NOW + HOUR)

    assert nothing_is_left()
    arrivals.take_in(case, NOW + DAY)
    found = reminders.read(case)
    assert (found.state, found.wish, found.news) == (State.off, None, Why.refused)
    reminders.seen(case, NOW + DAY)
    assert not reminders.read(case).news


def test_after_the_last_try_the_case_is_told_and_the_slip_stays_for_the_operator(
    case: OpenCase, office: PostOffice
) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR)
    office.says = "451 4.7.1 come back later"
    Slip.objects.filter(state=SlipState.waiting).update(attempts=due.MOST_ATTEMPTS - 1)

    works(NOW + HOUR)

    assert Slip.objects.filter(state=SlipState.dead).count() == 1
    assert slot.is_waiting(case)
    arrivals.take_in(case, NOW + DAY)
    assert reminders.read(case).news is Why.missed


# The end of it


def test_the_link_stops_all_of_it_and_the_case_is_told(case: OpenCase, office: PostOffice) -> None:
    token = turned_on(case, office)
    plans(case, NOW + HOUR, NOW + 2 * DAY)

    reminders.stop(token, NOW)

    assert nothing_is_left()
    works(NOW + HOUR)
    assert office.mails == []
    arrivals.take_in(case, NOW + DAY)
    found = reminders.read(case)
    assert (found.state, found.wish, found.news) == (State.off, None, Why.stopped)


def test_the_link_of_a_test_note_stops_it_too(case: OpenCase, office: PostOffice) -> None:
    found = asks(case)

    reminders.stop(found.token, NOW)
    works(NOW)

    assert office.mails == []
    assert nothing_is_left()


@pytest.mark.parametrize("token", ["", "a" * 26, "A" * 26, "../../etc", "a" * 5000, "é" * 26])
def test_a_word_nobody_knows_stops_nothing(case: OpenCase, office: PostOffice, token: str) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR)

    reminders.stop(token, NOW)

    assert waiting()
    assert not slot.is_waiting(case)


def test_stopped_with_a_full_slot_it_is_off_all_the_same(
    case: OpenCase, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = turned_on(case, office)
    plans(case, NOW + HOUR)
    monkeypatch.setattr(slot, "MOST_WAITING", 0)

    reminders.stop(token, NOW)
    plans(case, NOW + HOUR)

    assert nothing_is_left()
    assert reminders.read(case).news is Why.stopped


def test_word_of_an_old_stop_does_not_end_what_was_asked_for_since(
    case: OpenCase, office: PostOffice
) -> None:
    token = turned_on(case, office)
    reminders.stop(token, NOW)
    turned_on(case, office, NOW + HOUR)

    arrivals.take_in(case, NOW + HOUR)

    assert reminders.read(case).state is State.on


def test_turned_off_nothing_is_left(case: OpenCase, office: PostOffice) -> None:
    turned_on(case, office)
    plans(case, NOW + HOUR, NOW + 2 * DAY)

    reminders.turn_off(case, NOW)
    reminders.turn_off(case, NOW)

    assert nothing_is_left()
    assert HER not in str(reminders.read(case))


@pytest.mark.parametrize("how", ["by its owner", "by the sweep"])
def test_with_the_case_all_of_it_goes_at_once(case: OpenCase, office: PostOffice, how: str) -> None:
    token = turned_on(case, office)
    plans(case, NOW + HOUR, NOW + 2 * DAY)

    if how == "by its owner":
        ending.erase_case(case.id, NOW)
    else:
        ending.sweep(datetime.combine(case.expires_on + DAY, datetime.min.time(), UTC))

    assert nothing_is_left()
    reminders.stop(token, NOW)
    with suppress(Exception):
        works(NOW + HOUR)
    assert office.mails == []


def test_only_this_case_is_stopped(case: OpenCase, office: PostOffice) -> None:
    other = access.open_new(NOW).session.case
    token = turned_on(case, office)
    turned_on(other, office)
    plans(case, NOW + HOUR)
    plans(other, NOW + HOUR)

    reminders.stop(token, NOW)
    works(NOW + HOUR)

    assert len(office.mails) == 1
    assert not slot.is_waiting(other)
