"""The pages that keep, open and delete a case read at grade 6 or lower."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, codes
from survivor_portal.config.env import HOUSE
from tests.integration.test_keeping import OWN, card, change, inside, new, open_  # noqa: F401
from tests.integration.test_words import PATTERN, trouble
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
INSIDE = ("settings", "days", "phrase", "phrase_lost", "code", "recovery", "more", "delete")
SPOKEN = re.compile(r'_\(\s*((?:"[^"]*"\s*)+)\)')


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.mark.parametrize("watched", ["no", "yes"])
def test_the_pages_of_keeping(watched: str) -> None:
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE | {"device_watched": watched}, A_POST)
    pages = [client.post("/next/", {"step": "keep"}, follow=True)]
    _code, phrase = card(client, recovery="on")
    pages += [client.get("/next/"), client.post("/next/", {"step": "keep_ask"}, follow=True)]
    pages.append(client.post("/next/", {"step": "keep_confirm", "phrase": "no"}))
    pages.append(client.post("/next/", {"step": "keep_confirm", "phrase": phrase}))

    assert [found for page in pages if (found := trouble(page.content.decode()))] == []


def test_the_door(client: Client) -> None:
    code = codes.new_code()
    pages = [client.get("/c/"), client.post("/c/", {"step": "recover"})]
    pages += [open_(client, code, "wrong") for _ in range(6)]
    pages.append(open_(client, "mistyped", ""))
    pages.append(client.post("/c/", {"step": "answer", "text": "some words"}))

    assert [found for page in pages if (found := trouble(page.content.decode()))] == []


def test_the_pages_inside(inside: Client, new: access.NewCase) -> None:  # noqa: F811
    pages: dict[str, Any] = {
        page: inside.post("/c/", {"step": f"keep_{page}"}, follow=True) for page in INSIDE
    }
    open_(Client(), new.code, "wrong")
    pages["news"] = open_(Client(), new.code, OWN)
    pages["once more"] = inside.post("/c/", {"step": ["answer", "stay"], "text": "some words"})
    pages["new recovery code"] = change(inside, "keep_recovery", phrase=OWN)
    pages["gone"] = change(inside, "keep_delete", phrase=OWN, sure="on")

    found = {name: trouble(page.content.decode()) for name, page in pages.items()}

    assert {name: what for name, what in found.items() if what} == {}


def test_the_words_of_the_forms_blame_nobody() -> None:
    text = (HOUSE / "survivor_portal/web/survivor/keeping_forms.py").read_text("utf-8")
    spoken = " ".join(SPOKEN.findall(text))

    assert len(spoken) > 1000
    assert PATTERN.findall(spoken) == []
