"""J8 to J10: three hundred links; a site nobody knows; no link at all."""

from collections.abc import Callable

import pytest

from survivor_portal.intake import StepKey
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_order

pytestmark = pytest.mark.browser

ADULT = NEWS_CASE | {
    "asker": "self",
    "age_then": "adult",
    "age_now": "adult",
    "consent": "never",
    "maker": "other",
    "forced": "no",
}


def three_hundred() -> list[str]:
    """Links to six places in many forms, 300 different ones and 20 of them twice."""
    forms = [
        "https://x.com/example/status/{}",
        "https://www.reddit.com/r/example/comments/a{}/title/",
        "https://www.instagram.com/p/C{}/",
        "https://www.tiktok.com/@example/video/7{}",
        "https://video.example/watch?v={}",
        "https://t.me/example/{}",
    ]
    links = [forms[n % 6].format(100000 + n) for n in range(300)]
    return links + [f"{link}{'&' if '?' in link else '?'}utm_source=share" for link in links[:20]]


class TestThreeHundredLinks:
    @pytest.fixture
    def pasted(self, visitor: Callable[..., Story]) -> Story:
        story = visitor(js=False)
        links = three_hundred()
        # As people have them: in quotes, between words, with tracking parameters, mobile hosts, no scheme.
        mess = "\n".join(
            [f"> {link}" for link in links[:50]]
            + [f"{n}. see <{link}>, please" for n, link in enumerate(links[50:200])]
            + [link.replace("https://", "") for link in links[200:]]
        )
        story.comes_back_with(ADULT | {"owner_safe": "no"}, links=mess)
        return story

    def test_all_are_kept_once_and_grouped_by_platform(self, pasted: Story) -> None:
        kept = pasted.kept

        assert len(kept["items"]) == 300
        assert kept["doubles"] == 20
        assert "300 places you gave us" in pasted.text
        assert "20 were there twice" in pasted.text
        requests = [step for step in pasted.steps if step in (StepKey.REQUEST_48H, StepKey.OWNER)]
        assert requests.count(StepKey.REQUEST_48H) == 5
        assert requests.count(StepKey.OWNER) == 1

    def test_no_letter_loses_one(self, pasted: Story) -> None:
        """One notice a platform, split where its form has a limit: together they hold each link."""
        from django.utils import timezone

        from survivor_portal.web.survivor import flow, letters_page

        stand = flow.stand(pasted.kept)
        text = {StepKey.REQUEST_48H: "", StepKey.HOST: ""}
        for step in stand.plan.steps:
            if step.key in text:
                for site in step.sites or ("",):
                    made = letters_page.draft(stand, step, site, timezone.now().date())
                    limit = step.channel.link_limit if step.channel else None
                    for part in made.parts:
                        items = part.section("items")
                        assert items is not None
                        assert limit is None or len(items.text.splitlines()) <= limit
                        text[step.key] += part.text

        for item in stand.items:
            where = StepKey.REQUEST_48H if item.platform else StepKey.HOST
            assert item.url in text[where]

    def test_the_letter_page_shows_each_part(self, visitor: Callable[..., Story]) -> None:
        """Discord takes one thing in one form: five links make five notices."""
        story = visitor(js=False)
        links = [f"https://discord.com/channels/1/2/{n}" for n in range(101, 106)]
        story.comes_back_with(NEWS_CASE, links="\n".join(links))

        story.opens_the_letter(StepKey.REQUEST_48H)

        parts = story.page.locator("pre.sp-letter").all_text_contents()
        assert len(parts) == 5
        assert [[link for link in links if link in part] for part in parts] == [[link] for link in links]
        assert "5/5" in story.text

    def test_in_the_browser_too(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with({k: v for k, v in ADULT.items() if k != "reported"}, links=A_POST)
        story.changes("links")

        story.pastes("\n".join(three_hundred()))
        while story.at:
            story.skips()

        assert story.is_at_the_plan()
        assert "300 places you gave us" in story.text


class TestASiteNobodyKnows:
    def test_the_owner_question_comes_before_any_letter(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(ADULT)  # no links yet
        story.changes("links")

        story.pastes("http://video.example/watch/1?x=2#part")

        assert story.at == "owner"
        assert "Is it safe to write to the owner" in story.heading

    def test_unsafe_leaves_the_owner_out_and_writes_to_all_around(
        self, visitor: Callable[..., Story]
    ) -> None:
        story = visitor(js=False)
        story.comes_back_with(ADULT | {"owner_safe": "no"}, links="http://video.example/watch/1")

        around = [StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR, StepKey.SEARCH]
        assert set(around) <= set(story.steps)
        assert in_order([StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR], story.steps)
        assert "We leave the owner out" in story.words_of(StepKey.OWNER)
        assert story.card(StepKey.OWNER).locator("[name=letter]").count() == 0
        for key in (StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR):
            assert "lookup.icann.org" in story.words_of(key)
        for key in around:
            story.opens_the_letter(key)
            assert "http://video.example/watch/1" in story.letter
            story.presses(".sp-back button")

    def test_safe_offers_a_letter_to_the_owner_of_each_site(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(
            ADULT | {"owner_safe": "yes"}, links="http://video.example/1 https://photos.example/2"
        )

        letters = story.card(StepKey.OWNER).locator("form:has([value=letter])")
        assert letters.count() == 2
        story.opens_the_letter(StepKey.OWNER, place=1)
        assert "photos.example/2" in story.letter

    def test_each_party_is_asked_for_what_it_can_do(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(ADULT | {"owner_safe": "no"}, links="http://video.example/watch/1")
        letters = {}

        for key in (StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR):
            story.opens_the_letter(key)
            letters[key] = story.letter.casefold()
            story.presses(".sp-back button")

        assert len(set(letters.values())) == 3
        assert "host" in letters[StepKey.CDN]
        assert "domain" in letters[StepKey.REGISTRAR]


class TestNoLink:
    def test_app_account_and_day_are_enough(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)
        story.comes_back_with(NEWS_CASE)
        story.changes("links")
        assert "No link?" in story.text

        story.pastes(places="Snapchat, @example.account, chat on 3 May about 21:00")

        assert "example.account" in repr(story.kept["items"])
        assert in_order([StepKey.HOTLINE, StepKey.CHILD_FORM, StepKey.REQUEST_48H], story.steps)
        assert "Snapchat" in story.words_of(StepKey.REQUEST_48H)
        story.opens_the_letter(StepKey.REQUEST_48H)
        for words in ("example.account", "3 May about 21:00"):
            assert words in story.letter
        items = story.draft.letter.section("items")
        assert items is not None
        assert items.placed

    def test_an_app_nobody_knows_still_gets_a_step(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)

        story.comes_back_with(NEWS_CASE, places="Quibbletalk, user someone, last week")

        assert "We do not know this app" in story.words_of(StepKey.REQUEST)
        assert in_order([StepKey.HOTLINE, StepKey.POLICE], story.steps)

    def test_nothing_at_all_still_gives_a_plan(self, visitor: Callable[..., Story]) -> None:
        story = visitor(js=False)

        story.comes_back_with(NEWS_CASE)

        assert in_order([StepKey.HOTLINE, StepKey.POLICE, StepKey.HASH], story.steps)
