"""A pasted answer is read, its deciding words are marked, and the asker's own words decide nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal.replies import LONGEST, Mark, Reading, Remark, ReplyClass, read_reply
from tests.conftest import size
from tests.reply_corpus import Case, corpus

X = (
    "Thanks for reaching out. We've reviewed the content, and didn't find a violation of our policies, so no "
    "action will be taken at this time. If you believe there's a potential copyright infringement, please "
    "start a new report. If the content is hosted on a third-party website, you'll need to contact that "
    "website's support team to report it."
)


def kinds(reading: Reading) -> set[str]:
    return {verdict.kind for verdict in (*reading.classes, *reading.remarks)}


def words(text: str, marks: tuple[Mark, ...]) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize("platform", ["x", None, "no-such-platform"])
def test_the_answer_this_project_began_with_is_a_refusal_with_two_side_doors(platform):
    reading = read_reply(X, platform)

    assert [verdict.kind for verdict in reading.classes] == [ReplyClass.REFUSED]
    assert [verdict.kind for verdict in reading.remarks] == [
        Remark.REDIRECTED_TO_COPYRIGHT,
        Remark.REDIRECTED_TO_THIRD_PARTY,
    ]
    assert reading.language == "en"


def test_the_words_that_decided_are_marked():
    reading = read_reply(X, "x")

    refused = words(X, reading.main.marks)
    copyright_, third_party = (words(X, remark.marks) for remark in reading.remarks)

    assert refused == ["didn't find a violation", "no action will be taken"]
    assert copyright_ == ["copyright infringement, please start a new report"]
    assert third_party == ["is hosted on a third-party website", "contact that website's support team"]


def test_marks_fit_the_text_as_given_and_not_as_folded():
    text = "Straße   –  «ﬁn»\r\n\r\nWe&#39;ve now\n taken  the post\ndown.  ﬁ"

    reading = read_reply(text)

    assert [verdict.kind for verdict in reading.classes] == [ReplyClass.REMOVED]
    assert words(text, reading.main.marks) == ["We&#39;ve now\n taken  the post\ndown"]


def test_accents_typed_in_two_signs_are_read_too():
    text = "Hemos eliminado la publicacio\u0301n que denuncio\u0301."

    reading = read_reply(text)

    assert [verdict.kind for verdict in reading.classes] == [ReplyClass.REMOVED]
    assert words(text, reading.main.marks) == ["Hemos eliminado la publicacio\u0301n"]


RECEIPTS = [case for case in corpus() if case.classes == {ReplyClass.ACKNOWLEDGED}]
DECIDED = [case for case in corpus() if case.main in (ReplyClass.REMOVED, ReplyClass.REFUSED)]
WROTE = {
    "en": "On Tue, 3 Mar 2026 at 09:14, Sam Example <sam@mail.example> wrote:",
    "de": "Am 03.03.2026 um 09:14 schrieb Sam Example:",
    "es": "El mar, 3 mar 2026 a las 9:14, Sam Example (<sam@mail.example>) escribió:",
    "fr": "Le mar. 3 mars 2026 à 09:14, Sam Example <sam@mail.example> a écrit :",
    "pt": "Em ter., 3 de mar. de 2026 às 09:14, Sam Example <sam@mail.example> escreveu:",
}


def unquoted(case: Case) -> str:
    """The new part of a reply that quotes something itself."""
    return (
        case.text.split("\nOn ")[0].split("\nEl mar")[0].split("\nAm ")[0].split("\nLe ")[0].split("\nEm ")[0]
    )


@pytest.mark.parametrize("decided", DECIDED, ids=lambda case: case.name)
def test_a_decision_quoted_below_a_receipt_decides_nothing(decided: Case):
    for receipt in RECEIPTS[:: max(1, len(RECEIPTS) // 4)]:
        new = unquoted(receipt)
        marked = "\n".join(f"> {line}" for line in decided.text.splitlines())
        for text in (
            f"{new}\n\n{WROTE[receipt.language]}\n{marked}",
            f"{new}\n\n{WROTE[receipt.language]}\n\n{decided.text}",
            f"{new}\n\n-----Original Message-----\nFrom: Sam Example\n\n{decided.text}",
            f"{marked}\n\n{new}",
        ):
            assert read_reply(text).main.kind is ReplyClass.ACKNOWLEDGED, text


def test_an_answer_written_below_the_mail_it_quotes_is_read():
    text = f"{WROTE['en']}\n> Please remove it.\n> You refused before.\n\nWe have removed the video."

    assert read_reply(text).main.kind is ReplyClass.REMOVED


def test_the_line_a_help_desk_puts_on_top_hides_nothing():
    text = "##- Please type your reply above this line -##\n\nWe have removed the video you reported."

    assert read_reply(text).main.kind is ReplyClass.REMOVED


def test_an_answer_pasted_in_quotation_marks_is_read():
    assert read_reply(f"“{X}”").main.kind is ReplyClass.REFUSED


def test_an_answer_that_says_both_is_unclear_and_shows_both():
    text = "We have removed the video. We found no violation of our rules in this video."

    reading = read_reply(text)

    assert [verdict.kind for verdict in reading.classes] == [ReplyClass.UNCLEAR]
    assert len(reading.main.marks) == 2


def test_nothing_said_is_unclear():
    for text in ("", " \n", "👍", "Hello!", "1234", "Ciao, grazie mille per il messaggio."):
        assert [verdict.kind for verdict in read_reply(text).classes] == [ReplyClass.UNCLEAR]


def test_what_stands_behind_the_longest_text_is_not_read():
    padding = "word " * (LONGEST // 5)

    assert read_reply(padding + " We have removed the video.").main.kind is ReplyClass.UNCLEAR


def test_a_given_language_is_used_and_an_unknown_one_is_guessed():
    text = "Wir haben das Video entfernt."

    assert read_reply(text, language="de").main.kind is ReplyClass.REMOVED
    assert read_reply(text, language="xx").language == "de"
    assert read_reply(text, language="en").main.kind is ReplyClass.UNCLEAR


def test_a_platforms_own_wording_helps_where_the_general_rules_find_nothing():
    text = "Regarding your ticket: the customer has been notified. Best regards"

    alone, helped = read_reply(text), read_reply(text, "bunny-net")

    assert ReplyClass.REDIRECTED not in kinds(alone)
    assert ReplyClass.REDIRECTED in kinds(helped)
    assert helped.main.rule.startswith("bunny-net:")


def test_a_platforms_own_wording_never_shows_a_removal():
    from survivor_portal import directory
    from survivor_portal.replies._platforms import wordings

    found = [entry for record in directory.platforms() for entry in wordings(record.key)]

    assert len(found) > 20
    assert {wanted for _, wanted, _ in found} <= {
        ReplyClass.REFUSED, ReplyClass.ACKNOWLEDGED, ReplyClass.MORE_ASKED, ReplyClass.REDIRECTED,
    }  # fmt: skip


def test_a_wording_from_memory_is_not_used():
    from survivor_portal import directory
    from survivor_portal.replies._fold import folded_words
    from survivor_portal.replies._platforms import wordings

    memories = {
        (record.key, folded_words(entry["text"]))
        for record in directory.platforms()
        for entry in record.extra.get("refusal_wordings", ())
        if entry.get("unverified")
    }

    assert len(memories) > 10
    assert [key for key, text in memories if any(text == words for words, _, _ in wordings(key))] == []


@settings(max_examples=size("property_examples"), deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=400),
        st.lists(
            st.sampled_from(
                ["we have removed", "the video", "not", ">", "\n", "On ", "wrote:", "if", "?", '"', "<p>",
                 "&#0;",
                 "&#1114112;", "&nbsp;", "wurde", "nicht", "gelöscht", "no", "ha sido", "eliminado", "ß", "İ",
                 "\u0301",
                 "\x00", "\ud800", "Your message:\n", "court order", " "]
            ),
            max_size=40,
        ).map(" ".join),
    ),
    platform=st.one_of(st.none(), st.text(max_size=8), st.just("x")),
    language=st.one_of(st.none(), st.text(max_size=3), st.sampled_from(["en", "es", "de", "fr", "pt"])),
)  # fmt: skip
def test_no_text_is_too_strange_to_read(text: str, platform: str | None, language: str | None):
    reading = read_reply(text, platform, language)

    assert reading.classes
    assert reading == read_reply(text, platform, language)
    for verdict in (*reading.classes, *reading.remarks):
        for mark in verdict.marks:
            assert 0 <= mark.start < mark.end <= len(text)
    order = [list(ReplyClass).index(verdict.kind) for verdict in reading.classes]
    assert order == sorted(order)
    assert not ({ReplyClass.REMOVED, ReplyClass.REFUSED} <= kinds(reading))


@settings(max_examples=size("property_examples"), deadline=None)
@given(case=st.sampled_from(corpus()), more=st.text(alphabet=" \n\t", max_size=5), upper=st.booleans())
def test_spaces_and_capitals_change_nothing(case: Case, more: str, upper: bool):
    text = more + (case.text.upper() if upper else case.text) + more

    assert kinds(read_reply(text, case.platform)) == kinds(case.read())
