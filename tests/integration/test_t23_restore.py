"""T23: a backup is put back: nothing deleted lives, nothing leaves twice, all the living open."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from survivor_portal.cases import access, ending, entrusted, ledger, records, restored, slot
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Arrival, Case, Unlocked
from survivor_portal.keystore import capsules, epochs, rotation, shred
from survivor_portal.keystore.models import Capsule, CapsuleKey, Shred
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from survivor_portal.steward import backups, engines, restoring
from survivor_portal.steward.backups import Part
from survivor_portal.visits import visit
from survivor_portal.visits.models import Visit
from tests.markers import Markers, search
from tests.own_place import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.database,
    pytest.mark.usefixtures("place"),
]
NOW = NOON
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHRASE = "a blue bicycle by the lake"
MARKER = "qzvMARKERwkx"


def a_case(now: datetime = NOW, **more: int) -> tuple[str, str]:
    """A case that is kept: its code and its name."""
    new = access.open_new(now, phrase=PHRASE, **more)
    access.confirm(new.session.case, PHRASE, now)
    records.add(new.session.case, "plan", {"links": [MARKER]}, Note("kept"), now)
    return new.code, new.session.case.id


def back_up(place: Path, now: datetime = NOW) -> dict[Part, Path]:
    return {part: backups.make(part, place / "backups", now) for part in Part}


def readable(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """All that lies in backups, as anybody who stole them could read it."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        yield path.name, path.read_bytes()
        if path.suffix == ".dump":
            unpacked = path.with_suffix(".sql")
            engines._run("default", ["pg_restore", f"--file={unpacked}", str(path)], connect=False)
            yield unpacked.name, unpacked.read_bytes()


def opens(code: str, now: datetime) -> bool:
    try:
        access.open_with(code, PHRASE, now)
    except access.NotOpened:
        return False
    return True


@pytest.mark.parametrize("with_keys", [False, True], ids=["todays keys", "the backup of keys"])
def test_t23_of_what_was_deleted_nothing_comes_back_and_all_the_living_open(
    sizes: Callable[[str], int], place: Path, with_keys: bool
) -> None:
    count = sizes("cases_in_backups") // (1 if with_keys else 2)
    made = [a_case() for _ in range(count)]
    old = back_up(place)
    deleted, living = made[: count // 10], made[count // 10 :]
    for _, name in deleted:
        ending.erase_case(name, NOW + HOUR)
    rotation.rotate(NOW + DAY, force=True)
    later = NOW + DAY + HOUR

    done = restoring.restore([old[Part.site], *([old[Part.keys]] if with_keys else [])], later)

    assert (done.deleted_again, done.living, done.lost) == (len(deleted), len(living), 0)
    assert [code for code, _ in deleted if opens(code, later)] == []
    assert [code for code, _ in living if not opens(code, later)] == []
    assert not Case.objects.filter(pk__in=[name for _, name in deleted]).exists()
    assert not Shred.objects.filter(pk__in=[name for _, name in deleted]).exists()
    assert Shred.objects.count() == len(living) + 1
    # Under today's key again, whatever day the backup was of.
    assert set(Shred.objects.values_list("epoch", flat=True)) == {max(epochs.known())}


def test_t23_a_backup_holds_no_word_of_anybody_no_visit_and_no_opened_case(place: Path) -> None:
    planted = Markers()
    new = access.open_new(NOW, phrase=PHRASE)
    marker = planted.new("plan")
    records.add(new.session.case, "plan", {"links": [marker]}, Note("kept", {"of": marker}), NOW)
    slot.drop(new.session.case.id, "draft", {"text": planted.new("draft")}, NOW)
    entrusted.put(new.session.case.id, "mail", planted.new("mail").encode(), NOW + DAY)
    token, seen = visit.begin(NOW)
    seen.data["links"] = planted.new("visit")
    visit.save(seen, NOW)
    assert Unlocked.objects.count() == Visit.objects.count() == 1

    folders = back_up(place)

    places = list(readable(folders.values()))
    assert sum(len(kept) for _, kept in places) > 50_000
    assert search(places, planted, [new.code, PHRASE, token.hex(), new.session.token.hex()]) == []
    restoring.restore(list(folders.values()), NOW + HOUR)
    assert Unlocked.objects.count() == Visit.objects.count() == 0


def test_t23_without_the_table_of_today_the_files_and_later_backups_know(place: Path) -> None:
    """The whole database is lost: what was deleted stands in the file, or beside a later backup."""
    old = back_up(place)
    code, name = a_case()
    other, second = a_case()
    old = back_up(place, NOW + HOUR)
    ending.erase_case(name, NOW + 2 * HOUR)
    backups.make(Part.keys, place / "backups", NOW + 3 * HOUR)
    for path in (place / "data" / ledger.FOLDER).iterdir():
        path.unlink()
    ending.erase_case(second, NOW + 4 * HOUR)
    ledger.Gone.objects.all().delete()

    restoring.restore([old[Part.site], old[Part.keys]], NOW + 5 * HOUR)

    assert not opens(code, NOW + 5 * HOUR)
    assert not opens(other, NOW + 5 * HOUR)
    assert ledger.in_rows().keys() == {ledger.blind(ledger.Ended.case, one) for one in (name, second)}


def test_t23_what_another_machine_deleted_is_known_by_its_ledger(place: Path) -> None:
    code, name = a_case()
    old = back_up(place)
    ending.erase_case(name, NOW + HOUR)
    ledger.Gone.objects.all().delete()
    elsewhere = (place / "data" / ledger.FOLDER).rename(place / "elsewhere")

    restoring.restore(list(old.values()), NOW + 2 * HOUR, ledgers=[elsewhere])

    assert not opens(code, NOW + 2 * HOUR)


def test_t23_a_deletion_that_stopped_halfway_is_finished_and_not_undone(place: Path) -> None:
    code, name = a_case()
    old = back_up(place)
    shred.delete([name])

    restoring.restore(list(old.values()), NOW + HOUR)

    assert not opens(code, NOW + HOUR)
    assert not Shred.objects.filter(pk=name).exists()


def test_t23_a_case_that_ran_out_and_was_not_swept_stays_over(place: Path) -> None:
    code, _ = a_case(keep_days=30)
    old = back_up(place, NOW + 29 * DAY)

    restoring.restore([old[Part.site]], NOW + 31 * DAY)

    assert not opens(code, NOW + 31 * DAY)


def test_t23_who_opened_the_case_after_the_backup_does_not_lose_it_by_an_older_day(place: Path) -> None:
    code, name = a_case(keep_days=30)
    waiting = access.open_new(NOW, phrase=PHRASE)
    old = back_up(place, NOW + HOUR)
    later = NOW + 29 * DAY
    access.open_with(code, PHRASE, later)
    access.confirm(waiting.session.case, PHRASE, NOW + 2 * HOUR)
    access.open_with(waiting.code, PHRASE, later)

    done = restoring.restore([old[Part.site]], NOW + 40 * DAY)

    assert done.kept_longer == 1
    assert Case.objects.get(pk=name).expires_on == (NOW + 60 * DAY).date()
    assert opens(code, NOW + 40 * DAY)
    assert opens(waiting.code, NOW + 40 * DAY)


def put_in_hand(case_id: str, purpose: str, due_at: datetime) -> str:
    """What a worker holds of a case, and the slip that says when."""
    capsule = entrusted.put(case_id, purpose, b"to x@platform.example", NOW + 20 * DAY)
    due.put(purpose, capsule, due_at, capsule)
    return capsule


def test_t23_with_todays_keys_what_left_or_was_taken_back_is_not_sent_and_the_rest_is(place: Path) -> None:
    _, case = a_case()
    left, stopped, waits = (put_in_hand(case, "mail", NOW) for _ in range(3))
    old = back_up(place)
    for capsule in (left, stopped):
        due.cancel("mail", capsule)
        entrusted.take_back([capsule])

    done = restoring.restore([old[Part.site]], NOW + HOUR)

    assert done.not_sent_again == 2
    assert set(Slip.objects.exclude(subject="").values_list("subject", flat=True)) == {waits}
    assert set(Capsule.objects.values_list("pk", flat=True)) == {waits}
    assert entrusted.of(case) == (waits,)
    assert capsules.open(waits, "mail", NOW + HOUR) == b"to x@platform.example"


def test_t23_with_both_from_backups_nothing_is_sent_for_nobody_knows_what_left(place: Path) -> None:
    _, case = a_case()
    left, ahead = put_in_hand(case, "mail", NOW), put_in_hand(case, "nudge", NOW + 9 * DAY)
    old = back_up(place)
    # One left, and the person turned the other off.
    entrusted.take_back([left, ahead])
    due.cancel("nudge", ahead)

    done = restoring.restore(list(old.values()), NOW + HOUR)

    assert done.not_sent_again == 2
    assert due.claim(NOW + 30 * DAY) == []
    assert Capsule.objects.count() == CapsuleKey.objects.count() == 0


def test_t23_with_old_keys_only_what_is_in_hand_today_and_has_a_key_still_leaves(place: Path) -> None:
    _, case = a_case()
    done_since, waits = put_in_hand(case, "mail", NOW), put_in_hand(case, "mail", NOW)
    old = back_up(place)
    entrusted.take_back([done_since])
    due.cancel("mail", done_since)
    new = put_in_hand(case, "mail", NOW)

    restoring.restore([old[Part.keys]], NOW + HOUR)

    assert set(Capsule.objects.values_list("pk", flat=True)) == {waits}
    assert set(CapsuleKey.objects.values_list("pk", flat=True)) == {waits}
    assert not Slip.objects.filter(subject__in=[done_since, new]).exists()


def test_t23_each_case_is_told_that_it_is_as_it_was(place: Path) -> None:
    code, name = a_case()
    old = back_up(place)

    done = restoring.restore([old[Part.site]], NOW + HOUR)

    assert done.told == 1
    assert Arrival.objects.filter(case_id=name, kind=restored.KIND).count() == 1
    case = access.open_with(code, PHRASE, NOW + HOUR).session.case
    (arrived,) = slot.take_in(case, NOW + HOUR)
    assert arrived["document"] == {"as_of": NOW.isoformat()}
