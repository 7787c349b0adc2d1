"""The pages of reminders, and the page behind the link that stops them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.cases import entrusted, records, slot
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Record
from survivor_portal.cases.unlocked import Session
from survivor_portal.config.mails import MailIn
from survivor_portal.followups import reminders
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.reminders import State, Why
from survivor_portal.slips.models import Slip
from survivor_portal.takedowns import operations
from survivor_portal.web.survivor import notes_plan
from tests.integration.test_case_page import browser, post, sent, session, words
from tests.integration.test_followups import works
from tests.integration.test_words import trouble
from tests.post_office import PostOffice, post_office, text_of

__all__ = ["browser", "session"]

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
HER = "her.own@mail.example"
ASKED = {"go": "1", "email": HER, "about": ["due", "ends"], "first": "0", "last": "24"}


@pytest.fixture(autouse=True)
def office(settings: Settings) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings.MAIL_OUT = opened.out
        yield opened


def note(mailbox: PostOffice) -> tuple[str, str]:
    """What stands in the last note: the number, and the path of its link."""
    works(timezone.now())
    text = text_of(mailbox.mails[-1])
    (path,) = re.findall(r"http://testserver(/n/[a-z2-7]{26}/)", text)
    return "".join(re.findall(r"\b[0-9]{6}\b", text)), path


def turn_on(browser: Client, mailbox: PostOffice) -> str:
    post(browser, "notes_ask", **ASKED)
    number, path = note(mailbox)
    post(browser, "notes_code", go="1", number=number, reader="only_me")
    return path


def planned() -> int:
    return Nudge.objects.count()


def test_the_settings_lead_to_the_page_only_where_mail_goes_out(browser: Client, settings: Settings) -> None:
    assert "Reminders by e-mail" in words(post(browser, "keep_settings"))
    settings.MAIL_OUT = None
    assert "Reminders by e-mail" not in words(post(browser, "keep_settings"))
    assert "sends no e-mail" in words(post(browser, "notes"))
    assert "sends no e-mail" in words(post(browser, "notes_ask", **ASKED))
    assert not Reminder.objects.exists()


def test_it_is_off_and_the_page_shows_the_very_words_of_a_note(browser: Client) -> None:
    page = words(post(browser, "notes"))

    assert "Reminders are off." in page
    assert "You asked for a note today: there is a step waiting." in page
    assert "Anyone who can read your mailbox." in page
    assert "You said that someone may see" not in page
    assert not Reminder.objects.exists()


def test_on_a_watched_device_the_page_warns_more(browser: Client, session: Session) -> None:
    browser.post("/next/", {"step": "change", "question": "safety"})
    browser.post("/next/", {"step": "safety", "device_watched": "unknown", "danger": "no"})

    assert "You said that someone may see" in words(post(browser, "notes"))


def test_who_is_not_safe_at_home_is_told_which_mailbox_not_to_use(browser: Client, session: Session) -> None:
    assert "anyone at home can open" not in words(post(browser, "notes"))
    (record,) = records.read(session.case, "plan")
    answers = record.document["answers"] | {"home_safe": False}
    records.change(
        session.case, record, record.document | {"answers": answers}, Note("plan_changed"), timezone.now()
    )

    assert "Use no mailbox that anyone at home can open." in words(post(browser, "notes"))


def test_the_privacy_page_names_reminders_where_there_are_any(client: Client, settings: Settings) -> None:
    page = client.get("/privacy/").content.decode()
    assert "You may ask for reminders by e-mail." in page
    assert trouble(page) == []
    settings.MAIL_OUT = None
    assert "reminders" not in client.get("/privacy/").content.decode()


@pytest.mark.parametrize("missing", ["the workers' key", "the record"])
def test_what_cannot_be_planned_stops_nothing_else(
    browser: Client, session: Session, office: PostOffice, settings: Settings, missing: str
) -> None:
    turn_on(browser, office)
    if missing == "the record":
        Record.objects.filter(kind=reminders.RECORD).update(envelope=b"changed from outside")
    else:
        settings.AUTO_PUBLIC_KEY = ""

    response = browser.post("/c/", {"step": "keep_days", "go": "1", "days": "30"})

    assert response.status_code == 303
    assert Client().get("/n/a/").status_code == 200


def test_asked_tried_out_and_on(browser: Client, session: Session, office: PostOffice) -> None:
    page = words(post(browser, "notes_ask", **ASKED))
    post(browser, "board")
    assert not Reminder.objects.get().to_plan
    assert f"We sent a test note to {HER}." in page
    number, _path = note(office)

    page = words(post(browser, "notes_code", go="1", number=number, reader="only_me"))

    assert "Reminders are on." in page
    assert reminders.read(session.case).state is State.on
    assert planned() == 1  # the last call, before the case is deleted


def test_a_note_when_an_answer_comes_in_is_offered_where_answers_can_and_not_ticked(
    browser: Client, session: Session, office: PostOffice, settings: Settings
) -> None:
    answers = "When an answer comes in here by mail"
    assert answers not in words(post(browser, "notes"))
    settings.MAIL_IN = MailIn("smtp", "127.0.0.1", 1)

    page = post(browser, "notes")
    boxes = dict(re.findall(r'name="about" value="(\w+)"([^>]*)>', page.content.decode()))

    assert answers in words(page)
    assert {name for name, more in boxes.items() if "checked" in more} == {"due", "ends"}
    assert trouble(page.content.decode()) == []
    post(browser, "notes_ask", **ASKED | {"about": ["answer"]})
    number, _path = note(office)
    post(browser, "notes_code", go="1", number=number, reader="only_me")
    assert [row.for_answer for row in Nudge.objects.all()] == [True]
    assert not Slip.objects.filter(kind=reminders.PURPOSE, state="waiting").exists()
    page = post(browser, "notes")
    boxes = dict(re.findall(r'name="about" value="(\w+)"([^>]*)>', page.content.decode()))
    assert {name for name, more in boxes.items() if "checked" in more} == {"answer"}


def test_who_shares_the_mailbox_gets_none(browser: Client, session: Session, office: PostOffice) -> None:
    post(browser, "notes_ask", **ASKED)
    number, _path = note(office)

    page = words(post(browser, "notes_code", go="1", number=number, reader="others"))

    assert "Reminders stay off." in page
    assert reminders.read(session.case).wish is None
    assert not Reminder.objects.exists()


def test_a_wrong_number_is_said_and_the_page_stays(browser: Client, session: Session) -> None:
    post(browser, "notes_ask", **ASKED)

    response = post(browser, "notes_code", go="1", number="1", reader="only_me")

    assert response.status_code == 422
    assert "This is not the number in the note." in words(response)
    for _ in range(4):
        response = post(browser, "notes_code", go="1", number="1", reader="only_me")
    assert "That was not the number five times." in words(response)
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": ""}, "Type the address"),
        ({"email": "nobody"}, "not a whole e-mail address"),
        ({"email": "a@mail.example\nBcc: b@mail.example"}, "not a whole e-mail address"),
        ({"email": '"a"@mail.example'}, "cannot write to this kind"),
        ({"email": "ä@mail.example"}, "not a whole e-mail address"),
        ({"email": "x@relay.example"}, "an address of this site"),
        ({"email": "a" * 300 + "@mail.example"}, "too long"),
        ({"about": []}, "Choose at least one"),
        ({"about": ["test"]}, "pick one of the answers"),
        ({"first": "21", "last": "9"}, "before the other time"),
        ({"first": "99"}, "pick one of the answers"),
    ],
)
def test_what_does_not_hold_is_said_and_kept(browser: Client, wrong: dict[str, Any], said: str) -> None:
    response = post(browser, "notes_ask", **(ASKED | wrong))

    assert response.status_code == 422
    assert said in words(response)
    assert "Error:" in response.content.decode()
    assert not Reminder.objects.exists()


def test_an_address_in_another_script_is_written_as_servers_want_it(
    browser: Client, session: Session
) -> None:
    post(browser, "notes_ask", **(ASKED | {"email": "her@bücher.example"}))

    found = reminders.read(session.case).wish
    assert found
    assert found.to == "her@xn--bcher-kva.example"


def test_a_fourth_test_note_on_one_day_is_not_sent(browser: Client, office: PostOffice) -> None:
    post(browser, "notes_ask", **ASKED)
    note(office)
    for _ in range(2):
        post(browser, "notes_again")
        note(office)

    response = post(browser, "notes_again")
    works(timezone.now())

    assert response.status_code == 429
    assert "Three test notes went out today." in words(response)
    assert len(office.mails) == 3


def test_two_tabs_and_a_double_click_ask_once_each_and_nothing_fails(
    browser: Client, office: PostOffice
) -> None:
    for _ in range(2):
        assert post(browser, "notes_code", go="1", number="1", reader="only_me").status_code == 200
        assert post(browser, "notes_again").status_code == 200
        assert post(browser, "notes_off").status_code == 200
        assert post(browser, "notes_seen").status_code == 200
    path = turn_on(browser, office)
    assert post(browser, "notes_code", go="1", number="1", reader="only_me").status_code == 200
    assert Client().get(path).status_code == 200
    assert Reminder.objects.count() == 1


# What follows from what is done in the case


def test_a_request_that_goes_out_is_planned_for_and_one_that_is_closed_is_not(
    browser: Client, session: Session, office: PostOffice
) -> None:
    turn_on(browser, office)
    assert planned() == 1

    sent(browser)
    after = planned()
    assert after > 1
    post(browser, "close")
    assert planned() == after  # the case was closed on this device, and nothing else


@pytest.mark.parametrize(
    "done",
    [
        {"step": "happened", "what": "removal", "which": "all"},
        {"step": "group", "move": "close", "state": "sent"},
        {"step": "undo", "entry": "2"},
    ],
    ids=lambda done: done["step"],
)
def test_what_ends_a_request_takes_its_notes_back(
    browser: Client, session: Session, office: PostOffice, done: dict[str, str]
) -> None:
    turn_on(browser, office)
    sent(browser)
    (line,) = operations.board(session.case)
    assert planned() > 1

    browser.post("/c/", done | {"request": line.id, "seen": "2"})

    assert planned() == 1
    assert Slip.objects.filter(kind="nudge", state="waiting").count() == 1
    assert len(entrusted.of(session.case.id)) == 1


@pytest.mark.parametrize("ended", ["before the plan", "within the plan", "within the form"])
def test_a_process_that_ends_between_a_form_and_its_plan_leaves_it_to_the_next_page(
    browser: Client, session: Session, office: PostOffice, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    """As killed: what was written by then stands, and nothing comes after it."""
    turn_on(browser, office)
    sent(browser)
    before = set(Nudge.objects.values_list("pk", flat=True))
    assert not Reminder.objects.get().to_plan, "nothing was left"

    class Killed(BaseException):
        pass

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    where: dict[str, tuple[Any, str]] = {
        "before the plan": (notes_plan, "_replan"),
        "within the plan": (reminders, "_take_back"),
        "within the form": (operations, "note"),
    }
    (line,) = operations.board(session.case)
    form = {"step": "group", "move": "close", "state": "sent", "request": line.id, "seen": "2"}
    with monkeypatch.context() as patched:
        patched.setattr(*where[ended], dies)
        with pytest.raises(Killed):
            browser.post("/c/", form)
    assert set(Nudge.objects.values_list("pk", flat=True)) == before
    assert Reminder.objects.get().to_plan

    browser.get("/c/")

    assert planned() == (len(before) if ended == "within the form" else 1)
    assert not Reminder.objects.get().to_plan
    # And once it is planned, a look at a page plans nothing.
    monkeypatch.setattr(reminders, "replan", dies)
    browser.get("/c/")


def test_another_clock_moves_the_notes(browser: Client, session: Session, office: PostOffice) -> None:
    turn_on(browser, office)
    before = set(entrusted.of(session.case.id))

    post(browser, "keep_time", go="1", zone="Pacific/Auckland")

    assert set(entrusted.of(session.case.id)) != before
    assert planned() == 1


def test_turned_off_all_is_gone(browser: Client, session: Session, office: PostOffice) -> None:
    turn_on(browser, office)
    sent(browser)

    page = words(post(browser, "notes_off"))

    assert "Reminders are off." in page
    assert HER not in page
    assert entrusted.of(session.case.id) == ()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why.stopped, "someone else may read that mailbox"),
        (Why.refused, "The mailbox did not take a note."),
        (Why.missed, "A reminder did not go out."),
    ],
)
def test_the_board_tells_what_happened_until_it_was_read(
    browser: Client, session: Session, office: PostOffice, why: Why, said: str
) -> None:
    turn_on(browser, office)
    if why is Why.missed:
        reminders.tell(session.case.id, why, timezone.now())
    else:
        reminders.end(session.case.id, why, timezone.now())

    assert said in words(browser.get("/c/"))
    assert said in words(post(browser, "board"))
    assert said in words(post(browser, "notes"))
    assert said not in words(post(browser, "notes_seen"))


# The page behind the link


def test_looking_stops_nothing_and_the_button_does(
    browser: Client, session: Session, office: PostOffice
) -> None:
    path = turn_on(browser, office)
    stranger = Client(enforce_csrf_checks=True)

    page = stranger.get(path)
    stranger.head(path)
    assert "Stop these notes?" in page.content.decode()
    assert Reminder.objects.exists()
    done = stranger.post(path)

    assert done.status_code == 200
    assert "No more notes" in done.content.decode()
    assert not Reminder.objects.exists()
    assert entrusted.of(session.case.id) == ()
    assert slot.is_waiting(session.case)
    assert not stranger.cookies


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_mail_program_stops_by_itself(browser: Client, office: PostOffice, kind: str) -> None:
    """RFC 8058 section 3.2: either kind of form, no cookie."""
    path = turn_on(browser, office)
    body = (
        "List-Unsubscribe=One-Click"
        if "urlencoded" in kind
        else '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    )

    response = Client(enforce_csrf_checks=True).post(path, body, content_type=kind)

    assert response.status_code == 200
    assert not Reminder.objects.exists()


def test_known_used_and_unknown_look_the_same(browser: Client, office: PostOffice) -> None:
    path = turn_on(browser, office)
    other = f"/n/{'a' * 26}/"
    client = Client()

    looked = [client.get(one).content.decode().replace(one, "") for one in (path, other)]
    pressed = [client.post(one).content.decode().replace(one, "") for one in (path, path, other)]

    assert len(set(looked)) == len(set(pressed)) == 1


def test_the_page_tells_nobody_what_this_site_is_for(client: Client) -> None:
    for page in (client.get("/n/anything/"), client.post("/n/anything/")):
        html = page.content.decode()

        assert re.findall(r"<a\b", html) == []
        assert re.findall(r"abuse|survivor|victim|sex|takedown|crisis|helpline|case|exit", html, re.I) == []
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert "<script" not in html
        assert not page.cookies


def test_the_pages_read_at_grade_six(
    browser: Client, session: Session, office: PostOffice, client: Client
) -> None:
    pages = {"off": post(browser, "notes"), "stop": client.get("/n/a/"), "stopped": client.post("/n/a/")}
    pages["asked"] = post(browser, "notes_ask", **ASKED)
    pages["wrong"] = post(browser, "notes_code", go="1", number="1")
    number, _path = note(office)
    pages["others"] = post(browser, "notes_code", go="1", number=number, reader="others")
    turn_on(browser, office)
    pages["on"] = post(browser, "notes")
    for why in (Why.missed, Why.refused, Why.stopped):
        reminders.tell(session.case.id, why, timezone.now())
        pages[why] = post(browser, "board")
    pages["settings"] = post(browser, "keep_settings")
    pages["book"] = post(browser, "timeline")

    found = {name: trouble(page.content.decode()) for name, page in pages.items()}

    assert {name: what for name, what in found.items() if what} == {}
    assert "Something was changed" not in words(pages["book"])


def test_the_notes_themselves_read_at_grade_six(office: PostOffice, browser: Client) -> None:
    from survivor_portal.followups import words as of_notes
    from survivor_portal.followups.plan import About
    from tests.reading import measure

    texts = [
        of_notes.text(about, "https://notes.example/n/a/", number="123456", last_day=date(2027, 5, 3))
        for about in About
    ]

    for text in texts:
        found = measure("".join(f"<p>{part}</p>" for part in text.split("\n\n")))
        assert found.sentences
        assert found.grade <= 6
        assert found.too_long == ()


def test_after_expiry_moved_the_last_call_moves_too(
    browser: Client, session: Session, office: PostOffice
) -> None:
    turn_on(browser, office)
    before = Slip.objects.get(kind="nudge", state="waiting").due_at

    post(browser, "keep_days", go="1", days="30")

    after = Slip.objects.get(kind="nudge", state="waiting").due_at
    assert timedelta(days=149) <= before - after <= timedelta(days=151)
