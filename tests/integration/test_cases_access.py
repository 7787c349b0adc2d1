"""A case opens with its own code and phrase, for nobody else, and says nothing about what it did not open."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections
from pytest_django import Settings

from survivor_portal import seals
from survivor_portal.cases import (
    access,
    book,
    codes,
    keys,
    opening,
    phrases,
    records,
    throttle,
    unlocked,
)
from survivor_portal.cases.access import NotOpened, WaitUntil
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Case, Entry, Record, Throttle, Unlocked
from survivor_portal.counts import pool
from survivor_portal.keystore import shred
from survivor_portal.keystore.models import Shred

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OWN = "a blue bicycle by the lake"


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def new() -> access.NewCase:
    return access.open_new(NOW)


def other_code() -> str:
    return codes.new_code()


def lift(code: str) -> None:
    """End the waiting of a code, so that a test can go on trying."""
    Throttle.objects.filter(pk__endswith=opening.code_index(code)).delete()


# --- opening ---


def test_a_new_case_opens_with_what_it_was_given(new: access.NewCase) -> None:
    opened = access.open_with(codes.shown(new.code).lower(), new.phrase.upper(), LATER)

    assert opened.session.case.id == new.session.case.id
    assert opened.session.case.case_key == new.session.case.case_key
    assert opened.failed_tries == 0


def test_an_own_phrase_and_a_given_code_will_do() -> None:
    code = codes.new_code()
    new = access.open_new(NOW, code=codes.shown(code), phrase=OWN)

    assert (new.code, new.phrase) == (code, OWN)
    assert access.open_with(code, f" {OWN} ", LATER).session.case.id == new.session.case.id
    with pytest.raises(NotOpened):
        access.open_with(code, OWN.title(), LATER)


def test_a_weak_own_phrase_makes_no_case() -> None:
    with pytest.raises(access.PhraseRefused, match="too_short"):
        access.open_new(NOW, phrase="short")

    assert Case.objects.exclude(owner="nobody").count() == 0


def test_the_same_form_sent_twice_makes_one_case(new: access.NewCase) -> None:
    with pytest.raises(access.CodeTaken):
        access.open_new(NOW, code=new.code, phrase=OWN)

    assert access.open_with(new.code, new.phrase, LATER)
    assert Case.objects.exclude(owner="nobody").count() == Shred.objects.count() - 1 == 1


def test_where_no_cases_are_kept_none_is_made(settings: Settings) -> None:
    settings.CASES_OPEN = False

    with pytest.raises(access.StoreClosed):
        access.open_new(NOW)


def test_nothing_that_opens_a_case_is_stored_or_printed(new: access.NewCase) -> None:
    recovery = access.new_recovery_code(new.session, new.phrase, NOW)
    case = new.session.case
    secrets = [
        new.code.encode(), new.phrase.encode(), phrases.canonical(new.phrase).encode(), recovery.encode(),
        case.case_key, case.shred, new.session.token,
    ]  # fmt: skip
    stored = dump()

    for secret in secrets:
        assert secret not in stored
        assert secret.hex().encode() not in stored
        assert repr(secret) not in repr(new) + repr(case) + repr(new.session)
    assert new.code not in repr(new)
    assert new.phrase not in repr(new)


def dump() -> bytes:
    """Every value of every table of both databases, one after the other."""
    found = []
    for connection in connections.all():
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                for row in cursor.execute(f"SELECT * FROM {table}").fetchall():
                    found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


# --- T2, T6, T11: what opens nothing ---


def test_t02_the_main_database_without_the_key_database_opens_nothing(new: access.NewCase) -> None:
    Shred.objects.exclude(pk=opening.stand_in().pk).delete()

    with pytest.raises(NotOpened):
        access.open_with(new.code, new.phrase, LATER)
    assert unlocked.resume(new.session.token, NOW) is None


def test_t02_both_databases_without_the_keys_of_the_days_open_nothing(
    new: access.NewCase, settings: Settings, tmp_path: Any
) -> None:
    settings.EPOCH_DIR = tmp_path

    with pytest.raises(NotOpened):
        access.open_with(new.code, new.phrase, LATER)


def test_t06_no_wrong_phrase_opens_a_case(new: access.NewCase, sizes: Callable[[str], int]) -> None:
    tried = set()
    for number in range(sizes("wrong_phrases")):
        wrong = phrases.new_phrase() if number % 2 else new.phrase[: number % len(new.phrase)]
        with pytest.raises(NotOpened) as refusal:
            access.open_with(new.code, wrong, LATER)
        tried.add(str(refusal.value))
        lift(new.code)

    assert tried == {""}


def test_t06_no_wrong_code_opens_a_case(new: access.NewCase, sizes: Callable[[str], int]) -> None:
    tried = set()
    for number in range(sizes("wrong_codes")):
        # One sign changed finds no case before anything is looked up; a sound code of nobody finds none.
        place = number % 12
        sign = codes.ALPHABET[(codes.ALPHABET.index(new.code[place]) + 1 + number % 31) % 32]
        wrong = other_code() if number % 10 == 0 else new.code[:place] + sign + new.code[place + 1 :]
        try:
            access.open_with(wrong, new.phrase, LATER)
        except (NotOpened, access.Mistyped) as refusal:
            tried.add((type(refusal), str(refusal)))

    assert tried == {(NotOpened, ""), (access.Mistyped, "")}


def test_t11_the_cookie_alone_and_the_row_alone_open_nothing(new: access.NewCase) -> None:
    row = Unlocked.objects.get()
    kept = bytes(row.sealed)

    assert unlocked.resume(seals.new_token(), NOW) is None
    with pytest.raises(seals.WrongKey):
        seals.unlock(seals.token_key(seals.new_token(), "unlock"), kept, context=row.pk.encode())
    Unlocked.objects.all().delete()
    assert unlocked.resume(new.session.token, NOW) is None


def test_t11_a_row_moved_under_another_cookie_opens_nothing(new: access.NewCase) -> None:
    other = access.open_new(NOW)
    mine, theirs = (seals.token_id(session.token).hex() for session in (new.session, other.session))
    stolen = bytes(Unlocked.objects.get(pk=theirs).sealed)
    Unlocked.objects.filter(pk=mine).update(sealed=stolen)

    assert unlocked.resume(new.session.token, NOW) is None
    assert unlocked.resume(other.session.token, NOW) is not None


@pytest.mark.parametrize(
    ("minutes", "watched", "is_open"),
    [(19, False, True), (20, False, False), (14, True, True), (15, True, False)],
)
def test_t11_an_idle_case_closes(minutes: int, watched: bool, is_open: bool) -> None:
    session = access.open_new(NOW, watched=watched).session

    found = unlocked.resume(session.token, NOW + timedelta(minutes=minutes))

    assert (found is not None) == is_open
    assert Unlocked.objects.count() == int(is_open)


def test_t11_a_case_closes_after_two_hours_however_busy(new: access.NewCase) -> None:
    for minutes in range(15, 120, 15):
        assert unlocked.resume(new.session.token, NOW + timedelta(minutes=minutes)) is not None

    assert unlocked.resume(new.session.token, NOW + timedelta(minutes=120)) is None


def test_closing_it_and_the_sweep_leave_no_row(new: access.NewCase) -> None:
    other = access.open_new(NOW)
    unlocked.end(new.session.token)

    assert unlocked.resume(new.session.token, NOW) is None
    assert unlocked.sweep(NOW + timedelta(minutes=19)) == 0
    assert unlocked.sweep(NOW + timedelta(minutes=20)) == 1
    assert unlocked.resume(other.session.token, NOW) is None


# --- T7: no difference between a wrong phrase and an unknown code ---


@contextmanager
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything of weight that happens meanwhile: each statement of either database, each key made."""
    seen: list[str] = []

    def statement(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        # The name of a savepoint counts up with every one.
        seen.append(f"{context['connection'].alias}: {re.sub('SAVEPOINT .*', 'SAVEPOINT', sql)}")
        return execute(sql, params, many, context)

    with monkeypatch.context() as patch:
        for name in ("phrase_key", "unwrap", "unlock", "blind_index"):
            plain = getattr(seals, name)

            def noted(*args: Any, _plain: Any = plain, _name: str = name, **named: Any) -> Any:
                seen.append(_name)
                return _plain(*args, **named)

            patch.setattr(seals, name, noted)
        with (
            connections["default"].execute_wrapper(statement),
            connections["keys"].execute_wrapper(statement),
        ):
            yield seen


@pytest.mark.parametrize("tries", [1, 3])
def test_t07_an_unknown_code_takes_the_same_steps_as_a_wrong_phrase(
    tries: int, new: access.NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = other_code()
    taken = []
    for code in (new.code, unknown):
        with calls(monkeypatch) as seen:
            for _ in range(tries):
                with pytest.raises(NotOpened):
                    access.open_with(code, OWN, LATER)
        taken.append(seen)

    assert taken[0] == taken[1]
    assert taken[0].count("phrase_key") == tries
    assert taken[0].count("unwrap") == tries
    assert len([step for step in taken[0] if step.startswith("keys:")]) == tries


def test_t07_the_same_with_a_recovery_code_that_was_never_made(
    new: access.NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    for code in (new.code, other_code()):
        with calls(monkeypatch) as seen, pytest.raises(NotOpened):
            access.open_with_recovery(code, codes.new_recovery_code(), LATER)
        taken.append(seen)

    assert taken[0] == taken[1]


def test_t07_a_code_that_is_none_is_refused_before_anything_is_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with calls(monkeypatch) as seen, pytest.raises(access.Mistyped):
        access.open_with("K7QM-2XRT-9PWE", OWN, LATER)

    assert seen == []


# --- T10: waiting ---


def failures(code: str, count: int) -> list[timedelta]:
    """How long each of so many tries in vain had to wait, every one made as early as it counts."""
    at, waited = LATER, []
    for _ in range(count):
        before = at
        while True:
            try:
                access.open_with(code, OWN, at)
            except WaitUntil as wait:
                at = wait.at
            except NotOpened:
                break
        waited.append(at - before)
    return waited


def test_t10_two_hundred_failures_wait_alike_on_a_real_and_an_invented_code(new: access.NewCase) -> None:
    real, invented = failures(new.code, 200), failures(other_code(), 200)
    seconds = [wait.total_seconds() for wait in real]

    assert real == invented
    assert seconds[:14] == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert set(seconds[13:100]) == {3600}
    assert set(seconds[100:]) == {6 * 3600}


def test_t10_the_right_phrase_works_after_the_wait_and_ends_it(new: access.NewCase) -> None:
    waited = sum(failures(new.code, 20), timedelta())
    with pytest.raises(WaitUntil) as wait:
        access.open_with(new.code, new.phrase, LATER + waited)

    opened = access.open_with(new.code, new.phrase, wait.value.at)

    assert opened.failed_tries == 20
    assert failures(new.code, 6)[:5] == [timedelta(0)] * 5


def test_t10_the_recovery_code_waits_on_its_own(new: access.NewCase) -> None:
    recovery = access.new_recovery_code(new.session, new.phrase, NOW)
    failures(new.code, 10)

    assert access.open_with_recovery(new.code, recovery, LATER).failed_tries == 10


def test_t10_nobody_outside_keeps_the_owner_of_an_open_case_from_acting(new: access.NewCase) -> None:
    failures(new.code, 10)

    access.ask_again(new.session.case, new.phrase, LATER)


def test_t10_tries_inside_an_open_case_wait_as_well(new: access.NewCase) -> None:
    for _ in range(5):
        with pytest.raises(NotOpened):
            access.ask_again(new.session.case, OWN, LATER)

    with pytest.raises(WaitUntil):
        access.ask_again(new.session.case, new.phrase, LATER)


def test_after_a_month_without_a_try_the_waiting_begins_anew_for_both(new: access.NewCase) -> None:
    at = LATER + sum(failures(new.code, 12), timedelta()) + timedelta(days=31)
    unknown = other_code()
    failures(unknown, 12)
    throttle.sweep(at)

    for code in (new.code, unknown):
        for _ in range(5):
            with pytest.raises(NotOpened):
                access.open_with(code, OWN, at)
        with pytest.raises(WaitUntil):
            access.open_with(code, OWN, at)
    assert Throttle.objects.filter(pk__endswith=opening.code_index(new.code)).get().unseen == 17


def test_counts_of_codes_that_no_case_has_go_after_a_month(new: access.NewCase) -> None:
    failures(other_code(), 1)
    failures(new.code, 1)

    assert throttle.sweep(LATER + timedelta(days=29)) == 0
    assert throttle.sweep(LATER + timedelta(days=31)) == 1
    assert Throttle.objects.count() == 1


# --- the pool ---


def test_t08_no_more_work_at_once_than_there_are_places_and_the_rest_is_refused() -> None:
    small = pool.Pool(size=2, queue=3)
    inside, most, refused = [0], [0], [0]
    guard, gate = threading.Lock(), threading.Event()

    def work() -> None:
        try:
            with small.turn():
                with guard:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                gate.wait(2)
                with guard:
                    inside[0] -= 1
        except pool.Busy:
            with guard:
                refused[0] += 1
                if refused[0] == 7:
                    gate.set()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (most[0], refused[0], inside[0]) == (2, 7, 0)
    with small.turn():
        assert inside[0] == 0


def test_t08_a_refusal_for_want_of_room_counts_no_try(
    new: access.NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SLOW_KEYS", pool.Pool(size=0, queue=0))

    with pytest.raises(access.Busy):
        access.open_with(new.code, new.phrase, LATER)

    assert Throttle.objects.count() == 0


# --- what is written down ---


def kinds(case: keys.OpenCase) -> list[str]:
    return [entry.note.kind for entry in book.timeline(case)]


def test_every_opening_and_every_try_in_vain_stands_in_the_book(new: access.NewCase) -> None:
    for _ in range(3):
        with pytest.raises(NotOpened):
            access.open_with(new.code, OWN, LATER)
    opened = access.open_with(new.code, new.phrase, LATER)

    entries = book.timeline(opened.session.case)

    assert opened.failed_tries == 3
    assert [entry.note.kind for entry in entries] == ["case_opened", "tries_failed", "opened"]
    assert entries[1].note.facts == {"count": 3}
    assert access.open_with(new.code, new.phrase, LATER).failed_tries == 0


@pytest.mark.parametrize("table", ["cases_entry", "cases_case"])
def test_t14_what_cannot_be_written_down_is_not_opened(table: str, new: access.NewCase) -> None:
    def broken(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith((f'INSERT INTO "{table}"', f'UPDATE "{table}"')):
            raise DatabaseError("full")
        return execute(sql, params, many, context)

    sessions = Unlocked.objects.count()
    with connections["default"].execute_wrapper(broken), pytest.raises(DatabaseError):
        access.open_with(new.code, new.phrase, LATER)

    assert Unlocked.objects.count() == sessions
    assert kinds(new.session.case) == ["case_opened"]


# --- changing what opens it ---


def test_a_new_phrase_ends_the_old_one_and_every_other_browser(new: access.NewCase) -> None:
    elsewhere = access.open_with(new.code, new.phrase, NOW).session

    session, phrase = access.change_phrase(new.session, new.phrase, NOW)

    with pytest.raises(NotOpened):
        access.open_with(new.code, new.phrase, LATER)
    assert access.open_with(new.code, phrase, LATER).session.case.case_key == new.session.case.case_key
    assert [unlocked.resume(s.token, NOW) is None for s in (elsewhere, new.session, session)] == [
        True, True, False,
    ]  # fmt: skip
    assert "phrase_changed" in kinds(session.case)


def test_a_phrase_is_changed_by_nobody_who_does_not_know_it(new: access.NewCase) -> None:
    with pytest.raises(NotOpened):
        access.change_phrase(new.session, OWN, NOW, new=OWN)

    assert access.open_with(new.code, new.phrase, LATER)


def test_a_new_code_ends_the_old_one(new: access.NewCase) -> None:
    with pytest.raises(NotOpened):
        access.open_with(new.code, OWN, NOW)

    session, code = access.change_code(new.session, new.phrase, NOW)

    with pytest.raises(NotOpened):
        access.open_with(new.code, new.phrase, LATER)
    assert access.open_with(code, new.phrase, LATER).session.case.id == session.case.id
    assert unlocked.resume(new.session.token, NOW) is None


def test_a_recovery_code_opens_the_case_once_made_and_only_the_last_one(new: access.NewCase) -> None:
    first = access.new_recovery_code(new.session, new.phrase, NOW)
    second = access.new_recovery_code(new.session, new.phrase, NOW)

    with pytest.raises(NotOpened):
        access.open_with_recovery(new.code, first, LATER)
    with pytest.raises(NotOpened):
        access.open_with(new.code, second, LATER)
    opened = access.open_with_recovery(new.code, codes.shown(second).lower(), LATER)
    session, phrase = access.phrase_after_recovery(opened.session, second, LATER, new=OWN)

    assert phrase == OWN
    assert access.open_with(new.code, OWN, LATER).session.case.id == session.case.id


def test_whether_there_is_a_recovery_code_cannot_be_seen(new: access.NewCase) -> None:
    without = Case.objects.get(pk=new.session.case.id)
    access.new_recovery_code(new.session, new.phrase, NOW)
    made = Case.objects.get(pk=new.session.case.id)

    for column in ("recovery_salt", "recovery_wrap"):
        assert len(getattr(without, column)) == len(getattr(made, column)) > 0
    assert without.recovery_wrap[:1] == made.recovery_wrap[:1]


# --- how long it is kept ---


def test_every_opening_moves_the_day_it_goes(new: access.NewCase) -> None:
    opened = access.open_with(new.code, new.phrase, NOW + timedelta(days=10))

    assert new.session.case.expires_on == (NOW + timedelta(days=180)).date()
    assert opened.session.case.expires_on == (NOW + timedelta(days=190)).date()
    assert Case.objects.get(pk=new.session.case.id).expires_on == opened.session.case.expires_on


def test_the_owner_chooses_how_long(new: access.NewCase) -> None:
    access.keep_for(new.session.case, 30, NOW)

    opened = access.open_with(new.code, new.phrase, NOW)

    assert opened.session.case.expires_on == (NOW + timedelta(days=30)).date()
    with pytest.raises(ValueError, match="spans"):
        access.keep_for(new.session.case, 3650, NOW)


def test_a_case_is_confirmed_by_typing_the_phrase_back(new: access.NewCase) -> None:
    other = access.open_new(NOW)
    with pytest.raises(NotOpened):
        access.confirm(new.session.case, OWN, NOW)
    unconfirmed = Case.objects.get(pk=new.session.case.id).confirm_by

    access.confirm(new.session.case, new.phrase, NOW)
    access.open_with(other.code, other.phrase, NOW)

    assert unconfirmed == NOW + timedelta(hours=24)
    assert set(Case.objects.values_list("confirm_by", flat=True)) == {None}


# --- records ---


def test_records_come_back_and_two_tabs_never_overwrite_each_other(new: access.NewCase) -> None:
    case = new.session.case
    first = records.add(case, "plan", {"links": ["https://x.example/1"]}, Note("plan_kept"), NOW)
    second = records.change(case, first, {"links": []}, Note("plan_changed"), NOW)

    assert records.read(case, "plan") == (second,)
    with pytest.raises(records.ChangedMeanwhile):
        records.change(case, first, {"links": ["x"]}, Note("plan_changed"), NOW)
    assert records.read(case, "plan")[0].document == {"links": []}
    assert kinds(case)[-1] == "plan_changed"


def test_t05_a_record_of_another_case_kind_or_revision_does_not_open(new: access.NewCase) -> None:
    mine = records.add(new.session.case, "plan", {"a": 1}, Note("kept"), NOW)
    other = access.open_new(NOW).session.case
    theirs = records.add(other, "plan", {"b": 2}, Note("kept"), NOW)
    envelope = bytes(Record.objects.get(pk=mine.id).envelope)
    changed = records.change(new.session.case, mine, {"a": 2}, Note("kept"), NOW)

    for where, values in (
        (theirs.id, {"envelope": envelope}),
        (mine.id, {"kind": "plen"}),
        (mine.id, {"envelope": envelope, "kind": "plan"}),
    ):
        Record.objects.filter(pk=where).update(**values)
        for case in (new.session.case, other):
            opened = []
            for kind in ("plan", "plen"):
                try:
                    opened += records.read(case, kind)
                except seals.WrongKey:
                    continue
            assert [record for record in opened if record.id == where] == []
    assert changed.revision == 2


def test_t05_a_record_put_back_to_an_older_state_as_a_whole_is_noticed(new: access.NewCase) -> None:
    case = new.session.case
    record = records.add(case, "plan", {"a": 1}, Note("kept"), NOW)
    old = Record.objects.filter(pk=record.id).values("envelope", "revision").get()
    records.change(case, record, {"a": 2}, Note("kept"), NOW)
    records.check(case, book.revisions(book.timeline(case)))
    Record.objects.filter(pk=record.id).update(**old)

    assert records.read(case, "plan")[0].document == {"a": 1}
    with pytest.raises(book.Tampered):
        records.check(case, book.revisions(book.timeline(case)))


def test_a_dropped_record_is_noticed(new: access.NewCase) -> None:
    case = new.session.case
    record = records.add(case, "plan", {"a": 1}, Note("kept"), NOW)
    Record.objects.filter(pk=record.id).delete()

    with pytest.raises(book.Tampered):
        records.check(case, book.revisions(book.timeline(case)))


def test_a_write_that_cannot_be_noted_is_not_made(new: access.NewCase) -> None:
    Case.objects.filter(pk=new.session.case.id).update(book_mark=b"broken")

    with pytest.raises(book.Tampered):
        records.add(new.session.case, "plan", {"a": 1}, Note("kept"), NOW)

    assert not Record.objects.filter(kind="plan").exists()
    assert Entry.objects.count() == 1


def test_the_shred_key_of_each_case_is_its_own(new: access.NewCase) -> None:
    other = access.open_new(NOW).session.case

    assert shred.get([new.session.case.id, other.id]) == {
        new.session.case.id: new.session.case.shred,
        other.id: other.shred,
    }
    assert other.shred != new.session.case.shred
