"""Any pasted mess becomes items: cleaned, without doubles, in groups, none lost."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import intake
from survivor_portal.intake import MAX_ITEMS
from tests.conftest import size


def _mess(count, seed=7):
    """`count` links to as many items, each pasted in one of many ugly ways, some of them twice."""
    chance = random.Random(seed)
    lines = []
    for n in range(count):
        kind = n % 6
        bare = (
            f"x.com/user{n}/status/{10**15 + n}",
            f"reddit.com/r/some/comments/a{n:05d}/title",
            f"photos{n % 9}.example/album/{n}",
            f"www.tiktok.com/@user{n}/video/{7 * 10**15 + n}",
            f"youtu.be/abcd{n:07d}",
            f"xn--bcher-kva.example/{n}",
        )[kind]
        dress = chance.choice(
            (
                "https://{}",
                "http://{}",
                "{}",
                "  <https://{}>",
                '"https://{}"',
                "(https://{})",
                "https://{}?utm_source=share",
                "see https://{} ,",
                "- https://{}",
            )
        )
        lines.append(dress.format(bare))
        if n % 10 == 0:
            lines.append(f"https://{bare}")
    chance.shuffle(lines)
    return lines


def test_three_hundred_links_are_cleaned_and_their_doubles_dropped():
    count = size("bulk_links")
    lines = _mess(count)

    found = intake.gather("\n".join(lines))

    assert len(found.items) == count
    assert found.doubles == len(lines) - count
    assert found.too_many == 0
    assert [item.number for item in found.items] == list(range(1, count + 1))
    assert all(item.url.startswith(("https://", "http://")) for item in found.items)
    assert not any("utm_source" in item.url for item in found.items)


def test_three_hundred_links_are_grouped_by_who_can_act():
    found = intake.gather("\n".join(_mess(300)))

    groups = intake.by_party(found.items)

    assert {("x", ""), ("reddit", ""), ("tiktok", ""), ("youtube", "")} <= set(groups)
    assert len(groups) == 4 + 9 + 1 - _photo_sites_never_used()
    assert sum(len(group) for group in groups.values()) == 300
    assert len({item.number for group in groups.values() for item in group}) == 300


def _photo_sites_never_used():
    return 9 - len({n % 9 for n in range(300) if n % 6 == 2})


def test_three_hundred_links_make_one_request_a_platform():
    answers = intake.from_plain({"asker": "self", "age_then": "adult", "happened": "posted", "country": "GB"})
    found = intake.gather("\n".join(_mess(300)))

    plan = intake.plan(answers, found.items)

    requests = [step for step in plan.steps if step.key is intake.StepKey.REQUEST]
    assert sorted(step.platform for step in requests) == ["reddit", "tiktok", "x", "youtube"]
    assert all(len(step.items) == 50 for step in requests)
    owner = next(step for step in plan.steps if step.key is intake.StepKey.OWNER)
    assert len(owner.items) == 100


def test_more_than_a_plan_can_hold_is_counted_and_not_lost_in_silence():
    found = intake.gather("\n".join(f"https://a.example/{n}" for n in range(MAX_ITEMS + 7)))

    assert len(found.items) == MAX_ITEMS
    assert found.too_many == 7


def test_pasted_picture_data_is_cut_and_not_kept():
    data = "data:image/png;base64," + "iVBORw0KGgo" * 60

    found = intake.gather(f"https://a.example/1 {data}", f"app, @one, May {data}")

    assert found.cut == 2
    kept = repr(found)
    assert "iVBOR" not in kept
    assert [item.url for item in found.items if item.url] == ["https://a.example/1"]


def test_a_wrapper_gives_itself_and_what_it_wraps():
    found = intake.gather("https://web.archive.org/web/20240101000000/https://a.example/page")

    assert [item.site for item in found.items] == ["archive.org", "a.example"]


def test_a_line_said_twice_is_one_place():
    found = intake.gather("", "Discord, @one.two, 3 May\n\n  discord,  @one.two, 3 May ")

    assert len(found.items) == 1
    assert found.items[0].account == "one.two"
    assert found.items[0].platform == "discord"


_pieces = st.sampled_from(
    (
        *("https://x.com/a/status/1", "x.com/a/status/1", "http://a.example/", "//b.example/x?y=1#z"),
        *("javascript:alert(1)", "data:image/png;base64,AAAA", "hello", "@name", "http://[::1]/", "💔"),
        *("https://www.google.com/url?q=https://a.example/1", "xn--", "ftp://c.example", "%zz", "\x00"),
    )
) | st.text(max_size=30)


@settings(max_examples=size("property_examples"), deadline=None)
@given(st.lists(_pieces, max_size=12), st.lists(st.text(max_size=30), max_size=4))
def test_gathering_takes_any_text_and_the_same_text_twice_gives_the_same(pieces, places):
    pasted, lines = "\n".join(pieces), "\n".join(places)

    found = intake.gather(pasted, lines)

    assert found == intake.gather(pasted, lines)
    assert [item.number for item in found.items] == list(range(1, len(found.items) + 1))
    assert all(bool(item.url) != bool(item.where) for item in found.items)
    assert all(1 <= number <= len(found.items) for number in found.short)
    grouped = [item for group in intake.by_party(found.items).values() for item in group]
    assert sorted(grouped, key=lambda item: item.number) == list(found.items)
    assert tuple(intake.item_from_plain(intake.item_to_plain(item)) for item in found.items) == found.items


@settings(max_examples=size("property_examples"), deadline=None)
@given(st.lists(_pieces, max_size=8))
def test_what_was_gathered_once_is_gathered_again_from_its_own_links(pieces):
    found = intake.gather("\n".join(pieces))
    links = [item.url for item in found.items if item.url]

    again = intake.gather("\n".join(links))

    assert {item.url for item in again.items} == set(links)


def test_pasting_a_text_twice_over_adds_only_doubles():
    once = intake.gather("\n".join(_mess(60)))
    twice = intake.gather("\n".join(_mess(60) * 2))

    assert twice.items == once.items
    assert twice.doubles == once.doubles * 2 + len(once.items)
