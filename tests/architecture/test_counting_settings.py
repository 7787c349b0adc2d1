"""Where web processes count together, and what of it production refuses."""

import os
from pathlib import Path

import pytest

from survivor_portal.config import counting, env
from survivor_portal.config.run import up
from survivor_portal.counts import pool
from tests.architecture.test_bell_settings import password_in
from tests.architecture.test_house import good

__all__ = ["good"]

BELL = "rediss://bell.example:6379/0"


def test_one_process_counts_for_itself(good: dict[str, str]) -> None:
    found = env.for_production(good | {"WEB_PROCESSES": "1"})

    assert counting.url(found.counts) == ""


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("redis://127.0.0.1:6380/1", "redis://127.0.0.1:6380/1"),
        ("rediss://counts.example", "rediss://counts.example:6379"),
        ("redis+socket:///run/counts/redis.sock", "unix:///run/counts/redis.sock"),
    ],
)
def test_several_count_in_a_redis_of_their_own(good: dict[str, str], url: str, read: str) -> None:
    found = env.for_production(good | {"COUNTS_URL": url, "BROKER_URL": BELL, "WORKERS": "4"})

    assert counting.url(found.counts) == read


def test_its_password_is_read_and_shown_nowhere(good: dict[str, str], tmp_path: Path) -> None:
    given = {"COUNTS_URL": "rediss://site@counts.example", "COUNTS_PASSWORD_FILE": password_in(tmp_path)}
    found = env.for_production(good | given)

    assert counting.url(found.counts) == "rediss://site:kX3-vQ9_pL2m%2F7tR4wB8@counts.example:6379"
    assert "kX3" not in repr(found)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"WEB_PROCESSES": "2"}, "COUNTS_URL is missing: several web processes"),
        ({"WORKERS": "2"}, "COUNTS_URL is missing: several web processes"),
        ({"WEB_PROCESSES": "3", "WORKERS": "1", "BROKER_URL": BELL}, "COUNTS_URL is missing"),
        ({"WEB_PROCESSES": "0"}, "WEB_PROCESSES must be a whole number from 1 to 1000"),
        ({"WORKERS": "two"}, "WORKERS must be a whole number from 1 to 1000"),
        ({"WEB_PROCESSES": "many"}, "WEB_PROCESSES must be a whole number from 1 to 1000"),
        ({"COUNTS_URL": "redis://counts.example/0"}, "COUNTS_URL crosses a wire"),
        ({"COUNTS_URL": "amqps://counts.example/site"}, "COUNTS_URL must name a Redis"),
        ({"COUNTS_URL": "rediss://site:secret@counts.example/0"}, "COUNTS_URL must hold no password"),
        ({"COUNTS_URL": "counts.example"}, "COUNTS_URL must look like"),
        ({"COUNTS_URL": "rediss://bell.example/3", "BROKER_URL": BELL}, "must name two servers"),
        (
            {"COUNTS_URL": "redis+socket:///run/r.sock", "BROKER_URL": "redis+socket:///run/r.sock"},
            "must name two servers",
        ),
    ],
)
def test_t34_production_refuses(good: dict[str, str], given: dict[str, str], why: str) -> None:
    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good | given)

    assert why in str(refusal.value)
    assert "secret@" not in str(refusal.value)


def test_t34_production_refuses_a_password_without_a_server(good: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(env.NotReady, match="COUNTS_URL is missing"):
        env.for_production(good | {"COUNTS_PASSWORD_FILE": password_in(tmp_path)})


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 40])
def test_t08_those_who_open_a_case_leave_room_for_whoever_is_inside(processes: int) -> None:
    """`up` gives each web process more threads than may work on a phrase or wait for it."""
    part = pool.shared_by(processes)

    assert up._threads(processes) == part._places + 8
    at_work = vars(part._working)["_value"]  # a semaphore has no name of its own for what is left of it
    assert at_work * processes <= max(os.cpu_count() or 1, processes)


def test_t08_the_site_knows_how_many_processes_share_the_machine(good: dict[str, str]) -> None:
    given = {"WORKERS": "4", "COUNTS_URL": "redis://127.0.0.1:6380"}

    assert env.for_production(good | given).web_processes == 4
    assert env.for_development({"WORKERS": "3", "DATA_DIR": good["DATA_DIR"]}).web_processes == 3
