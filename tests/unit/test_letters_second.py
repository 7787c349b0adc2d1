"""The letters after the first one: what each holds, when it is ready, and what it never says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Consent, Maker, Picture, Reported
from survivor_portal.letters import (
    CODES,
    Addressee,
    History,
    Item,
    Letter,
    SecondKind,
    complaints_for,
    second_letter,
)
from survivor_portal.letters._complaints import asked_of_platforms
from survivor_portal.letters._reading import bars
from survivor_portal.letters._second import TO_PLATFORM
from survivor_portal.letters._second_blocks import ANSWERED_REMARKS
from tests.letter_cases import ADULT, ALL, CHILD, ITEM, SIGNER, TODAY, USED, at_home_in

# The answer this project began with.
NO = (
    "Thanks for reaching out. We've reviewed the content, and didn't find a violation of our policies, so no "
    "action will be taken at this time. If you believe there's a potential copyright infringement, please "
    "start a new report. If the content is hosted on a third-party website, you'll need to contact that "
    "website's support team to report it."
)
SENT = datetime(2026, 11, 19, 9, 5, tzinfo=timezone(timedelta(hours=-8)))
REFUSED = History(
    sent_at=SENT,
    received_at=SENT,
    channel="their form for children",
    ticket="0456",
    reply_text=NO,
    replied_at=datetime(2026, 11, 21, 20, 0, tzinfo=UTC),
    outcome=Reported.REFUSED,
    remarks=("redirected_to_copyright", "redirected_to_third_party"),
    report_numbers=(("hotline", "H-77"), ("police", "P-5")),
    spread=((1, "167,000 views, 2,223 reposts"),),
)
SILENT = History(
    sent_at=SENT, received_at=SENT, channel="e-mail", ticket="0456", report_numbers=(("hotline", "H-77"),)
)
OTHER = Item(2, "https://social.example/post/4712", "Social")
US_CHILD = ("us-tida", "us-2258a")
BLANK = "____"


def written(
    kind, grounds=US_CHILD, facts=CHILD, history=REFUSED, signer=SIGNER, process=True, **more
) -> Letter:
    to = Addressee(
        "The Service" if kind in TO_PLATFORM or kind == "again" else "The Desk",
        "platform" if kind in TO_PLATFORM or kind == "again" else "authority",
        process_known=process,
    )
    return second_letter(
        kind, grounds, to=to, facts=facts, signer=signer, history=history, today=TODAY, **more
    )


def codes(letter: Letter) -> set[str]:
    return {missing.code for state in letter.states for missing in state.missing} | {
        left.code for left in letter.left_out
    }


# --- J3: the refusal -------------------------------------------------------------------------------------

AFTER_A_REFUSAL = ("hotline_supplement", "answer", "appeal", "regulator", "investigator", "lawyer")


@pytest.mark.parametrize("kind", AFTER_A_REFUSAL)
def test_after_the_refusal_all_six_letters_are_written_and_none_asks_for_anything_given(kind):
    found = written(kind)

    assert found.ready
    assert found.left_out == ()
    assert BLANK not in found.text
    assert NO in found.text
    for known in ("19 November 2026, 17:05 UTC (09:05, UTC-08:00)", "21 November 2026, 20:00 UTC", "0456"):
        assert known in found.text
    assert ITEM.link in found.text
    assert not found.declarations


def test_the_answer_to_the_refusal_names_each_element_and_its_place():
    found = written("answer")

    assert "This is a legal request, not a policy report." in found.text
    elements = found.section("elements").text
    for line in (
        '- a signature (223a(a)(1)(B)(i)): under "Signature".',
        '- where each item is (223a(a)(1)(B)(ii)): under "Items".',
        '- the statement of good faith (223a(a)(1)(B)(iii)): under "Statement of good faith".',
        '- a way to reach me (223a(a)(1)(B)(iv)): under "Contact".',
    ):
        assert line in elements
    assert elements.endswith(
        "Which of these do you say is missing? Please name it. If none is, please act on the request."
    )
    assert "actual knowledge" in found.section("known").text
    assert "reported them to NCMEC" in found.section("known").text
    assert "This is not a copyright claim." in found.section("remarks").text
    assert "be it a copy, a preview or a link" in found.section("remarks").text


def test_the_complaint_holds_dates_number_receipt_words_elements_spread_and_what_is_still_up():
    found = written("regulator")

    assert found.subject == "Complaint under the TAKE IT DOWN Act"
    assert "refused a removal request that holds each element" in found.text
    record = found.section("breach").text
    for line in (
        "1. Request sent: 19 November 2026",
        "2. Sent through: their form for children.",
        "3. Number the platform gave to it: 0456.",
        "4. Receipt proven: 19 November 2026, 17:05 UTC",
        "5. The request was refused.",
        "6. The answer of 21 November 2026, 20:00 UTC, word for word:",
        "7. The platform pointed to a copyright report.",
        "9. Still up, as far as I have been told. Numbers in the list: 1.",
    ):
        assert line in record
    assert "a signature" in found.section("satisfied").text
    assert "Item 1: 167,000 views, 2,223 reposts" in found.section("spread").text
    assert "us-2258a" not in [state.law for state in found.states]


def test_the_supplement_gives_the_earlier_number_and_asks_the_hotline_to_check():
    found = written("hotline_supplement")

    assert "Report to a hotline, number: H-77" in found.text
    assert "Please check whether the items" in found.text
    assert "nobody on our side opens a link" in found.text
    assert found.section("signature") is None
    assert SIGNER.name not in found.text


def test_the_investigator_is_asked_for_preservation_and_direct_contact():
    found = written("investigator")

    assert "18 U.S.C. 2703(f)" in found.text
    assert "write to the service yourself" in found.text
    assert "Report to the police, number: P-5" in found.text


def test_the_lawyer_gets_the_timeline_the_grounds_and_questions():
    found = written("lawyer", facts=replace(CHILD, forced=True, maker=Maker.SHOWN))

    assert "- TAKE IT DOWN Act, 47 U.S.C. 223a" in found.section("grounds").text
    questions = found.section("questions").text
    for words in ("Doe v. Twitter", "18 U.S.C. 2255", "18 U.S.C. 1595", "before speaking to the police"):
        assert words in questions
    assert "2255" not in written("lawyer", ("uk-osa-20a",), ADULT).text
    assert "15 U.S.C. 6851" in written("lawyer", ("us-tida",), ADULT).section("questions").text


def test_spread_and_report_numbers_never_reach_the_platform():
    for kind in (*TO_PLATFORM, "again"):
        text = written(kind, history=replace(REFUSED, removed_items=(9,))).text
        assert "167,000" not in text
        assert "H-77" not in text
        assert "P-5" not in text


# --- Nobody looks ----------------------------------------------------------------------------------------

LOOKS = re.compile(
    r"\b(?:looks?|looking|opens?|opening|finds?|finding|counts?|counting|views?|watch|watching|visit|click|"
    r"scroll|search|checks?|checking|screenshots?|download)\b",
    re.IGNORECASE,
)
NEVER = re.compile(r"\b(?:do not|never|nobody|without)\b", re.IGNORECASE)
# Read one by one: what a platform or a hotline's trained staff has to do itself, and what asks for nothing.
READ = {
    "- Please find and remove identical copies on your service as well, wherever they are.",
    "In the same time you have to look, with reasonable effort, for known identical copies and to remove "
    "them too.",
    "In my view the time of the Act has run since the request reached you.",
    "It does not wait for a finding under your own policies.",
    "Please block the items from being seen while you look at this report, confirm receipt in writing, keep "
    "me informed in writing, and send the final decision in writing.",
    "Please check whether the items and copies of them are still up:",  # the hotline's staff
    "Please check whether the items and copies of them are gone:",  # the same
    "The Act asks for a signature, a way to find each item, a statement of good faith and a way to reach me, "
    "all in writing.",
    "The Act asks for a signature, a way to find each item, the statement of good faith and a way to reach "
    "me.",
    "The time of the Act is counted in hours; weekends and holidays count.",
    "Weekends and holidays count.",
    "Where you are a search engine, please remove the items from the results for the name of the person "
    "shown.",
}


@pytest.mark.parametrize("kind", SecondKind)
def test_no_letter_about_a_child_asks_anybody_to_look(kind):
    history = replace(
        REFUSED, remarks=ANSWERED_REMARKS, removed_items=(2,), spread=(), reply_text="No.", late_since=SENT
    )
    found = set()
    for key in (key for key in USED if asked_of_platforms(directory.law(key))):
        for age in (Age.FROM_13, Age.NOT_SURE):
            facts = at_home_in(directory.law(key), replace(CHILD, age_then=age, items=(ITEM, OTHER)))
            for complaint in complaints_for((key,), facts) or ("us-tida",):
                text = written(kind, (key, "us-2258a"), facts, history, complaint=complaint).text
                found |= {line for line in re.split(r"(?<=[.?!:])\s+|\n", text) if LOOKS.search(line)}

    assert {line for line in found if not NEVER.search(line)} <= READ


# --- Every kind, child and adult -------------------------------------------------------------------------

PLATFORM_GROUNDS = [key for key in USED if asked_of_platforms(directory.law(key))]


def fitting(key: str):
    law = directory.law(key)
    for base in (CHILD, ADULT):
        for picture in (Picture.REAL, Picture.AI):
            facts = at_home_in(law, replace(base, picture=picture, items=(ITEM, OTHER)))
            if not bars(law, facts, SIGNER):
                yield facts


@pytest.mark.parametrize("key", PLATFORM_GROUNDS)
@pytest.mark.parametrize("kind", ["reminder", "answer", "partly", "appeal", "again"])
def test_every_ground_that_binds_a_platform_has_its_later_letters(kind, key):
    history = replace(REFUSED, removed_items=() if kind == "again" else (2,))
    cells = list(fitting(key))

    assert cells
    for facts in cells:
        found = written(kind, (key,), facts, history)
        assert found.ready, (facts, found.states, found.left_out)
        assert ITEM.link in found.text
        assert BLANK not in found.text
        assert (OTHER.link in found.text) == (kind == "again")
        for text in (section.text for section in found.sections):
            assert "{" not in text


@pytest.mark.parametrize("key", [key for key in ALL if not asked_of_platforms(directory.law(key))])
@pytest.mark.parametrize("kind", ["reminder", "answer", "partly"])
def test_a_law_that_binds_no_platform_is_in_no_letter_to_one(kind, key):
    facts = at_home_in(directory.law(key), CHILD)

    found = written(kind, (key, "us-2258a"), facts)

    assert not found.ready
    assert "law_not_for_platform" in {m.code for m in found.states[0].missing}
    assert f"ground:{key}" not in {section.block for section in found.sections}
    assert written(kind, (key,), facts).sections == ()


COMPLAINTS = [
    (US_CHILD, "US", CHILD, "us-tida"),
    (("us-tida",), "US", ADULT, "us-tida"),
    (("uk-osa-csea", "uk-osa-20a"), "GB", CHILD, "uk-osa-csea"),
    (("uk-osa-csea", "uk-osa-20a"), "GB", ADULT, "uk-osa-20a"),
    (("uk-osa-20a",), "GB", CHILD, "uk-osa-20a"),
    (("eu-dsa-16", "de-national"), "DE", CHILD, "eu-dsa-53"),
    (("eu-dsa-16", "de-national"), "DE", ADULT, "eu-dsa-53"),
    (("eu-dsa-16",), "IE", CHILD, "ie-national"),
    (("eu-dsa-16",), "IE", ADULT, "ie-national"),
    (("in-3-2-b",), "IN", CHILD, "in-3-2-b"),
    (("in-3-2-b",), "IN", ADULT, "in-3-2-b"),
    (("au-iba",), "AU", CHILD, "au-iba"),
    (("au-iba",), "AU", ADULT, "au-iba"),
    (("au-class1",), "AU", CHILD, "au-class1"),
    (("jp-national",), "JP", ADULT, "jp-national"),
]


@pytest.mark.parametrize(("grounds", "country", "base", "desk"), COMPLAINTS)
def test_a_refusal_has_a_complaint_in_every_place(grounds, country, base, desk):
    facts = replace(base, country=country, region="")

    found = written("regulator", grounds, facts)

    assert complaints_for(grounds, facts) == (desk,)
    assert found.ready, (found.states, found.left_out)
    assert found.states[0].law == desk
    assert BLANK not in found.text
    for known in (NO, "0456", "Social", "19 November 2026", ITEM.link, "167,000 views"):
        assert known in found.text


def test_two_grounds_of_one_desk_make_one_complaint_and_two_desks_two():
    assert complaints_for(("uk-osa-csea", "us-tida", "uk-osa-20a"), CHILD) == ("uk-osa-csea", "us-tida")
    assert complaints_for(("us-2258a",), CHILD) == ()


def test_another_desk_can_be_chosen():
    grounds = ("us-tida", "uk-osa-20a")

    found = written("regulator", grounds, ADULT, complaint="uk-osa-20a")

    assert [state.law for state in found.states] == ["uk-osa-20a"]
    assert "Ofcom does not decide single cases" in found.text
    assert "TAKE IT DOWN" not in found.text


def test_a_complaint_to_the_ftc_without_the_48_hour_request_says_so_and_names_no_hours():
    late = replace(SILENT, late_since=datetime(2026, 11, 21, 17, 5, tzinfo=UTC))

    found = written("regulator", ("us-2258a",), CHILD, late, complaint="us-tida")

    assert found.ready
    assert "No request under section 3 of the Act had been sent" in found.text
    assert "48 hours" not in found.text


def test_a_place_without_words_of_its_own_gets_the_shared_complaint():
    found = written("regulator", ("jp-national",), replace(CHILD, country="JP", region=""))

    assert found.subject == "Complaint about a service"
    assert "days" not in found.text


# --- Clocks ----------------------------------------------------------------------------------------------


def test_the_reminder_names_the_end_of_the_clock():
    before = written(
        "reminder", history=replace(SILENT, received_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    )
    after = written("reminder", history=SILENT)

    assert "48 hours from receipt. This time ends on 23 November 2026, 12:00 UTC." in before.text
    assert "48 hours from receipt. This time ended on 21 November 2026, 17:05 UTC." in after.text
    assert "your number 0456" in after.subject


def test_a_clock_starts_only_at_a_proven_receipt():
    found = written("reminder", history=replace(SILENT, received_at=None))

    assert "48 hours from receipt of the request." in found.text
    assert "ended on" not in found.text
    assert "Please tell me on which day and at what time it reached you." in found.text


@pytest.mark.parametrize("kind", [kind for kind in SecondKind if kind != "again"])
def test_no_number_is_named_where_no_process_was_found(kind):
    late = replace(REFUSED, removed_items=(9,), late_since=datetime(2026, 11, 21, 17, 5, tzinfo=UTC))

    assert "48 hours" not in written(kind, history=late, process=False).text


@pytest.mark.parametrize("kind", SecondKind)
@pytest.mark.parametrize("key", [key for key in PLATFORM_GROUNDS if not directory.law(key).clock.verified])
def test_an_unverified_number_is_in_no_later_letter(kind, key):
    late = replace(REFUSED, removed_items=(9,), late_since=datetime(2026, 11, 21, 17, 5, tzinfo=UTC))

    for facts in fitting(key):
        text = written(kind, (key,), facts, late).text
        assert not re.search(r"\d+ (?:hours|days|months)|one (?:hour|day|month)\b", text)


def test_no_letter_names_an_end_that_is_earlier_than_the_case_counts():
    due = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    assert (
        "This time ends on 24 November 2026, 08:00 UTC."
        in written("reminder", history=replace(SILENT, due_at=due)).text
    )


def test_the_complaint_on_silence_waits_for_the_end_and_for_proof_of_receipt():
    late_since = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)

    early = written("regulator", history=replace(SILENT, received_at=datetime(2026, 11, 22, 8, tzinfo=UTC)))
    unproven = written("regulator", history=replace(SILENT, received_at=None, late_since=late_since))
    late = written("regulator", history=replace(SILENT, late_since=late_since))

    assert not early.ready
    assert "not_due_yet" in codes(early)
    assert not unproven.ready
    assert "receipt_not_proven" in codes(unproven)
    assert "Sent; receipt is not proven." in unproven.text
    assert late.ready
    assert "not removed within 48 hours of receipt" in late.text
    assert "No decision was given." in late.text


def test_the_clock_of_the_first_request_runs_on_for_what_is_left():
    found = written(
        "partly", facts=replace(CHILD, items=(ITEM, OTHER)), history=replace(REFUSED, removed_items=(2,))
    )

    assert "identical copies are outstanding" in found.text
    assert "removed the items with these numbers in my list: 2." in found.text
    assert "The time of the first request runs on." in found.section("clock").text
    assert OTHER.link not in found.text


# --- Back again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "list_of"), [(CHILD, "NCMEC"), (ADULT, "StopNCII")])
def test_what_is_back_is_a_whole_new_request_with_the_old_number(facts, list_of):
    found = written("again", ("us-tida",), facts)

    assert found.ready
    back = found.section("again").text
    assert "Your number for it: 0456." in back
    assert "19 November 2026" in back
    assert list_of in back
    assert "Its time runs from receipt of this letter." in back
    assert found.section("belief").placed
    assert "48 hours from receipt of this request" in found.text
    assert {declaration.key for declaration in found.declarations} >= {"belief"}
    assert found.section("earlier") is None


def test_a_new_request_says_the_statements_only_when_they_were_confirmed_again():
    found = written("again", ("us-tida",), signer=replace(SIGNER, confirmed=frozenset()))

    assert not found.ready
    assert "not_confirmed" in codes(found)


def test_only_what_is_back_is_listed():
    found = written(
        "again", facts=replace(CHILD, items=(ITEM, OTHER)), history=replace(REFUSED, open_items=(2,))
    )

    assert OTHER.link in found.text
    assert ITEM.link not in found.text


# --- Appeal ----------------------------------------------------------------------------------------------


def test_in_the_union_the_appeal_is_the_complaint_of_article_20():
    found = written(
        "appeal", ("eu-dsa-20",), replace(CHILD, country="DE", region="", told_on="", ticket="", answer="")
    )

    assert found.ready
    assert "Article 20 of Regulation (EU) 2022/2065" in found.text
    assert NO in found.text
    assert "0456" in found.text
    assert "19 November 2026" in found.text


# --- Remarks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remark", "words"),
    [
        ("redirected_to_copyright", "No ownership of a picture is needed"),
        ("redirected_to_third_party", "is itself the item of this request"),
        ("redirected_to_form", "pass it on to the team that decides it"),
        ("asks_for_id", "name the rule of law under which this request needs an identity document"),
        ("asks_for_court_order", "None of the laws named here makes a request wait for one."),
        ("asks_for_image", "None will be sent, to anybody."),
        ("asks_for_login", "The request does not depend on it."),
    ],
)
def test_each_remark_has_its_own_answer_and_only_then(remark, words):
    asked = written("answer", history=replace(REFUSED, remarks=(remark,), outcome=Reported.ASKED_MORE))
    other = written("answer", history=replace(REFUSED, remarks=("auto_receipt",)))

    assert asked.ready
    assert words in asked.section("remarks").text
    assert other.section("remarks") is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (CHILD, "No identity document of a child will be sent."),
        (replace(CHILD, asker=Asker.SELF), "No identity document of a child will be sent."),
        (ADULT, "my signed statement that I am the person shown"),
        (replace(ADULT, asker=Asker.ADVOCATE), "I act with written authority"),
    ],
)
def test_instead_of_a_paper_the_answer_offers_what_is_there(facts, words):
    found = written("answer", ("us-tida",), facts, replace(REFUSED, remarks=("asks_for_id",)))

    assert words in found.section("remarks").text
    assert ("No identity document of a child" in found.text) == facts.minor


def test_reasonable_doubt_is_asked_for_only_under_data_law():
    asked = replace(REFUSED, remarks=("asks_for_id",))
    facts = replace(ADULT, country="DE", region="")

    assert "reasonable doubt" in written("answer", ("eu-gdpr-17",), facts, asked).text
    assert "reasonable doubt" not in written("answer", ("eu-dsa-16",), facts, asked).text


def test_the_number_of_the_police_report_is_given_only_when_one_is_asked_for():
    assert "P-5" in written("answer", history=replace(REFUSED, remarks=("asks_for_court_order",))).text
    assert "P-5" not in written("answer").text


# --- What is missing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts", "history", "code"),
    [
        ("answer", CHILD, replace(REFUSED, reply_text=" "), "no_reply"),
        ("appeal", CHILD, replace(REFUSED, reply_text=""), "no_reply"),
        ("answer", CHILD, replace(REFUSED, sent_at=None, ticket=""), "report_day_missing"),
        ("reminder", CHILD, replace(SILENT, sent_at=None, ticket=" "), "report_day_missing"),
        ("again", CHILD, replace(REFUSED, sent_at=None, ticket=""), "report_day_missing"),
        ("regulator", CHILD, replace(REFUSED, sent_at=None, ticket=""), "report_day_missing"),
        ("lawyer", CHILD, replace(REFUSED, sent_at=None, ticket=""), "report_day_missing"),
        ("partly", CHILD, REFUSED, "nothing_removed"),
        ("partly", CHILD, replace(REFUSED, removed_items=(1,)), "no_open_items"),
        ("reminder", CHILD, replace(SILENT, removed_items=(1,)), "no_open_items"),
        ("reminder", replace(CHILD, items=()), SILENT, "no_items"),
        ("regulator", replace(CHILD, items=(replace(ITEM, platform=""),)), REFUSED, "platform_not_named"),
        ("reminder", replace(CHILD, home_safe=False), SILENT, "home_not_safe"),
        ("answer", replace(CHILD, home_safe=False), REFUSED, "home_not_safe"),
        ("answer", replace(CHILD, asker=Asker.SELF, age_then=Age.UNDER_13, age_now=Age.UNDER_13), REFUSED,
         "under_13_with_adult"),
        ("answer", replace(CHILD, asker=Asker.FRIEND), REFUSED, "friend_no_letter"),
        ("lawyer", replace(CHILD, asker=Asker.FRIEND), REFUSED, "friend_no_letter"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_by_its_code(kind, facts, history, code):
    found = written(kind, facts=facts, history=history)

    assert not found.ready
    assert code in codes(found)
    assert codes(found) <= set(CODES)


def test_an_answer_does_not_say_that_an_incomplete_request_was_complete():
    found = written("answer", ("us-tida",), signer=replace(SIGNER, confirmed=frozenset()))

    assert not found.ready
    assert "not_confirmed" in codes(found)
    assert "statement of good faith" not in found.section("elements").text


def test_what_the_answers_contradict_is_named_in_no_later_letter():
    withdrawn = replace(ADULT, consent=Consent.WITHDRAWN, country="DE", region="")

    found = written("answer", ("us-tida", "eu-gdpr-17"), withdrawn)

    assert "TAKE IT DOWN" not in found.text
    assert [state.ready for state in found.states] == [False, True]
    assert written("regulator", ("us-tida",), withdrawn).sections == ()


def test_a_friend_may_add_to_the_report_of_a_hotline():
    found = written("hotline_supplement", facts=replace(CHILD, asker=Asker.FRIEND))

    assert found.ready
    assert found.left_out == ()
    assert SIGNER.contact not in found.text


def test_a_notice_that_named_nobody_stays_without_a_name():
    found = written("answer", ("eu-dsa-16",), replace(CHILD, country="DE", region=""))

    assert found.ready
    assert SIGNER.name not in found.text


def test_rules_of_a_platform_are_not_called_a_law():
    asked = replace(REFUSED, remarks=ANSWERED_REMARKS)

    assert not re.search(r"\b(?:laws?|legal)\b", written("answer", ("intl-fallback",), ADULT, asked).text)
    assert not re.search(r"\b(?:laws?|legal) ", written("reminder", ("intl-fallback",), ADULT, asked).text)


def test_a_moment_without_a_zone_counts_as_utc():
    found = written("reminder", history=replace(SILENT, sent_at=datetime(2026, 11, 19, 9, 5)))  # noqa: DTZ001

    assert "on 19 November 2026, 09:05 UTC." in found.text


def test_a_long_list_says_which_part_it_is():
    assert written("reminder", part=(2, 3)).subject.endswith("(part 2 of 3)")


def test_a_kind_nobody_knows_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="newspaper"):
        written("newspaper")
