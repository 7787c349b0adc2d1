"""Each thing `doctor` can say is caused here, and it says it; of people it says nothing."""

import errno
import io
import resource
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from survivor_portal import directory
from survivor_portal.cases import access
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.counts import State
from survivor_portal.keystore import epochs, rotation
from survivor_portal.keystore.models import Shred
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from survivor_portal.steward import backups, doctor, figures, machine, site, unfinished
from survivor_portal.steward.backups import Part
from survivor_portal.steward.findings import Finding, Level, in_words

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHRASE = "a blue bicycle by the lake"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path, now: datetime) -> Path:
    """A site where all is well but for what the test breaks."""
    settings.DATA_DIR, settings.EPOCH_DIR = tmp_path / "data", tmp_path / "epochs"
    settings.COOKIES_SECURE, settings.MAIL_OUT, settings.MAIL_IN = True, None, None
    for folder in (settings.DATA_DIR, settings.EPOCH_DIR):
        folder.mkdir(mode=0o700)
    epochs.make(now)
    access.prepare()
    due.keep_going(["visits"], now)
    for part in Part:
        backups.make(part, tmp_path / "backups", now)
    return tmp_path


def found(now: datetime, part: str) -> Finding:
    """The worst of what is said of this part."""
    # The whole directory takes longer than all else, and has a test of its own.
    looks = [look for look in doctor.LOOKS if look is not site.facts]
    said = [one for look in looks for one in look(now) if one.part == part]
    return max(said, key=lambda one: one.level)


def test_where_all_is_well_it_says_so_of_each_part(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.directory, "report", lambda _: ())
    monkeypatch.setattr(machine, "PROC", Path("/nonexistent"))
    monkeypatch.setattr(machine, "_swap", lambda: iter(()))

    said = doctor.examine(now)

    assert [one for one in said if one.level is not Level.fine and one.part != "core dumps"] == []
    assert len(said) >= len(doctor.LOOKS) - 3
    assert all(one.do == "" for one in said if one.part == "backup site")


def test_settings_of_ones_own_machine(settings: Settings, now: datetime) -> None:
    settings.COOKIES_SECURE = False

    assert found(now, "settings").level is Level.look


@pytest.mark.database
def test_a_clock_that_is_apart_from_the_disks_or_the_servers(now: datetime) -> None:
    assert found(now, "clock").level is Level.fine
    assert found(now + timedelta(seconds=20), "clock").level is Level.look

    said = found(now - timedelta(minutes=10), "clock")

    assert said.level is Level.broken
    assert "10 minutes apart" in said.says or "9 minutes apart" in said.says


@pytest.mark.database
def test_a_database_that_does_not_answer(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    connections["keys"].close()
    name = "no such folder/nothing" if connection.vendor == "sqlite" else "no_such_database"
    monkeypatch.setitem(connections["keys"].settings_dict, "NAME", name)
    try:
        said = {one.part: one for one in doctor.examine(now)}
    finally:
        connections["keys"].close()

    assert said["database keys"].level is Level.broken
    assert said["database site"].level is Level.fine


@pytest.mark.database
def test_tables_of_an_older_program(now: datetime) -> None:
    recorder = MigrationRecorder(connection)
    (last,) = MigrationLoader(connection).graph.leaf_nodes("cases")
    recorder.record_unapplied(*last)
    try:
        said = found(now, "database site")
    finally:
        recorder.record_applied(*last)

    assert said.level is Level.broken
    assert "changes to its tables are missing" in said.says


def test_a_restore_that_ended_halfway(now: datetime) -> None:
    unfinished.mark()

    assert found(now, "restore").level is Level.broken


@pytest.mark.database
def test_no_worker_since_some_minutes_and_none_ever(now: datetime) -> None:
    Slip.objects.update(due_at=now - timedelta(minutes=4))
    said = found(now, "workers")
    assert (said.level, "4 minutes" in said.says) == (Level.broken, True)

    (claim,) = due.claim(now)
    assert due.begin(claim.id, claim.token, now)
    assert found(now, "workers").level is Level.fine
    # It took the work with it when it was killed.
    assert found(now + timedelta(minutes=6), "workers").level is Level.broken

    Slip.objects.all().delete()
    assert found(now, "workers").level is Level.look


def test_what_is_late_and_what_was_given_up(now: datetime) -> None:
    due.put("mail", "0" * 32, now - 15 * timedelta(minutes=1), "one")
    assert found(now, "queue").level is Level.look
    assert found(now + 2 * HOUR, "queue").level is Level.broken

    Slip.objects.filter(kind="mail").update(state="dead")
    said = found(now, "given up")

    assert (said.level, "mail 1" in said.says) == (Level.look, True)
    assert "--retry KIND" in said.do


def test_facts_that_grew_old_and_records_that_do_not_hold_together(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = next(iter(site.facts(now + 400 * DAY)))
    assert (said.level, "facts are old" in said.says) == (Level.look, True)

    def wrong(*_: Any) -> Any:
        raise directory.DirectoryError((SimpleNamespace(file="a", line=1, reason="b"),) * 3)

    monkeypatch.setattr(site.directory, "report", wrong)
    said = next(iter(site.facts(now)))
    assert (said.level, said.says) == (Level.broken, "3 records do not hold together.")


def test_a_key_of_the_day_that_is_old_missing_or_from_the_future(settings: Settings, now: datetime) -> None:
    access.open_new(now, phrase=PHRASE)
    assert next(iter(site.keys(now + 27 * HOUR))).level is Level.look
    assert next(iter(site.keys(now + 3 * DAY))).level is Level.broken
    assert "future" in next(iter(site.keys(now - 3 * HOUR))).says

    away = settings.EPOCH_DIR / "away"
    away.mkdir()
    shutil.move(epochs.current().path, away)
    assert "There is no key of the day" in next(iter(site.keys(now))).says
    epochs.make(now)
    shutil.move(next(away.iterdir()), settings.EPOCH_DIR / "epoch-000009-20261122T120000Z")
    Shred.objects.update(epoch=7)
    assert found(now, "keys").level is Level.broken
    assert "1 keys of past days are missing" in found(now, "keys").says

    Shred.objects.all().delete()
    assert "the key of none of the cases" in " ".join(one.says for one in site.keys(now))


@pytest.mark.database
def test_backups_that_are_old_lost_damaged_or_open_no_more(place: Path, now: datetime) -> None:
    assert found(now, "backup keys").level is Level.fine
    later = {one.part: one.level for one in site.copies(now + 13 * HOUR)}
    assert later == {"backup site": Level.fine, "backup keys": Level.look}
    later = {one.part: one.level for one in site.copies(now + 9 * DAY)}
    assert later == {"backup site": Level.broken, "backup keys": Level.broken}

    for _ in range(2):
        rotation.rotate(now, force=True)
    assert "opened no more" in found(now, "backup keys").says
    last = backups.newest(Part.site)
    assert last is not None
    next(last.folder.glob("site.*")).unlink()
    assert "lost a file" in found(now, "backup site").says
    (last.folder / backups.MANIFEST).write_text("{")
    assert "cannot be read" in found(now, "backup site").says
    shutil.rmtree(place / "backups")
    assert "None is known" in found(now, "backup site").says


@pytest.mark.database
def test_backups_that_a_worker_makes_beside_the_data_and_one_that_failed(
    settings: Settings, place: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUPS_BY_ITSELF, settings.BACKUP_DIR = True, place / "backups"
    said = found(now, "backup place")
    assert (said.level, "the same disk" in said.says) == (Level.fine, True), "somebody chose it"
    settings.BACKUP_DIR = settings.DATA_DIR / "backups"
    backups.make(Part.site, settings.BACKUP_DIR, now + timedelta(seconds=1))
    said = found(now, "backup place")
    assert (said.level, "when it breaks, both are gone" in said.says) == (Level.look, True)
    with monkeypatch.context() as patched:
        patched.setattr(site, "_disk_of", lambda path: hash(path))
        assert found(now, "backup place").says == "They lie on another disk than the data."

    assert [*site.copying(now)] == []
    due.keep_going(["backup"], now)
    (claim,) = due.claim(now, kinds=["backup"])
    work = due.begin(claim.id, claim.token, now)
    assert work is not None
    due.failed(work, now)
    said = found(now, "backup")
    assert (said.level, "could not" in said.says, "--due" in said.do) == (Level.look, True, True)


def test_a_full_disk_still_tells_its_time(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    made = tempfile.NamedTemporaryFile

    def without_room(**where: Any) -> Any:
        file = made(**where)
        file.write = file.flush = is_full
        return file

    monkeypatch.setattr(machine.tempfile, "NamedTemporaryFile", without_room)

    assert found(now, "clock").level is Level.fine


def test_a_bell_of_a_larger_site_that_answers_and_one_that_does_not(
    settings: Settings, place: Path, now: datetime
) -> None:
    assert [*machine.bell(now)] == [], "a folder needs no server"
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CELERY_BROKER_URL = f"redis://user:secret@127.0.0.1:{server.getsockname()[1]}/0"
        assert found(now, "bell").level is Level.fine
    said = found(now, "bell")
    assert (said.level, "secret" in said.says + said.do) == (Level.broken, False)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place / "bell.sock"))
        settings.CELERY_BROKER_URL = f"redis+socket://{place}/bell.sock"
        assert found(now, "bell").level is Level.broken
        server.listen()
        assert found(now, "bell").level is Level.fine


def test_a_disk_with_little_room(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    room = shutil.disk_usage("/").free
    assert found(now, "disk").level is (Level.fine if room > machine.DISK_LOOK else Level.look)

    monkeypatch.setattr(machine, "DISK_LOOK", room * 2)
    assert found(now, "disk").level is Level.look
    monkeypatch.setattr(machine, "DISK_BROKEN", room * 2)
    assert found(now, "disk").level is Level.broken


@pytest.mark.parametrize(
    ("lines", "uuid", "level", "says"),
    [
        ("", "", Level.fine, "There is no swap."),
        ("/swapfile file 1024 0 -2\n", "", Level.look, "not known to be encrypted: /swapfile"),
        ("/dev/zram0 partition 1024 0 100\n", "", Level.fine, "in memory"),
        ("/dev/dm-7 partition 1024 0 -2\n", "CRYPT-PLAIN-swap", Level.fine, "encrypted"),
        ("/dev/dm-7 partition 1024 0 -2\n", "LVM-abc", Level.look, "/dev/dm-7"),
        (None, "", Level.look, "could not be seen"),
    ],
)
def test_swap(
    lines: str | None, uuid: str, level: Level, says: str, place: Path, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (place / "proc").mkdir()
    if lines is not None:
        (place / "proc/swaps").write_text(f"Filename Type Size Used Priority\n{lines}")
    (place / "block/dm-7/dm").mkdir(parents=True)
    (place / "block/dm-7/dm/uuid").write_text(uuid)
    monkeypatch.setattr(machine, "PROC", place / "proc")
    monkeypatch.setattr(machine, "BLOCK", place / "block")

    said = next(iter(machine.memory(now)))

    assert (said.level, says in said.says) == (level, True)


def test_core_dumps(now: datetime) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    levels = []
    for size in (0, 4096):
        if hard != resource.RLIM_INFINITY and size > hard:
            return
        resource.setrlimit(resource.RLIMIT_CORE, (size, hard))
        levels.append(found(now, "core dumps").level)
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))

    assert levels == [Level.fine, Level.look]


def test_files_that_others_may_read(settings: Settings, now: datetime) -> None:
    assert found(now, "files").level is Level.fine
    # A wide folder with closed files in it is closed; then one of them is opened.
    settings.DATA_DIR.chmod(0o755)
    (settings.DATA_DIR / "secret-key").touch(0o600)
    assert found(now, "files").level is Level.fine
    (settings.DATA_DIR / "secret-key").chmod(0o644)
    said = found(now, "files")
    assert (said.level, "secret-key" in said.says) == (Level.broken, True)

    (settings.DATA_DIR / "secret-key").chmod(0o600)
    settings.EPOCH_DIR.parent.chmod(0o755)
    settings.EPOCH_DIR.chmod(0o755)
    assert "epochs" in found(now, "files").says


@contextmanager
def a_server(greeting: bytes, answers: bytes) -> Iterator[int]:
    """Says this to whoever comes, and the other to each line."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(10)

        def serve() -> None:
            try:
                line, _ = door.accept()
                with line:
                    line.sendall(greeting)
                    while line.recv(1000):
                        line.sendall(answers)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_mail_server_that_answers_one_that_is_not_there_and_a_key_that_is_none(
    settings: Settings, place: Path, now: datetime
) -> None:
    settings.RELAY_DOMAIN, settings.DKIM_SELECTOR, settings.DKIM_KEY_FILE = "mail.site.example", "s", None
    with a_server(b"220 here\r\n", b"250 ok\r\n") as port:
        settings.MAIL_OUT = MailOut("127.0.0.1", port)
        assert found(now, "mail out").level is Level.fine
    settings.MAIL_OUT = MailOut("127.0.0.1", a_free_port())
    assert found(now, "mail out").level is Level.broken
    assert found(now, "mail in").level is Level.look

    settings.DKIM_KEY_FILE = place / "dkim"
    (place / "dkim").write_text("no key at all")
    assert found(now, "mail signature").level is Level.broken


def test_a_door_for_answers_that_is_open_and_one_that_is_not(settings: Settings, now: datetime) -> None:
    settings.RELAY_DOMAIN, settings.DKIM_SELECTOR, settings.DKIM_KEY_FILE = "mail.site.example", "s", None
    settings.MAIL_OUT = MailOut("127.0.0.1", a_free_port())
    settings.MAIL_IN = MailIn("smtp", "127.0.0.1", a_free_port())
    assert found(now, "mail in").level is Level.broken
    with a_server(b"220 here\r\n", b"221 bye\r\n") as port:
        settings.MAIL_IN = MailIn("smtp", "127.0.0.1", port)
        assert found(now, "mail in").level is Level.fine
        assert found(now, "postmaster").level is Level.look
        settings.POSTMASTER = "root@helpers.example"
        assert found(now, "postmaster").level is Level.fine


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (State.alone, Level.fine), (State.shared, Level.fine), (State.on_disk, Level.look),
        (State.apart, Level.look),
    ],
)  # fmt: skip
def test_counts_that_are_shared_or_should_be(
    state: State, level: Level, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.counts, "state", lambda: state)

    assert found(now, "counts").level is level


def test_a_flood_is_seen_where_counts_are_shared(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.counts, "state", lambda: State.shared)
    assert list(site.flood(now)) == []
    monkeypatch.setattr(site.cases_flood, "is_on", lambda _: True)

    assert found(now, "flood").level is Level.look
    values = {one.name: one.value for one in figures.figures(now)}
    assert (values["site_flood"], values["site_counts_apart"]) == (1, 0)


def test_a_legal_review_of_last_year(settings: Settings, now: datetime) -> None:
    settings.REVIEWED_ON = {"cases": now.date() - 366 * DAY, "mail": now.date()}
    said = found(now, "legal review")
    assert (said.level, "cases" in said.says, "mail" in said.says) == (Level.look, True, False)

    settings.REVIEWED_ON = {"mail": date(now.year, now.month, now.day)}
    assert found(now, "legal review").level is Level.fine


def test_a_key_process_that_does_not_answer(settings: Settings, place: Path, now: datetime) -> None:
    settings.KEYS_SOCKET = str(place / "nobody")

    said = next(iter(site.keys(now)))

    assert (said.level, "key process" in said.says) == (Level.broken, True)


def test_what_cannot_be_looked_at_is_said_and_the_rest_goes_on(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: datetime) -> Iterator[Finding]:
        raise RuntimeError("a secret word")

    monkeypatch.setattr(doctor, "LOOKS", (fails, site.restore, site.reviews, site.kind_of_site))

    said = doctor.examine(now)

    assert said[0].says == "This could not be looked at (RuntimeError)."
    assert said[-1].part == "settings"


@pytest.mark.parametrize(
    ("cause", "code"), [(lambda now: None, 1), (lambda now: unfinished.mark(), 2)], ids=["look", "broken"]
)
def test_the_command_says_what_to_do_names_nobody_and_ends_with_its_code(
    cause: Callable[[datetime], None], code: int, settings: Settings, now: datetime
) -> None:
    new = access.open_new(now, phrase=PHRASE)
    Slip.objects.all().delete()
    cause(now)
    said = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)

    lines = said.getvalue().splitlines()
    assert ended.value.code == code
    assert any(line.startswith("look    workers: None has looked yet. `manage.py work`") for line in lines)
    secrets = (new.code, new.session.case.id, PHRASE, settings.INDEX_KEY, settings.SECRET_KEY)
    assert [secret for secret in secrets if secret in said.getvalue()] == []
    with pytest.raises(SystemExit):
        call_command("doctor", quiet=True, stdout=(less := io.StringIO()))
    assert [line for line in less.getvalue().splitlines() if line.startswith("ok")] == []


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(), "0 seconds"), (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=2), "2 minutes"), (timedelta(hours=47), "47 hours"), (2 * DAY, "2 days"),
        (-DAY, "0 seconds"),
    ],
)  # fmt: skip
def test_ages_in_words(age: timedelta, words: str) -> None:
    assert in_words(age) == words
