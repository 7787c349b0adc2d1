"""The notes of one case: asked for, tried out, begun, planned anew, stopped.

What was asked for stands in one sealed record. What workers need for one note is a capsule. Without a yes
there is neither.
"""

from __future__ import annotations

import base64
import logging
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice

from django.conf import settings
from django.db import IntegrityError, transaction

from survivor_portal.cases import book, entrusted, keys, ledger, records, slot
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.ledger import Ended
from survivor_portal.cases.slot import SlotFull
from survivor_portal.correspondence import messages
from survivor_portal.followups import sleeping, words
from survivor_portal.followups.hours import Hours, windows
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.plan import About, Planned, plan
from survivor_portal.followups.wishes import OFF, Reminders, State, Why, Wish, from_plain, to_plain

RECORD = "reminders"  # the kind of the one record
PURPOSE = sleeping.PURPOSE
TOLD = "reminders"  # the kind of what goes into the case's slot
# A note that is older than this helps nobody.
TOO_LATE = timedelta(days=2)
TEST_LASTS = timedelta(days=1)
MOST_TESTS = 3  # a day: nobody's mailbox is filled from here
MOST_WRONG = 5
TOKEN = re.compile("[a-z2-7]{26}")
Link = Callable[[str], str]

log = logging.getLogger("survivor_portal.followups")


class TooManyTests(Exception):
    """Enough test notes for one day."""


def offered() -> bool:
    """Can this site send notes at all?"""
    return settings.MAIL_OUT is not None and bool(settings.CASES_OPEN)


def read(case: OpenCase) -> Reminders:
    """How it stands. One query."""
    found = records.read(case, RECORD)
    return from_plain(found[0].document) if found else OFF


def ask(case: OpenCase, wish: Wish, now: datetime, *, link: Link) -> Reminders:
    """Ask for notes. To a new address a test note goes out at once, and nothing else until it was confirmed.

    `link` makes the address that stops them from its last part. Raises TooManyTests, ChangedMeanwhile,
    NoAutoKey, NoEpoch.
    """
    with transaction.atomic():
        before = _locked(case)
        if before.wish and before.state is State.on and before.wish.to == wish.to:
            _forget_planned(case.id)
            return _keep(case, replace(before, wish=wish), "reminders_changed", now)
        tests = tuple(at for at in before.tests if at > now - timedelta(days=1))
        if len(tests) >= MOST_TESTS:
            raise TooManyTests
        _end(case.id, now)
        found = Reminders(
            State.asked,
            wish,
            tests=(*tests, now),
            token=base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower(),
            number=f"{secrets.randbelow(10**6):06}",
        )
        reminder = Reminder(id=_index(found.token), case_id=case.id)
        try:
            with transaction.atomic():
                reminder.save(force_insert=True)
        except IntegrityError:
            raise records.ChangedMeanwhile from None  # another tab asked in the same moment
        _put(reminder, found, Planned(now, About.test), link)
        return _keep(case, found, "reminders_asked", now)


def confirm(case: OpenCase, number: str, now: datetime) -> bool:
    """The number from the test note: is it the one? From then on notes go out. After five wrong
    ones all of it is off. Raises ChangedMeanwhile."""
    with transaction.atomic():
        found = _locked(case)
        if found.state is not State.asked:
            return found.state is State.on
        if "".join(re.findall("[0-9]", number)) == found.number:
            _keep(case, replace(found, state=State.on, number="", wrong=0), "reminders_on", now)
            return True
        if found.wrong + 1 >= MOST_WRONG:
            _end(case.id, now)
            _keep(case, Reminders(tests=found.tests), "reminders_off", now)
        else:
            _keep(case, replace(found, wrong=found.wrong + 1), "reminders_asked", now)
        return False


def turn_off(case: OpenCase, now: datetime) -> None:
    """No notes any more, and the address is forgotten. Twice does no harm. Raises ChangedMeanwhile."""
    with transaction.atomic():
        found = _locked(case)
        _end(case.id, now)
        if found != OFF:
            _keep(case, Reminders(tests=found.tests), "reminders_off", now)


def seen(case: OpenCase, now: datetime) -> None:
    """The news was read. Raises ChangedMeanwhile."""
    with transaction.atomic():
        found = _locked(case)
        if found.news:
            _keep(case, replace(found, news=Why.nothing), "reminders_seen", now)


def will_plan(case_id: str) -> None:
    """A form of this case is about to be done: should this process end before `replan`, its notes wait for
    the next page. One query, in no transaction of the form's own."""
    Reminder.objects.filter(case_id=case_id).update(to_plan=True)


def nothing_to_plan(case_id: str) -> None:
    """The form is done, and no note but a test note is wanted."""
    Reminder.objects.filter(case_id=case_id).update(to_plan=False)


def waits_for_plan(case_id: str) -> bool:
    """Did a process end between a form and its `replan`, or is one in between just now? One query."""
    return Reminder.objects.filter(case_id=case_id, to_plan=True).exists()


def replan(
    case: OpenCase,
    due: Callable[[], Iterable[datetime]],
    last_day_of: Callable[[date], date],
    now: datetime,
    *,
    zone: tzinfo,
    link: Link,
) -> None:
    """Plan the notes anew: what is no longer wanted is taken back, what is new is put.

    `due` gives when times are over that somebody had; asked only where notes are on. `last_day_of` makes
    of the day of UTC on which a case ends the last whole one of the zone. One query where notes are off.
    Raises NoAutoKey, NoEpoch, CaseGone, Rekeyed.
    """
    found = read(case)
    if found.state is not State.on or found.wish is None:
        return
    wish = found.wish
    with transaction.atomic():
        book.hold(case)
        reminder = (
            Reminder.objects.select_for_update().filter(case_id=case.id, pk=_index(found.token)).first()
        )
        if reminder is None:
            # Stopped meanwhile. What came into the slot says why, where there was room for it.
            _keep(case, Reminders(news=Why.stopped, tests=found.tests), "reminders_changed", now)
            return
        last_day = last_day_of(reminder.case.expires_on)
        reminder.to_plan = False
        reminder.save(update_fields=["to_plan"])
        wanted = plan(
            due() if About.due in wish.about else (),
            last_day if About.ends in wish.about else None,
            now,
            hours=wish.hours,
            zone=zone,
            went_at=reminder.last_at,
        )
        # What the capsule says of hours and days is part of what makes two notes the same.
        if About.answer in wish.about:
            wanted = (*wanted, Planned(sleeping.since(now), About.answer))
        marks = {_mark(one, found, last_day, zone): one for one in wanted}
        here = {row.mark: row.pk for row in reminder.nudges.all()}
        sleeping.sleep_on(
            case, [here[m] for m in marks.keys() & here.keys() if marks[m].about is About.answer]
        )
        for mark in marks.keys() - here.keys():
            _put(reminder, found, marks[mark], link, zone=zone, last_day=last_day, mark=mark)
        # Their keys go at once, whatever becomes of this transaction, so they are the last to go.
        _take_back([here[mark] for mark in here.keys() - marks.keys()])


def stop(token: str, now: datetime) -> None:
    """Whoever has this word wants no more notes: all that is planned for its case goes, and the case is told.

    A word nobody knows, or that was used, does nothing.
    """
    if not TOKEN.fullmatch(token):
        return
    with transaction.atomic():
        row = Reminder.objects.select_for_update().filter(pk=_index(token)).first()
        if row is not None:
            end(row.case_id, Why.stopped, now)


def end(case_id: str, why: Why, now: datetime) -> None:
    """End the notes of a case from outside, and tell it why at its next opening."""
    _end(case_id, now)
    tell(case_id, why, now)


def forget_lost(capsule_ids: Iterable[str]) -> int:
    """These were taken back, for a backup was put back; the next opening plans them anew. How many."""
    return Nudge.objects.filter(pk__in=list(capsule_ids)).delete()[0]


def end_again(ended: Collection[str], now: datetime) -> int:
    """End what a backup brought back of notes that had been stopped since; of how many cases.

    `ended`: the blind names of what was ended, from the ledger.
    """
    back = [
        row
        for row in Reminder.objects.values_list("pk", "case_id")
        if ledger.blind(Ended.reminders, row[0]) in ended
    ]
    for _, case_id in back:
        end(case_id, Why.stopped, now)
    return len(back)


def tell(case_id: str, why: Why, now: datetime) -> None:
    """Leave word in the case's slot. Where it is full, or the case gone, nothing is left."""
    try:
        slot.drop(case_id, TOLD, {"why": why.value}, now)
    except (CaseGone, SlotFull):
        return


def received(case: OpenCase, arrived: Document, now: datetime) -> None:
    """What came in through the slot: the record says so from here on."""
    why = Why(str(arrived["document"]["why"]))
    with transaction.atomic():
        found = _locked(case)
        if why is Why.missed:
            changed = replace(found, news=why) if found.state is State.on else found
        elif found.state is not State.off:
            changed = found  # asked for anew since then
        else:
            changed = Reminders(news=why, tests=found.tests)
        if changed != read(case):
            _keep(case, changed, "reminders_changed", now)


def _locked(case: OpenCase) -> Reminders:
    """How it stands, with the case and its notes locked for this transaction: in this order, as everybody.

    Where they were ended from outside, and the case has not been told yet, they are off.
    """
    book.hold(case)
    here = Reminder.objects.select_for_update().filter(case_id=case.id).values_list("pk", flat=True)
    ids, found = list(here), read(case)
    if found.state is not State.off and _index(found.token) not in ids:
        return Reminders(news=Why.stopped, tests=found.tests)
    return found


def _end(case_id: str, now: datetime) -> None:
    _forget_planned(case_id)
    rows = Reminder.objects.filter(case_id=case_id)
    try:
        # Else a backup that is put back would begin them again for somebody who had stopped them.
        ledger.write(Ended.reminders, rows.values_list("pk", flat=True), now)
    except OSError:
        # On a full disk they stop all the same.
        log.exception("the ledger of what was ended cannot be written")
    rows.delete()


def _forget_planned(case_id: str) -> None:
    Nudge.objects.filter(reminder__case_id=case_id).delete()
    entrusted.take_back(entrusted.of(case_id, PURPOSE))


def _take_back(nudges: Sequence[str]) -> None:
    if nudges:
        Nudge.objects.filter(pk__in=nudges).delete()
        entrusted.take_back(nudges)


def _put(
    reminder: Reminder,
    found: Reminders,
    one: Planned,
    link: Link,
    *,
    zone: tzinfo = UTC,
    last_day: date | None = None,
    mark: str = "",
) -> None:
    assert found.wish is not None
    stop_at = link(found.token)
    payload: Document = {
        "about": one.about.value,
        "to": found.wish.to,
        "subject": words.subject(),
        "text": words.text(one.about, stop_at, number=found.number, last_day=last_day),
        "stop": stop_at,
        # The same however often a worker has to try: whoever gets it twice can tell.
        "message": messages.new_message_id(settings.RELAY_DOMAIN),
        # When it may go out, as moments: a worker needs to know of no zone.
        "open": [[a.isoformat(), b.isoformat()] for a, b in _open(one, found.wish.hours, zone)],
    }
    if one.about is About.answer:
        sleeping.put(reminder, payload, one.at, found.wish.hours, zone, mark)
        return
    # A day longer than it may go out, so that a worker can still tell that it did not.
    lasts = TEST_LASTS if one.about is About.test else TOO_LATE + timedelta(days=1)
    capsule_id = entrusted.put_due(reminder.case_id, PURPOSE, keys.packed(payload), one.at, one.at + lasts)
    if one.about is not About.test:
        Nudge.objects.create(id=capsule_id, reminder=reminder, mark=mark)


def _open(one: Planned, hours: Hours, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    if one.about is About.test:
        return [(one.at, one.at + TEST_LASTS)]  # somebody sits there and waits for it
    if one.about is About.answer:
        return []  # nobody knows when
    until = one.at + TOO_LATE
    near = islice(windows(one.at, hours, zone), TOO_LATE.days + 1)
    return [(slot.start, min(slot.end, until)) for slot in near if slot.start < until]


def _mark(one: Planned, found: Reminders, last_day: date, zone: tzinfo) -> str:
    """A keyed hash of what a note says and when: it changes when the note has to."""
    assert found.wish is not None
    said = {About.ends: str(last_day), About.answer: f"{found.wish.hours}|{zone}"}.get(one.about, "")
    opened = _open(one, found.wish.hours, zone)
    return keys.index("nudge1", f"{found.token}|{found.wish.to}|{one.at}|{one.about}|{said}|{opened}")


def _index(token: str) -> str:
    return keys.index("note1", token)


def _keep(case: OpenCase, changed: Reminders, what: str, now: datetime) -> Reminders:
    plain = to_plain(changed)
    if kept := records.read(case, RECORD):
        records.change(case, kept[0], plain, Note(what), now)
    elif records.add_only(case, RECORD, plain, Note(what), now) is None:
        raise records.ChangedMeanwhile
    return changed
