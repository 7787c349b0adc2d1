"""What is counted for a while, in one process or in many: limits, ends, bounds, and no name in it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survivor_portal import counts
from survivor_portal.cases import access, codes, flood
from survivor_portal.config.run import servers
from survivor_portal.counts import Kind, State
from survivor_portal.counts.here import Here
from survivor_portal.counts.kinds import Place
from survivor_portal.counts.shared import Shared, Unreachable
from survivor_portal.web.safety import left, machines, networks
from tests.conftest import size
from tests.markers import Markers, search

MINUTES = Kind("minutes", timedelta(minutes=1), 3)
NOTES = Kind("notes", timedelta(minutes=30), 3)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROGRAM = Path(__file__).with_name("counting_together.py")
ON_REDIS = pytest.mark.redis


@contextmanager
def a_redis(port: int = 0) -> Iterator[int]:
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.redis(Path(folder) / "redis", keeps=False, port=port) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    with a_redis() as port:
        yield port


@pytest.fixture
def client_of(redis_port: int) -> Iterator[redis.Redis]:
    """That Redis, empty."""
    with redis.Redis(host=servers.HOST, port=redis_port) as client:
        client.flushall()
        yield client


def url(port: int) -> str:
    return f"redis://{servers.HOST}:{port}/0"


@pytest.fixture(params=["here", pytest.param("shared", marks=ON_REDIS)])
def place(request: pytest.FixtureRequest) -> Place:
    """Each of the two places."""
    if request.param == "here":
        return Here()
    request.getfixturevalue("client_of")
    return Shared(url(request.getfixturevalue("redis_port")))


@pytest.fixture
def together(client_of: redis.Redis, redis_port: int, monkeypatch: pytest.MonkeyPatch) -> redis.Redis:
    """The site counts in that Redis."""
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: url(redis_port)))
    return client_of


# --- what each place does ---


def test_so_often_and_no_more(place: Place) -> None:
    assert [place.up(MINUTES, "a", NOON, 2) for _ in range(3)] == [True, True, False]
    assert place.up(MINUTES, "b", NOON, 2)


def test_what_is_taken_back_may_be_done_again_and_never_more(place: Place) -> None:
    for _ in range(3):
        place.down(MINUTES, "a", NOON)
    place.up(MINUTES, "a", NOON, 1)
    full = place.up(MINUTES, "a", NOON, 1)
    place.down(MINUTES, "a", NOON)

    assert not full
    assert [place.up(MINUTES, "a", NOON, 1) for _ in range(2)] == [True, False]


def test_the_next_span_begins_at_nought(place: Place) -> None:
    last = NOON + timedelta(seconds=59)
    place.up(MINUTES, "a", last, 1)

    assert not place.up(MINUTES, "a", last, 1)
    assert place.up(MINUTES, "a", last + timedelta(seconds=1), 1)


def test_the_name_not_met_for_longest_is_forgotten(place: Place) -> None:
    for name in ("a", "b", "c", "a", "d"):
        place.up(MINUTES, name, NOON, 2)

    assert not place.up(MINUTES, "a", NOON, 2)
    assert place.up(MINUTES, "b", NOON, 1)


def test_a_note_is_known_for_its_time_also_into_the_next_hour(place: Place) -> None:
    late = NOON + timedelta(minutes=50)
    first, again = place.note(NOTES, "a", late), place.note(NOTES, "a", late + timedelta(minutes=5))

    assert (first, again) == (True, False)
    assert place.knows(NOTES, "a", late + timedelta(minutes=34))
    assert not place.note(NOTES, "a", late + timedelta(minutes=34))
    assert place.knows(NOTES, "a", late + timedelta(minutes=63))
    assert not place.knows(NOTES, "a", late + timedelta(minutes=64))
    assert place.note(NOTES, "a", late + timedelta(minutes=64))


def test_nobody_else_is_known(place: Place) -> None:
    other = Kind("others", NOTES.lasts, 3)
    place.note(NOTES, "a", NOON)

    assert not place.knows(NOTES, "b", NOON)
    assert not place.knows(other, "a", NOON)


def test_the_oldest_note_goes_when_there_are_many(place: Place) -> None:
    for second, name in enumerate("abcd"):
        place.note(NOTES, name, NOON + timedelta(seconds=second))

    assert [place.knows(NOTES, name, NOON + timedelta(seconds=9)) for name in "abcd"] == [
        False,
        True,
        True,
        True,
    ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["up", "down", "note", "knows"]), st.sampled_from("abcde"), st.integers(1, 1500)
    ),
    max_size=40,
)


@pytest.mark.redis
@settings(
    max_examples=size("property_examples"),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_both_places_say_the_same(
    steps: list[tuple[str, str, int]], client_of: redis.Redis, redis_port: int
) -> None:
    client_of.flushall()
    said = [_walk(each, steps) for each in (Here(), Shared(url(redis_port)))]

    assert said[0] == said[1]


def _walk(place: Place, steps: list[tuple[str, str, int]]) -> list[object]:
    now, said = NOON, list[object]()
    for what, name, seconds in steps:
        now += timedelta(seconds=seconds)
        if what == "up":
            said.append(place.up(NOTES, name, now, 2))
        elif what == "down":
            said.append(place.down(NOTES, name, now))
        else:
            said.append(getattr(place, what)(NOTES, name, now))
    return said


# --- many processes ---


@pytest.mark.redis
def test_two_web_processes_reach_the_limit_together(together: redis.Redis, redis_port: int) -> None:
    command = [sys.executable, PROGRAM, url(redis_port), "50"]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # Both at once.
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    let_in = [int(process.communicate(timeout=60)[0]) for process in started]

    assert sum(let_in) == networks.MOST[networks.What.opening] == 60
    assert min(let_in) > 0


@pytest.mark.redis
def test_nothing_in_that_redis_can_be_read_and_all_of_it_ends(together: redis.Redis) -> None:
    markers = Markers()
    now = datetime.now(UTC)
    words = [markers.new("a name") for _ in range(20)]
    for word in words:
        counts.up(networks.KINDS[networks.What.keeping], word, now, 5)
        counts.note(left.LEFT, word, now)
    request = RequestFactory().post("/c/", REMOTE_ADDR="192.0.2.7")
    networks.charge(request, networks.What.opening, now)
    question = machines.ask(now)
    assert machines.use(question, now)
    flood.note(now)

    kept = everything(together)
    lasts: list[Any] = [together.ttl(where) for where, _content in kept]
    assert len(kept) >= 9
    assert search(kept, markers, [question.nonce, "192.0.2.7", "192.0.2.0/24"]) == []
    assert all(0 < seconds <= 9 * 3600 for seconds in lasts)
    # The same search finds what stands there as it is.
    together.zadd("left as it is", {words[0]: 1})
    together.hset("counted as it is", "192.0.2.7", "1")
    assert {where for where, _what in search(everything(together), markers, ["192.0.2.7"])} == {
        "left as it is", "counted as it is",
    }  # fmt: skip


def everything(client: Any) -> list[tuple[str, bytes]]:
    """All that Redis holds, key by key, as it was given."""
    read = {
        b"string": lambda key: client.get(key),
        b"hash": lambda key: b" ".join(b" ".join(pair) for pair in client.hgetall(key).items()),
        b"zset": lambda key: b" ".join(client.zrange(key, 0, -1)),
    }
    return [(key.decode(), key + b" " + read[client.type(key)](key)) for key in client.keys("*")]


@pytest.mark.redis
def test_names_of_one_hour_and_of_the_next_have_nothing_in_common(together: redis.Redis) -> None:
    kind, names = networks.KINDS[networks.What.opening], []
    for hour in range(2):
        counts.up(kind, "192.0.2.0/24", NOON + timedelta(hours=hour), 5)
        number = counts.span(NOON + timedelta(hours=hour), counts.HOUR)
        names.append(together.zrange(f"counts:opening:{number}:met", 0, -1))

    assert [len(found) for found in names] == [1, 1]
    assert names[0] != names[1]


@pytest.mark.redis
def test_what_is_kept_there_has_an_end(together: redis.Redis) -> None:
    small = [Kind("counted", counts.HOUR, 50), Kind("noted", counts.HOUR, 50)]
    for number in range(300):
        counts.up(small[0], str(number), NOON, 5)
        counts.note(small[1], str(number), NOON + timedelta(seconds=number))
    number = counts.span(NOON, counts.HOUR)

    assert together.hlen(f"counts:counted:{number}") == 51  # and the number of those met
    assert together.zcard(f"counts:counted:{number}:met") == 50
    assert together.zcard("counts:noted") == 50


# --- when it does not answer ---


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, "survivor_portal.counts"):
        yield caplog


def lines(said: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in said.records if record.name == "survivor_portal.counts"]


def process_of(server: redis.Redis) -> int:
    told = server.info("server")
    assert isinstance(told, dict)
    return int(told["process_id"])


@pytest.mark.redis
def test_a_redis_killed_in_the_middle_locks_nobody_out_and_comes_back(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counts, "REST", 0.0)
    kind = networks.KINDS[networks.What.keeping]
    with a_redis() as port:
        monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: url(port)))
        before = [counts.up(kind, "a", NOON, 20) for _ in range(20)]
        full = counts.up(kind, "a", NOON, 20)
        with redis.Redis(host=servers.HOST, port=port) as client:
            os.kill(process_of(client), signal.SIGKILL)
        without = [counts.up(kind, "a", NOON, 20) for _ in range(21)]
        stands = counts.state()
    with a_redis(port):
        back = counts.up(kind, "a", NOON, 20)
        now_stands = counts.state()

    assert before == [True] * 20
    assert not full
    # Each process then has its own limit.
    assert without == [True] * 20 + [False]
    assert back
    assert (stands, now_stands) == (State.apart, State.shared)
    assert lines(said) == [
        "the shared counts do not answer; each process counts for itself",
        "the shared counts answer again",
    ]


@pytest.mark.redis
def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(
    together: redis.Redis, said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = process_of(together)
    asked: list[str] = []
    monkeypatch.setattr(Shared, "_key", _noting(asked, Shared._key))
    os.kill(process, signal.SIGSTOP)
    try:
        answers = [counts.up(MINUTES, "a", NOON, 9) for _ in range(5)]
    finally:
        os.kill(process, signal.SIGCONT)

    assert answers == [True] * 5
    assert len(asked) == 1
    assert len(lines(said)) == 1


def _noting(asked: list[str], how: Any) -> Any:
    def asks(self: Shared, kind: Kind, now: datetime) -> bytes:
        asked.append(kind.key)
        found: bytes = how(self, kind, now)
        return found

    return asks


@pytest.mark.redis
def test_a_redis_that_is_full_is_as_one_that_does_not_answer(
    together: redis.Redis, said: pytest.LogCaptureFixture
) -> None:
    together.config_set("maxmemory", "1")
    try:
        assert counts.up(MINUTES, "a", NOON, 1)
        assert not counts.up(MINUTES, "a", NOON, 1)
    finally:
        together.config_set("maxmemory", "0")

    assert len(lines(said)) == 1


@pytest.mark.redis
def test_a_redis_that_writes_to_disk_is_named(together: redis.Redis) -> None:
    before = counts.state()
    together.config_set("save", "60 1")
    saves = counts.state()
    together.config_set("save", "")

    assert (before, saves) == (State.shared, State.on_disk)


def nobody_there() -> str:
    return url(servers.free_port())


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_door_opens_and_refuses_while_no_redis_answers(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(nobody_there))
    access.prepare()
    phrase = "a blue bicycle by the lake"
    new = access.open_new(datetime.now(UTC), phrase=phrase)
    tried = {"step": "open", "code": codes.new_code(), "phrase": phrase}
    away = Client(REMOTE_ADDR="192.0.2.7")

    wrong = away.post("/c/", tried)
    right = away.post("/c/", tried | {"code": new.code})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert counts.state() is State.apart
    assert lines(said) == ["the shared counts do not answer; each process counts for itself"]
    assert "192.0.2" not in said.text


def test_an_error_of_the_shared_place_says_what_kind_and_no_more() -> None:
    with pytest.raises(Unreachable) as error:
        Shared(nobody_there()).up(MINUTES, "a secret name", NOON, 1)

    assert str(error.value) == "ConnectionError"
    assert error.value.__cause__ is None


def test_without_a_word_each_process_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: ""))

    assert counts.state() is State.alone


def test_in_memory_the_key_of_one_span_is_not_that_of_the_next() -> None:
    here = Here()
    keys = []
    for minute in range(3):
        here.up(MINUTES, "a", NOON + timedelta(minutes=minute), 1)
        keys.append(here._counts["minutes"].key)

    assert all(one != other for one, other in pairwise(keys))
    assert here.size(MINUTES) == 1
