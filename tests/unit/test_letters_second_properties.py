"""Later letters for any answers and any history at all: never an error, never more than was confirmed."""

from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.directory import Asker, Reported
from survivor_portal.letters import CODES, History, SecondKind, complaints_for, second_letter
from survivor_portal.letters._second_blocks import RECORDED_REMARKS
from tests.letter_cases import ALL
from tests.unit.test_letters_properties import (
    DECLARED,
    addressees,
    facts_of_any_kind,
    many,
    signers,
    typed,
)

zones = st.none() | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ENDS = (
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12))),
)
moments = st.none() | st.datetimes(timezones=zones) | st.sampled_from(ENDS)
histories = st.builds(
    History,
    sent_at=moments,
    received_at=moments,
    channel=typed,
    ticket=typed,
    reply_text=typed,
    replied_at=moments,
    outcome=st.none() | st.sampled_from(Reported),
    remarks=st.lists(st.sampled_from([*RECORDED_REMARKS, "auto_receipt", "?"]), max_size=4).map(tuple),
    report_numbers=st.lists(
        st.tuples(st.sampled_from(["hotline", "police", "school"]), typed), max_size=3
    ).map(tuple),
    spread=st.lists(st.tuples(st.integers(-1, 400), typed), max_size=3).map(tuple),
    removed_items=st.lists(st.integers(1, 400), max_size=3).map(tuple),
    open_items=st.lists(st.integers(1, 400), max_size=3).map(tuple),
    late_since=moments,
    due_at=moments,
)
some_grounds = st.lists(st.sampled_from(ALL), max_size=4)


@many
@given(
    st.sampled_from(SecondKind),
    some_grounds,
    st.one_of(st.just(""), st.sampled_from(ALL)),
    facts_of_any_kind,
    signers,
    addressees,
    histories,
)
def test_any_history_makes_a_letter_and_never_an_error(kind, grounds, complaint, facts, signer, to, history):
    letter = second_letter(
        kind,
        grounds,
        to=to,
        facts=facts,
        signer=signer,
        history=history,
        today=date(2026, 11, 22),
        complaint=complaint,
    )

    placed = {section.block for section in letter.sections if section.placed}
    assert {missing.code for state in letter.states for missing in state.missing} <= set(CODES)
    assert {left.code for left in letter.left_out} <= set(CODES)
    assert (placed & set(DECLARED)) <= signer.confirmed
    assert not letter.ready or letter.sections
    for state in letter.states:
        assert state.ready == (not state.missing)
    if letter.ready:
        assert all(state.ready for state in letter.states)
    if facts.asker is Asker.FRIEND:
        assert "signature" not in placed
        assert kind in (SecondKind.HOTLINE_SUPPLEMENT, SecondKind.HOTLINE_CHECK) or letter.text.strip() == ""
    if facts.asker is Asker.PARENT and facts.home_safe is False:
        assert not placed & {"signature", "contact"}


@many
@given(some_grounds, facts_of_any_kind)
def test_a_complaint_is_offered_once_for_each_desk_and_never_to_a_friend(grounds, facts):
    found = complaints_for(grounds, facts)

    assert len(found) == len(set(found))
    assert not {"ie-national", "eu-dsa-53"} <= set(found)
    if facts.asker is Asker.FRIEND:
        assert found == ()
