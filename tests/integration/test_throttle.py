"""Floods and programs at the door: counted by network and site, stopped by form; nobody's words are lost."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from survivor_portal import counts
from survivor_portal.cases import access, book, codes, flood, records, unlocked
from survivor_portal.cases.models import Case, Throttle
from survivor_portal.counts import pool
from survivor_portal.web.safety import machines, networks
from survivor_portal.web.safety.logs import Bare
from tests.integration.test_cases_access import calls
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

OWN = "a blue bicycle by the lake"
WRONG = "six words that are not these"
HERE, NEXT_DOOR, ELSEWHERE = "192.0.2.7", "192.0.2.200", "198.51.100.7"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    access.prepare()
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: ""))
    # The clock stands: a test that runs over the end of an hour or a minute would count anew.
    with later(timedelta(0)):
        yield


@pytest.fixture
def new() -> access.NewCase:
    new = access.open_new(datetime.now(UTC), phrase=OWN)
    records.add(
        new.session.case, "plan", {"answers": {"country": "DE"}}, book.Note("plan_kept"), datetime.now(UTC)
    )
    return new


def open_(client: Client, code: str, phrase: str, **more: str) -> Any:
    return client.post("/c/", {"step": "open", "code": code, "phrase": phrase, **more})


def at(address: str, **more: str) -> Client:
    """Somebody's browser, seen from this address."""
    return Client(REMOTE_ADDR=address, **more)


def text(response: Any) -> str:
    return str(response.content.decode())


def bare(response: Any, code: str) -> str:
    """The page without what is drawn anew each time and without the code that was typed."""
    page = CSRF.sub("", text(response)).replace(code, "CODE")
    for name in ("since", "asked"):
        page = re.sub(rf'name="{name}" value="[^"]*"', "", page)
    return re.sub(r"Type these two words: \w+ \w+", "", page)


def field(page: str, name: str) -> str:
    """What a form carries under this name."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"|value="([^"]*)"[^>]* name="{name}"', page)
    return (found[1] or found[2] or "") if found else ""


@contextmanager
def later(span: timedelta) -> Iterator[None]:
    """The clock moved on."""
    then = datetime.now(UTC) + span
    with mock.patch("django.utils.timezone.now", return_value=then):
        yield


def lift() -> None:
    Throttle.objects.all().delete()


# --- by network ---


def tries(client: Client, count: int, code: str = "") -> list[int]:
    """So many tries in vain with codes of nobody, and how each was answered."""
    return [open_(client, code or codes.new_code(), WRONG).status_code for _ in range(count)]


def test_a_network_has_sixty_tries_in_vain_an_hour(new: access.NewCase) -> None:
    first = tries(at(HERE), 60)

    neighbour = open_(at(NEXT_DOOR), new.code, OWN)
    stranger = open_(at(ELSEWHERE), new.code, OWN)

    assert set(first) == {422}
    assert neighbour.status_code == 429
    assert 1 <= int(neighbour["Retry-After"]) <= 3600
    assert "from your network" in text(neighbour)
    assert new.code in text(neighbour)
    assert stranger.status_code == 303


def test_in_the_next_hour_the_network_may_try_again(new: access.NewCase) -> None:
    tries(at(HERE), 61)

    with later(timedelta(hours=1)):
        assert open_(at(HERE), new.code, OWN).status_code == 303


def test_what_opens_does_not_count_against_the_network(new: access.NewCase) -> None:
    answers = [open_(at(HERE), new.code, OWN).status_code for _ in range(65)]

    assert set(answers) == {303}


def test_a_refusal_for_want_of_room_does_not_count_against_the_network(new: access.NewCase) -> None:
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0):
        busy = [open_(at(HERE), new.code, OWN).status_code for _ in range(61)]

    assert set(busy) == {503}
    assert open_(at(HERE), new.code, OWN).status_code == 303


def test_a_network_that_is_full_costs_no_slow_key_and_counts_no_try(new: access.NewCase) -> None:
    tries(at(HERE), 60)
    lift()

    with mock.patch("survivor_portal.seals.phrase_key") as slow:
        open_(at(HERE), new.code, WRONG)

    assert not slow.called
    assert Throttle.objects.count() == 0


def test_a_network_keeps_twenty_new_cases_an_hour() -> None:
    answers = []
    for _ in range(21):
        browser = at(HERE)
        browser.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE, A_POST)
        browser.post("/next/", {"step": "keep"})
        browser.post("/next/", {"step": "keep_make", "kind": "own", "own": OWN})
        answers.append(browser.post("/next/", {"step": "keep_confirm", "phrase": OWN}))

    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert Case.objects.exclude(owner="nobody").count() == 20
    assert f'value="{OWN}"' in text(answers[-1])
    stranger = at(ELSEWHERE)
    stranger.cookies = browser.cookies
    assert stranger.post("/next/", {"step": "keep_confirm", "phrase": OWN}).status_code == 303


def test_who_comes_through_the_onion_service_shares_no_count_with_the_others(new: access.NewCase) -> None:
    assert set(tries(at("127.0.0.1"), 62)) == {422}
    assert open_(at("127.0.0.1"), new.code, OWN).status_code == 303


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "network"),
    [
        (0, "198.51.100.7", "192.0.2.7", "192.0.2.0/24"),
        (1, "198.51.100.7", "127.0.0.1", "198.51.100.0/24"),
        (1, "203.0.113.9, 198.51.100.7", "127.0.0.1", "198.51.100.0/24"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "127.0.0.1", "198.51.100.0/24"),
        (2, "198.51.100.7", "127.0.0.1", "198.51.100.0/24"),
        (1, "198.51.100.7:4711", "127.0.0.1", "198.51.100.0/24"),
        (1, "[2001:db8:1:2::7]:4711", "127.0.0.1", "2001:db8:1::/48"),
        (1, "2001:db8:1:2::7", "127.0.0.1", "2001:db8:1::/48"),
        (1, "::ffff:198.51.100.7", "127.0.0.1", "198.51.100.0/24"),
        (1, "127.0.0.1", "127.0.0.1", ""),
        (1, "unknown", "127.0.0.1", ""),
        (1, "", "127.0.0.1", ""),
        (1, "," * 50_000, "127.0.0.1", ""),
        (1, None, "192.0.2.7", "192.0.2.0/24"),
        (0, None, "192.0.2.7", "192.0.2.0/24"),
        (0, None, "not an address", ""),
        (0, None, "127.0.0.1", ""),
        (0, None, "::1", ""),
        (0, None, "10.0.0.9", ""),
        (0, None, "fd00::1", ""),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    proxies: int, forwarded: str | None, remote: str, network: str, settings: Settings, rf: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}

    assert networks._network(rf.get("/c/", REMOTE_ADDR=remote, **more)) == network


def test_no_address_can_be_read_from_the_counts(caplog: pytest.LogCaptureFixture) -> None:
    tries(at(HERE), 1)
    first = counted()
    with later(timedelta(hours=1)):
        tries(at(HERE), 1)

    assert len(first) == len(counted()) == 1
    assert first.isdisjoint(counted())
    assert "192.0.2" not in repr(first | counted()) + caplog.text


def counted() -> set[bytes]:
    """The names of the networks that tried to open something in this hour, as they are kept."""
    span = counts.COUNTS.here._counts.get(networks.What.opening)
    return {name for name, count in span.counts.items() if count} if span else set()


# --- the whole site ---


@pytest.fixture
def low_bar(settings: Settings) -> None:
    settings.FLOOD_FROM = 3


@pytest.fixture
def flooded(low_bar: None) -> None:
    now = datetime.now(UTC)
    for _ in range(4):
        flood.note(now)


def answered(client: Client, code: str, phrase: str, **more: str) -> Any:
    """Open with the two words copied from the page."""
    page = text(client.get("/c/"))
    words = re.search(r"Type these two words: (\w+ \w+)", page)
    assert words
    return open_(client, code, phrase, asked=field(page, "asked"), answer=words[1], **more)


def test_many_unknown_codes_in_a_minute_are_a_flood_and_it_ends_by_itself(low_bar: None) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    for seconds in (0, 20, 40, 70, 80):
        flood.note(now + timedelta(seconds=seconds))
    before = flood.is_on(now + timedelta(seconds=80))
    for _ in range(2):
        flood.note(now + timedelta(seconds=90))

    assert not before
    assert flood.is_on(now + timedelta(seconds=91))
    assert flood.is_on(now + timedelta(minutes=11))
    assert not flood.is_on(now + timedelta(minutes=11, seconds=30))


def test_the_alarm_is_one_line_with_a_count(low_bar: None, caplog: pytest.LogCaptureFixture) -> None:
    tries(Client(), 4)
    for _ in range(9):
        flood.note(datetime.now(UTC))

    lines = [record for record in caplog.records if record.name == "survivor_portal.flood"]
    assert len(lines) == 1
    assert "WARNING survivor_portal.flood more than 3 tries in vain in a minute" in Bare().format(lines[0])


def test_t07_a_wrong_phrase_counts_for_the_site_as_an_unknown_code_does(
    new: access.NewCase, low_bar: None
) -> None:
    states = []
    for code in (new.code, codes.new_code()):
        counts.COUNTS = counts.Counts(lambda: "")
        tries(Client(), 3)
        before = flood.is_on(datetime.now(UTC))
        open_(Client(), code, WRONG)
        states.append((before, flood.is_on(datetime.now(UTC))))

    assert states == [(False, True)] * 2


def test_in_a_flood_the_door_asks_for_two_words_and_keeps_what_was_typed(
    new: access.NewCase, flooded: None
) -> None:
    with mock.patch("survivor_portal.web.survivor.keeping_locked.access.open_with") as tried:
        answer = open_(Client(), new.code, OWN, watched="on")

    page = text(answer)
    assert answer.status_code == 422
    assert not tried.called
    assert "Please type the two words." in page
    assert re.search(r"Type these two words: \w+ \w+</label>", page)
    assert f'value="{new.code}"' in page
    assert re.search(r'type="password"[^>]*value="a blue|value="a blue[^>]*type="password"', page)
    assert re.search(r'name="watched"[^>]*checked', page)


def test_with_the_two_words_it_opens_for_a_shorter_time(new: access.NewCase, flooded: None) -> None:
    client = Client()

    answer = answered(client, new.code, OWN)

    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))
    assert answer.status_code == 303
    assert session
    assert session.closes_at - session.created_at == timedelta(minutes=10)
    for minutes in range(9, 60, 9):
        assert unlocked.resume(session.token, session.created_at + timedelta(minutes=minutes))
    assert unlocked.resume(session.token, session.created_at + timedelta(minutes=60)) is None


def test_what_was_open_before_the_flood_keeps_its_time(new: access.NewCase, flooded: None) -> None:
    found = unlocked.resume(new.session.token, datetime.now(UTC))

    assert found
    assert found.closes_at - found.seen_at == timedelta(minutes=20)


def test_a_pair_of_words_is_good_for_one_try(new: access.NewCase, flooded: None) -> None:
    client = Client()
    page = text(client.get("/c/"))
    words = re.search(r"Type these two words: (\w+ \w+)", page)
    assert words
    given = {"asked": field(page, "asked"), "answer": words[1].upper()}

    first = open_(client, codes.new_code(), WRONG, **given)
    second = open_(client, codes.new_code(), WRONG, **given)

    assert "do not open anything" in text(first)
    assert "do not open anything" not in text(second)
    assert "Please type the two words." in text(second)
    assert field(text(first), "asked") not in ("", given["asked"])
    assert Throttle.objects.count() == 1


@pytest.mark.parametrize("asked", ["", "x", "a.1.2.3:forged", "0" * 500])
def test_words_that_nobody_asked_for_open_nothing(asked: str, new: access.NewCase, flooded: None) -> None:
    answer = open_(Client(), new.code, OWN, asked=asked, answer="apple apple")

    assert answer.status_code == 422
    assert "Type these two words:" in text(answer)


def test_a_typing_error_in_the_code_does_not_cost_the_two_words(new: access.NewCase, flooded: None) -> None:
    client = Client()
    page = text(answered(client, new.code[:-1], OWN))

    again = open_(client, new.code, OWN, asked=field(page, "asked"), answer=field(page, "answer"))

    assert "typing error" in page
    assert again.status_code == 303


def test_showing_what_is_typed_keeps_the_two_words(new: access.NewCase, flooded: None) -> None:
    client = Client()
    page = text(answered(client, new.code, OWN, show="1"))

    again = open_(client, new.code, OWN, asked=field(page, "asked"), answer=field(page, "answer"))

    assert again.status_code == 303


def test_the_words_run_out_after_half_an_hour(flooded: None) -> None:
    now = datetime.now(UTC)
    question = machines.ask(now)

    assert machines.asked(question.mark, now + timedelta(minutes=29)) == question
    assert machines.asked(question.mark, now + timedelta(minutes=31)) is None


def test_after_the_flood_the_door_asks_for_no_words(new: access.NewCase, flooded: None) -> None:
    client = Client()
    client.get("/c/")

    with later(timedelta(minutes=12)):
        assert "two words" not in text(client.get("/c/"))
        assert open_(client, new.code, OWN).status_code == 303


@pytest.mark.usefixtures("flooded")
def test_t07_in_a_flood_both_get_the_same_answer_by_the_same_calls(
    new: access.NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = codes.new_code()
    answers, taken = [], []
    for code in (new.code, unknown):
        client = at(HERE)
        with calls(monkeypatch) as seen:
            answers.append(answered(client, code, WRONG))
        taken.append(seen)

    assert answers[0].status_code == answers[1].status_code == 422
    assert bare(answers[0], new.code) == bare(answers[1], unknown)
    assert taken[0] == taken[1]
    assert taken[0].count("phrase_key") == 1


# --- the empty box and the least time ---


@pytest.fixture
def browser() -> Client:
    """Somebody at the page that makes a code."""
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE, A_POST)
    client.post("/next/", {"step": "keep"})
    return client


def test_the_empty_box_is_seen_by_nobody_and_says_what_it_is() -> None:
    page = text(Client().get("/c/"))

    box = re.search(r'<div class="sp-spare">(.*?)</div>', page)
    assert box
    assert '<label for="id_subject">Leave this box empty</label>' in box[1]
    assert 'autocomplete="off"' in box[1]
    assert 'tabindex="-1"' in box[1]
    css = (settings.STATICFILES_DIRS[0] / "css" / "site.css").read_text("utf-8")
    assert ".sp-spare { display: none; }" in css


def test_a_filled_box_tries_nothing_and_keeps_what_was_typed(new: access.NewCase) -> None:
    answer = open_(at(HERE), new.code, OWN, subject="Buy now")

    page = text(answer)
    assert answer.status_code == 422
    assert "must stay empty" in page
    assert "Buy now" not in page
    assert f'value="{new.code}"' in page
    assert Throttle.objects.count() == 0
    assert not counted()
    assert open_(at(HERE), new.code, OWN).status_code == 303


def test_a_filled_box_keeps_nothing(browser: Client) -> None:
    made = browser.post("/next/", {"step": "keep_make", "kind": "own", "own": OWN, "subject": "x"})
    browser.post("/next/", {"step": "keep_make", "kind": "own", "own": OWN})
    confirmed = browser.post("/next/", {"step": "keep_confirm", "phrase": OWN, "subject": "x"})

    assert (made.status_code, confirmed.status_code) == (422, 422)
    assert f'value="{OWN}"' in text(made)
    assert f'value="{OWN}"' in text(confirmed)
    assert Case.objects.exclude(owner="nobody").count() == 0


@pytest.fixture
def two_seconds(settings: Settings) -> None:
    settings.FILL_SECONDS = 2


def test_nobody_types_code_and_phrase_in_less_than_two_seconds(
    new: access.NewCase, two_seconds: None
) -> None:
    client = at(HERE)
    since = field(text(client.get("/c/")), "since")

    with later(timedelta(seconds=1.5)):
        quick = open_(client, new.code, OWN, since=since)
    so_far = Throttle.objects.count(), len(counted())
    with later(timedelta(seconds=2.5)):
        slow = open_(client, new.code, OWN, since=field(text(quick), "since"))

    page = text(quick)
    assert quick.status_code == 422
    assert "That was very quick." in page
    assert f'value="{new.code}"' in page
    assert re.search(r'type="password"[^>]*value="a blue|value="a blue[^>]*type="password"', page)
    assert so_far == (0, 0)
    assert slow.status_code == 303


@pytest.mark.parametrize("since", ["", "1", "1700000000000:forged", "0" * 500])
def test_a_form_without_its_moment_gets_one_and_tries_nothing(
    since: str, new: access.NewCase, two_seconds: None
) -> None:
    answer = open_(Client(), new.code, OWN, since=since)

    fresh = field(text(answer), "since")
    assert answer.status_code == 422
    assert "open for long" in text(answer)
    assert Throttle.objects.count() == 0
    with later(timedelta(seconds=3)):
        assert open_(Client(), new.code, OWN, since=fresh).status_code == 303


def test_a_moment_of_ones_own_making_is_none(new: access.NewCase, two_seconds: None) -> None:
    minute_ago = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1000)

    answer = open_(Client(), new.code, OWN, since=f"{minute_ago}:{'A' * 43}")

    assert answer.status_code == 422
    assert Throttle.objects.count() == 0


def test_keeping_asks_for_two_seconds_as_well(browser: Client, two_seconds: None) -> None:
    made = {"step": "keep_make", "kind": "own", "own": OWN}
    since = field(text(browser.get("/next/")), "since")
    quick = browser.post("/next/", made | {"since": since})
    with later(timedelta(seconds=3)):
        browser.post("/next/", made | {"since": since})
        browser.post("/next/", {"step": "keep_ask"})
        since = field(text(browser.get("/next/")), "since")
        confirm = {"step": "keep_confirm", "phrase": OWN, "since": since}
        too_soon = browser.post("/next/", confirm)
    with later(timedelta(seconds=6)):
        done = browser.post("/next/", confirm)

    assert (quick.status_code, too_soon.status_code, done.status_code) == (422, 422, 303)
    assert f'value="{OWN}"' in text(quick)
    assert Case.objects.exclude(owner="nobody").count() == 1


def test_t07_the_least_time_tells_nobody_whether_a_case_has_the_code(
    new: access.NewCase, two_seconds: None
) -> None:
    unknown = codes.new_code()
    since = field(text(Client().get("/c/")), "since")
    quick = [open_(Client(), code, WRONG, since=since) for code in (new.code, unknown)]
    with later(timedelta(seconds=3)):
        slow = [open_(Client(), code, WRONG, since=since) for code in (new.code, unknown)]

    for real, invented in (quick, slow):
        assert real.status_code == invented.status_code == 422
        assert bare(real, new.code) == bare(invented, unknown)
    assert "do not open anything" in text(slow[0])


def test_the_mark_of_a_form_runs_out(two_seconds: None) -> None:
    now = datetime.now(UTC)
    mark = machines.mark(now)

    assert machines.is_mark(mark, now + timedelta(hours=7, minutes=59))
    assert not machines.is_mark(mark, now + timedelta(hours=8, minutes=1))
    assert not machines.is_mark(mark, now - timedelta(minutes=1))


def test_the_used_words_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "USED", replace(machines.USED, most=5))
    now = datetime.now(UTC)
    for _ in range(20):
        assert machines.use(machines.ask(now), now)

    assert counts.COUNTS.here.size(machines.USED) == 5


def test_the_logs_name_no_code_and_no_address(low_bar: None, caplog: pytest.LogCaptureFixture) -> None:
    code = codes.new_code()
    with caplog.at_level(logging.DEBUG, "survivor_portal"):
        tries(at(HERE), 4, code)
        tries(at(HERE), 4)

    assert code not in caplog.text
    assert HERE not in caplog.text
