"""What tells the workers that there is work, and what of it production refuses."""

import ssl
from pathlib import Path

import pytest

from survivor_portal.config import bells, env
from tests.architecture.test_house import good

__all__ = ["good"]

GOOD_PASSWORD = "kX3-vQ9_pL2m/7tR4wB8"


def password_in(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(GOOD_PASSWORD + "\n")
    path.chmod(0o400)
    return str(path)


def test_without_a_server_it_is_a_folder_in_the_data_folder(good: dict[str, str], tmp_path: Path) -> None:
    assert env.for_production(good).broker is None

    found = bells.bell(tmp_path)

    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"]["data_folder_in"] == str(tmp_path / "bell" / "messages")


def test_a_server_is_read_and_its_password_shown_nowhere(good: dict[str, str], tmp_path: Path) -> None:
    found = env.for_production(
        good | {"BROKER_URL": "rediss://site@bell.example/2", "BROKER_PASSWORD_FILE": password_in(tmp_path)}
    )

    assert found.broker is not None
    assert found.broker.url == "rediss://site:kX3-vQ9_pL2m%2F7tR4wB8@bell.example:6379/2"
    assert "kX3" not in repr(found)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("redis://127.0.0.1", "redis://127.0.0.1:6379"),
        ("redis://[::1]:6380/0", "redis://[::1]:6380/0"),
        ("redis+socket:///run/redis/redis.sock", "redis+socket:///run/redis/redis.sock"),
        ("amqps://site@bell.example/site", "amqps://site@bell.example:5671/site"),
    ],
)
def test_these_are_servers(good: dict[str, str], url: str, read: str) -> None:
    broker = env.for_production(good | {"BROKER_URL": url}).broker

    assert broker is not None
    assert broker.url == read


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://bell.example/0", "crosses a wire"),
        ("amqp://bell.example/site", "crosses a wire"),
        ("redis:///0", "must look like"),
        ("redis://127.0.0.1/zero", "must look like"),
        ("redis://127.0.0.1:port/0", "must look like"),
        ("redis://127.0.0.1/0?ssl_cert_reqs=none", "must look like"),
        ("redis+socket://", "must look like"),
        ("memory://localhost", "must look like"),
        ("rediss://site:secret@bell.example/0", "must hold no password"),
    ],
)
def test_t34_production_refuses(good: dict[str, str], url: str, why: str) -> None:
    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good | {"BROKER_URL": url})

    assert why in str(refusal.value)
    assert "secret@" not in str(refusal.value)


def test_t34_production_refuses_a_password_without_a_server(good: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(env.NotReady, match="BROKER_URL is missing"):
        env.for_production(good | {"BROKER_PASSWORD_FILE": password_in(tmp_path)})


def test_a_server_far_away_has_to_show_who_it_is(good: dict[str, str], tmp_path: Path) -> None:
    for url, key in (("rediss://bell.example", "ssl_cert_reqs"), ("amqps://bell.example", "cert_reqs")):
        broker = env.for_production(good | {"BROKER_URL": url}).broker

        assert bells.bell(tmp_path, broker)["CELERY_BROKER_USE_SSL"] == {key: ssl.CERT_REQUIRED}
