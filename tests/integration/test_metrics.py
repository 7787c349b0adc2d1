"""The operator's monitoring gets counts and ages at a port of its own, and nothing of anybody."""

import http.client
import logging
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from survivor_portal.cases import access, entrusted, records
from survivor_portal.cases.book import Note
from survivor_portal.config.env import HOUSE
from survivor_portal.config.run import servers, up
from survivor_portal.keystore import epochs
from survivor_portal.keystore.models import Shred
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from survivor_portal.steward import asking, backups, figures, unfinished
from survivor_portal.steward.backups import Part
from survivor_portal.takedowns import operations
from survivor_portal.visits import visit
from tests.markers import Markers, search

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "keys"])]
HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path, now: datetime) -> Path:
    settings.DATA_DIR, settings.EPOCH_DIR = tmp_path / "data", tmp_path / "epochs"
    for folder in (settings.DATA_DIR, settings.EPOCH_DIR):
        folder.mkdir(mode=0o700)
    epochs.make(now)
    access.prepare()
    due.keep_going(["visits"], now)
    return tmp_path


def values(now: datetime) -> dict[str, float]:
    """Each figure by its name and labels."""
    return {
        one.name + "".join(f" {value}" for _, value in one.labels): one.value for one in figures.figures(now)
    }


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    """The server, in a thread of its own."""
    with asking.Asking(("127.0.0.1", 0)) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield ("127.0.0.1", serving.server_address[1])
        serving.shutdown()
        thread.join()


def asked(where: tuple[str, int], path: str, method: str = "GET") -> tuple[int, str]:
    line = http.client.HTTPConnection(*where, timeout=10)
    try:
        line.request(method, path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


@pytest.mark.database
def test_what_is_late_given_up_old_or_missing_can_be_seen(place: Path, now: datetime) -> None:
    for part in Part:
        backups.make(part, place / "backups", now - 3 * HOUR)
    due.put("mail", "0" * 32, now - HOUR, "one")
    due.put("mail", "1" * 32, now - HOUR, "two")
    Slip.objects.filter(subject="1" * 32).update(state="dead")
    Slip.objects.filter(kind="visits").update(due_at=now - 2 * HOUR)
    Shred.objects.update(epoch=7)

    found = values(now)

    assert found["site_workers_late_seconds"] == 7200
    assert (found["site_slips mail due"], found["site_slips visits due"]) == (10, 1)
    assert found["site_slips_dead mail"] == 1
    assert found["site_slips_oldest_seconds mail"] == 3600
    assert found["site_keys_of_days_missing"] == 1
    assert found["site_key_of_the_day_seconds"] < 60
    assert (found["site_backups site"], found["site_backups keys"]) == (1, 1)
    assert found["site_backup_seconds site"] == pytest.approx(10800, abs=1)
    assert found["site_disk_free_bytes data"] > 0
    assert found["site_directory_rows low_confidence"] > 0


def test_how_many_people_there_are_is_told_in_steps_of_ten(now: datetime) -> None:
    assert (values(now)["site_cases"], values(now)["site_sessions visit"]) == (0, 0)
    for _ in range(11):
        access.open_new(now)
    visit.begin(now)

    found = values(now)

    assert (found["site_cases"], found["site_sessions case"], found["site_sessions visit"]) == (20, 20, 10)
    assert [figures.rounded(count) for count in (0, 1, 9, 10, 11)] == [0, 10, 10, 10, 20]


def test_no_word_no_number_and_no_name_of_anybody_is_told(server: tuple[str, int], now: datetime) -> None:
    planted = Markers()
    new = access.open_new(now)
    case = new.session.case
    records.add(case, "plan", {"links": [planted.new("link")]}, Note("kept"), now)
    words = planted.new("platform")
    made = operations.begin(
        case, platform="x", kind="request_48h", label=words, to=words, grounds=("us-tida",),
        places=[operations.Place(1, words, words)], now=now,
    )  # fmt: skip
    capsule = entrusted.put_due(case.id, "mail", planted.new("letter").encode(), now, now + HOUR)

    status, told = asked(server, "/metrics")

    names = [case.id, made.id, capsule, new.code, new.phrase, new.session.token.hex()]
    assert status == 200
    assert search([("metrics", told.encode())], planted, names) == []
    labels = {
        value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        for value in sample.labels.values()
    }
    assert labels == {
        "visits", "mail", "due", "later", "taken", "failing", "visit", "case", "data", "stale",
        "low_confidence", "site", "keys",
    }  # fmt: skip
    assert not re.search(r"[0-9a-f]{16}", told)


def test_it_is_prometheus_text_and_other_addresses_are_not_found(server: tuple[str, int]) -> None:
    status, told = asked(server, "/metrics")

    assert status == 200
    assert {family.name for family in text_string_to_metric_families(told)} >= {"site_cases", "site_slips"}
    assert asked(server, "/metrics", "HEAD") == (200, "")
    assert asked(server, "/live") == (200, "live\n")
    for path in ("/", "/metrics/", "/metrics?case=1", "/static/x", "/../ready"):
        assert asked(server, path)[0] == 404
    assert asked(server, "/live", "POST")[0] == 501


@pytest.mark.database
def test_ready_names_the_parts_that_are_not(
    now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert asking._ready() == (200, b"ready\n")

    unfinished.mark()
    assert asking._ready() == (503, b"not ready: restore\n")
    unfinished.unmark()
    epochs.current().path.unlink()
    assert asking._ready() == (503, b"not ready: keys\n")
    epochs.make(now)
    Shred.objects.all().delete()
    connections["default"].close()
    name = "no such folder/nothing" if connections["default"].vendor == "sqlite" else "no_such_database"
    with monkeypatch.context() as patched:
        patched.setitem(connections["default"].settings_dict, "NAME", name)
        said = asking._ready()
        connections["default"].close()

    assert said == (503, b"not ready: database, tables\n")


def test_the_databases_are_asked_seldom_however_often_somebody_asks(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(asking.health, "not_ready", lambda: calls.append(1) or [])

    answers = {asked(server, "/ready") for _ in range(5)}

    assert (answers, len(calls)) == ({(200, "ready\n")}, 1)


def test_who_says_nothing_holds_nobody_up_and_nothing_is_logged(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(asking._Handler, "timeout", 0.5)
    silent = [socket.create_connection(server) for _ in range(asking.MOST_AT_ONCE - 3)]
    silent[0].sendall(b"GET /marker-in-a-path HTTP/1.1\r\n")
    with caplog.at_level(logging.DEBUG):
        assert asked(server, "/live") == (200, "live\n")
        assert asked(server, "/another-marker")[0] == 404
    more = [socket.create_connection(server) for _ in range(asking.MOST_AT_ONCE)]
    until = time.monotonic() + 20
    said = 0
    while said != 200 and time.monotonic() < until:
        try:
            said = asked(server, "/live")[0]
        except OSError:
            time.sleep(0.05)

    assert said == 200
    for line in silent + more:
        line.close()
    assert "marker" not in caplog.text + "".join(capfd.readouterr())


def test_the_sites_own_port_knows_none_of_these() -> None:
    for path in ("/metrics", "/metrics/", "/live", "/live/", "/ready", "/ready/", "/health/"):
        assert Client().get(path, follow=True).status_code == 404


@pytest.mark.parametrize(("port", "started"), [("", False), ("9100", True)])
def test_up_starts_it_only_when_asked(port: str, started: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.chdir(HOUSE)
    monkeypatch.setenv("METRICS_PORT", port)
    monkeypatch.setattr(up.children, "start", lambda name, command, **_: commands.append(command))
    monkeypatch.setattr(up.children, "watch", lambda *_, **__: 0)

    up._serve(8000, 1, 0, {})

    assert any("metrics" in command for command in commands) is started


def test_the_command_answers_at_its_port_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port = servers.free_port()
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "own"), "METRICS_PORT": str(port)}
    running = subprocess.Popen([sys.executable, "manage.py", "metrics"], cwd=HOUSE, env=environment)
    until = time.monotonic() + 60
    said = (0, "")
    while said[0] == 0 and time.monotonic() < until:
        try:
            said = asked(("127.0.0.1", port), "/live")
        except OSError:
            time.sleep(0.1)
    not_prepared = asked(("127.0.0.1", port), "/ready")
    running.send_signal(signal.SIGTERM)

    assert said == (200, "live\n")
    assert not_prepared[0] == 503
    assert running.wait(20) == 0


def test_without_a_port_it_does_not_start(settings: Settings) -> None:
    with pytest.raises(CommandError, match="METRICS_PORT is not set"):
        call_command("metrics")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.METRICS = taken.getsockname()
        with pytest.raises(CommandError, match="cannot be had"):
            call_command("metrics")
