"""The frame, the form pack and the script, on pages made for it: what holds here holds on every page."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import DESK, PHONE, ZOOMED
from tests.journeys import look_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageFactory = Callable[..., Any]


@pytest.fixture(autouse=True)
def _pages_of_the_look(settings: Any, served: str) -> None:
    settings.ROOT_URLCONF = "tests.journeys.look_pages"


@pytest.mark.parametrize(
    ("viewport", "dark"),
    [(PHONE, False), (DESK, False), (ZOOMED, False), (PHONE, True)],
    ids=["phone", "desk", "zoomed", "dark"],
)
@pytest.mark.parametrize("address", ["/", "/next/", "/parts/?wrong"])
def test_every_part_is_accessible(
    page_factory: PageFactory,
    assert_accessible: Callable[[Any], None],
    address: str,
    viewport: tuple[int, int],
    dark: bool,
) -> None:
    page = page_factory(viewport=viewport, dark=dark)

    page.goto(address)

    assert_accessible(page)


def test_the_way_out_comes_first_and_the_way_past_it_second(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Tab")
    second = page.evaluate("document.activeElement.getAttribute('href')")

    assert (first, second) == ("/exit/", "#main")


def test_a_focused_control_is_never_under_the_bar(page_factory: PageFactory) -> None:
    """WCAG 2.4.11, forwards and backwards, on a small screen."""
    page = page_factory(viewport=(360, 480))
    page.goto("/parts/?wrong")
    hidden = []

    for key in ["Tab"] * 40 + ["Shift+Tab"] * 40:
        page.keyboard.press(key)
        name, top, bar = page.evaluate(
            """(() => { const e = document.activeElement;
            const free = e === document.body || e.closest('.sp-top');
            return [e.id || e.textContent, free ? 1e6 : e.getBoundingClientRect().top,
                    document.querySelector('.sp-top').getBoundingClientRect().bottom]; })()"""
        )
        if top < bar:
            hidden.append(name)

    assert hidden == []


def test_what_one_presses_is_large_enough(page_factory: PageFactory) -> None:
    page = page_factory(viewport=PHONE)
    page.goto("/next/")
    page.click("summary")

    small = page.evaluate(
        """[...document.querySelectorAll('.sp-exit, .sp-help a, summary, button, .sp-choice, .sp-foot a')]
           .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.textContent)"""
    )

    assert small == []


@pytest.mark.window
def test_the_error_summary_leads_to_the_field_and_leaves_no_trace(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")
    entries = page.evaluate("history.length")

    page.click("text=Continue")
    page.wait_for_selector(".sp-errors")
    focused = page.evaluate("document.activeElement.className")
    page.click(".sp-errors a")

    assert focused == "sp-errors"
    assert page.title() == "Please check"
    assert page.evaluate("document.activeElement.id") == "id_then_0"
    assert page.get_attribute("fieldset", "aria-describedby") == "id_then_helptext id_then_error"
    assert page.url.endswith("/next/")
    assert page.evaluate("history.length") == entries


@pytest.mark.window
def test_an_answer_goes_on_in_the_same_history_entry(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")
    entries = page.evaluate("history.length")

    page.check("text=13 to 15")
    page.click("text=Continue")
    page.wait_for_selector("textarea")

    assert page.evaluate("document.activeElement.textContent") == "Where is it?"
    assert page.evaluate("history.length") == entries
    assert page.evaluate("scrollY") == 0


def test_the_button_that_was_pressed_is_sent_along(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")

    page.click("text=Skip this question")

    page.wait_for_selector("textarea")


def test_without_script_the_flow_goes_on_too(page_factory: PageFactory) -> None:
    page = page_factory(js=False)
    page.goto("/next/")

    page.click("text=Continue")
    assert page.locator(".sp-errors a").get_attribute("href") == "#id_then_0"
    page.check("text=13 to 15")
    page.click("text=Continue")

    assert page.locator("textarea").count() == 1
    assert page.locator("[data-copy]:visible").count() == 0


def test_more_time_costs_nothing_that_was_typed(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")
    page.click("text=Skip this question")
    page.fill("textarea", "half typed")

    page.click("text=Stay")
    page.locator("[data-live]", has_text="more time").wait_for()

    assert page.input_value("textarea") == "half typed"


def test_before_the_page_closes_it_says_so(
    page_factory: PageFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(look_pages.CLOSES_IN, "seconds", 110)
    page = page_factory()

    page.goto("/next/")

    page.locator("[data-live]", has_text="two minutes").wait_for()
    assert page.locator(".sp-closing--soon").is_visible()


def test_a_broken_line_costs_nothing_that_was_typed(page_factory: PageFactory, watched: Any) -> None:
    page = page_factory()
    page.goto("/next/")
    page.click("text=Skip this question")
    page.fill("textarea", "https://photos.example/1")
    page.route(
        "**/next/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )

    page.click("text=Continue")
    page.locator("[data-live]", has_text="still here").wait_for()

    assert page.input_value("textarea") == "https://photos.example/1"
    watched.troubles = [trouble for trouble in watched.troubles if "ERR_FAILED" not in trouble]


def test_a_letter_can_be_copied(page_factory: PageFactory) -> None:
    page = page_factory(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/parts/")
    assert page.is_visible("[data-copy]")

    page.click("[data-copy]")
    page.locator("[data-live]", has_text="Copied").wait_for()

    page.goto("/next/")
    page.click("text=Skip this question")
    page.focus("textarea")
    page.keyboard.press("Control+V")
    assert page.input_value("textarea") == look_pages.LETTER


def test_another_key_between_the_shifts_starts_the_count_again(page_factory: PageFactory) -> None:
    page = page_factory()
    page.goto("/next/")

    for key in ["Shift", "Shift", "a", "Shift"]:
        page.keyboard.press(key)

    assert page.get_attribute("[data-exit]", "data-presses") == "1"
    assert page.inner_text("[data-live]") == "Press Shift again to leave: 2 more."


def test_no_text_becomes_markup_but_through_the_one_policy(page_factory: PageFactory, watched: Any) -> None:
    """The policy named `site` cannot be made a second time, and a plain string is refused."""
    page = page_factory()
    page.goto("/next/")

    refused = page.evaluate(
        """(() => { const out = [];
        for (const f of [() => trustedTypes.createPolicy('site', {createHTML: s => s}),
                         () => trustedTypes.createPolicy('other', {createHTML: s => s}),
                         () => new DOMParser().parseFromString('<p>x', 'text/html')])
          try { f(); out.push('taken'); } catch { out.push('refused'); }
        return out; })()"""
    )

    watched.troubles = [trouble for trouble in watched.troubles if "Trusted" not in trouble]
    assert refused == ["refused", "refused", "refused"]


def test_on_paper_only_the_content_is_left(page_factory: PageFactory) -> None:
    page = page_factory(dark=True)
    page.goto("/parts/")
    page.emulate_media(media="print")

    shown = page.evaluate(
        """['.sp-top', '.sp-help', '.sp-foot', '.sp-closing', 'button']
           .filter(s => [...document.querySelectorAll(s)].some(e => e.offsetParent !== null))"""
    )
    colours = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )

    assert shown == []
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_the_page_turns_round_for_right_to_left(page_factory: PageFactory) -> None:
    page = page_factory(viewport=(700, 740))
    page.goto("/parts/")

    page.evaluate("document.documentElement.dir = 'rtl'")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.sp-exit').getBoundingClientRect().left") < 40
