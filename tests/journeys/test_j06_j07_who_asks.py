"""J6 and J7: a threat with nothing out; a teen alone, a child alone, a home that is not safe, a friend."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from survivor_portal import intake
from survivor_portal.intake import StepKey
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import flow
from tests.browser import PHONE
from tests.journeys.story import A_POST, NEWS_CASE, Story, begun, in_order

pytestmark = pytest.mark.browser

TEEN = NEWS_CASE | {
    "asker": "self",
    "age_then": "13_15",
    "age_now": "13_15",
    "forced": "no",
    "maker": "other",
}
CHILD = TEEN | {"age_then": "under_13", "age_now": "under_13"}
FREE_TEXT = "main textarea, main input:not([type=radio]):not([type=checkbox]):not([type=hidden])"
WRITES_TO_SOMEONE = {
    StepKey.REQUEST,
    StepKey.REQUEST_48H,
    StepKey.CHILD_FORM,
    StepKey.THREAT_FORM,
    StepKey.STATE_LAW,
    StepKey.DATA_LAW,
    StepKey.COPYRIGHT,
}


class TestAThreatWithNothingPosted:
    def test_a_teen_gets_the_agreed_order_without_any_link(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False, viewport=PHONE)
        story.opens("/next/")

        story.answers_all(TEEN | {"happened": "threat", "maker": "shown"})

        assert story.is_at_the_plan()
        assert not story.kept.get("items")
        assert in_order(
            [
                StepKey.THREAT,
                StepKey.TELL,
                StepKey.HOTLINE,
                StepKey.LEGAL_FIRST,
                StepKey.POLICE,
                StepKey.HASH,
            ],
            story.steps,
        ), story.steps
        said = story.card(StepKey.THREAT).locator("li").all_inner_texts()
        first_words = ["Stop answering", "Do not pay", "Keep the messages", "Report", "Then block"]
        assert [line[: len(word)] for line, word in zip(said, first_words, strict=False)] == first_words
        assert "no sexual picture in view" in story.words_of(StepKey.THREAT)
        # Nothing is out, so nobody searches for it.
        assert StepKey.SEARCH not in story.steps

    def test_someone_to_talk_to_stands_on_the_same_screen(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False, viewport=PHONE)

        story.comes_back_with(TEEN | {"happened": "threat"})

        crisis = story.page.locator("#help-now")
        assert crisis.is_visible()
        assert "988" in crisis.inner_text()
        assert crisis.bounding_box()["y"] < PHONE[1]

    def test_an_adult_is_sent_to_the_fingerprint_service_for_adults(
        self, visitor: Callable[..., Story]
    ) -> None:
        story = visitor(js=False)

        story.comes_back_with(TEEN | {"happened": "threat", "age_then": "adult", "age_now": "adult"})

        assert "StopNCII" in story.words_of(StepKey.HASH)
        assert StepKey.THREAT is story.steps[0]
        assert StepKey.HOTLINE not in story.steps


class TestATeenAlone:
    def test_may_sign_and_is_offered_words_to_tell_someone(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)

        story.comes_back_with(TEEN, links=A_POST)

        assert "Something happened online and I need help" in story.words_of(StepKey.TELL)
        story.opens_the_letter(StepKey.REQUEST_48H)
        assert story.page.locator("main input[name=name]").count() == 1
        assert "I am the person shown" in story.letter

    def test_who_made_the_picture_hears_a_lawyer_before_police(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)

        story.comes_back_with(TEEN | {"maker": "shown"}, links=A_POST)

        assert in_order([StepKey.HOTLINE, StepKey.LEGAL_FIRST, StepKey.POLICE], story.steps)
        assert "after the hotline and the lawyer" in story.words_of(StepKey.POLICE)
        assert "in trouble with the law" not in story.text


class TestAChildUnder13Alone:
    def test_meets_no_box_to_type_in_and_gets_numbers_words_and_paper(
        self, visitor: Callable[..., Story]
    ) -> None:
        story = visitor(js=False, viewport=PHONE)
        story.opens("/next/")

        while story.at:
            assert story.at != "links"
            asked = {
                name: CHILD[name] for name in CHILD if story.page.locator(f"main [name='{name}']").count()
            }
            assert story.page.locator(FREE_TEXT).count() == 0
            story.answers(**asked)

        assert story.is_at_the_plan()
        assert story.page.locator(FREE_TEXT).count() == 0
        assert story.steps[0] is StepKey.CHILD_LINE
        assert story.page.locator("main a[href^='tel:']").count() >= 1
        assert "Something happened online and I need help" in story.words_of(StepKey.TELL)
        assert "You can print this page and give it to an adult you trust." in story.text
        assert not WRITES_TO_SOMEONE & set(story.steps)

    def test_no_letter_of_theirs_has_a_box(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(CHILD)

        letters = story.page.locator("form:has([name=step][value=letter])").count()
        for number in range(letters):
            story._unfold()
            story._pressed(story.page.locator("form:has([name=step][value=letter]) button").nth(number))
            assert story.page.locator(FREE_TEXT).count() == 0
            assert "____" in story.letter
            story.presses(".sp-back button")

    @pytest.mark.parametrize(
        "step", [*intake.BY_KEY, "sign", "letter", "change", "go", "stay", "save", "plan"]
    )
    def test_text_posted_to_any_step_is_not_kept(self, client: Any, db: None, step: str) -> None:
        from django.conf import settings

        typed = "https://x.com/secret/status/99 Secret Name secret@post.example"
        boxes = (
            "links",
            "places",
            "name",
            "email",
            "phone",
            "post",
            "text",
            "note",
            "letter",
            "site",
            "channel",
        )
        client.cookies[settings.VISIT_COOKIE] = token = begun(CHILD)

        # Once with nothing else, and once with the answers that belong there.
        for more in ({}, {name: value for name, value in CHILD.items() if name not in ("asker", "age_now")}):
            client.post("/next/", {"step": step, **dict.fromkeys(boxes, typed), **more})
            if step in ("who", "ages"):
                break  # the second round would say that it is no child

        opened = visits.read(bytes.fromhex(token), timezone.now())
        assert opened is not None
        assert "ecret" not in repr(opened.data)

    def test_what_was_typed_before_goes_once_the_age_is_known(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(TEEN, links=A_POST)
        assert A_POST in repr(story.kept)

        story.changes("ages")
        story.answers(age_then="under_13", age_now="under_13")

        assert A_POST not in repr(story.kept)
        assert "items" not in story.kept


class TestAHomeThatIsNotSafe:
    def test_a_child_is_sent_to_a_child_line_first_and_never_to_a_parent(
        self, visitor: Callable[..., Story]
    ) -> None:
        story = visitor(js=False)

        story.comes_back_with(TEEN | {"home_safe": "no"}, links=A_POST)

        assert story.steps[0] is StepKey.CHILD_LINE
        assert in_order([StepKey.CHILD_LINE, StepKey.HOTLINE], story.steps)
        assert "does not have to be anyone at home" in story.words_of(StepKey.TELL)
        assert "tell a parent" not in story.text.casefold()
        assert "your parent" not in story.text.casefold()

    def test_no_parent_signs(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE | {"home_safe": "no"}, links=A_POST)

        story.opens_the_letter(StepKey.REQUEST_48H)

        assert story.page.locator("main input[name=name]").count() == 0
        assert not story.draft.letter.ready
        assert "A helpline or an advocate can sign in your place." in story.text

    def test_the_answer_is_taken_as_no_where_it_is_left_out(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with({k: v for k, v in TEEN.items() if k != "home_safe"}, links=A_POST)

        assert story.is_at_the_plan()
        assert StepKey.TELL in story.steps
        assert "tell a parent" not in story.text.casefold()


class TestAFriend:
    def test_gets_the_hotline_and_writes_no_letter_for_another(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)

        story.comes_back_with(NEWS_CASE | {"asker": "friend"}, links=A_POST)

        assert StepKey.HOTLINE in story.steps
        assert not WRITES_TO_SOMEONE & set(story.steps)
        assert StepKey.POLICE not in story.steps
        assert "do not need to give the child’s name or your own" in story.words_of(StepKey.HOTLINE)
        plan = flow.stand(story.kept).plan
        assert {step.letter for step in plan.steps} <= {"", "cybertip", "hotline"}


def test_the_paths_of_the_four_differ(visitor: Callable[..., Story]) -> None:
    paths = []
    for choices in (NEWS_CASE, TEEN, CHILD, TEEN | {"home_safe": "no"}, NEWS_CASE | {"asker": "friend"}):
        story = visitor(js=False)
        story.comes_back_with(choices, links=A_POST)
        paths.append(tuple(story.steps))
        story.page.context.close()

    assert len(set(paths)) == len(paths)
