"""J14 and bad input: leaving from every kind of page; lost cookies, old tabs, double posts, broken pastes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from survivor_portal.intake import MAX_ITEMS, StepKey
from survivor_portal.visits.models import Visit
from survivor_portal.web.forms import TOO_LONG
from tests.browser import Watched
from tests.journeys.story import A_POST, NEWS_CASE, Story, begun

pytestmark = [pytest.mark.browser, pytest.mark.window]

ELSEWHERE = "/accessibility/"  # any page that knows nothing of the visit
WORDS = "https://x.com/secret_account/status/4242"
PICTURE = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" * 20


def _at_a_question(story: Story) -> None:
    story.comes_back_with(NEWS_CASE, WORDS)
    story.changes("links")


def _at_an_error(story: Story) -> None:
    _at_a_question(story)
    story.pastes(links="no link in here")
    assert story.errors


def _at_the_plan(story: Story) -> None:
    story.comes_back_with(NEWS_CASE, WORDS)


def _at_a_letter(story: Story) -> None:
    _at_the_plan(story)
    story.opens_the_letter(StepKey.REQUEST_48H)


def _at_a_notice(story: Story) -> None:
    _at_the_plan(story)
    story.opens("/helplines/")


def _at_no_page(story: Story) -> None:
    _at_the_plan(story)
    story.opens("/no-such-page/")


@pytest.mark.parametrize(
    "stands",
    [_at_a_question, _at_an_error, _at_the_plan, _at_a_letter, _at_a_notice, _at_no_page],
    ids=lambda stands: stands.__name__,
)
def test_leaving_takes_all_with_it_without_script(
    visitor: Callable[..., Story],
    watched: Watched,
    settings: Any,
    served: str,
    stands: Callable[[Story], None],
) -> None:
    watched.expected_statuses.add(404)
    settings.EXIT_TARGET = f"{served}{ELSEWHERE}"
    story = visitor(js=False)
    stands(story)
    assert Visit.objects.count() == 1

    story.leaves()

    assert story.page.url.endswith(ELSEWHERE)
    assert Visit.objects.count() == 0
    assert [c["name"] for c in story.page.context.cookies()] == []
    story.page.go_back()
    story.page.wait_for_load_state()
    assert "secret_account" not in story.page.content()


def test_coming_back_after_leaving_begins_anew(
    visitor: Callable[..., Story], settings: Any, served: str
) -> None:
    settings.EXIT_TARGET = f"{served}{ELSEWHERE}"
    story = visitor(js=False)
    _at_the_plan(story)
    story.leaves()

    story.opens("/next/")

    assert story.at == "safety"


class TestBadInput:
    @pytest.fixture
    def at_links(self, visitor: Callable[..., Story]) -> Story:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE)
        story.changes("links")
        return story

    def test_no_link_found_says_so_and_keeps_the_words(self, at_links: Story) -> None:
        at_links.pastes(links="he put it on his page")

        assert len(at_links.errors) == 1
        assert "could not find a link" in at_links.errors[0]
        assert "he put it on his page" in at_links.typed

    def test_words_that_are_no_link_are_shown_on_the_plan(self, at_links: Story) -> None:
        at_links.pastes(links=f"he put it on his page {A_POST}", places="Instagram, @someone")

        assert at_links.is_at_the_plan()
        assert "he put it on his page" in at_links.text

    def test_picture_data_is_cut_and_never_comes_back(self, at_links: Story) -> None:
        at_links.pastes(links=f"{A_POST} {PICTURE}")

        assert "We took it out and did not keep it" in at_links.errors[0]
        assert A_POST in at_links.typed
        assert "iVBORw0KGgo" not in at_links.page.content()
        at_links.presses("main form button[name=go]")
        assert len(at_links.kept["items"]) == 1
        assert "iVBORw0KGgo" not in repr(at_links.kept)

    def test_too_many_places_are_asked_for_in_parts(self, at_links: Story) -> None:
        many = "\n".join(f"https://x.com/example/status/{n}" for n in range(1000, 1001 + MAX_ITEMS))

        at_links.pastes(links=many)

        assert str(MAX_ITEMS) in at_links.errors[0]
        assert at_links.typed.count("/status/") == MAX_ITEMS + 1

    def test_a_very_long_paste_is_not_lost(self, at_links: Story) -> None:
        long = f"{A_POST} " + "word " * 45_000

        at_links.pastes(links=long)

        assert at_links.errors == [str(TOO_LONG)]
        assert at_links.typed.startswith(long.strip())

    def test_an_older_age_in_the_picture_than_now_is_asked_again(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE)
        story.changes("ages")

        story.answers(age_then="16_17", age_now="13_15")

        assert story.at == "ages"
        assert "Please check both" in story.errors[0]
        assert story.page.locator("main input:checked").count() == 2
        story.answers(age_now="16_17")
        assert story.kept["answers"]["age_now"] == "16_17"

    def test_a_file_is_refused_with_a_kind_page(
        self, visitor: Callable[..., Story], watched: Watched
    ) -> None:
        """No page has a file field; one is put there as a broken browser or a curious person would."""
        watched.expected_statuses.add(400)
        story = visitor()
        story.comes_back_with(NEWS_CASE)
        story.page.evaluate(
            """() => { const form = document.querySelector('form[data-flow]');
            form.enctype = 'multipart/form-data';
            const file = document.createElement('input'); file.type = 'file'; file.name = 'links';
            const some = new DataTransfer(); some.items.add(new File(['x'], 'a.png'));
            file.files = some.files; form.append(file); form.submit(); }"""
        )
        story.page.wait_for_selector("text=We do not take files")

        assert "Never download, copy or send the picture" in story.text
        assert story.page.locator("#help-now").is_visible()


class TestOutOfOrder:
    def test_back_button_and_sending_an_old_page_again(self, visitor: Callable[..., Story]) -> None:
        """One address, so Back shows the flow as it stands; an old page kept in another tab still counts."""
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE, A_POST)
        old = Story(story.page.context.new_page(), story.base)
        story.changes("ages")
        old.opens("/next/")
        story.answers(age_then="16_17", age_now="16_17")

        old.answers(age_then="adult", age_now="adult")

        assert old.kept["answers"]["age_now"] == "adult"
        assert len(old.kept["items"]) == 1

    def test_two_tabs_do_not_lose_each_others_answers(self, visitor: Callable[..., Story]) -> None:
        first = visitor(js=False)
        first.comes_back_with(NEWS_CASE, A_POST)
        first.changes("place")
        second = Story(first.page.context.new_page(), first.base)
        second.opens("/next/")
        second.answers(country="DE")
        second.changes("picture")
        first.answers(country="GB")

        second.answers(picture="ai")

        assert first.kept["answers"]["country"] == "GB"
        assert first.kept["answers"]["picture"] == "ai"

    def test_a_double_post_is_one_answer(self, visitor: Callable[..., Story]) -> None:
        story = visitor()
        story.comes_back_with(NEWS_CASE, A_POST)
        story.changes("links")

        story.page.locator("main form button[name=go]").dblclick()
        story.page.get_by_role("heading", name="Your next steps").wait_for()

        assert len(story.kept["items"]) == 1

    @pytest.mark.parametrize("step", ["links", "reported", "owner", "sign", "letter", "save", "go", "back"])
    def test_a_step_posted_before_anything_was_answered_lands_on_a_page(
        self, client: Any, db: None, step: str
    ) -> None:
        answer = client.post("/next/", {"step": step, "links": A_POST}, follow=True)

        assert answer.status_code in (200, 422)
        assert b"<h1" in answer.content


class TestTheKeyIsLost:
    def _without_cookies(self, story: Story) -> None:
        story.page.context.clear_cookies()

    def test_the_cookies_went_midway_and_the_text_is_still_there(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE)
        story.changes("links")
        story.page.fill("main [name=links]", A_POST)
        self._without_cookies(story)

        story.presses("main form button[name=go]")

        assert story.at == "links"
        assert "Your earlier answers are gone." in story.text
        assert A_POST in story.typed
        story.presses("main form button[name=go]")
        assert [item["url"] for item in story.kept["items"]] == [A_POST]

    def test_the_visit_ran_out_and_the_text_is_still_there(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE)
        story.changes("links")
        story.page.fill("main [name=links]", A_POST)
        Visit.objects.update(seen_at=timezone.now() - timedelta(minutes=61))

        story.presses("main form button[name=go]")

        assert story.at == "safety"
        assert "Your earlier answers are gone." in story.text
        assert "What you typed last is still here." in story.text
        assert [item["url"] for item in story.kept["items"]] == [A_POST]
        assert story.kept["answers"] == {}
        story.answers(danger="no")
        assert "Your earlier answers are gone." not in story.text

    @pytest.mark.parametrize("step", ["sign", "letter", "plan", "change", "go", "back", "save"])
    def test_any_button_pressed_after_the_visit_ran_out_says_so(
        self, client: Any, db: None, step: str
    ) -> None:
        client.cookies[settings.VISIT_COOKIE] = begun(NEWS_CASE, A_POST)
        Visit.objects.update(seen_at=timezone.now() - timedelta(minutes=61))

        page = client.post("/next/", {"step": step, "name": "Maria"}, follow=True).content.decode()

        assert "Your earlier answers are gone." in page
        assert "What you typed last" not in page

    def test_the_form_cookie_alone_is_lost_at_a_letter(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE, A_POST)
        story.opens_the_letter(StepKey.REQUEST_48H)
        story.page.fill("main [name=name]", "Maria Example")
        story.page.locator("main input[type=checkbox]").first.check()
        story.page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)

        story.presses("main form button[name=go]")

        assert "Please press the button once more." in story.text
        assert "Maria Example" in story.typed
        assert story.page.locator("main input:checked").count() == 1

    def test_an_expired_visit_shows_the_first_page(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE, A_POST)
        Visit.objects.update(created_at=timezone.now() - timedelta(hours=9))

        story.opens("/next/")

        assert story.at == "safety"
        assert Visit.objects.count() == 0
