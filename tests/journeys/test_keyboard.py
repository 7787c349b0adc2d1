"""The whole news case with nothing but Tab, Space, Enter, the arrows and letters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.journeys.story import A_POST, NEWS_CASE, Story

pytestmark = pytest.mark.browser

# Where the focus is, and whether a part of it can be seen below the bar that stays at the top.
FOCUS = """(() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const bar = document.querySelector('.sp-top');
  const free = e === document.body || bar.contains(e) || e.classList.contains('sp-hidden');
  return {name: e.name || e.id || e.textContent.slice(0, 40), in_main: !!e.closest('main'),
          seen: free || (box.bottom > bar.getBoundingClientRect().bottom && box.top < innerHeight)};
})()"""


@dataclass
class Keys:
    """A person without a mouse, at a page with script."""

    story: Story
    hidden: list[str] = field(default_factory=list)

    def tab_to(self, selector: str, most: int = 150) -> None:
        for _ in range(most):
            self.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"no key leads to {selector}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        focus = self.page.evaluate(FOCUS)
        if not focus["seen"]:
            self.hidden.append(focus["name"])

    def chooses(self, name: str, value: str) -> None:
        control = f"main [name='{name}']"
        self.tab_to(control)
        if self.page.locator(control).first.evaluate("e => e.tagName") == "SELECT":
            self.page.keyboard.type(self.page.locator(f"{control} option[value='{value}']").inner_text())
        else:
            values = [e.get_attribute("value") for e in self.page.locator(control).all()]
            for _ in range(values.index(value)):
                self.press("ArrowDown")
            if values.index(value) == 0:
                self.press("Space")
        chosen = self.page.locator(f"{control}:checked, select{control.removeprefix('main ')}")
        assert chosen.first.input_value() == value

    def types(self, name: str, text: str) -> None:
        self.tab_to(f"main [name='{name}']")
        self.page.keyboard.type(text)

    def goes_on(self, selector: str = "main form button[name=go]") -> None:
        self.tab_to(selector)
        with self.page.expect_response(lambda r: r.status != 303):
            self.page.keyboard.press("Enter")
        self.page.locator("[aria-busy]").wait_for(state="detached")

    @property
    def focused(self) -> str:
        """What kind of thing has the focus: H1, the box of errors, or any other."""
        return str(
            self.page.evaluate(
                "(e => e.matches('.sp-errors') ? 'errors' : e.tagName)(document.activeElement)"
            )
        )

    @property
    def page(self) -> Any:
        return self.story.page


@pytest.fixture
def keys(visitor: Callable[..., Story]) -> Iterator[Keys]:
    """At the first question, on a small screen where the bar takes much of the room."""
    keys = Keys(visitor(viewport=(360, 560)))
    keys.story.opens("/next/")
    yield keys
    assert keys.hidden == []


def test_the_way_out_is_the_first_stop_on_every_kind_of_page(visitor: Callable[..., Story]) -> None:
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)

    for path in ("/next/", "/", "/helplines/", "/privacy/"):
        story.opens(path)
        story.page.keyboard.press("Tab")
        assert story.page.evaluate("document.activeElement.getAttribute('href')") == "/exit/"


def test_from_the_first_question_to_a_signed_letter(keys: Keys) -> None:
    story = keys.story
    while story.at:
        if story.at == "links":
            keys.types("links", A_POST)
        for name, value in NEWS_CASE.items():
            if keys.page.locator(f"main [name='{name}']").count():
                keys.chooses(name, value)
        keys.goes_on()
        assert keys.focused == "H1"

    assert story.is_at_the_plan()
    keys.goes_on("form:has([name=letter][value^='request_48h']) button")
    assert keys.focused == "H1"
    keys.types("name", "Maria Example")
    keys.types("email", "maria@post.example")
    for _ in range(keys.page.locator("main input[type=checkbox]").count()):
        keys.tab_to("main input[type=checkbox]")
        keys.press("Space")
    keys.goes_on()

    assert "This letter is ready." in story.text
    # And all the way back up: what comes from below must not stop under the bar.
    for _ in range(60):
        keys.press("Tab")
    for _ in range(60):
        keys.press("Shift+Tab")


def test_what_is_wrong_gets_the_focus_and_leads_to_the_field(keys: Keys) -> None:
    keys.goes_on()
    keys.story.answers_all({"asker": "parent"}, until="ages")
    keys.chooses("age_then", "16_17")
    keys.chooses("age_now", "13_15")

    keys.goes_on()

    assert keys.focused == "errors"
    keys.tab_to(".sp-errors a")
    keys.press("Enter")
    assert keys.page.evaluate("document.activeElement.name") == "age_now"


def test_what_is_folded_opens_and_closes_by_key(visitor: Callable[..., Story]) -> None:
    keys = Keys(visitor())
    keys.story.comes_back_with(NEWS_CASE, A_POST)

    keys.tab_to("main details > summary")
    keys.press("Enter")
    assert keys.page.evaluate("document.activeElement.parentElement.open")
    keys.press("Space")

    assert not keys.page.evaluate("document.activeElement.parentElement.open")
