"""Form sheets: each field of a form answered from the letter, in the form's order."""

from dataclasses import replace

import pytest

from survivor_portal import directory
from survivor_portal.directory import Answer, Ask, Asked, Asker, Channel, Confidence, Method, Purpose, Subject
from survivor_portal.letters import Addressee, FormField, compose, form_sheet
from tests.letter_cases import ADULT, CHILD, ITEM, NO_LINK, SIGNER, TODAY

EVERYTHING = tuple(Asked(what, f"their word for {what}") for what in Ask)


def channel(*asked: Asked) -> Channel:
    return Channel(
        key="ncii-1",
        purpose=Purpose.NCII,
        subject=Subject.ANY,
        method=Method.WEB_FORM,
        address="https://social.example/form",
        account_needed=Answer.NO,
        representative_ok=Answer.YES,
        asks_for=asked,
        confidence=Confidence.HIGH,
        source="https://social.example/help",
    )


def fields(grounds=("us-tida",), facts=CHILD, signer=SIGNER) -> dict[Ask, FormField]:
    letter = compose(grounds, to=Addressee("Social"), facts=facts, signer=signer, today=TODAY)
    return {f.what: f for f in form_sheet(channel(*EVERYTHING), letter, facts=facts, signer=signer).fields}


def test_every_kind_of_field_has_an_answer_or_a_sentence():
    for field in fields().values():
        assert field.answer or field.note_code, field


def test_the_sheet_follows_the_form_and_keeps_its_words():
    asked = (Asked(Ask.SIGNATURE, "sign here"), Asked(Ask.LINKS, "links"), Asked(Ask.LINKS, "links again"))
    letter = compose(["us-tida"], to=Addressee("Social"), facts=CHILD, signer=SIGNER, today=TODAY)

    sheet = form_sheet(channel(*asked), letter, facts=CHILD, signer=SIGNER)

    assert [f.words for f in sheet.fields] == ["sign here", "links", "links again"]


def test_links_stand_one_in_a_line_and_places_stand_for_those_without():
    facts = replace(CHILD, items=(ITEM, replace(ITEM, number=2, link="https://social.example/2"), NO_LINK))

    assert fields(facts=facts)[Ask.LINKS].answer.splitlines() == [
        "https://social.example/post/4711",
        "https://social.example/2",
        "@account; a private message; 3 November 2026",
    ]


def test_statements_are_the_letters_own_words():
    letter = compose(["us-tida", "uk-osa-20a"], to=Addressee("S"), facts=CHILD, signer=SIGNER, today=TODAY)
    found = fields(("us-tida", "uk-osa-20a"))

    assert found[Ask.NO_CONSENT].answer == letter.section("belief").text
    assert found[Ask.ACCURACY].answer == letter.section("accurate").text
    assert found[Ask.SIGNATURE].answer == letter.section("signature").text
    assert found[Ask.AGE].answer == letter.section("age").text


@pytest.mark.parametrize(
    ("what", "code"),
    [(Ask.GOOD_FAITH, "not_confirmed"), (Ask.ACCURACY, "not_confirmed"), (Ask.SIGNATURE, "no_name")],
)
def test_an_unconfirmed_statement_is_missing_on_the_sheet_too(what, code):
    signer = replace(SIGNER, confirmed=frozenset(), name="")

    field = fields(("uk-osa-20a",), ADULT, signer)[what]

    assert (field.answer, field.missing, field.note_code) == ("", True, code)


def test_no_consent_falls_back_to_what_was_answered_when_nothing_was_declared():
    field = fields(("uk-osa-20a",), ADULT, replace(SIGNER, confirmed=frozenset()))[Ask.NO_CONSENT]

    assert field.answer == "I did not agree to the items being shown to others."


def test_no_sheet_hands_out_an_identity_document_a_face_or_the_picture():
    for facts in (CHILD, ADULT):
        found = fields(facts=facts)
        assert [found[what].answer for what in (Ask.IDENTITY_PROOF, Ask.FACE_PICTURE, Ask.EVIDENCE)] == [
            ""
        ] * 3
    assert fields()[Ask.IDENTITY_PROOF].note_code == "sheet_identity_minor"
    assert fields(facts=ADULT)[Ask.IDENTITY_PROOF].note_code == "sheet_identity_proof"


def test_no_oath_is_asked_of_anyone_for_a_childs_picture():
    field = fields()[Ask.PERJURY]

    assert (field.answer, field.missing, field.note_code) == ("", False, "never_for_minors")


def test_an_oath_stands_on_the_sheet_only_when_it_was_sworn():
    sworn = fields(("us-dmca",), ADULT)[Ask.PERJURY]
    unsworn = fields(("us-dmca",), ADULT, replace(SIGNER, confirmed=frozenset()))[Ask.PERJURY]

    assert "penalty of perjury" in sworn.answer
    assert (unsworn.answer, unsworn.missing) == ("", True)


def test_a_letter_without_a_name_makes_a_sheet_without_a_name():
    found = fields(("eu-dsa-16",), replace(CHILD, country="DE"))

    assert SIGNER.name not in " ".join(f.answer for f in found.values())
    assert found[Ask.NAME].note_code == "name_not_needed"


def test_a_host_form_gets_the_domain_and_the_country_in_words():
    found = fields()

    assert found[Ask.DOMAIN].answer == "social.example"
    assert found[Ask.COUNTRY].answer == next(c.name for c in directory.countries() if c.code == "US")


def test_an_advocates_sheet_shows_the_authority_only_after_it_was_confirmed():
    facts = replace(CHILD, asker=Asker.ADVOCATE)

    with_it = fields(("uk-osa-20a",), facts)[Ask.AUTHORITY]
    without = fields(("uk-osa-20a",), facts, replace(SIGNER, confirmed=frozenset()))[Ask.AUTHORITY]

    assert "in writing" in with_it.answer
    assert (without.answer, without.note_code) == ("", "not_confirmed")
