"""Requests under law: valid when everything is there, and otherwise saying exactly what is not."""

from dataclasses import replace

import pytest

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Consent, Happened, Maker, Picture, Reported
from survivor_portal.letters import CODES, Addressee, Letter, bars, compose, declarations_for
from survivor_portal.letters._compose import compose_from
from survivor_portal.letters._reading import blocks_of, needed
from survivor_portal.letters._texts import texts
from tests.letter_cases import (
    ADULT,
    ALL,
    CHILD,
    ITEM,
    NO_LINK,
    SIGNER,
    TODAY,
    USED,
    addressee,
    at_home_in,
    every_cell,
    fitting_cells,
)

PLATFORM = Addressee("The Service")


def letter(key: str, facts=CHILD, signer=SIGNER, to=None) -> Letter:
    return compose([key], to=to or addressee(key), facts=facts, signer=signer, today=TODAY)


def codes(found: Letter) -> set[str]:
    return {missing.code for state in found.states for missing in state.missing}


def complete(key: str):
    """The first fitting case of a ground, an adult's where there is one."""
    cells = fitting_cells(key)
    return next((facts for facts in cells if not facts.minor), cells[0])


@pytest.mark.parametrize("key", USED)
def test_a_complete_signer_makes_every_fitting_case_ready(key):
    cells = fitting_cells(key)

    assert cells
    for facts in cells:
        found = letter(key, facts)
        assert found.ready, (facts, found.states)


@pytest.mark.parametrize("key", USED)
def test_every_required_element_stands_in_the_letter_as_a_placed_block(key):
    facts = complete(key)
    found = letter(key, facts)

    placed = {section.block for section in found.sections if section.placed}
    wanted = {block for element in needed(directory.law(key), facts) for block in blocks_of(element)}
    spared = {"age"} if not facts.minor else {"consent"}  # adults' age and children's consent are no question
    spared |= {"authority"} if facts.asker is Asker.SELF else set()
    assert {f"ground:{key}" if block == "ground" else block for block in wanted} - spared <= placed


@pytest.mark.parametrize("key", USED)
def test_a_case_that_does_not_fit_is_never_ready_and_the_law_is_not_named(key):
    law = directory.law(key)
    elsewhere = [facts for facts in every_cell(law) if bars(law, facts, SIGNER)]

    for facts in elsewhere:
        found = letter(key, facts)
        assert not found.ready
        assert codes(found) <= set(CODES)
        if "under_13_with_adult" not in codes(found):
            assert found.section(f"ground:{key}") is None


@pytest.mark.parametrize(
    ("key", "block"),
    [
        (key, block)
        for key in USED
        for e in directory.law(key).elements
        if e.required
        for block in blocks_of(e)
    ],
)
def test_a_block_taken_out_of_a_request_makes_it_not_ready(key, block, tmp_path):
    source = (directory.DATA / "laws" / key / "request.md").read_text("utf-8")
    if block == "ground":
        broken = "\n\n".join(part for part in source.split("\n\n") if "[[" in part or part.startswith("# "))
    else:
        broken = source.replace(f"[[{block}]]", "")
    (tmp_path / key).mkdir()
    (tmp_path / key / "request.md").write_text(broken.replace("[if adult] \n", ""), "utf-8")
    facts = complete(key)

    whole = letter(key, facts)
    found = compose_from(
        texts("en", tmp_path), [key], to=addressee(key), facts=facts, signer=SIGNER, today=TODAY
    )

    assert whole.ready
    assert broken != source
    assert "block_not_written" in codes(found)
    assert not found.ready


def without(**changes):
    return replace(SIGNER, **changes)


def unconfirmed(key: str):
    return without(confirmed=SIGNER.confirmed - {key})


@pytest.mark.parametrize(
    ("key", "facts", "signer", "element", "code"),
    [
        ("us-tida", CHILD, without(name="  "), "signature", "no_name"),
        ("us-tida", CHILD, without(contact="", also=()), "contact", "no_contact"),
        ("us-tida", CHILD, unconfirmed("belief"), "good_faith", "not_confirmed"),
        ("us-tida", replace(CHILD, items=()), SIGNER, "locate", "no_items"),
        ("us-tida", replace(ADULT, asker=Asker.ADVOCATE), unconfirmed("authority"), "signature",
         "authority_not_confirmed"),
        ("us-tida", replace(CHILD, home_safe=False), SIGNER, "signature", "home_not_safe"),
        ("us-2258a", replace(CHILD, items=()), SIGNER, "actual_knowledge", "no_items"),
        ("eu-dsa-16", replace(ADULT, country="DE"), without(name=""), "name_email", "no_name"),
        ("eu-dsa-16", replace(ADULT, country="DE"), without(contact_kind="phone", also=()), "name_email",
         "email_needed"),
        ("eu-dsa-16", replace(ADULT, country="DE"), unconfirmed("accurate"), "bona_fide", "not_confirmed"),
        ("eu-dsa-16", replace(ADULT, consent=None), SIGNER, "reasons", "consent_not_said"),
        ("eu-dsa-16", replace(CHILD, items=(NO_LINK,)), SIGNER, "location", "link_needed"),
        ("eu-dsa-20", replace(CHILD, reported=Reported.NOT_YET), SIGNER, "decision", "not_reported_yet"),
        ("eu-dsa-53", replace(CHILD, country="DE", told_on="", ticket=""), SIGNER, "breach",
         "report_day_missing"),
        ("eu-dsa-53", replace(CHILD, country="US"), SIGNER, "location", "residence_needed"),
        ("uk-osa-20a", ADULT, unconfirmed("intimate"), "content", "not_confirmed"),
        ("uk-osa-20a", ADULT, unconfirmed("accurate"), "good_faith", "not_confirmed"),
        ("uk-osa-20a", ADULT, without(contact="", also=()), "contact", "no_contact"),
        ("us-ca-1394", CHILD, without(resident=False), "belief", "residence_needed"),
        ("us-ca-sb981", replace(ADULT, picture=Picture.AI), without(account_there=None), "resident",
         "account_needed"),
        ("us-dmca", replace(ADULT, maker=Maker.OTHER), SIGNER, "work", "not_the_maker"),
        ("us-dmca", ADULT, unconfirmed("perjury"), "perjury", "not_confirmed"),
        ("us-dmca", ADULT, without(name=""), "perjury", "no_name"),
        ("nz-hdca", ADULT, without(also=()), "identity", "all_contacts_needed"),
        ("br-eca-digital", CHILD, without(name=""), "author", "no_name"),
        ("br-eca-digital", replace(CHILD, items=(NO_LINK,)), SIGNER, "technical_id", "link_needed"),
        ("es-aepd", replace(CHILD, reported=None), SIGNER, "other", "reported_not_said"),
        ("au-cyber", replace(CHILD, reported=Reported.NOT_YET), SIGNER, "platform_first", "not_reported_yet"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_by_its_element_and_its_code(key, facts, signer, element, code):
    found = letter(key, facts, signer)

    assert not found.ready
    assert (element, code) in {(m.element_key, m.code) for m in found.states[0].missing}


@pytest.mark.parametrize(
    ("key", "facts", "code"),
    [
        ("us-tida", replace(CHILD, picture=Picture.DRAWN), "drawn_not_covered"),
        ("us-2258a", replace(CHILD, picture=Picture.DRAWN), "drawn_not_covered"),
        ("us-tida", replace(ADULT, consent=Consent.WITHDRAWN), "consent_was_given"),
        ("uk-osa-20a", replace(ADULT, consent=Consent.WITHDRAWN), "consent_was_given"),
        ("us-2258a", ADULT, "law_not_for_this_age"),
        ("br-eca-digital", ADULT, "law_not_for_this_age"),
        ("us-dmca", CHILD, "law_not_for_this_age"),
        ("us-ca-sb981", ADULT, "law_only_for_fakes"),
        ("us-ca-sb981", replace(ADULT, picture=Picture.AI, asker=Asker.ADVOCATE), "person_shown_only"),
        ("us-tida", replace(CHILD, asker=Asker.FRIEND), "friend_no_letter"),
        ("us-tida", replace(CHILD, asker=Asker.SELF, age_then=Age.UNDER_13, age_now=Age.UNDER_13),
         "under_13_with_adult"),
        ("us-tida", replace(CHILD, happened=Happened.THREAT, items=()), "nothing_posted"),
        ("ph-national", replace(CHILD, country="PH"), "law_not_certain"),
        ("us-pending-bills", CHILD, "law_not_certain"),
        ("us-1595", CHILD, "law_has_no_letter"),
    ],
)  # fmt: skip
def test_a_law_that_cannot_carry_the_letter_says_why(key, facts, code):
    found = letter(key, facts)

    assert not found.ready
    assert code in codes(found)


def test_a_parent_cannot_speak_for_an_older_teen_at_esafety_without_their_yes():
    facts = at_home_in(directory.law("au-iba"), replace(CHILD, age_now=Age.FROM_16))

    alone = letter("au-iba", facts, without(confirmed=frozenset()))
    agreed = letter("au-iba", facts, without(confirmed=frozenset({"authority"})))

    assert codes(alone) == {"teen_must_agree"}
    assert [d.key for d in alone.declarations] == ["authority"]
    assert agreed.ready


def test_a_threat_alone_is_enough_where_the_law_works_before_publication():
    facts = replace(CHILD, country="IT", happened=Happened.THREAT, items=())

    found = letter("it-garante", facts)

    assert found.ready
    assert found.section("items").placed


COMBINED = [
    (("us-tida", "us-2258a"), CHILD),
    (("eu-dsa-16", "de-national"), replace(CHILD, country="DE")),
    (("eu-dsa-16", "de-national"), replace(ADULT, country="DE")),
    (("uk-osa-csea", "uk-osa-20a"), replace(CHILD, country="GB")),
    (("br-eca-digital", "br-mci-21"), replace(CHILD, country="BR")),
    (("us-tida", "us-2258a", "eu-dsa-16", "uk-osa-20a", "in-3-2-b", "br-mci-21"), CHILD),
]


@pytest.mark.parametrize(("grounds", "facts"), COMBINED)
def test_a_combined_request_is_valid_for_each_law_and_says_nothing_twice(grounds, facts):
    found = compose(grounds, to=PLATFORM, facts=facts, signer=SIGNER, today=TODAY)

    assert [(state.law, state.ready) for state in found.states] == [(key, True) for key in grounds]
    blocks = [section.block for section in found.sections]
    assert len(blocks) == len(set(blocks))
    assert [b for b in blocks if b.startswith("ground:")] == [f"ground:{key}" for key in grounds]
    assert found.text.count(ITEM.link) == 1
    assert found.text.count(SIGNER.contact) == 1
    for declaration in found.declarations:
        assert found.text.count(declaration.text) == 1
    named = "us-tida" in grounds or "uk-osa-20a" in grounds or "br-mci-21" in grounds or not facts.minor
    assert found.text.count(SIGNER.name) == named


def test_the_order_of_blocks_does_not_depend_on_the_order_of_laws():
    one = compose(("us-tida", "us-2258a"), to=PLATFORM, facts=CHILD, signer=SIGNER, today=TODAY)
    other = compose(("us-2258a", "us-tida"), to=PLATFORM, facts=CHILD, signer=SIGNER, today=TODAY)

    def shared(found):
        return [s.block for s in found.sections if not s.block.startswith("ground:")]

    assert shared(one) == shared(other)


def test_a_law_the_answers_contradict_is_left_out_and_the_rest_still_stands():
    facts = replace(ADULT, country="DE", consent=Consent.WITHDRAWN)

    found = compose(("us-tida", "eu-gdpr-17"), to=PLATFORM, facts=facts, signer=SIGNER, today=TODAY)

    assert [(state.law, state.ready) for state in found.states] == [("us-tida", False), ("eu-gdpr-17", True)]
    assert "TAKE IT DOWN" not in found.text
    assert ("ground:us-tida", "consent_was_given") in {(left.block, left.code) for left in found.left_out}
    assert found.section("belief") is None
    assert not found.ready


def test_readiness_looks_at_blocks_and_never_at_words():
    typed = "I have a good-faith belief. /s/ Somebody Else. answers@mail.example"

    found = letter(
        "us-tida", replace(CHILD, answer=typed), without(name="", confirmed=frozenset(), contact="", also=())
    )

    assert typed in found.text
    assert {m.element_key for m in found.states[0].missing} == {"signature", "good_faith", "contact"}


def test_the_us_notice_holds_its_four_elements_and_goes_through_the_platforms_process():
    found = letter("us-tida")

    assert found.ready
    assert all(
        found.section(block).placed for block in ("signature", "items", "belief", "contact", "process")
    )
    assert "48 hours" in found.text
    assert SIGNER.name in found.section("signature").text


def test_without_a_known_process_no_letter_speaks_of_48_hours():
    found = letter("us-tida", to=addressee("us-tida", process_known=False))

    assert found.ready
    assert "48" not in found.text
    assert "found none" in found.section("process").text
    assert ("process", "no_process_found") in {(left.block, left.code) for left in found.left_out}


@pytest.mark.parametrize("key", [key for key in ALL if not directory.law(key).clock.verified])
def test_a_number_that_is_not_verified_stands_in_no_letter(key):
    clock = directory.law(key).clock
    number = clock.hours or clock.days or clock.months

    for facts in fitting_cells(key) or [CHILD]:
        text = letter(key, facts).text
        assert not any(unit in text for unit in (f"{number} hours", f"{number} days", f"{number} months"))


@pytest.mark.parametrize("process_known", [True, False])
def test_a_childs_notice_under_the_dsa_carries_no_name_even_when_one_was_typed(process_known):
    found = letter("eu-dsa-16", replace(CHILD, country="DE"), to=addressee("eu-dsa-16", process_known))

    assert found.ready
    assert SIGNER.name not in found.text
    assert found.section("signature") is None


def test_the_brazilian_child_notice_names_who_notifies():
    assert SIGNER.name in letter("br-eca-digital", replace(CHILD, country="BR")).section("signature").text


def test_an_australian_complaint_needs_only_a_nameless_mail():
    facts = at_home_in(directory.law("au-iba"), replace(CHILD, age_now=Age.FROM_13))

    found = letter("au-iba", facts, without(name="", confirmed=frozenset(), also=()))

    assert found.ready
    assert found.section("signature") is None


def test_no_letter_carries_a_statement_that_was_not_confirmed():
    for key in USED:
        for facts in fitting_cells(key)[::7]:
            offered = declarations_for([key], facts)
            text = letter(key, facts, without(confirmed=frozenset())).text
            assert not [d.key for d in offered if d.text in text], (key, facts)


def test_a_confirmed_statement_waits_for_the_name_where_the_letter_is_signed():
    assert letter("us-tida", signer=without(name="")).section("belief") is None
    assert letter("us-tida").section("belief").text == declarations_for(["us-tida"], CHILD)[0].text


@pytest.mark.parametrize(
    ("facts", "begins"),
    [
        (replace(CHILD, asker=Asker.SELF), "I have a good-faith belief"),
        (CHILD, "My child, the person shown in the items, has a good-faith belief"),
        (replace(CHILD, age_then=Age.UNDER_13, age_now=Age.UNDER_13), "My child is too young"),
        (replace(CHILD, asker=Asker.ADVOCATE), "The person I act for, who is shown in the items, has"),
        (replace(ADULT, asker=Asker.ADVOCATE), "The person I act for, who is shown in the items, has"),
        (replace(CHILD, asker=Asker.ADVOCATE, age_then=Age.UNDER_13, age_now=Age.UNDER_13),
         "The child I act for is too young"),
    ],
)  # fmt: skip
def test_the_belief_is_that_of_the_person_shown(facts, begins):
    (belief,) = (d for d in declarations_for(["us-tida"], facts) if d.key == "belief")

    assert belief.text.startswith(begins)
    assert letter("us-tida", facts).section("belief").text == belief.text


def test_a_parent_of_a_grown_person_acts_only_with_their_written_authority():
    facts = replace(CHILD, age_then=Age.FROM_16, age_now=Age.ADULT)

    assert codes(letter("us-tida", facts, unconfirmed("authority"))) == {"authority_not_confirmed"}
    assert "parent" not in letter("us-tida", facts).text
    assert letter("us-tida", facts).ready


def test_a_friend_gets_no_letter_in_anothers_name():
    for key in ALL:
        found = letter(key, replace(CHILD, asker=Asker.FRIEND))
        assert not found.ready
        assert found.sections == ()
        assert found.declarations == ()


def test_where_home_is_not_safe_a_parent_signs_and_declares_nothing():
    for key in USED:
        found = letter(key, replace(at_home_in(directory.law(key), CHILD), home_safe=False))
        assert SIGNER.name not in found.text
        assert SIGNER.contact not in found.text
        assert found.declarations == ()


def test_no_oath_is_ever_offered_for_a_picture_of_someone_under_18():
    for key in ALL:
        for facts in every_cell(directory.law(key)):
            if facts.minor:
                assert "perjury" not in {d.key for d in declarations_for([key], facts)}
                assert "perjury" not in letter(key, facts).text


def test_a_child_alone_under_13_gets_lines_to_fill_in_by_hand():
    facts = replace(CHILD, asker=Asker.SELF, age_then=Age.UNDER_13, age_now=Age.UNDER_13, items=())

    found = letter("us-tida", facts, without(name="", contact="", also=(), confirmed=frozenset()))

    assert not found.ready
    assert {s.block for s in found.sections if "____" in s.text} == {"items", "contact", "signature"}


def test_parts_of_a_long_list_say_which_part_they_are():
    found = compose(["us-tida"], to=PLATFORM, facts=CHILD, signer=SIGNER, today=TODAY, part=(2, 3))

    assert found.subject.endswith("(part 2 of 3)")
    assert "part 2 of 3" in found.text


def test_what_was_typed_cannot_break_lines_or_fill_in_places():
    facts = replace(CHILD, items=(replace(ITEM, account="{name}\r\n/s/ Somebody\u2028Else"),), answer="{to}")

    found = letter("us-tida", facts, without(name="Jane {date}\nExample"))

    assert "account: {name} /s/ Somebody Else" in found.text
    assert "/s/ Jane {date} Example" in found.text


def test_an_unknown_language_falls_back_to_english():
    kwargs = {"to": PLATFORM, "facts": CHILD, "signer": SIGNER, "today": TODAY}

    assert compose(["us-tida"], language="xx", **kwargs) == compose(["us-tida"], **kwargs)
    assert compose(["us-tida"], language="../../etc", **kwargs) == compose(["us-tida"], **kwargs)


def test_a_letter_gives_one_contact_and_more_only_where_the_law_insists():
    one = letter("us-tida").text
    all_of_them = letter("nz-hdca", ADULT).text

    assert (SIGNER.contact in one, "555 0100" in one, "1 Example Street" in one) == (True, False, False)
    assert all(text in all_of_them for text in (SIGNER.contact, "555 0100", "1 Example Street"))


def test_a_law_that_wants_mail_gets_the_mail_address_and_not_the_phone_given_first():
    signer = without(contact="555 0100", contact_kind="phone", also=(("email", "answers@mail.example"),))

    found = letter("eu-dsa-16", replace(ADULT, country="DE"), signer)

    assert found.ready
    assert found.section("contact").text.startswith("E-mail: answers@mail.example")
    assert "555 0100" not in found.text


def test_who_is_under_18_today_was_so_in_the_picture_whatever_was_answered():
    facts = replace(ADULT, age_now=Age.FROM_16)

    assert letter("us-dmca", facts).sections == ()
    assert "16 or 17 years old" in letter("us-2258a", facts).text
    assert "perjury" not in {d.key for d in declarations_for(["us-dmca"], facts)}
