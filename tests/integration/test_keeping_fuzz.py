"""Hostile and broken posts at the address of a case, locked and open, and at the pages of keeping."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, records, slot
from survivor_portal.cases.book import Note
from survivor_portal.takedowns import operations
from survivor_portal.web.survivor import case_page, keeping
from tests.integration.test_fuzz import SEED, Fuzz
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

OWN = "a blue bicycle by the lake"
# Not among them: what would close or delete the case that the others are tried on.
STEPS = sorted(
    {*keeping.CASE_STEPS, *keeping.STEPS, *case_page.ACTIONS, "stay", "nothing"} - {"close", "keep_delete"}
)
NAMES = [
    "phrase", "code", "recovery", "new", "again", "own", "days", "kind", "sure", "draft", "draft_done", "go",
    "show", "hide", "shown", "text", "request", "item", "before", "what", "how", "at", "says", "items",
    "rung", "ticket", "step", "which", "numbers", "given", "about", "seen", "entry", "views", "shares",
    "channel", "state", "move",
]  # fmt: skip


class CaseFuzz(Fuzz):
    """Posts with the names that the forms of a case have."""

    request = ""

    def fields_of(self, step: str) -> list[str]:
        return self.dice.sample(NAMES, self.dice.randrange(len(NAMES)))

    def value(self, step: str, name: str) -> str:
        known = {
            "phrase": OWN,
            "go": "1",
            "request": self.request,
            "item": "1",
            "what": self.dice.choice(["removal", "back_again", "receipt"]),
            "says": self.dice.choice(["refused", "removed", "partly_removed"]),
            "which": self.dice.choice(["all", "some"]),
            "numbers": self.dice.choice(["1", "1-3", "2-"]),
            "about": self.dice.choice(["1-2", "sent"]),
            "seen": self.dice.choice(["1", "2", "99999999"]),
            "entry": self.dice.choice(["1", "2", "3"]),
            "views": self.dice.choice(["167,000", "1.5"]),
            "state": self.dice.choice(["sent", "drafted", "closed"]),
            "move": self.dice.choice(["close", "reopen"]),
            "days": self.dice.choice(["30", "31", "-1"]),
            "kind": self.dice.choice(["own", "words", "digits"]),
        }
        return known[name] if name in known and self.dice.random() < 0.5 else self.text()


def test_t35_hostile_posts_break_no_page_of_a_case(sizes: Callable[[str], int]) -> None:
    access.prepare()
    dice = random.Random(SEED)
    fuzz = CaseFuzz(dice)
    now = datetime.now(UTC)
    session = access.open_new(now, phrase=OWN).session
    records.add(session.case, "plan", {}, Note("plan_kept"), now)
    fuzz.request = operations.begin(
        session.case, platform="x", kind="request", label="One", to="It", grounds=("us-tida",),
        places=[operations.Place(n, "A place", f"{A_POST}{n}", "", "", n) for n in range(1, 15)], now=now,
    ).id  # fmt: skip
    mark = slot.handle(session.case.id, now)
    broken: list[Any] = []

    for number in range(sizes("fuzzed_posts") // 4):
        post = fuzz.post(dice.choice(STEPS))
        if dice.random() < 0.2:
            post.body += f"&draft={mark}".encode()
        client = Client(raise_request_exception=False, enforce_csrf_checks=dice.random() < 0.1)
        if dice.random() < 0.6:
            # A changed phrase or code opens the case under a new cookie, so a fresh one each time.
            client.cookies[settings.CASE_COOKIE] = _opened(session).hex()
        if dice.random() < 0.5:
            client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE, A_POST)
        address = dice.choice(["/c/", "/c/", "/next/"])

        answer = client.generic("POST", address, post.body, content_type=post.kind)
        after = client.get("/c/")

        if answer.status_code >= 500 or after.status_code >= 500:
            broken.append((number, address, answer.status_code, after.status_code, post.pairs[:6]))

    assert broken == []


def _opened(session: Any) -> bytes:
    from survivor_portal.cases import unlocked

    return unlocked.begin(session.case, datetime.now(UTC)).token
