"""In three browsers, script on and off: after leaving, nothing of the case comes back to the screen."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from survivor_portal.visits.models import Visit
from tests.journeys import three_browsers
from tests.journeys.three_browsers import Served, Visitor, until

pytestmark = pytest.mark.urls("tests.integration.pages_that_fail")

MARKER = "marker.example"
NO_LINK = "typed, and no link in it"
ANSWERS = {
    "danger": "no",
    "device_watched": "unknown",
    "asker": "self",
    "age_then": "adult",
    "age_now": "adult",
    "country": "NL",
}
PLAN = "Your next steps"
QUESTION = "main form#question"
GO_ON = f"{QUESTION} .sp-buttons [type='submit']"
SKIP = f"{QUESTION} [name='skip']"
LEAVE = ".sp-exit"
MOST_STEPS = 20
BAR = 1.0  # seconds from the click to the neutral page

SitDown = Callable[[str, bool], Visitor]


@pytest.fixture
def served(
    transactional_db: None, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Served]:
    """The site and, on this machine, a neutral page: what is measured is not the network."""
    with three_browsers.served_over_tls(tmp_path) as site:
        if request.node.callspec.params["name"] == "webkit":
            # Its driver hangs, every other time, when Back leads from one site to another.
            site = replace(site, elsewhere=site.address)
        settings.EXIT_TARGET = f"{site.elsewhere}/stands-still/"
        yield site


@pytest.fixture
def sit_down(served: Served, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SitDown]:
    """`sit_down("firefox", js)` gives a visitor at that browser."""
    with ExitStack() as stack:

        def at(name: str, js: bool) -> Visitor:
            if name == "chromium":
                own = request.getfixturevalue("browser")
                return stack.enter_context(three_browsers.chromium(served, js=js, playwright_browser=own))
            start = {"firefox": three_browsers.firefox, "webkit": three_browsers.webkit}[name]
            return stack.enter_context(start(tmp_path, js=js))

        yield at


# What the visitor does


def walk(visitor: Visitor, served: Served, *, to: str) -> None:
    """From a page elsewhere through the questions to the plan, or to the question `to`."""
    visitor.go(f"{served.elsewhere}/stands-still/?first")
    visitor.go(f"{served.address}/next/")
    for _ in range(MOST_STEPS):
        until(lambda: shown(visitor), "a question or the plan")
        step = shown(visitor)
        if step == to:
            return
        asked = [name for name in ANSWERS if visitor.has(f"{QUESTION} [name='{name}']")]
        for name in asked:
            answer(visitor, name, ANSWERS[name])
        if step == "links":
            visitor.write("[name='links']", f"https://{MARKER}/abc")
        visitor.click(GO_ON if asked or step == "links" else SKIP)
        until(lambda before=step: shown(visitor) != before, f"the page after {step}")
    raise AssertionError(f"{to} was not reached")


def shown(visitor: Visitor) -> str:
    """The question's own key, or "plan"."""
    return "plan" if visitor.words("h1") == PLAN else visitor.value(f"{QUESTION} [name='step']")


def answer(visitor: Visitor, name: str, value: str) -> None:
    if visitor.has(f"select[name='{name}']"):
        visitor.choose(f"select[name='{name}']", value)
    else:
        visitor.click(f"[name='{name}'][value='{value}']")


def at_the_plan(visitor: Visitor, served: Served) -> None:
    walk(visitor, served, to="plan")
    assert MARKER in visitor.source()


def on_another_page(visitor: Visitor, served: Served) -> None:
    at_the_plan(visitor, served)
    visitor.go(f"{served.address}/no-such-page/")


def with_words_half_typed(visitor: Visitor, served: Served) -> None:
    walk(visitor, served, to="links")
    visitor.write("[name='links']", f"https://{MARKER}/abc")
    visitor.write("[name='places']", NO_LINK)


def with_words_that_did_not_hold(visitor: Visitor, served: Served) -> None:
    walk(visitor, served, to="links")
    visitor.write("[name='links']", NO_LINK)
    visitor.click(GO_ON)
    until(lambda: visitor.has(".sp-errors") and visitor.filled() == [NO_LINK], "the page that says why")


def leave(visitor: Visitor, served: Served, by: Callable[[], None]) -> float:
    """Seconds until the neutral page stands there."""
    neutral = f"{served.elsewhere}/stands-still/"
    began = time.perf_counter()
    by()
    until(lambda: visitor.address() == neutral and "nothing asked" in visitor.words(), "the neutral page")
    return time.perf_counter() - began


# What somebody else sees afterwards


def assert_nothing_of_the_case(visitor: Visitor, answers: list[str]) -> None:
    for pause in (0.0, 0.3):  # at once, and when a page out of the browser's memory has had its say
        time.sleep(pause)
        words, source = visitor.words(), visitor.source()
        assert [given for given in answers if given in words] == []
        assert [typed for typed in (MARKER, NO_LINK) if typed in source] == []
        assert visitor.filled() == []


def assert_nothing_all_the_way_back(
    visitor: Visitor, answers: list[str], *, send_again: bool = False
) -> None:
    for step in range(MOST_STEPS):
        visitor.back()
        assert_nothing_of_the_case(visitor, answers)
        if step == 0 and send_again:
            visitor.again()
            assert_nothing_of_the_case(visitor, answers)
        if visitor.address().endswith("?first"):
            break
    else:
        raise AssertionError("Back never came to where the visitor came from")
    for _ in range(2):
        visitor.forward()
        assert_nothing_of_the_case(visitor, answers)


def answers_shown(visitor: Visitor) -> list[str]:
    """The answers as the plan tells them, without what stands on the first page of everybody."""
    if not visitor.has(".sp-summary"):
        return []
    everybody_sees = Client().get("/next/").content.decode()
    told = visitor.every(".sp-summary dd:not(.sp-change)")
    return [one for one in told if len(one) > 8 and one != "Skipped" and one not in everybody_sees]


SITUATIONS = {
    "at the plan": at_the_plan,
    "on another page": on_another_page,
    "words half typed": with_words_half_typed,
    "words that did not hold": with_words_that_did_not_hold,
}
# In every run; the rest only in the full one.
ALWAYS = {
    ("chromium", True, "on another page"),
    ("chromium", False, "at the plan"),
    ("chromium", False, "words that did not hold"),
}
CASES = [
    pytest.param(
        name,
        js,
        situation,
        id=f"{name}, {'script' if js else 'no script'}, {situation}",
        marks=pytest.mark.browser
        if (name, js, situation) in ALWAYS
        else [pytest.mark.browser, pytest.mark.full],
    )
    for name in ("chromium", "firefox", "webkit")
    for js in (True, False)
    for situation in SITUATIONS
]


@pytest.mark.parametrize(("name", "js", "situation"), CASES)
def test_t29_after_the_exit_link_nothing_comes_back(
    sit_down: SitDown,
    served: Served,
    name: str,
    js: bool,
    situation: str,
) -> None:
    visitor = sit_down(name, js)
    SITUATIONS[situation](visitor, served)
    answers = answers_shown(visitor)
    assert bool(answers) is (situation == "at the plan")
    assert Visit.objects.count() == 1

    spent = leave(visitor, served, lambda: visitor.click(LEAVE))

    print(f"left {name} in {spent:.2f} s")  # seen with -s
    assert not Visit.objects.exists()
    assert_nothing_all_the_way_back(
        visitor, answers, send_again=not js and situation == "words that did not hold"
    )
    if visitor.reopen_tab():
        assert_nothing_of_the_case(visitor, answers)
        assert_nothing_all_the_way_back(visitor, answers)
    visitor.new_tab()
    visitor.go(f"{served.address}/next/")
    assert_nothing_of_the_case(visitor, answers)
    assert spent <= BAR


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["chromium", *(pytest.param(name, marks=pytest.mark.full) for name in ("firefox", "webkit"))]
)
def test_t29_after_shift_three_times_nothing_comes_back(sit_down: SitDown, served: Served, name: str) -> None:
    visitor = sit_down(name, True)
    at_the_plan(visitor, served)
    answers = answers_shown(visitor)

    spent = leave(visitor, served, lambda: visitor.shift(3))

    assert not Visit.objects.exists()
    assert_nothing_all_the_way_back(visitor, answers)
    assert spent <= BAR
