"""Whatever goes wrong, the log holds no word that anybody typed or sent."""

import io
import logging
import logging.config
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils.module_loading import import_string

from survivor_portal.web.safety import logs

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

MARKER = "marker5f3a"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the site's own logging writes, everything at its most talkative."""
    stream = io.StringIO()
    config = logs.logging_config()
    config["handlers"]["bare"]["stream"] = stream
    config["root"]["level"] = "DEBUG"
    for logger in config["loggers"].values():
        logger["level"] = "DEBUG"
    monkeypatch.setattr(sys, "stderr", stream)
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(logs.logging_config())


def lines(written: io.StringIO) -> list[str]:
    return written.getvalue().splitlines()


def a_client(**more: Any) -> Client:
    """A visitor who has the marker in the cookies, the browser's name and the referrer."""
    client = Client(raise_request_exception=False, **more)
    client.cookies["other"] = MARKER
    client.cookies[settings.VISIT_COOKIE] = MARKER
    client.cookies[settings.CSRF_COOKIE_NAME] = MARKER
    return client


HEADERS = {"user-agent": MARKER, "referer": f"http://testserver/{MARKER}", "x-forwarded-for": MARKER}
TYPED = {"links": MARKER, MARKER: "x", "csrfmiddlewaretoken": MARKER}

FAILURES: list[tuple[str, str, dict[str, Any], int]] = [
    ("post", "/breaks/", {}, 500),
    ("get", f"/breaks/{MARKER}?q={MARKER}", {}, 500),
    ("post", "/breaks-in-the-database/", {}, 500),
    ("post", "/breaks-in-a-chain/", {}, 500),
    ("post", "/is-suspicious/", {}, 400),
    ("post", "/is-forbidden/", {}, 403),
    ("post", "/is-missing/", {}, 404),
    ("get", f"/{MARKER}/?{MARKER}={MARKER}", {}, 404),
    ("post", f"/{MARKER}", {}, 404),
    ("get", "/stands-still/", {"headers": HEADERS | {"host": f"{MARKER}.example"}}, 400),
    ("post", "/stands-still/", {"headers": HEADERS | {"sec-fetch-site": "cross-site"}}, 403),
    ("put", f"/exit/?{MARKER}", {}, 405),
    ("get", f"/static/{MARKER}.css", {}, 404),
    ("get", f"/stands-still?{MARKER}", {}, 301),
]


@pytest.mark.parametrize(
    ("method", "path", "more", "status"), FAILURES, ids=[f"{row[0]} {row[1]}" for row in FAILURES]
)
def test_t32_no_failure_writes_anything_that_was_sent(
    written: io.StringIO, mailoutbox: list[Any], method: str, path: str, more: dict[str, Any], status: int
) -> None:
    data = TYPED if method == "post" else {}
    client = a_client()

    response = getattr(client, method)(path, data, **({"headers": HEADERS} | more))

    assert response.status_code == status
    assert MARKER not in written.getvalue()
    assert lines(written)
    assert not mailoutbox


@pytest.mark.parametrize("path", [f"/begins/?{MARKER}", f"/{MARKER}/"])
def test_t32_a_failed_form_check_writes_nothing_that_was_sent(written: io.StringIO, path: str) -> None:
    client = a_client(enforce_csrf_checks=True)

    for headers in (
        HEADERS,
        HEADERS | {"origin": f"http://{MARKER}.example"},
        {"referer": f"https://{MARKER}.example/"},
    ):
        for secure in (False, True):
            response = client.post(path, TYPED, headers=headers, secure=secure)
            assert response.status_code in (403, 404)

    assert MARKER not in written.getvalue()
    assert "django.security.csrf" in written.getvalue() or MARKER in path


def test_t32_too_much_text_and_a_file_write_nothing_that_was_sent(written: io.StringIO) -> None:
    file = io.BytesIO(MARKER.encode())
    file.name = f"{MARKER}.jpg"
    client = a_client()

    with_file = client.post("/begins/", {"file": file, "links": MARKER})
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10, DATA_UPLOAD_MAX_NUMBER_FIELDS=1):
        too_long = client.post(
            "/breaks/", f"links={MARKER * 9}", content_type="application/x-www-form-urlencoded"
        )

    assert with_file.status_code == too_long.status_code == 400
    assert MARKER not in written.getvalue()


def test_t32_an_error_says_its_type_and_the_place_in_our_code(written: io.StringIO) -> None:
    a_client().post("/breaks/", TYPED)

    (error,) = [line for line in lines(written) if " ERROR " in line]

    assert re.search(r" ERROR django\.request builtins\.RuntimeError \S+\.py:\d+$", error)
    assert "/" + "work" not in error
    assert not re.search(r"\s/", error)


def test_the_access_log_has_time_method_route_status_and_milliseconds(written: io.StringIO) -> None:
    a_client().get(f"/breaks/{MARKER}?q=1")
    a_client().get("/stands-still/")
    a_client().get(f"/{MARKER}/")
    a_client().generic(MARKER, "/stands-still/")

    access = [line for line in lines(written) if logs.ACCESS in line]

    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z INFO survivor_portal\.access"
    assert len(access) == 4
    for line, rest in zip(
        access,
        ["GET breaks-below 500", "GET stands-still 200", "GET - 404", "OTHER stands-still 200"],
        strict=True,
    ):
        assert re.fullmatch(rf"{when} {rest} \d+", line), line


def test_a_logger_of_a_library_writes_its_place_and_nothing_it_says(written: io.StringIO) -> None:
    logging.getLogger("some.library").warning("it said %s", MARKER)
    logging.getLogger("django.request").error(MARKER, extra={"request": MARKER})
    logging.getLogger("django.server").error('"GET /%s" 200', MARKER)
    logging.getLogger(MARKER[:0] + "asyncio").error(MARKER, stack_info=True)

    assert len(lines(written)) == 4
    assert MARKER not in written.getvalue()


def test_our_own_loggers_write_their_words_without_the_values(written: io.StringIO) -> None:
    logging.getLogger("survivor_portal.upkeep").info("visits swept: %s", MARKER)

    assert "visits swept: %s" in written.getvalue()
    assert MARKER not in written.getvalue()


def test_a_line_that_cannot_be_written_does_not_print_its_values(written: io.StringIO) -> None:
    record = logging.LogRecord(logs.ACCESS, logging.INFO, "file.py", 1, "%d %d", (MARKER, MARKER), None)
    handler = logs.BareHandler(written)
    handler.setFormatter(logs.Bare())

    handler.handle(record)

    assert MARKER not in written.getvalue()
    assert "could not be written: builtins.TypeError" in written.getvalue()


def test_an_error_without_a_frame_of_ours_names_the_library_and_not_this_machine(
    written: io.StringIO,
) -> None:
    try:
        import_string(MARKER)
    except ImportError:
        logging.getLogger("django").exception(MARKER)

    (line,) = lines(written)
    assert re.search(r"builtins\.ImportError django/utils/module_loading\.py:\d+$", line)
    assert MARKER not in written.getvalue()


def test_the_settings_use_this_logging_and_mail_nobody() -> None:
    assert settings.LOGGING["handlers"].keys() == {"bare"}
    assert settings.LOGGING["root"]["handlers"] == ["bare"]
    assert all(not logger["handlers"] for logger in settings.LOGGING["loggers"].values())
    assert settings.ADMINS == settings.MANAGERS == []
    assert not settings.DEBUG
