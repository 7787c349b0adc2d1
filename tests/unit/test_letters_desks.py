"""Texts for hotlines, police, search engines, hosts and schools: what they hold and what they never hold."""

import re
from dataclasses import replace

import pytest

from survivor_portal.directory import Age, Asker, Happened, Picture, Reported
from survivor_portal.letters import Addressee, Item, Letter, service_text
from survivor_portal.letters._services import OPEN_TO_ALL, REQUIRED
from tests.letter_cases import ADULT, CHILD, ITEM, SIGNER, TODAY

KIND_OF = {
    "cybertip": "hotline",
    "hotline": "hotline",
    "police": "police",
    "ftc": "authority",
    "school": "school",
}


def text_for(kind: str, facts=CHILD, signer=SIGNER, process_known=True) -> Letter:
    to = Addressee("The Desk", KIND_OF.get(kind, kind), process_known=process_known)
    return service_text(kind, to=to, facts=facts, signer=signer, today=TODAY)


@pytest.mark.parametrize(
    "facts", [CHILD, ADULT, replace(CHILD, picture=Picture.AI), replace(CHILD, asker=Asker.SELF)]
)
@pytest.mark.parametrize("kind", sorted(REQUIRED))
def test_a_complete_case_has_a_ready_text_for_every_desk(kind, facts):
    found = text_for(kind, facts)

    assert found.ready
    assert (ITEM.link in found.text) == (kind != "school")


@pytest.mark.parametrize("kind", sorted(kind for kind, blocks in REQUIRED.items() if "items" in blocks))
def test_a_text_without_items_is_not_ready_and_says_so(kind):
    found = text_for(kind, replace(CHILD, items=()))

    assert not found.ready
    assert ("items", "no_items") in {(left.block, left.code) for left in found.left_out}


@pytest.mark.parametrize("kind", sorted(kind for kind, blocks in REQUIRED.items() if "accurate" in blocks))
def test_a_text_that_needs_the_truth_line_waits_for_its_yes(kind):
    found = text_for(kind, signer=replace(SIGNER, confirmed=frozenset()))

    assert not found.ready
    assert ("accurate", "not_confirmed") in {(left.block, left.code) for left in found.left_out}
    assert [d.key for d in found.declarations] == ["accurate"]


@pytest.mark.parametrize("kind", ["host", "cdn", "registrar", "owner"])
def test_who_passes_notices_on_gets_no_name_no_phone_and_no_street(kind):
    found = text_for(kind)

    for private in (SIGNER.name, "555 0100", "1 Example Street"):
        assert private not in found.text
    assert SIGNER.contact in found.text


def test_the_school_gets_no_link_no_name_and_no_age():
    found = text_for("school")

    for private in (ITEM.link, ITEM.account, SIGNER.name, SIGNER.contact, "13"):
        assert private not in found.text.replace("22 November 2026", "")


@pytest.mark.parametrize("kind", sorted(REQUIRED))
def test_a_friend_may_tell_a_hotline_and_nobody_else_in_anothers_name(kind):
    found = text_for(kind, replace(CHILD, asker=Asker.FRIEND))

    assert found.ready == (kind in OPEN_TO_ALL)
    assert ("friend_no_letter" in {left.code for left in found.left_out}) == (kind not in OPEN_TO_ALL)
    assert "I am the person shown" not in found.text
    assert SIGNER.name not in found.text


@pytest.mark.parametrize("kind", ["cybertip", "hotline", "police", "threat"])
def test_a_threat_can_be_reported_with_nothing_out_yet(kind):
    facts = replace(CHILD, happened=Happened.THREAT, items=())

    found = text_for(kind, facts)

    assert found.ready
    assert "threatens" in found.text


SAYS_IT_IS_OUT = re.compile(
    r"spread online|that were published|were shared|shown in the items|copies are still up|items were made"
)


@pytest.mark.parametrize("age", [Age.FROM_13, Age.ADULT])
@pytest.mark.parametrize(
    "kind", ["cybertip", "hotline", "police", "threat", "host", "cdn", "registrar", "owner"]
)
def test_no_text_about_a_mere_threat_says_that_anything_is_out(kind, age):
    account = Item(1, "", platform="Example app", account="example", where="Example app, user name example")
    facts = replace(
        CHILD, happened=Happened.THREAT, items=(account,), age_then=age, age_now=age, reported=None
    )

    found = text_for(kind, facts)

    assert "nothing has been published so far" in found.text
    assert not SAYS_IT_IS_OUT.search(found.text)
    assert SAYS_IT_IS_OUT.search(text_for("police", replace(facts, happened=Happened.POSTED)).text)


def test_the_investigator_is_asked_to_have_data_kept_and_to_write_to_the_platform():
    found = text_for("police", replace(CHILD, forced=True))

    assert "18 U.S.C. 2703(f)" in found.text
    assert "write to each service yourself" in found.text
    assert "forced, tricked, paid for or traded" in found.text
    assert "refused" in found.text


def test_the_regulators_facts_name_the_clock_only_where_a_process_was_found():
    known = text_for("ftc")
    unknown = text_for("ftc", process_known=False)

    assert "48 hours" in known.text
    assert "48 hours" not in unknown.text
    assert "No process" in unknown.text
    assert "The platform: Social." in known.text


def test_the_regulators_facts_need_a_report_to_the_platform_first():
    found = text_for("ftc", replace(CHILD, reported=Reported.NOT_YET))

    assert not found.ready
    assert ("breach", "not_reported_yet") in {(left.block, left.code) for left in found.left_out}


def test_a_search_engine_is_told_when_a_child_is_shown():
    assert "child sexual abuse material" in text_for("search").text
    assert "child" not in text_for("search", ADULT).text


def test_not_sure_about_the_age_counts_as_a_child_everywhere():
    unsure = replace(CHILD, asker=Asker.SELF, age_then=Age.NOT_SURE, age_now=Age.ADULT)

    for kind in ("hotline", "police", "search"):
        assert "under 18" in text_for(kind, unsure).text
    assert "child sexual abuse material" in text_for("host", unsure).text


@pytest.mark.parametrize("kind", ["host", "cdn", "registrar", "owner"])
def test_who_passes_the_text_on_to_the_customer_is_told_no_age(kind):
    # Most hosts pass a report to their customer word for word (facts, platforms_more_infra.yaml, header).
    assert text_for(kind).section("age") is None
    assert "13" not in text_for(kind).text


def test_a_desk_nobody_knows_is_an_error_of_the_program():
    with pytest.raises(KeyError):
        text_for("newspaper")


def test_parts_of_a_long_list_say_which_part_they_are():
    to = Addressee("The Desk", "search")

    found = service_text("search", to=to, facts=CHILD, signer=SIGNER, today=TODAY, part=(2, 3))

    assert found.subject == "Removal from search results (part 2 of 3)"
    assert found.subject in found.text
