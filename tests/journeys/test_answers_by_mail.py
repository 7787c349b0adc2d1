"""Answers that came by mail, as a person sees them: on the board, opened, and judged by her."""
# ruff: noqa: F811

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases.unlocked import Session
from survivor_portal.correspondence import incoming, relays
from survivor_portal.mails import Read, Removed, Verdict
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import State
from tests.browser import PHONE
from tests.integration.test_case_page import THEIR_WORDS, session  # noqa: F401
from tests.integration.test_case_page import browser as person  # noqa: F401
from tests.integration.test_mail_taken_in import CONFIRM, NOTHING_SAID, post
from tests.journeys.story import Story, in_all_sizes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

SUBJECT = "Case 4711: your report " * 4
PICTURES, PAPER = (Removed("image/jpeg", 2),), (Removed("application/pdf", 1),)
MAILS = (
    Read(CONFIRM, SUBJECT, "no-reply@help.x.com", None, "<1@x.example>", verdict=Verdict.VERIFIED),
    Read(THEIR_WORDS, SUBJECT, "support@x.example", None, "<2@x.example>", PICTURES, is_cut=True),
    Read(NOTHING_SAID, SUBJECT, "a@elsewhere.example", None, "<3@x.example>", verdict=Verdict.FAILED),
    Read("", message_id="<4@x.example>", removed=PAPER),
)


def test_answers_by_mail_are_told_opened_and_judged(
    visitor: Callable[..., Story], assert_accessible: Callable[[Any], None], session: Session, person: Client
) -> None:
    post(person, "letter", "/next/", letter="request_48h:x:us-tida")
    earlier = datetime.now(UTC) - timedelta(hours=3)
    post(person, "sent", "/next/", how="mail", at=f"{earlier:%Y-%m-%dT%H:%M}")
    (line,) = operations.board(session.case)
    token = relays.open(session.case.id, line.id, earlier).partition("@")[0]
    for number, mail in enumerate(MAILS):
        at = earlier + timedelta(minutes=10 * number)
        route = relays.find(token, at)
        assert route
        assert incoming.arrive(route, mail, at) is incoming.Taken.yes

    story = visitor(viewport=PHONE)
    own = story.base.replace("http://", "https://")
    cookie = {"name": settings.CASE_COOKIE, "value": session.token.hex(), "url": own}
    story.page.context.add_cookies([cookie])
    story.looks = in_all_sizes(assert_accessible)
    story.opens("/c/")

    assert "Answers that came by mail" in story.text
    assert story.page.locator("main button", has_text="Read it").count() == len(MAILS)
    # The latest stands first. What nobody could read stays until she says what it says.
    for place, heading in enumerate(("They sent a file", *["What their answer says"] * 3)):
        story.presses(f"main button:has-text('Read it') >> nth={0 if place < 2 else 1}")
        assert story.heading == heading
        story.presses("nav button:has-text('Back to the request')")
        story.presses("nav button:has-text('Back to all requests')")
    assert story.page.locator("main button", has_text="Read it").count() == 1
    assert operations.read(session.case, line.id).standing.state is State.REFUSED
