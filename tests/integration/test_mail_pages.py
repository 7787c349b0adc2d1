"""A letter leaves from here after a yes to just that letter, once; and the request says what became of it."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from survivor_portal import directory
from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.correspondence import leaving, outgoing, relays, threads
from survivor_portal.correspondence.models import Outgoing, Relay
from survivor_portal.correspondence.threads import Leaving
from survivor_portal.directory import ContactRisk, Risk
from survivor_portal.slips.models import Slip
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import How
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.holder import OF_THE_VISIT
from tests.integration.test_case_page import NEWS, THEIR_WORDS, post, words
from tests.integration.test_mail_out import works
from tests.mail_peer import Peer, a_peer
from tests.reading import measure

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

STEP = "request_48h:bitchute:us-tida"
LINK = "https://www.bitchute.com/video/abcDEF123456/"
NEW = "https://www.bitchute.com/video/zzzDEF123456/"
OWN = "jane@mail.example"


def their_address() -> str:
    """Where the directory says such a letter goes; here it ends on loopback."""
    channels = directory.platform("bitchute").channels
    return next(one.address for one in channels if one.is_mail and one.purpose == "minor_sexual")


def plan_data(*, ticked: bool = True, own: str = OWN, **changed: dict[str, Any]) -> flow.Data:
    data: flow.Data = {}
    for key, given in (NEWS | changed).items():
        flow.answer(data, key, given, {"links": LINK})
    confirmed = ["belief", "accurate"] if ticked else []
    signer = {"name": "Jane Example", "email": own}
    flow.sign(data, flow.place_of(STEP, ""), signer, confirmed, datetime.now(UTC).date())
    return {key: value for key, value in data.items() if key not in OF_THE_VISIT}


@pytest.fixture
def peer(settings: Settings) -> Iterator[Peer]:
    with a_peer() as running:
        settings.MAIL_OUT = MailOut("127.0.0.1", running.port)
        settings.MAIL_IN = MailIn("smtp", "127.0.0.1", 2525)
        yield running


def a_session(data: flow.Data) -> Session:
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    records.add(session.case, "plan", data, Note("plan_kept"), now)
    return session


@pytest.fixture
def session() -> Session:
    return a_session(plan_data())


def a_browser(session: Session) -> Client:
    client = Client()
    client.cookies[site.CASE_COOKIE] = session.token.hex()
    return client


@pytest.fixture
def browser(session: Session, peer: Peer) -> Client:
    return a_browser(session)


def fields(response: Any, button: str = "yes") -> dict[str, str]:
    """What the form with this button sends."""
    page = response.content.decode()
    forms = re.findall(r"(?s)<form\b.*?</form>", page)
    (form,) = [one for one in forms if f'name="{button}"' in one]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: value for name, value in hidden if name != "csrfmiddlewaretoken"} | {button: "1"}


def preview(browser: Client) -> Any:
    return post(browser, "leave", letter=STEP, site="")


def sends(browser: Client, shown: Any | None = None) -> Any:
    return browser.post("/c/", fields(shown or preview(browser)), follow=True)


def the_request(session: Session) -> Takedown:
    (line,) = operations.board(session.case)
    return operations.read(session.case, line.id)


def rung(response: Any, begins: str) -> str:
    found = re.search(rf'name="rung" value="({begins}[^"]*)"', response.content.decode())
    assert found, words(response)
    return found.group(1)


def letters_of(session: Session, takedown_id: str) -> list[Leaving]:
    thread = threads.of(session.case, takedown_id)
    return [one.state for one in thread.letters] if thread else []


def test_the_whole_letter_is_shown_and_nothing_left(browser: Client, peer: Peer, session: Session) -> None:
    letter = words(post(browser, "letter", "/next/", letter=STEP))
    page = preview(browser)

    assert "this letter can leave from here" in letter
    shown = words(page)
    assert their_address() in shown
    assert re.search(r"[a-z2-7]{26}@relay\.example", shown)
    assert "Your name stands in the letter" in shown
    assert "nobody can call it back" in shown
    # Whoever gets it learns the new address, not the person's own.
    assert OWN not in shown
    assert not Relay.objects.exists()
    assert not operations.board(session.case)


def test_after_a_yes_just_that_leaves(browser: Client, peer: Peer, session: Session) -> None:
    shown = preview(browser)
    text = re.search(r'(?s)<pre class="sp-letter" lang="en">(.*?)</pre>', shown.content.decode())
    relay = re.search(r"[a-z2-7]{26}@relay\.example", words(shown))
    page = words(sends(browser, shown))
    works(timezone.now())

    (mail,) = peer.took
    read = email.message_from_bytes(mail, policy=email.policy.default)
    assert text
    assert relay
    assert read.get_content().replace("\r\n", "\n") == unescape(text.group(1))
    assert (read["From"], read["To"]) == (relay.group(0), their_address())
    assert OWN.encode() not in mail
    assert "It waits here." in page
    assert "Sent, receipt not proven." not in page
    takedown = the_request(session)
    sent = takedown.standing.happenings[-1]
    assert (sent.happening, sent.how) == (Move.SEND, How.MAIL)
    assert takedown.standing.state is State.SENT
    assert not [end for line in operations.board(session.case) for end in line.ends if end.kind == "duty"]


def test_the_request_says_that_it_left_and_that_this_proves_nothing(
    browser: Client, peer: Peer, session: Session
) -> None:
    sends(browser)
    waiting = words(post(browser, "request", request=the_request(session).id))
    works(timezone.now())
    # The page she waits at, loaded again.
    page = words(browser.get("/c/"))

    assert "It waits here." in waiting
    assert "Waits to be sent" in waiting
    assert "You asked us to send it" in waiting
    assert not [said for said in ("Complain", "receipt not proven", "You sent it") if said in waiting]
    assert "It left." in page
    assert "Waits to be sent" not in page
    assert "You sent it" in page
    assert "does not prove that a person has it" in page
    assert "Sent, receipt not proven." in page
    assert letters_of(session, the_request(session).id) == [Leaving.left]


def test_pressed_twice_or_in_two_tabs_it_leaves_once(browser: Client, peer: Peer, session: Session) -> None:
    first, second = preview(browser), preview(browser)

    for shown in (first, first, second):
        page = words(sends(browser, shown))
        assert "Letters from here" in page
    works(timezone.now())

    assert len(peer.took) == 1
    assert len(operations.board(session.case)) == 1
    assert Relay.objects.count() == 1


def test_a_yes_to_another_letter_than_the_one_there_is_now_sends_nothing(
    browser: Client, peer: Peer, session: Session
) -> None:
    shown = preview(browser)
    post(browser, "links", "/next/", links=f"{LINK}\n{NEW}", places="", go="1")
    confirmed = {"confirm_belief": "on", "confirm_accurate": "on"}
    post(browser, "sign", "/next/", name="Jane Example", email="", letter=STEP, **confirmed)

    page = browser.post("/c/", fields(shown), follow=True)

    assert page.status_code == 422
    assert "Something changed since you looked." in words(page)
    assert NEW in page.content.decode()
    assert not Outgoing.objects.exists()
    sends(browser, page)
    assert Outgoing.objects.count() == 1


def test_places_added_later_leave_from_an_address_of_their_own(
    browser: Client, peer: Peer, session: Session
) -> None:
    sends(browser)
    post(browser, "links", "/next/", links=f"{LINK}\n{NEW}", places="", go="1")
    confirmed = {"confirm_belief": "on", "confirm_accurate": "on"}
    post(browser, "sign", "/next/", name="Jane Example", email="", letter=STEP, **confirmed)
    sends(browser)
    works(timezone.now())

    first, second = [email.message_from_bytes(mail)["From"] for mail in peer.took]
    assert first != second
    assert len(operations.board(session.case)) == 2


def test_no_own_address_is_needed(peer: Peer) -> None:
    browser = a_browser(a_session(plan_data(own="")))

    letter = words(post(browser, "letter", "/next/", letter=STEP))

    assert "This letter is not ready yet." in letter
    assert "You need no address of your own." in letter
    assert "Letters from here" in words(sends(browser))


def test_a_letter_that_lacks_a_part_does_not_leave(peer: Peer) -> None:
    browser = a_browser(a_session(plan_data(ticked=False)))

    letter = words(post(browser, "letter", "/next/", letter=STEP))
    page = words(preview(browser))

    assert "leave from here" not in letter
    assert "Yes, send this letter" not in page
    post(browser, "leave", letter=STEP, site="", yes="1", mark="0" * 32)
    assert not Outgoing.objects.exists()


def test_where_mail_is_off_no_page_speaks_of_it(session: Session) -> None:
    browser = a_browser(session)

    letter = words(post(browser, "letter", "/next/", letter=STEP))
    post(browser, "leave", letter=STEP, site="", yes="1", mark="")

    assert "leave from here" not in letter
    assert "We do not send anything." in letter
    assert not Outgoing.objects.exists()


def test_without_a_kept_case_nothing_leaves(peer: Peer) -> None:
    page = post(Client(), "leave", letter=STEP, site="", yes="1")

    assert page.status_code < 500
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"letter": "x" * 5000}, {"letter": STEP, "site": "else.example"}, {"rung": "remind||"},
        {"letter": STEP, "to": "someone@else.example", "yes": "1", "mark": "1" * 32},
        {"rung": "send||", "request": "f" * 32}, {"letter": "\x00"},
    ],
)  # fmt: skip
def test_whatever_is_sent_goes_to_no_other_address(browser: Client, peer: Peer, sent: dict[str, str]) -> None:
    page = post(browser, "leave", **sent)

    assert page.status_code < 500
    assert "someone@else.example" not in words(page)
    assert not Outgoing.objects.exists()


def test_nothing_goes_to_who_would_punish_it(
    browser: Client, peer: Peer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it became known only after the first letter."""
    sends(browser)
    request = the_request(session).id
    answered = post(browser, "answer_keep", request=request, text=THEIR_WORDS, says="refused")
    name = rung(answered, "answer")
    ticks = {"confirm_belief": "on", "confirm_accurate": "on"}
    before = post(browser, "leave", request=request, rung=name, **ticks)
    real = directory.platform

    def hostile(key: str, **more: Any) -> Any:
        return replace(real(key, **more), contact_risk=ContactRisk(Risk.HOSTILE, "It is known to."))

    monkeypatch.setattr(directory, "platform", hostile)
    first = post(browser, "leave", letter=STEP, site="")
    after = post(browser, "leave", request=request, rung=name, **ticks)

    assert "Yes, send this letter" in words(before)
    assert "Yes, send this letter" not in words(first)
    assert "Yes, send this letter" not in words(after)


def test_while_it_waits_it_can_be_stopped(
    browser: Client, peer: Peer, session: Session, settings: Settings
) -> None:
    settings.MAIL_HOLD_SECONDS = 120
    page = sends(browser)
    works(timezone.now())
    assert "Stop it" in words(page)
    # It is nowhere yet, and no page says that it was sent.
    assert "Waits to be sent: 1 place" in words(page)
    assert "Sent:" not in words(page)
    assert "You sent it" not in words(page)

    stopped = words(post(browser, "leave_stop", request=the_request(session).id))
    again = words(post(browser, "leave_stop", request=the_request(session).id))
    works(timezone.now() + timedelta(hours=1))

    assert "You stopped it." in stopped
    assert "You asked us to send it (By e-mail) (does not count any more)" in stopped
    assert "You sent it" not in stopped
    # She may send it by another way: the letter is one press away.
    letter = browser.post("/next/", {"step": "letter", "letter": STEP, "site": ""}, follow=True)
    assert f'name="letter" value="{STEP}"' in browser.get("/c/").content.decode()
    assert "47 U.S.C. 223a" in words(letter)
    assert "This is written and was not sent yet." in words(letter)
    assert "Stop it" not in again
    assert peer.took == []
    assert not Slip.objects.filter(kind="mail").exists()
    assert the_request(session).standing.state is State.DRAFTED
    kinds = [entry.note.kind for entry in book.timeline(session.case)]
    assert kinds[-2:] == ["mail_stopped", "takedown"]


def test_what_was_stopped_can_leave_later_from_the_same_address(
    browser: Client, peer: Peer, session: Session, settings: Settings
) -> None:
    settings.MAIL_HOLD_SECONDS = 120
    sends(browser)
    page = post(browser, "leave_stop", request=the_request(session).id)
    settings.MAIL_HOLD_SECONDS = 0

    shown = post(browser, "leave", request=the_request(session).id, rung=rung(page, "send"))
    sends(browser, shown)
    works(timezone.now())

    (mail,) = peer.took
    thread = threads.of(session.case, the_request(session).id)
    assert thread
    assert email.message_from_bytes(mail)["From"] == thread.address
    assert email.message_from_bytes(mail)["In-Reply-To"] is None
    assert the_request(session).standing.state is State.SENT
    assert [one.state for one in thread.letters] == [Leaving.stopped, Leaving.waiting]
    assert len(operations.board(session.case)) == 1


def test_an_address_that_does_not_take_it_is_a_fact_and_another_way_is_next(
    browser: Client, peer: Peer, session: Session
) -> None:
    peer.answers.append("550 5.1.1 no such user <script>alert(1)</script>")
    sends(browser)
    works(timezone.now())

    board = words(post(browser, "board"))
    page = post(browser, "request", request=the_request(session).id)

    assert "It did not arrive: send it another way" in board
    assert the_request(session).standing.state is State.BOUNCED
    assert the_request(session).standing.happenings[-1].happening is Fact.BOUNCE
    shown = words(page)
    assert "This address did not take it." in shown
    assert "550 5.1.1 no such user" in shown
    assert "<script>alert" not in page.content.decode()
    assert "The plan shows other ways. Go to your plan" in shown
    assert letters_of(session, the_request(session).id) == [Leaving.failed]
    # The same address is not offered again; another one of theirs is.
    shown = post(browser, "leave", request=the_request(session).id, rung=rung(page, "send_elsewhere"))
    assert their_address() not in words(shown)
    sends(browser, shown)
    works(timezone.now())
    (mail,) = peer.took
    assert email.message_from_bytes(mail)["To"] == "support@bitchute.com"
    assert the_request(session).standing.state is State.SENT


def test_what_was_given_up_is_told_too(browser: Client, peer: Peer, session: Session) -> None:
    sends(browser)
    Slip.objects.all().delete()
    # It looks for itself what is over, and at no work that was claimed.
    leaving.give_up(None, timezone.now() + timedelta(days=4))  # type: ignore[arg-type]
    post(browser, "board")

    page = words(post(browser, "request", request=the_request(session).id))

    assert "We tried and did not get through." in page
    assert the_request(session).standing.state is State.BOUNCED


def test_their_answer_is_answered_in_the_same_thread(browser: Client, peer: Peer, session: Session) -> None:
    sends(browser)
    works(timezone.now())
    request = the_request(session).id
    answered = post(browser, "answer_keep", request=request, text=THEIR_WORDS, says="refused")
    name = rung(answered, "answer")

    letter = post(browser, "next_letter", request=request, rung=name)
    ticks = dict.fromkeys(re.findall(r'name="(confirm_\w+)"', letter.content.decode()), "on")
    letter = post(browser, "next_letter", request=request, rung=name, **ticks)
    shown = post(browser, "leave", request=request, rung=name, **ticks)
    page = words(sends(browser, shown))
    twice = words(sends(browser, shown))
    works(timezone.now())

    assert "this letter can leave from here" in words(letter)
    assert "Letters from here" in page
    assert "Letters from here" in twice
    first, second = [email.message_from_bytes(mail) for mail in peer.took]
    assert second["From"] == first["From"]
    assert second["To"] == first["To"]
    assert second["In-Reply-To"] == first["Message-ID"]
    answer = the_request(session).standing.happenings[-1]
    assert (answer.happening, answer.how) == (Move.ANSWER, How.MAIL)


SITE = "unknown-pictures.example"
HOST = {
    "name": "A host",
    "address": "abuse@host.example",
    "how": "look_up",
    "at": "2026-11-22T12:00:00+00:00",
}


def of_a_site(**company: str) -> tuple[Client, str, Session]:
    """A case about a site nobody knows, whose host is this company; and its letter."""
    data: flow.Data = {}
    for key, given in NEWS.items():
        flow.answer(data, key, given, {"links": f"https://{SITE}/a/1"})
    data["parties"] = {SITE: {"host": HOST | company}}
    (step,) = [one for one in flow.stand(data).plan.steps if one.key == "host"]
    flow.sign(data, flow.place_of(step.id, SITE), {}, ["accurate"], datetime.now(UTC).date())
    session = a_session({key: value for key, value in data.items() if key not in OF_THE_VISIT})
    return a_browser(session), step.id, session


def test_a_letter_goes_to_the_host_that_a_look_up_found(peer: Peer) -> None:
    browser, letter, session = of_a_site()

    shown = post(browser, "leave", letter=letter, site=SITE)
    sends(browser, shown)
    works(timezone.now())

    assert "abuse@host.example" in words(shown)
    (mail,) = peer.took
    assert email.message_from_bytes(mail)["To"] == "abuse@host.example"
    assert the_request(session).platform == ""


def test_no_letter_leaves_for_an_address_that_somebody_typed(peer: Peer) -> None:
    browser, letter, _session = of_a_site(how="hand", address="anybody@else.example")

    page = post(browser, "letter", "/next/", letter=letter, site=SITE)
    shown = post(browser, "leave", letter=letter, site=SITE)

    assert "anybody@else.example" in words(page)
    assert "leave from here" not in words(page)
    assert "Yes, send this letter" not in words(shown)


def test_so_many_letters_a_day_leave_and_no_more(
    browser: Client, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MOST_A_DAY", 0)

    page = sends(browser)

    assert page.status_code == 422
    assert "You can send this one tomorrow" in words(page)
    assert not Outgoing.objects.exists()


def test_an_address_can_be_closed_and_the_next_letter_opens_it(
    browser: Client, peer: Peer, session: Session
) -> None:
    sends(browser)
    works(timezone.now())
    post(browser, "board")
    request = the_request(session).id
    thread = threads.of(session.case, request)
    assert thread
    token = thread.address.partition("@")[0]

    page = words(post(browser, "leave_close", request=request))

    assert "This address takes no answers any more" in page
    assert relays.find(token, timezone.now()) is None
    name = rung(post(browser, "answer_keep", request=request, text=THEIR_WORDS, says="refused"), "answer")
    letter = post(browser, "next_letter", request=request, rung=name)
    ticks = dict.fromkeys(re.findall(r'name="(confirm_\w+)"', letter.content.decode()), "on")
    sends(browser, post(browser, "leave", request=request, rung=name, **ticks))
    assert relays.find(token, timezone.now())


def test_the_pages_are_easy_to_read(browser: Client, peer: Peer, session: Session) -> None:
    letter = post(browser, "letter", "/next/", letter=STEP)
    shown = preview(browser)
    request = sends(browser, shown)
    works(timezone.now())
    post(browser, "board")
    left = post(browser, "request", request=the_request(session).id)

    names = [platform.name for platform in directory.platforms()]
    # The letter's own page is measured elsewhere, the statements on it left out.
    begins = re.search(r"(?s)<h2>Send it from here.*?</form>", letter.content.decode())
    pages = [re.search(r"(?s)<main.*</main>", page.content.decode()) for page in (shown, request, left)]
    for part in (begins, *pages):
        assert part
        found = measure(part.group(0), names)
        assert found.grade <= 6, found.grade
        assert found.too_long == ()


def test_stay_shows_the_same_letter_and_sends_nothing(browser: Client, peer: Peer) -> None:
    shown = preview(browser)
    given = fields(shown)

    page = browser.post("/c/", given | {"step": ["leave", "stay"]}, follow=True)

    assert page.status_code == 200
    assert fields(page)["mark"] == given["mark"]
    assert not Outgoing.objects.exists()
