"""J15: the news case, lived elsewhere: other grounds, clocks, signers and helplines, from the same data."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from survivor_portal.intake import StepKey
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_order

pytestmark = pytest.mark.browser

EVERYWHERE = [StepKey.HOTLINE, StepKey.CHILD_FORM, StepKey.REQUEST_48H, StepKey.POLICE, StepKey.SEARCH]


@dataclass(frozen=True)
class Home:
    """What the laws say for a home: `says` holds words that stand on the card of that step, `never` words
    that stand nowhere in the request of the place."""

    country: str
    emergency: str
    hotline: str
    own: StepKey  # the step of the place's own law
    says: tuple[str, ...]
    signer: frozenset[str]  # the boxes its letter has
    region: str = ""
    never: tuple[str, ...] = ()
    police: str = ""
    extra: tuple[StepKey, ...] = ()


NAMELESS = frozenset({"email"})
NAMED = frozenset({"email", "name"})
HOMES = [
    Home(
        "DE",
        "112",
        "internet-beschwerdestelle",
        StepKey.REQUEST,
        ("Where it goes",),
        NAMED,
        never=("48 hours", "24 hours", "7 days"),
        extra=(StepKey.FLAGGER, StepKey.DATA_LAW, StepKey.REGULATOR),
    ),
    Home(
        "GB",
        "999",
        "Report Remove",
        StepKey.REQUEST,
        ("They have 48 hours from when they get it.",),
        NAMED,
        police="CEOP",
        extra=(StepKey.REGULATOR,),
    ),
    Home("IN", "112", "IWF", StepKey.REQUEST, ("usually have 2 hours",), NAMED, police="1930"),
    Home("BR", "190", "SaferNet", StepKey.REQUEST, ("Where it goes",), NAMED, never=("48 hours",)),
    Home(
        "AU",
        "000",
        "eSafety",
        StepKey.AUTHORITY,
        ("eSafety", "Once the office gives its order, they have 24 hours."),
        NAMELESS,
        police="ACCCE",
    ),
    Home(
        "US",
        "911",
        "CyberTipline",
        StepKey.STATE_LAW,
        ("30 days",),
        frozenset({"email", "resident"}),
        region="US-CA",
        extra=(StepKey.REGULATOR, StepKey.LAWYER),
    ),
]


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.region or home.country)
def test_the_plan_changes_with_the_country(visitor: Callable[..., Story], home: Home) -> None:
    story = visitor(js=False)

    story.comes_back_with(NEWS_CASE | {"country": home.country, "region": home.region}, links=A_POST)

    steps, own = story.steps, story.words_of(home.own)
    assert in_order(EVERYWHERE, steps), steps
    assert home.emergency in story.page.locator("#help-now .sp-help__now").inner_text()
    assert home.hotline.casefold() in story.words_of(StepKey.HOTLINE).casefold()
    assert home.police.casefold() in story.words_of(StepKey.POLICE).casefold()
    assert set(home.extra) <= set(steps)
    for words in home.says:
        assert words in own
    for words in home.never:
        assert words not in own
    # The US law reaches this platform from anywhere, and says so where one lives abroad.
    abroad = "from other countries too" in story.words_of(StepKey.REQUEST_48H)
    assert abroad == (home.country != "US")

    story.opens_the_letter(home.own)
    assert {field for field in ("name", "email", "resident") if _asks(story, field)} == home.signer


def _asks(story: Story, name: str) -> bool:
    return bool(story.page.locator(f"main input[name={name}]").count())


def test_in_the_eu_a_notice_about_a_child_needs_no_name(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE | {"country": "DE"}, links=A_POST)
    story.opens_the_letter(StepKey.REQUEST)
    assert "not ready yet" in story.text

    for tick in story.page.locator("main input[type=checkbox]").all():
        tick.check()
    story.presses("main form button[name=go]")

    assert "This letter is ready." in story.text
    assert {state.law for state in story.draft.letter.states} == {"eu-dsa-16", "de-national"}
    assert "Directive 2011/93/EU" in story.letter


def test_in_brazil_a_notice_without_a_name_is_not_ready(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE | {"country": "BR"}, links=A_POST)
    story.opens_the_letter(StepKey.REQUEST)

    story.page.fill("[name=email]", "maria@post.example")
    story.presses("main form button[name=go]")
    assert "not ready yet" in story.text
    story.page.fill("[name=name]", "Maria Example")
    story.presses("main form button[name=go]")

    assert "This letter is ready." in story.text


def test_in_australia_a_parent_needs_the_word_of_a_teen_of_16(visitor: Callable[..., Story]) -> None:
    """Australia: older teens authorise. The letter is the image-based abuse complaint to eSafety."""
    story = visitor(js=False)
    story.comes_back_with(
        NEWS_CASE | {"country": "AU", "age_then": "16_17", "age_now": "16_17"}, links=A_POST
    )
    story.opens_the_letter_on("au-iba")
    story.page.fill("[name=email]", "maria@post.example")
    story.page.check("main [name=resident]")
    story.presses("main form button[name=go]")
    assert "A teen of this age has to agree." in story.text

    story.page.locator("main [name=confirm_authority]").check()
    story.presses("main form button[name=go]")

    assert "This letter is ready." in story.text


def test_in_australia_the_parent_of_a_younger_child_signs_alone(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE | {"country": "AU"}, links=A_POST)

    story.opens_the_letter_on("au-iba")
    story.page.fill("[name=email]", "maria@post.example")
    story.page.check("main [name=resident]")
    story.presses("main form button[name=go]")

    assert story.page.locator("main [name=confirm_authority]").count() == 0
    assert "This letter is ready." in story.text


def test_where_no_law_of_the_country_is_known_the_us_law_and_the_hotline_remain(
    visitor: Callable[..., Story],
) -> None:
    story = visitor(js=False)

    story.comes_back_with(NEWS_CASE | {"country": "KE"}, links=A_POST)

    assert in_order(EVERYWHERE, story.steps)
    assert "CyberTipline" in story.words_of(StepKey.HOTLINE)


def test_skipping_the_country_still_gives_a_plan(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)

    story.comes_back_with({"asker": "parent", "age_then": "13_15"}, links=A_POST)

    assert in_order(EVERYWHERE, story.steps)
