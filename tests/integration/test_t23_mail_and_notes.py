"""T23, what leaves: after a restore no letter and no note leaves a second time, and none that was stopped."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from survivor_portal.cases import access
from survivor_portal.cases.access import NewCase
from survivor_portal.cases.keys import OpenCase
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.correspondence import outgoing, relays, threads
from survivor_portal.correspondence.outgoing import Draft
from survivor_portal.correspondence.threads import Leaving
from survivor_portal.followups import reminders
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.plan import About
from survivor_portal.followups.reminders import State, Why, Wish
from survivor_portal.jobs import table
from survivor_portal.keystore import epochs
from survivor_portal.slips import due
from survivor_portal.steward import backups, restoring
from survivor_portal.steward.backups import Part
from survivor_portal.web.survivor import arrivals, case_words
from tests.mail_peer import Peer, a_peer

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REQUEST = "a" * 32
DRAFT = Draft("abuse@reports.example", "A request", "Please take it down.\n", 2, (1,))
# The site alone, with today's keys; or both.
RESTORED = pytest.mark.parametrize("parts", [[Part.site], [Part.site, Part.keys]], ids=["site", "both"])


@pytest.fixture(autouse=True)
def peer(settings: Settings, tmp_path: Path) -> Iterator[Peer]:
    settings.DATA_DIR, settings.EPOCH_DIR = tmp_path / "data", tmp_path / "epochs"
    for folder in (settings.DATA_DIR, settings.EPOCH_DIR):
        folder.mkdir(mode=0o700)
    epochs.make(NOW)
    access.prepare()
    with a_peer() as running:
        settings.MAIL_OUT = MailOut("127.0.0.1", running.port)
        settings.MAIL_IN = MailIn("smtp", "127.0.0.1", 2525)
        settings.DKIM_KEY_FILE = None
        yield running


@pytest.fixture
def new() -> NewCase:
    made = access.open_new(NOW)
    access.confirm(made.session.case, made.phrase, NOW)
    return made


def opened(new: NewCase, now: datetime) -> OpenCase:
    case = access.open_with(new.code, new.phrase, now).session.case
    arrivals.take_in(case, now)
    return case


def works(now: datetime) -> None:
    for claim in due.claim(now, kinds=["mail", "nudge"]):
        work = due.begin(claim.id, claim.token, now)
        assert work
        try:
            due.done(work, now, table.HANDLERS[work.kind](work, now))
        except due.NotYet as wait:
            due.done(work, now, again_at=wait.at)


def state(case: OpenCase) -> Leaving:
    thread = threads.of(case, REQUEST)
    assert thread
    return thread.letters[0].state


@RESTORED
def test_t23_a_letter_that_left_since_leaves_once_and_its_case_does_not_say_that_it_failed(
    parts: list[Part], new: NewCase, peer: Peer, tmp_path: Path
) -> None:
    outgoing.put(new.session.case, REQUEST, relays.draw(), (DRAFT,), NOW)
    old = {part: backups.make(part, tmp_path / "backups", NOW) for part in Part}
    works(NOW + HOUR)
    assert len(peer.took) == 1

    restoring.restore([old[part] for part in parts], NOW + 2 * HOUR)
    for hours in (3, 30, 100):
        works(NOW + hours * HOUR)
        table.HANDLERS["mail_over"](due.Work("", "", "", "", 1), NOW + hours * HOUR)

    assert len(peer.took) == 1
    assert state(opened(new, NOW + 4 * DAY)) is Leaving.unknown


def test_t23_a_letter_that_had_not_left_leaves_after_the_site_alone_was_put_back(
    new: NewCase, peer: Peer, tmp_path: Path
) -> None:
    outgoing.put(new.session.case, REQUEST, relays.draw(), (DRAFT,), NOW)
    old = backups.make(Part.site, tmp_path / "backups", NOW)

    restoring.restore([old], NOW + HOUR)
    works(NOW + 2 * HOUR)

    assert len(peer.took) == 1
    assert state(opened(new, NOW + 3 * HOUR)) is Leaving.left


def turned_on(new: NewCase, peer: Peer) -> str:
    """Notes are on and one is planned; gives the word that stops them."""
    case = new.session.case
    found = reminders.ask(
        case, Wish("her.own@mail.example", (About.due,)), NOW, link=lambda token: f"https://n.example/{token}"
    )
    works(NOW)
    peer.took.clear()
    assert reminders.confirm(case, found.number, NOW)
    plan(case, NOW)
    assert Nudge.objects.count() == 1
    return found.token


def plan(case: OpenCase, now: datetime) -> None:
    reminders.replan(
        case, lambda: [NOW + 2 * DAY], lambda _: date(2027, 9, 1), now,
        zone=ZoneInfo("Europe/Berlin"), link=lambda token: f"https://n.example/{token}",
    )  # fmt: skip


@RESTORED
def test_t23_notes_that_were_stopped_since_do_not_begin_again(
    parts: list[Part], new: NewCase, peer: Peer, tmp_path: Path
) -> None:
    token = turned_on(new, peer)
    old = {part: backups.make(part, tmp_path / "backups", NOW) for part in Part}
    reminders.stop(token, NOW + HOUR)

    restoring.restore([old[part] for part in parts], NOW + 2 * HOUR)
    case = opened(new, NOW + 3 * HOUR)
    plan(case, NOW + 3 * HOUR)
    for days in (1, 2, 3, 4):
        works(NOW + days * DAY)

    assert peer.took == []
    assert (Reminder.objects.count(), Nudge.objects.count()) == (0, 0)
    assert (reminders.read(case).state, reminders.read(case).news) == (State.off, Why.stopped)


@RESTORED
def test_t23_notes_that_are_on_are_planned_again_at_the_next_opening_and_leave_once(
    parts: list[Part], new: NewCase, peer: Peer, tmp_path: Path
) -> None:
    turned_on(new, peer)
    old = {part: backups.make(part, tmp_path / "backups", NOW) for part in Part}

    restoring.restore([old[part] for part in parts], NOW + HOUR)
    # Where both came from backups nobody knows what was stopped: nothing waits until its owner comes.
    assert Nudge.objects.count() == (1 if len(parts) == 1 else 0)
    plan(opened(new, NOW + 2 * HOUR), NOW + 2 * HOUR)
    for hours in range(12, 120, 12):
        works(NOW + hours * HOUR)

    assert len(peer.took) == 1


@RESTORED
def test_t23_a_note_that_left_since_does_not_leave_again(
    parts: list[Part], new: NewCase, peer: Peer, tmp_path: Path
) -> None:
    turned_on(new, peer)
    old = {part: backups.make(part, tmp_path / "backups", NOW) for part in Part}
    works(NOW + 49 * HOUR)
    assert len(peer.took) == 1

    restoring.restore([old[part] for part in parts], NOW + 50 * HOUR)
    for hours in range(51, 120, 6):
        works(NOW + hours * HOUR)

    assert len(peer.took) == 1


def test_the_book_says_that_the_site_had_a_fault() -> None:
    said = case_words.book_words("arrived", {"kind": "restored", "document": {}}, {})

    assert said.startswith("This site had a fault.")
