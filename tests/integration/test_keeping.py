"""Keep a visit, come back to it, lose nothing: what each answer of the site holds and does not tell."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, book, codes, ending, opening, phrases, records, slot, unlocked
from survivor_portal.cases.models import Arrival, Case, Throttle, Unlocked
from survivor_portal.counts import pool
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import State
from survivor_portal.web.survivor.keeping_drafts import draft_field
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

OWN = "a blue bicycle by the lake"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def browser() -> Client:
    """Somebody at the plan."""
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE, A_POST)
    return client


@pytest.fixture
def new() -> access.NewCase:
    new = access.open_new(datetime.now(UTC), phrase=OWN)
    records.add(
        new.session.case, "plan", {"answers": {"country": "DE"}}, book.Note("plan_kept"), datetime.now(UTC)
    )
    return new


@pytest.fixture
def inside(new: access.NewCase) -> Client:
    """Somebody with an open case."""
    client = Client()
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    return client


def card(browser: Client, **choices: str) -> tuple[str, str]:
    """Go to the card and read it."""
    browser.post("/next/", {"step": "keep"})
    page = browser.post("/next/", {"step": "keep_make", **choices}, follow=True).content.decode()
    code = re.search(r'id="slip-code">([^<]*)<', page)
    phrase = re.search(r'id="slip-phrase">([^<]*)<', page)
    assert code
    assert phrase
    return code[1], phrase[1]


def kept(browser: Client, **choices: str) -> tuple[str, str]:
    """Keep the visit, and give code and phrase."""
    code, phrase = card(browser, **choices)
    browser.post("/next/", {"step": "keep_ask"})
    browser.post("/next/", {"step": "keep_confirm", "phrase": phrase})
    return code, phrase


def open_(client: Client, code: str, phrase: str, **more: str) -> Any:
    return client.post("/c/", {"step": "open", "code": code, "phrase": phrase, **more})


def cases() -> int:
    return Case.objects.exclude(owner="nobody").count()


def plan_of(client: Client) -> dict[str, Any]:
    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))
    assert session
    (record,) = records.read(session.case, "plan")
    return record.document


def lift() -> None:
    Throttle.objects.all().delete()


# --- keeping ---


@pytest.mark.parametrize("kind", ["words", "digits", ""])
def test_a_visit_becomes_a_case_that_opens_in_another_browser(browser: Client, kind: str) -> None:
    code, phrase = kept(browser, kind=kind)
    other = Client()

    answer = open_(other, code.lower().replace("-", " "), phrase.upper())

    assert (answer.status_code, answer["Location"]) == (303, "/c/")
    assert plan_of(other)["answers"]["country"] == "US"
    assert [item["url"] for item in plan_of(other)["items"]] == [A_POST]
    assert "Your next steps" in other.get("/next/").content.decode()


def test_an_own_phrase_opens_it_too(browser: Client) -> None:
    code, phrase = kept(browser, kind="own", own=OWN)

    assert phrase == OWN
    assert open_(Client(), code, OWN).status_code == 303


@pytest.mark.parametrize(
    ("own", "words"),
    [("", "Type your own phrase"), ("short", "too short"), ("passwordpassword", "easy to guess")],
)
def test_a_weak_own_phrase_is_sent_back_with_what_was_typed(browser: Client, own: str, words: str) -> None:
    answer = browser.post("/next/", {"step": "keep_make", "kind": "own", "own": own, "days": "30"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{own}"' in page or not own
    assert re.search(r'value="30"[^>]*checked', page)


def test_there_is_no_case_before_the_phrase_was_typed_back(browser: Client) -> None:
    _code, phrase = card(browser)
    browser.post("/next/", {"step": "keep_ask"})

    answer = browser.post("/next/", {"step": "keep_confirm", "phrase": phrase + "s"})

    assert answer.status_code == 422
    assert "not the same phrase" in answer.content.decode()
    assert cases() == 0
    assert phrase in browser.post("/next/", {"step": "keep_card"}, follow=True).content.decode()


def test_the_card_says_nothing_of_what_it_is_for_and_is_never_shown_again(browser: Client) -> None:
    code, phrase = kept(browser)

    pages = [browser.get(path).content.decode() for path in ("/c/", "/next/")]
    pages.append(browser.post("/next/", {"step": "keep_card"}, follow=True).content.decode())

    assert not [page for page in pages if phrase in page or code in page]
    slip = (settings.TEMPLATES[0]["DIRS"][0] / "survivor/keep/slip.html").read_text()
    assert re.findall(r'translate "([^"]*)"', slip) == ["Code", "Phrase"]


def test_after_keeping_the_visit_holds_no_answer_and_no_phrase(browser: Client) -> None:
    from survivor_portal.visits import visit as visits

    kept(browser)

    visit = visits.read(bytes.fromhex(browser.cookies[settings.VISIT_COOKIE].value), datetime.now(UTC))
    assert visit
    assert set(visit.data) <= {"at", "watched", "told", "page", "country"}


def test_a_recovery_code_is_shown_once_and_opens_with_the_code(browser: Client) -> None:
    code, phrase = card(browser, recovery="on")
    page = browser.post("/next/", {"step": "keep_confirm", "phrase": phrase}).content.decode()
    recovery = re.search(r'id="slip-code">([^<]*)<', page)
    assert recovery

    other = Client()
    answer = other.post("/c/", {"step": "recover", "code": code, "recovery": recovery[1].lower()})

    assert answer.status_code == 200
    assert "Choose a new phrase" in answer.content.decode()
    assert plan_of(other)["items"]
    assert recovery[1] not in browser.get("/c/").content.decode()


def test_the_same_form_sent_twice_is_one_case(browser: Client) -> None:
    _code, phrase = card(browser)
    twin = Client()
    twin.cookies[settings.VISIT_COOKIE] = browser.cookies[settings.VISIT_COOKIE].value
    browser.post("/next/", {"step": "keep_confirm", "phrase": phrase})

    answer = twin.post("/next/", {"step": "keep_confirm", "phrase": phrase})

    assert answer.status_code == 303
    assert cases() == 1


def test_when_too_many_are_here_the_same_button_works_a_minute_later(browser: Client) -> None:
    code, phrase = card(browser)
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0):
        busy = browser.post("/next/", {"step": "keep_confirm", "phrase": phrase})

    done = browser.post("/next/", {"step": "keep_confirm", "phrase": phrase})

    assert (busy.status_code, busy["Retry-After"]) == (503, "60")
    assert f'value="{phrase}"' in busy.content.decode()
    assert (done.status_code, done["Location"]) == (303, "/c/")
    assert open_(Client(), code, phrase).status_code == 303


def test_a_child_under_13_alone_is_asked_to_come_with_an_adult() -> None:
    child = Client()
    child.cookies[settings.VISIT_COOKIE] = begun(
        NEWS_CASE | {"asker": "self", "age_then": "under_13", "age_now": "under_13"}
    )

    for step in ("keep", "keep_make", "keep_confirm"):
        page = child.post("/next/", {"step": step, "kind": "own", "own": OWN}, follow=True).content.decode()
        assert "Your next steps" in page
    assert cases() == 0


def test_on_a_watched_device_there_is_a_warning_first() -> None:
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE | {"device_watched": "unknown"}, A_POST)

    page = client.post("/next/", {"step": "keep"}, follow=True).content.decode()

    assert page.index("Someone may see this device.") < page.index("You get a code")


def test_where_no_cases_are_kept_the_door_says_so(browser: Client, settings: Any) -> None:
    settings.CASES_OPEN = False

    assert "does not keep anything" in browser.get("/c/").content.decode()
    assert browser.post("/next/", {"step": "keep_make"})["Location"] == "/next/"
    assert open_(browser, codes.new_code(), OWN).status_code == 200
    assert cases() == 0


@pytest.mark.parametrize("days", ["30", "365"])
def test_it_is_kept_for_the_days_that_were_chosen(browser: Client, days: str) -> None:
    kept(browser, days=days)

    row = Case.objects.exclude(owner="nobody").get()

    assert row.expires_on == (datetime.now(UTC) + timedelta(days=int(days))).date()
    assert row.confirm_by is None


# --- the door ---


def bare(response: Any, code: str) -> str:
    """The page without its form token and without the code that was typed."""
    return TOKEN.sub("", response.content.decode()).replace(code, "CODE")


def test_t07_an_unknown_code_and_a_wrong_phrase_get_the_same_answer(new: access.NewCase) -> None:
    unknown = codes.new_code()

    wrong = open_(Client(), new.code, "six words that are not these")
    nobodys = open_(Client(), unknown, "six words that are not these")

    assert wrong.status_code == nobodys.status_code == 422
    assert bare(wrong, new.code) == bare(nobodys, unknown)
    assert sorted(wrong.headers.items()) == sorted(nobodys.headers.items())
    assert wrong.cookies.keys() == nobodys.cookies.keys()


def test_t07_both_do_the_same_work(new: access.NewCase) -> None:
    def calls(code: str) -> list[str]:
        with (
            mock.patch("survivor_portal.seals.phrase_key", wraps=opening.seals.phrase_key) as slow,
            mock.patch("survivor_portal.cases.opening.shred.get", wraps=opening.shred.get) as half,
        ):
            open_(Client(), code, "six words that are not these")
        return ["slow"] * slow.call_count + ["half"] * half.call_count

    assert calls(new.code) == calls(codes.new_code()) == ["slow", "half"]


def test_a_mistyped_code_is_told_before_anything_is_tried(new: access.NewCase) -> None:
    with mock.patch("survivor_portal.web.survivor.keeping_locked.access.open_with") as tried:
        answer = open_(Client(), new.code[:-1] + ("0" if new.code[-1] != "0" else "1"), OWN)

    assert answer.status_code == 422
    assert "typing error" in answer.content.decode()
    assert not tried.called


def test_a_no_keeps_what_was_typed_and_hides_it_until_asked(new: access.NewCase) -> None:
    page = open_(Client(), new.code, "not it at all").content.decode()
    shown = (
        Client()
        .post("/c/", {"step": "open", "code": new.code, "phrase": "not it at all", "shown": "", "show": "1"})
        .content.decode()
    )

    assert re.search(
        r'type="password"[^>]*value="not it at all"|value="not it at all"[^>]*type="password"', page
    )
    assert not re.search(r'type="password"', shown)
    assert 'value="not it at all"' in shown
    assert "Hide what I type" in shown
    assert Throttle.objects.count() == 1


@pytest.mark.parametrize("known", [True, False])
def test_after_many_tries_the_page_says_when_the_next_one_counts(new: access.NewCase, known: bool) -> None:
    code = new.code if known else codes.new_code()
    for _ in range(5):
        open_(Client(), code, "wrong")

    answer = open_(Client(), code, OWN)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 30
    assert "wait about 1 minute" in answer.content.decode()


def test_when_too_many_are_here_it_says_when_to_try_again(new: access.NewCase) -> None:
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0):
        answer = open_(Client(), new.code, OWN)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert new.code in answer.content.decode()


def test_who_comes_back_is_told_of_tries_in_vain(new: access.NewCase) -> None:
    for _ in range(3):
        open_(Client(), new.code, "wrong")

    first = open_(Client(), new.code, OWN)
    second = open_(Client(), new.code, OWN)

    assert "3 tries did not open it" in first.content.decode()
    assert second.status_code == 303


def test_a_watched_device_closes_sooner(new: access.NewCase) -> None:
    client = Client()
    open_(client, new.code, OWN, watched="on")

    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))

    assert session
    assert session.watched


def test_a_public_page_asks_the_databases_nothing_about_the_case(
    inside: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        inside.get("/about/")


def test_a_cookie_that_opens_nothing_is_taken_back() -> None:
    client = Client(headers={"cookie": f"{settings.CASE_COOKIE}={'ab' * 32}"})

    answer = client.get("/c/")

    assert answer.cookies[settings.CASE_COOKIE]["max-age"] == 0


def test_the_cookie_of_a_case_has_every_mark(new: access.NewCase) -> None:
    cookie = open_(Client(), new.code, OWN).cookies[settings.CASE_COOKIE]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")
    assert (cookie["path"], cookie["max-age"], cookie["expires"], cookie["domain"]) == ("/", "", "", "")
    assert settings.CASE_COOKIE == "__Host-k"


def test_leaving_closes_the_case(inside: Client) -> None:
    inside.get("/exit/")

    assert Unlocked.objects.count() == 0


def test_close_closes_it_on_this_device(inside: Client, new: access.NewCase) -> None:
    elsewhere = Client()
    open_(elsewhere, new.code, OWN)

    inside.post("/c/", {"step": "close"})

    assert "Open with your code" in inside.get("/c/").content.decode()
    assert "Open with your code" not in elsewhere.get("/c/").content.decode()


def test_help_in_the_case_is_that_of_its_country(new: access.NewCase) -> None:
    client = Client()
    open_(client, new.code, OWN)

    assert "your local emergency number" not in client.get("/c/").content.decode()
    assert "your local emergency number" in Client().get("/c/").content.decode()


# --- inside ---


def change(client: Client, step: str, **fields: str) -> Any:
    client.post("/c/", {"step": step})
    return client.post("/c/", {"step": step, "go": "1", **fields})


def test_a_new_phrase_opens_and_the_old_one_does_not(inside: Client, new: access.NewCase) -> None:
    other = phrases.new_phrase()

    answer = change(inside, "keep_phrase", phrase=OWN, new=other, again=other.title())

    assert answer.status_code == 303
    assert "Code, phrase, delete" in inside.get("/c/").content.decode()
    assert open_(Client(), new.code, OWN).status_code == 422
    assert open_(Client(), new.code, other).status_code in (200, 303)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"phrase": "wrong", "new": "x" * 20 + "yz", "again": "x" * 20 + "yz"}, "This is not the phrase."),
        ({"phrase": OWN, "new": "short", "again": "short"}, "too short"),
        ({"phrase": OWN, "new": OWN + " two", "again": OWN}, "not the same"),
        ({"phrase": OWN, "new": OWN + " two"}, "again."),
    ],
)
def test_a_phrase_that_will_not_do_changes_nothing(
    inside: Client, new: access.NewCase, fields: dict[str, str], words: str
) -> None:
    answer = change(inside, "keep_phrase", **fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert open_(Client(), new.code, OWN).status_code in (200, 303)


def test_with_the_recovery_code_a_lost_phrase_is_replaced(inside: Client, new: access.NewCase) -> None:
    page = change(inside, "keep_recovery", phrase=OWN).content.decode()
    recovery = re.search(r'id="slip-code">([^<]*)<', page)
    assert recovery

    change(inside, "keep_phrase_lost", phrase=recovery[1], new=OWN + " two", again=OWN + " two")

    assert open_(Client(), new.code, OWN + " two").status_code in (200, 303)


def test_a_new_code_is_on_paper_before_the_old_one_stops(inside: Client, new: access.NewCase) -> None:
    page = inside.post("/c/", {"step": "keep_code"}, follow=True).content.decode()
    code = re.search(r'name="code" value="([^"]*)"', page)
    assert code
    assert codes.shown(code[1]) in page
    assert open_(Client(), new.code, OWN).status_code == 303

    inside.post("/c/", {"step": "keep_code", "go": "1", "phrase": OWN, "code": code[1]})

    assert open_(Client(), code[1], OWN).status_code == 303
    assert open_(Client(), new.code, OWN).status_code == 422


def test_the_days_can_be_changed(inside: Client) -> None:
    change(inside, "keep_days", days="30")

    row = Case.objects.exclude(owner="nobody").get()
    assert row.expires_on == (datetime.now(UTC) + timedelta(days=30)).date()
    page = inside.post("/c/", {"step": "keep_days"}, follow=True).content.decode()
    assert re.search(r'value="30"[^>]*checked', page)


def test_with_the_phrase_the_two_hours_begin_again(inside: Client) -> None:
    Unlocked.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=110))

    change(inside, "keep_more", phrase=OWN)

    assert Unlocked.objects.get().created_at > datetime.now(UTC) - timedelta(minutes=1)


def test_t20_everything_is_deleted_and_the_code_opens_nothing(inside: Client, new: access.NewCase) -> None:
    without = change(inside, "keep_delete", phrase=OWN)
    wrong = change(inside, "keep_delete", phrase="wrong", sure="on")
    before = cases()

    done = change(inside, "keep_delete", phrase=OWN, sure="on")

    assert (without.status_code, wrong.status_code, before) == (422, 422, 1)
    assert "All of it is gone." in done.content.decode()
    assert done.cookies[settings.CASE_COOKIE]["max-age"] == 0
    assert cases() == 0
    lift()
    assert open_(Client(), new.code, OWN).status_code == 422
    assert "Open with your code" in inside.get("/c/").content.decode()


def test_a_case_never_opened_again_goes_on_its_day(browser: Client) -> None:
    code, phrase = kept(browser, days="30")
    ending.sweep(datetime.now(UTC) + timedelta(days=30))
    before = cases()

    ending.sweep(datetime.now(UTC) + timedelta(days=31))

    assert (before, cases()) == (1, 0)
    assert open_(Client(), code, phrase).status_code == 422


# --- T12: nothing typed is lost ---


def hidden(inside: Client, new: access.NewCase) -> str:
    """The mark that a form of the open case carries."""
    return slot.handle(new.session.case.id, datetime.now(UTC))


def test_t12_what_was_sent_after_closing_is_there_after_opening(inside: Client, new: access.NewCase) -> None:
    mark = hidden(inside, new)
    Unlocked.objects.all().delete()

    late = inside.post("/c/", {"step": "answer", "text": "We found no breach. Regards", "draft": mark})
    stored = Arrival.objects.get()
    open_(inside, new.code, OWN)
    board = inside.get("/c/").content.decode()
    name = re.search(r'name="draft" value="([^"]*)"', board)
    assert name
    again = inside.post("/c/", {"step": "draft_use", "draft": name[1]}).content.decode()

    assert "What you typed is kept." in late.content.decode()
    assert "no breach" not in late.content.decode()
    assert b"no breach" not in bytes(stored.envelope)
    assert "We found no breach. Regards" in board
    assert re.search(r'name="text"[^>]*>We found no breach. Regards</textarea>', again)
    assert 'name="step" value="answer"' in again


def test_t12_a_form_of_the_case_carries_its_mark_and_a_public_one_does_not(inside: Client) -> None:
    mine = inside.post("/c/", {"step": "keep_days"}, follow=True).content.decode()

    assert 'name="draft"' in mine
    assert 'name="draft"' not in inside.get("/helplines/").content.decode()


def test_the_stay_button_keeps_what_is_half_typed_in_a_case(inside: Client) -> None:
    answer = inside.post("/c/", {"step": ["answer", "stay"], "text": "We found no"})

    assert re.search(r'name="text"[^>]*>We found no</textarea>', answer.content.decode())
    assert 'name="step" value="answer"' in answer.content.decode()


def test_t12_a_draft_that_was_thrown_away_is_gone(inside: Client, new: access.NewCase) -> None:
    slot.drop(
        new.session.case.id, "draft", {"step": "answer", "fields": [["text", "two words"]]}, datetime.now(UTC)
    )
    open_(inside, new.code, OWN)
    board = inside.get("/c/").content.decode()
    name = re.search(r'name="draft" value="([^"]*)"', board)
    assert name

    inside.post("/c/", {"step": "draft_drop", "draft": name[1]})

    assert "two words" not in inside.get("/c/").content.decode()


@pytest.mark.parametrize("mark", ["", "x", "a.b.c", "0" * 32 + ".9999999999." + "0" * 32])
def test_t12_without_a_mark_of_ours_nothing_is_put_into_a_case(mark: str) -> None:
    page = Client().post("/c/", {"step": "answer", "text": "some words", "draft": mark}).content.decode()

    assert "We could not keep what you typed last." in page
    assert Arrival.objects.count() == 0


def test_t12_a_mark_is_good_for_two_hours(inside: Client, new: access.NewCase) -> None:
    mark = slot.handle(new.session.case.id, datetime.now(UTC) - timedelta(hours=2))

    Client().post("/c/", {"step": "answer", "text": "some words", "draft": mark})

    assert Arrival.objects.count() == 0


def test_t12_no_phrase_ever_becomes_a_draft(new: access.NewCase) -> None:
    mark = slot.handle(new.session.case.id, datetime.now(UTC))

    Client().post("/c/", {"step": "keep_phrase", "phrase": OWN, "new": OWN, "again": OWN, "draft": mark})

    assert Arrival.objects.count() == 0


def test_the_mark_stands_in_a_form_only_while_a_case_is_open(rf: Any, new: access.NewCase) -> None:
    from survivor_portal.web.safety.opened import CurrentCase

    request = rf.get("/c/")
    assert draft_field(request) == ""
    request.opened = CurrentCase(new.session.token.hex())
    request.opened.open()

    mark = re.search(r'value="([^"]*)"', draft_field(request))
    assert mark
    assert slot.case_of(mark[1], datetime.now(UTC))


def test_t30_a_lost_form_token_loses_no_word_at_the_case(new: access.NewCase) -> None:
    strict = Client(enforce_csrf_checks=True)
    door = open_(strict, new.code, OWN)
    strict.cookies[settings.CASE_COOKIE] = new.session.token.hex()
    form = strict.post("/c/", {"step": "answer", "text": "We found no breach. Regards"})

    assert "press the button once more" in door.content.decode()
    assert new.code in door.content.decode()
    assert settings.CASE_COOKIE not in door.cookies
    assert re.search(r'name="text"[^>]*>We found no breach. Regards</textarea>', form.content.decode())


def test_another_sites_form_is_refused_at_the_case(new: access.NewCase) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/c/",
        {"step": "open", "code": new.code, "phrase": OWN},
        headers={"origin": "https://foreign.example"},
    )

    assert answer.status_code == 403


# --- two tabs ---


def test_a_form_of_a_request_that_is_not_there_leads_to_the_board(inside: Client) -> None:
    answer = inside.post("/c/", {"step": "answer", "text": "some words", "request": "ab" * 16})

    assert (answer.status_code, answer["Location"]) == (303, "/c/")


def test_a_form_is_about_its_own_request_whatever_another_tab_shows(
    inside: Client, new: access.NewCase
) -> None:
    now = datetime.now(UTC)
    first, second = (
        operations.begin(
            new.session.case, platform="", kind="request", label=label, to=label, grounds=(),
            places=[operations.Place(1, "A place", A_POST, "", "", 1)], now=now,
        )
        for label in ("The first one", "The second one")
    )  # fmt: skip
    inside.post("/c/", {"step": "request", "request": first.id})
    inside.post("/c/", {"step": "request", "request": second.id})

    inside.post("/c/", {"step": "sent", "request": first.id, "how": "form"})

    assert "<h1>The first one" in inside.get("/c/").content.decode()
    assert operations.read(new.session.case, first.id).standing.state is State.SENT
    assert operations.read(new.session.case, second.id).standing.state is State.DRAFTED


@pytest.mark.parametrize("step", ["recover", "open"])
def test_the_other_way_in_says_nothing_of_a_page_that_closed(step: str) -> None:
    page = Client().post("/c/", {"step": step})

    assert "had closed" not in page.content.decode()


def test_a_form_of_a_case_that_did_not_hold_names_help_of_the_country(browser: Client) -> None:
    kept(browser)
    browser.post("/c/", {"step": "keep_delete"})

    page = browser.post("/c/", {"step": "keep_delete", "go": "1"})

    assert page.status_code == 422
    first = page.content.decode().split('class="sp-help__now"')[1].split("</p>")[0]
    assert "911" in first
