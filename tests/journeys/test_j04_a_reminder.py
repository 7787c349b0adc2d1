"""J4, if wished: nobody answers, and a note that says nothing comes when their time is over."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.cases import access
from survivor_portal.config.mails import MailIn
from survivor_portal.correspondence import incoming, relays
from survivor_portal.followups import sending
from survivor_portal.followups.models import Reminder
from survivor_portal.mails import Read
from survivor_portal.slips.due import Work
from tests.browser import PHONE
from tests.integration.test_followups import TELLING, works
from tests.journeys.story import Story, in_all_sizes, the_clock_moves
from tests.journeys.test_j02_keep_it import opens_it
from tests.journeys.test_j03_the_refusal import BOTH, TICKET, a_request_that_went_out
from tests.post_office import PostOffice, post_office, text_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

HER = "her.own@mail.example"
STEP = "form:has([name=step][value={}]) button"


@pytest.fixture
def office(settings: Settings) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings.MAIL_OUT = opened.out
        settings.MAIL_IN = MailIn("smtp", "127.0.0.1", 1)
        yield opened


def an_answer_comes_in(now: datetime) -> None:
    """For another request of hers, so that it moves no clock of this story; and a worker looks."""
    address = relays.open(Reminder.objects.get().case_id, "a" * 32, now)
    route = relays.find(address.partition("@")[0], now)
    assert route
    assert incoming.arrive(route, Read("We got your report."), now) is incoming.Taken.yes
    sending.answers(Work("", "", "answers", "", 1), now)


@BOTH
def test_j04_a_neutral_reminder_comes_when_the_time_is_over_and_stops_when_it_should(
    served: str,
    visitor: Callable[..., Story],
    assert_accessible: Callable[[Any], None],
    monkeypatch: pytest.MonkeyPatch,
    office: PostOffice,
    js: bool,
) -> None:
    access.prepare()
    story = visitor(js=js, viewport=PHONE)
    now = timezone.now()
    sent_at = (now - timedelta(minutes=30)).replace(second=0, microsecond=0)
    card = a_request_that_went_out(story, sent_at)
    story.looks = in_all_sizes(assert_accessible) if js else None

    # She asks for it, and tries out whom the address reaches.
    story.goes_to_the_board()
    story.presses(STEP.format("keep_settings"))
    story.presses(STEP.format("notes"))
    assert "Reminders are off." in story.text
    story.page.fill("main [name=email]", HER)
    story.page.locator("main [name=about][value=answer]").check()
    story.page.select_option("main [name=first]", "0")
    story.page.select_option("main [name=last]", "24")
    story.presses("main form:has([name=email]) button[name=go]")
    works(timezone.now())
    (test,) = office.mails
    (number,) = re.findall(r"\b[0-9]{6}\b", text_of(test))
    story.page.fill("main [name=number]", number)
    story.page.locator("main [name=reader][value=only_me]").check()
    story.presses("main form:has([name=number]) button[name=go]")
    assert "Reminders are on." in story.text
    works(timezone.now())
    assert office.mails == [test]

    # She is away, and an answer comes in. A note leaves and says nothing.
    an_answer_comes_in(timezone.now())
    works(timezone.now() + timedelta(hours=1))
    (_test, woken) = office.mails

    # Two days, and nobody looks. The next one says the same.
    the_clock_moves(monkeypatch, timedelta(hours=49))
    works(timezone.now())
    note = office.mails[-1]
    assert note is not woken
    said = text_of(note)
    assert text_of(woken) == said
    assert TELLING.findall(f"{note['Subject']} {note['From']} {said}") == []
    assert all(word not in note.as_string() for word in (TICKET, *card, "x.com"))

    # Whoever opens its link finds a button and nothing else.
    (path,) = re.findall(r"https?://[^/]+(/n/\S+)", said)
    stranger = visitor(js=js, viewport=PHONE)
    stranger.looks = story.looks
    stranger.opens(path)
    assert stranger.page.locator("a").count() == 0
    assert Reminder.objects.count() == 1
    stranger.page.locator("main button").click()
    stranger.page.locator("main h1", has_text="No more notes").wait_for()
    assert stranger.page.context.cookies() == []
    assert not Reminder.objects.exists()

    # At home it is late by the law's own clock, and she learns that somebody pressed it.
    story.opens("/c/")
    opens_it(story, *card)
    assert "Time is up since" in story.text
    assert "Then someone else may read that mailbox." in story.text
    story.presses(STEP.format("notes_seen"))
    assert "someone else may read" not in story.text
