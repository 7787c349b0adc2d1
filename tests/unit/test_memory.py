"""What worked at a site: medians, wordings, the step before it went; and nothing of fewer than three."""

from datetime import UTC, datetime, timedelta
from typing import Any

from survivor_portal.takedowns.memory import memory
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry, fold
from survivor_portal.takedowns.summary import Summary, from_plain, refusal_words, summary, to_plain

DAY = timedelta(days=1)
SENT = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)


def one(answered: float | None = None, removed: float | None = None, **more: Any) -> Summary:
    """A request that was answered and removed so many days after it was sent."""
    given: dict[str, Any] = {"grounds": ("us-tida",), "channel": "us_48h-1"}
    return Summary(
        sent_at=SENT,
        answered_at=SENT + answered * DAY if answered is not None else None,
        removed_at=SENT + removed * DAY if removed is not None else None,
        **(given | more),
    )


def refused(after: float, removed: float | None = None, words: str = "no breach", **more: Any) -> Summary:
    return one(after, removed, refused_at=SENT + after * DAY, refusals=(words,), **more)


def test_it_counts_and_gives_the_middle_of_the_days() -> None:
    found = memory([one(1, 2), one(3, 8), one(2), one(None, 4), one()])

    assert (found.all.sent, found.all.answered, found.all.removed) == (5, 3, 3)
    assert (found.all.days_to_answer, found.all.days_to_removal) == (2, 4)


def test_of_fewer_than_three_no_days_are_said_and_a_kind_is_not_enough() -> None:
    found = memory([one(1, 2), one(3, 8), one(grounds=()), one(channel="mail-1")])

    assert found.all.is_enough
    assert (found.all.days_to_answer, found.all.days_to_removal) == (None, None)
    kinds = {(kind.law, kind.channel): kind for kind in found.kinds}
    assert kinds.keys() == {("us-tida", "us_48h-1"), ("", "us_48h-1"), ("us-tida", "mail-1")}
    assert not any(kind.is_enough for kind in found.kinds)


def test_a_request_on_two_laws_counts_under_both_and_once_in_all() -> None:
    found = memory([one(grounds=("us-tida", "eu-dsa-16"))] * 3)

    assert [(kind.law, kind.sent) for kind in found.kinds] == [("eu-dsa-16", 3), ("us-tida", 3)]
    assert found.all.sent == 3


def test_what_was_never_sent_tells_nothing() -> None:
    assert memory([Summary(removed_at=SENT)]).all.sent == 0


def test_a_wording_in_three_requests_is_shown_with_what_was_done_before_it_went() -> None:
    those = [
        refused(1, 9, "didn't find a violation", last_step=Move.APPEAL),
        refused(1, 5, "didn’t find a violation", last_step=Move.APPEAL),
        refused(1, 5, "didn't find a violation", last_step=Move.ANSWER),
        refused(2, None, "didn't find a violation"),
        refused(2, 3, "no such page", last_step=Move.REMIND),
    ]

    found = memory(those)

    (wording,) = found.wordings
    assert (wording.words, wording.count, wording.removed) == ("didn't find a violation", 4, 3)
    assert wording.steps == ((Move.APPEAL, 2), (Move.ANSWER, 1))
    assert found.wordings_left_out == 1
    assert found.refused_then_removed == 4


def test_a_removal_before_the_refusal_is_not_what_a_next_step_led_to() -> None:
    assert memory([refused(5, 2, last_step=Move.SEND)] * 3).refused_then_removed == 0


def test_a_summary_is_read_back_as_it_was_written() -> None:
    whole = refused(1, 2, last_step=Move.APPEAL)

    assert from_plain(to_plain(whole)) == whole
    assert from_plain(to_plain(Summary())) == Summary()


def test_what_an_office_answered_is_not_the_sites_answer() -> None:
    entries = (
        Entry(1, Move.DRAFT, SENT, (1,)),
        Entry(2, Move.SEND, SENT),
        Entry(3, Fact.UNCLEAR, SENT + DAY, to="ftc"),
    )

    assert summary(fold(entries), (), "", {}).answered_at is None


def test_the_words_of_a_refusal_are_the_sites_own() -> None:
    text = (
        "We've reviewed the content, and didn't find a violation of our policies.\n\n"
        "> Dear team, you said before that you didn't find a violation. My name is Marker Person."
    )

    assert refusal_words(text, "x") == ("didn't find a violation",)
