"""Letters for any answers at all: never an error, never more than was confirmed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Consent, Happened, Maker, Picture, Reported
from survivor_portal.letters import (
    CODES,
    Addressee,
    Facts,
    Item,
    Signer,
    compose,
    declarations_for,
    form_sheet,
    service_text,
    split_items,
)
from survivor_portal.letters._services import REQUIRED
from tests.conftest import size
from tests.letter_cases import ALL

CHANNELS = tuple(channel for platform in directory.platforms() for channel in platform.channels)
KINDS = (
    "platform",
    "search",
    "host",
    "cdn",
    "registrar",
    "owner",
    "authority",
    "hotline",
    "police",
    "school",
)
DECLARED = ("belief", "intimate", "accurate", "perjury", "authority")

typed = st.one_of(
    st.just(""), st.text(max_size=20), st.sampled_from(["{0}", "{name}", "[[items]]", "%s", "\x00"])
)
items = st.builds(
    Item,
    number=st.integers(1, 400),
    link=st.one_of(typed, st.just("https://social.example/1")),
    platform=typed,
    account=typed,
    when=typed,
    where=typed,
)
facts_of_any_kind = st.builds(
    Facts,
    asker=st.sampled_from(Asker),
    age_then=st.sampled_from(Age),
    age_now=st.sampled_from(Age),
    picture=st.sampled_from(Picture),
    happened=st.sampled_from(Happened),
    consent=st.none() | st.sampled_from(Consent),
    maker=st.none() | st.sampled_from(Maker),
    forced=st.none() | st.booleans(),
    country=st.sampled_from(["", "US", "DE", "GB", "IN", "BR", "AU", "??"]),
    region=st.sampled_from(["", "US-CA", "CA-BC"]),
    home_safe=st.none() | st.booleans(),
    reported=st.none() | st.sampled_from(Reported),
    items=st.lists(items, max_size=4).map(tuple),
    told_on=typed,
    ticket=typed,
    answer=typed,
)
signers = st.builds(
    Signer,
    name=st.one_of(typed, st.just("Jane Example")),
    contact=typed,
    contact_kind=st.sampled_from(["email", "phone", "post", "pigeon"]),
    confirmed=st.frozensets(st.sampled_from(DECLARED)),
    signed_on=st.none() | st.dates(),
    account_there=st.none() | st.booleans(),
    resident=st.none() | st.booleans(),
    also=st.lists(st.tuples(st.sampled_from(["email", "phone", "post"]), typed), max_size=3).map(tuple),
)
addressees = st.builds(Addressee, name=typed, kind=st.sampled_from(KINDS), process_known=st.booleans())
many = settings(max_examples=size("property_examples"), deadline=None)


@many
@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=4), facts_of_any_kind, signers, addressees)
def test_any_answers_make_a_letter_and_never_an_error(grounds, facts, signer, to):
    letter = compose(grounds, to=to, facts=facts, signer=signer, today=date(2026, 11, 22))

    assert letter.ready == all(state.ready for state in letter.states)
    assert {state.law for state in letter.states} == set(grounds)
    assert {m.code for state in letter.states for m in state.missing} <= set(CODES)
    assert {left.code for left in letter.left_out} <= set(CODES)
    for state in letter.states:
        assert state.ready == (not state.missing)


@many
@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=4), facts_of_any_kind, signers, addressees)
def test_a_letter_never_says_more_than_was_confirmed(grounds, facts, signer, to):
    letter = compose(grounds, to=to, facts=facts, signer=signer, today=date(2026, 11, 22))

    placed = {section.block for section in letter.sections if section.placed}
    assert (placed & set(DECLARED)) <= signer.confirmed
    for declaration in declarations_for(grounds, facts, to=to):
        if declaration.key not in signer.confirmed:
            assert declaration.text not in letter.text
    if facts.minor:
        assert "perjury" not in placed
    if facts.asker is Asker.FRIEND:
        assert letter.text.strip() == ""
    if facts.asker is Asker.PARENT and facts.home_safe is False:
        assert not placed & {"signature", "contact", *DECLARED}


@many
@given(st.sampled_from(sorted(REQUIRED)), facts_of_any_kind, signers, addressees)
def test_any_answers_make_a_text_for_every_desk(kind, facts, signer, to):
    letter = service_text(kind, to=to, facts=facts, signer=signer, today=date(2026, 11, 22))

    assert {left.code for left in letter.left_out} <= set(CODES)
    if kind in ("host", "cdn", "registrar", "owner", "school"):
        assert letter.section("signature") is None


@many
@given(st.sampled_from(CHANNELS), st.sampled_from(ALL), facts_of_any_kind, signers, addressees)
def test_any_channel_gets_a_sheet_in_its_own_order(channel, key, facts, signer, to):
    letter = compose([key], to=to, facts=facts, signer=signer, today=date(2026, 11, 22))

    sheet = form_sheet(channel, letter, facts=facts, signer=signer)

    assert [(f.words, f.what) for f in sheet.fields] == [(a.words, a.what) for a in channel.asks_for]
    assert {f.note_code for f in sheet.fields} <= {"", *CODES}
    for field in sheet.fields:
        assert not (field.missing and field.answer)


@given(st.lists(items, max_size=60), st.none() | st.integers(-1, 70))
def test_splitting_a_list_loses_nothing_and_keeps_the_limit(many_items, limit):
    parts = split_items(many_items, limit)

    assert [item for part in parts for item in part] == many_items
    if limit is not None and limit > 0:
        assert all(len(part) <= limit for part in parts)


@pytest.mark.parametrize(
    ("count", "limit", "sizes"), [(0, 5, [0]), (5, 5, [5]), (6, 5, [5, 1]), (12, None, [12])]
)
def test_a_list_is_split_at_the_limit_of_a_form(count, limit, sizes):
    parts = split_items([Item(n, f"https://social.example/{n}") for n in range(count)], limit)

    assert [len(part) for part in parts] == sizes
