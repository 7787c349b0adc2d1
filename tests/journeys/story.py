"""One person's way through the site, in the words a test tells it with."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from survivor_portal import intake
from survivor_portal.cases import unlocked
from survivor_portal.cases.keys import OpenCase
from survivor_portal.intake import StepKey
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import flow, letters_page, words
from survivor_portal.web.survivor.questions import FORMS
from tests.browser import DESK, PHONE, ZOOMED

NEXT = "/next/"
# A title on the plan, with any platform's name in it, and which step it is.
TITLES = {
    key: re.compile(re.escape(str(title)).replace(re.escape("{it}"), ".+"))
    for key, (title, _why) in words.STEPS.items()
}
NEWS_CASE = {
    "danger": "no",
    "device_watched": "no",
    "asker": "parent",
    "age_then": "13_15",
    "age_now": "13_15",
    "home_safe": "yes",
    "happened": "posted",
    "picture": "real",
    "maker": "shown",
    "forced": "yes",
    "country": "US",
    "reported": "not_yet",
}
A_POST = "https://x.com/example/status/1234567890123456789"


@dataclass
class Story:
    """A visitor at a page. `screens` counts the pages seen so far, the first one included.

    `looks`, once set, is shown each page from then on.
    """

    page: Any
    base: str = ""
    screens: int = 0
    addresses: list[str] = field(default_factory=list)
    looks: Callable[[Any], None] | None = None

    # What the visitor does

    def opens(self, path: str) -> None:
        self.page.goto(path)
        self._saw_a_page()

    def comes_back_with(self, choices: dict[str, str], links: str = "", places: str = "") -> None:
        """Open the flow with these questions answered already: at the plan."""
        self.stands_at(begun(choices, links, places))

    def stands_at(self, token: str) -> None:
        """Open the flow where the visit of this token stands."""
        # Cookies know no ports; asking for one of https is how a Secure one is handed over from outside.
        own = self.base.replace("http://", "https://")
        self.page.context.add_cookies([{"name": settings.VISIT_COOKIE, "value": token, "url": own}])
        self.opens(NEXT)

    def starts_at_home(self) -> None:
        self.opens("/")
        self.page.locator(f"main a[href='{NEXT}']").first.click()
        self._saw_a_page()
        assert self.at == "safety"

    def answers(self, **choices: str) -> None:
        """Choose on the page that is shown, and go on."""
        for name, value in choices.items():
            control = self.page.locator(f"main [name='{name}']")
            if control.first.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
        self.presses("main form button[name=go]")

    def answers_all(
        self, choices: dict[str, str], links: str = "", places: str = "", until: str = "plan"
    ) -> None:
        """Walk through all questions to the plan: what is in `choices` is answered, the rest is skipped."""
        for _ in range(20):
            if self.at == until:
                return
            if self.at == "":
                if self.page.locator("main button", has_text="Go on").count():
                    self.presses("main form button")
                    continue
                return
            if self.at == "links":
                self.pastes(links, places)
                continue
            asked = {
                name: choices[name]
                for name in dict.fromkeys(
                    e.get_attribute("name") for e in self.page.locator("main [name]").all()
                )
                if name in choices
            }
            if asked or self.at == "safety":
                self.answers(**asked)
            else:
                self.skips()
        raise AssertionError(f"no end of questions: {self.heading}")

    def pastes(self, links: str = "", places: str = "") -> None:
        if not links and not places:
            self.skips()
            return
        self.page.fill("main [name=links]", links)
        self.page.fill("main [name=places]", places)
        self.presses("main form button[name=go]")

    def skips(self) -> None:
        self.presses("main form button[name=skip]")

    def goes_back(self) -> None:
        self.presses(".sp-back button")

    def opens_the_letter(self, key: StepKey, place: int = 0) -> None:
        letters = self.card(key).locator("form", has=self.page.locator("[name=step][value=letter]"))
        self._unfold()
        self._pressed(letters.nth(place).locator("button"))

    def opens_the_letter_on(self, law: str) -> None:
        """The letter that stands on this law alone."""
        self._unfold()
        self._pressed(self.page.locator(f"form:has([name=letter][value$=':{law}']) button").first)

    def changes(self, question: str) -> None:
        """From the plan back to one question."""
        self._pressed(self.page.locator(f"form:has([name=question][value={question}]) button").last)

    def signs_the_letter(self, name: str = "Maria Example", email: str = "maria@post.example") -> None:
        """Type name and address into the letter that is open, and tick each statement."""
        self.page.fill("main [name=name]", name)
        self.page.fill("main [name=email]", email)
        for tick in self.page.locator("main input[type=checkbox]").all():
            tick.check()
        self.presses("main form button[name=go]")

    def notes_that_it_went_out(self, ticket: str = "", at: str = "") -> None:
        """It was sent: below the letter that is open, or on the page of a request that waits for it. `at` as
        the box takes it; "": just now."""
        if self.page.locator("form:has([name=step][value=send])").count():
            self.presses("form:has([name=step][value=send]) button")
        form = "form:has([name=step][value=sent])"
        if at:
            self.page.fill(f"{form} [name=at]", at)
        self.page.fill(f"{form} [name=ticket]", ticket)
        self.presses(f"{form} button[name=go]")

    def notes_how_far_it_went(self, views: str, shares: str) -> None:
        """From the page of a request: what is known already, and back."""
        self.presses("form:has([name=step][value=spread]) button")
        self.page.fill("main [name=views]", views)
        self.page.fill("main [name=shares]", shares)
        self.presses("main form:has([name=views]) button[name=go]")

    def was_told_that_it_is_back(self) -> None:
        """From the page of a request to the new one."""
        self._unfold("details")
        self.presses("form:has([name=step][value=again]) button")

    def pastes_their_answer(self, words: str) -> None:
        """From the page of a request to how the answer is read."""
        self.presses("form:has([name=step][value=answer]) button")
        self.page.fill("main [name=text]", words)
        self.presses("main form:has([name=text]) button[name=go]")

    def keeps_the_answer(self, says: str = "", at: str = "") -> None:
        """Let the reading stand, or say what the answer says instead. `at` as the box takes it."""
        if at:
            self.page.fill("main form:has([name=says]) [name=at]", at)
        if says:
            self.page.locator(f"main [name=says][value={says}]").check()
        self.presses("main form:has([name=says]) button[name=go]")

    def opens_the_next_letter(self, title: str) -> None:
        card = self.page.locator("main .sp-steps article", has=self.page.get_by_role("heading", name=title))
        self._pressed(card.locator("form:has([value=next_letter]) button"))

    def opens_the_request(self, takedown_id: str = "") -> None:
        """From the board; "": the first one there."""
        self._unfold()
        named = f"[name=request][value='{takedown_id}']" if takedown_id else "[name=step][value=request]"
        self._pressed(self.page.locator(f"main li form:has({named}) button").first)

    def goes_to_the_board(self) -> None:
        self.presses("form:has([name=step][value=board]) button")

    def leaves(self) -> None:
        self.page.get_by_role("link", name="Leave this page").first.click()

    def presses(self, selector: str) -> None:
        self._pressed(self.page.locator(selector).first)

    def _pressed(self, button: Any) -> None:
        if self._scripted:
            with self.page.expect_response(lambda r: r.status != 303):
                button.click()
            self.page.locator("[aria-busy]").wait_for(state="detached")
        else:
            button.click()
            self.page.wait_for_load_state()  # until its styles are there, what is hidden can be seen
        self._saw_a_page()

    def _saw_a_page(self) -> None:
        self.screens += 1
        self.addresses.append(self.page.url)
        if self.looks:
            self.looks(self.page)

    @property
    def _scripted(self) -> bool:
        return bool(self.page.locator("html.js").count())

    def _unfold(self, what: str = "details.sp-later") -> None:
        folded = self.page.locator(f"main {what}:not([open]) > summary")
        while folded.count():
            folded.first.click()

    # What the visitor sees

    @property
    def at(self) -> str:
        """The key of the question that is shown, "" on any other page."""
        step = self.page.locator("main form:has(button[name=go]) [name=step]")
        return str(step.first.get_attribute("value")) if step.count() else ""

    @property
    def heading(self) -> str:
        return str(self.page.locator("main h1").first.inner_text())

    @property
    def text(self) -> str:
        """All words of the page, folded ones too."""
        return str(self.page.locator("main").text_content())

    @property
    def steps(self) -> list[StepKey]:
        """The steps of the plan, in order."""
        found = []
        for title in self.page.locator("main .sp-card h3").all_text_contents():
            keys = [key for key, pattern in TITLES.items() if pattern.fullmatch(title)]
            assert keys, f"a step nobody knows: {title}"
            found.append(keys[0])
        return found

    def card(self, key: StepKey) -> Any:
        """The card of that step on the plan."""
        return self.page.locator("main .sp-card").nth(self.steps.index(key))

    def words_of(self, key: StepKey) -> str:
        return " ".join(str(self.card(key).text_content()).split())

    @property
    def next_steps(self) -> list[str]:
        """What can be done now about a request, in order."""
        return list(self.page.locator("main .sp-steps h3").all_text_contents())

    @property
    def errors(self) -> list[str]:
        return list(self.page.locator(".sp-errors li").all_text_contents())

    @property
    def typed(self) -> str:
        """What stands in the boxes of the page."""
        boxes = self.page.locator("main textarea, main input[type=text], main input[type=email]").all()
        return "\n".join(box.input_value() for box in boxes)

    @property
    def letter(self) -> str:
        """The letter as it stands on the page."""
        return str(self.page.locator("#letter-1, #letter").text_content())

    def is_at_the_plan(self) -> bool:
        return self.heading == "Your next steps"

    # What the server keeps

    @property
    def token(self) -> str:
        """The cookie of the visit, "" without one."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        return str(cookies.get(settings.VISIT_COOKIE, ""))

    @property
    def kept(self) -> dict[str, Any]:
        """The data of the visit, opened with the visitor's own key. {} without one."""
        token = self.token
        opened = visits.read(bytes.fromhex(token), timezone.now()) if token else None
        return opened.data if opened else {}

    @property
    def case(self) -> OpenCase:
        """The case that is open in this browser."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        session = unlocked.resume(bytes.fromhex(cookies[settings.CASE_COOKIE]), timezone.now())
        assert session is not None
        return session.case

    @property
    def requests(self) -> list[Takedown]:
        """The requests of the case, the next one due first."""
        return [operations.read(self.case, line.id) for line in operations.board(self.case)]

    @property
    def draft(self) -> letters_page.Draft:
        """The letter that is open, as its parts."""
        stand = flow.stand(self.kept)
        step = stand.plan.step(stand.letter)
        assert step is not None
        return letters_page.draft(stand, step, stand.site, timezone.now().date())


def begun(choices: dict[str, str], links: str = "", places: str = "", until: str = "") -> str:
    """A visit in which the questions were answered through their own forms; gives its token. What is not in
    `choices` is skipped. `until`: the key of the question at which it stops."""
    token, opened = visits.begin(timezone.now())
    for _ in range(len(intake.QUESTIONS)):
        stand = flow.stand(opened.data)
        question = stand.question
        if question is None or question.key == until:
            break
        given = dict.fromkeys(question.fills)
        form = FORMS[question.key](choices | {"links": links, "places": places}, answers=stand.answers)
        assert form.is_valid(), form.errors
        flow.answer(opened.data, question.key, given | form.plain(), {"links": links, "places": places})
        if opened.data["at"] == flow.DANGER:
            flow.go_on(opened.data)
    visits.save(opened, timezone.now())
    return token.hex()


def in_all_sizes(look: Callable[[Any], None]) -> Callable[[Any], None]:
    """For `Story.looks`: look at each new page at the desk, at 400 % and on the phone, where it is left."""
    seen: set[str] = set()

    def at(page: Any) -> None:
        words = page.inner_text("body")
        if words in seen:
            return
        seen.add(words)
        for width, height in (DESK, ZOOMED, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            look(page)

    return at


def the_clock_moves(patch: pytest.MonkeyPatch, by: timedelta) -> None:
    """From now on it is so much later, for the site and the test; again and again, it adds up."""
    before = timezone.now
    patch.setattr(timezone, "now", lambda: before() + by)


def in_order(wanted: list[StepKey], steps: list[StepKey]) -> bool:
    """Do the wanted steps stand among these in this order?"""
    rest = iter(steps)
    return all(any(step is key for step in rest) for key in wanted)
