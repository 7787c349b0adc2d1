"""The ladder as data: for each reason the steps that follow, in order, and when. From `laws.md` 4 and 5."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survivor_portal.replies import Remark
from survivor_portal.takedowns.process import Move


class Do(StrEnum):
    """One kind of step."""

    SEND = "send"
    CONFIRM = "confirm"
    SEND_ELSEWHERE = "send_elsewhere"
    READ_IT = "read_it"  # the person says what the answer says
    GIVE = "give"  # what they ask for, where the law lets them ask
    SUPPLEMENT = "supplement"  # to the hotline: ticket and answer
    ANSWER = "answer"  # one reply that names each element of the law
    APPEAL = "appeal"
    AUTHORITY = "authority"  # can order removal
    FLAGGER = "flagger"
    REGULATOR = "regulator"
    REMIND = "remind"
    LEGAL_FIRST = "legal_first"  # a free lawyer before any police: a young person's own exposure
    NOTE = "note"  # to the investigator; where there is none, to the police
    LAWYER = "lawyer"
    OTHER_SITE = "other_site"  # the site a link leads to, its host, search engines
    ASK_AGAIN = "ask_again"
    HASH = "hash"
    REQUEST_48H = "request_48h"
    DO_NOT_PAY = "do_not_pay"
    REPORT_ACCOUNT = "report_account"
    CHECK = "check"  # adults: still gone? it means looking
    ASK_THEM = "ask_them"  # what did the platform or the hotline say?


class Reason(StrEnum):
    """Why steps are offered. In order: what comes first goes first."""

    THREATENED = "threatened"
    COUNTER_NOTICE = "counter_notice"
    TO_CONFIRM = "to_confirm"
    BOUNCED = "bounced"
    BACK = "back"
    REFUSED = "refused"
    ASKED_TOO_MUCH = "asked_too_much"  # for ID, the picture, a court order
    LOGIN = "login"
    ASKED = "asked"
    COPYRIGHT = "copyright"
    THIRD_PARTY = "third_party"
    OTHER_FORM = "other_form"
    PARTLY = "partly"
    LATE = "late"  # a verified number of the law has run out
    UNCLEAR = "unclear"
    NO_PROCESS = "no_process"
    NOT_PROVEN = "not_proven"
    UNANSWERED = "unanswered"  # our reminder's time is past, and no number of a law runs
    WAITING = "waiting"
    DRAFTED = "drafted"
    REMOVED = "removed"


class At(StrEnum):
    """When a step comes."""

    ONCE = "once"
    REMINDER = "reminder"  # when our reminder is due
    END = "end"  # when the law's time is up; without a number, when the reminder went unanswered as long
    DAY_AFTER_END = "day_after_end"
    WINDOW = "window"  # now, and at the latest when the person's own window closes
    ROUND = "round"


class Point(StrEnum):
    """What the answer, or the complaint, has to say."""

    ELEMENTS = "elements"  # which words of the request are which element of the law
    YOU_KNOW = "you_know"  # "we reviewed it" is knowledge
    NOT_COPYRIGHT = "not_copyright"
    SHOWN_HERE = "shown_here"  # a link or preview on the platform is itself an item
    THIS_IS_THE_REQUEST = "this_is_the_request"
    NO_ID = "no_id"  # which rule asks for it; signature, contact and a signer are offered
    NO_IMAGE = "no_image"
    NO_COURT_ORDER = "no_court_order"
    NO_ACCOUNT = "no_account"
    STILL_UP = "still_up"  # which lines are up; adults only, it means having looked
    SAY_WHICH = "say_which"  # please say for each line whether it is gone
    NO_PROCESS = "no_process"
    SEND_48H_TOO = "send_48h_too"  # the 48-hour request was not sent: the complaint says so


@dataclass(frozen=True, slots=True)
class Row:
    do: Do
    at: At = At.ONCE
    minors: bool = True
    adults: bool = True


_AFTER = (Row(Do.LEGAL_FIRST), Row(Do.NOTE), Row(Do.LAWYER))  # police after the lawyer where that is needed
_SUPPLEMENT = Row(Do.SUPPLEMENT, adults=False)
_AT_THE_END = Row(Do.REGULATOR, At.END)  # what they ask for does not stop the clock

ROWS: dict[Reason, tuple[Row, ...]] = {
    # Do not pay, keep the messages, tell the police, report the account.
    Reason.THREATENED: (
        Row(Do.DO_NOT_PAY), _SUPPLEMENT, Row(Do.LEGAL_FIRST), Row(Do.NOTE), Row(Do.REPORT_ACCOUNT),
    ),
    # A lawyer within ten business days; the request without ownership for the same links the same day.
    Reason.COUNTER_NOTICE: (Row(Do.LAWYER, At.WINDOW), Row(Do.REQUEST_48H)),
    Reason.TO_CONFIRM: (Row(Do.CONFIRM),),
    Reason.BOUNCED: (Row(Do.SEND_ELSEWHERE),),
    Reason.BACK: (Row(Do.ASK_AGAIN), _SUPPLEMENT, Row(Do.HASH), Row(Do.LEGAL_FIRST), Row(Do.NOTE)),
    Reason.REFUSED: (
        _SUPPLEMENT, Row(Do.ANSWER), Row(Do.APPEAL), Row(Do.AUTHORITY), Row(Do.FLAGGER), Row(Do.REGULATOR),
        *_AFTER,
    ),
    Reason.ASKED_TOO_MUCH: (Row(Do.ANSWER), _AT_THE_END),
    Reason.LOGIN: (Row(Do.SEND_ELSEWHERE), Row(Do.REGULATOR)),
    Reason.ASKED: (Row(Do.GIVE), _AT_THE_END),
    Reason.COPYRIGHT: (Row(Do.ANSWER), _AT_THE_END),
    Reason.THIRD_PARTY: (Row(Do.ANSWER), Row(Do.OTHER_SITE), _AT_THE_END),
    Reason.OTHER_FORM: (Row(Do.SEND_ELSEWHERE), Row(Do.ANSWER), _AT_THE_END),
    Reason.PARTLY: (Row(Do.ANSWER), _SUPPLEMENT, Row(Do.HASH), Row(Do.FLAGGER), _AT_THE_END, *_AFTER),
    Reason.LATE: (
        Row(Do.REGULATOR), Row(Do.REMIND), _SUPPLEMENT, Row(Do.AUTHORITY), Row(Do.FLAGGER),
        Row(Do.LEGAL_FIRST), Row(Do.NOTE), Row(Do.LAWYER, At.DAY_AFTER_END),
    ),
    Reason.UNCLEAR: (Row(Do.READ_IT),),
    Reason.NO_PROCESS: (Row(Do.REGULATOR),),
    Reason.NOT_PROVEN: (Row(Do.SEND_ELSEWHERE),),
    # A missing receipt is itself a breach in the Union and in California; the reminder gets its time first.
    Reason.UNANSWERED: (
        Row(Do.REMIND), _SUPPLEMENT, Row(Do.AUTHORITY), Row(Do.FLAGGER), Row(Do.LEGAL_FIRST), Row(Do.NOTE),
        _AT_THE_END, Row(Do.LAWYER, At.DAY_AFTER_END),
    ),
    Reason.WAITING: (Row(Do.REMIND, At.REMINDER), _AT_THE_END),
    Reason.DRAFTED: (Row(Do.SEND),),
    Reason.REMOVED: (
        Row(Do.ASK_THEM, At.ROUND, adults=False), Row(Do.CHECK, At.ROUND, minors=False),
        Row(Do.SUPPLEMENT, At.ROUND, adults=False), Row(Do.HASH),
    ),
}  # fmt: skip

# What a side remark makes the answer say.
POINTS: dict[Remark, Point] = {
    Remark.REDIRECTED_TO_COPYRIGHT: Point.NOT_COPYRIGHT,
    Remark.REDIRECTED_TO_THIRD_PARTY: Point.SHOWN_HERE,
    Remark.REDIRECTED_TO_FORM: Point.THIS_IS_THE_REQUEST,
    Remark.ASKS_FOR_ID: Point.NO_ID,
    Remark.ASKS_FOR_IMAGE: Point.NO_IMAGE,
    Remark.ASKS_FOR_COURT_ORDER: Point.NO_COURT_ORDER,
    Remark.ASKS_FOR_LOGIN: Point.NO_ACCOUNT,
}

# Which reason a demand or a redirection is, by its side remarks; several may hold.
DEMANDS: dict[Remark, Reason] = {
    Remark.ASKS_FOR_ID: Reason.ASKED_TOO_MUCH,
    Remark.ASKS_FOR_IMAGE: Reason.ASKED_TOO_MUCH,
    Remark.ASKS_FOR_COURT_ORDER: Reason.ASKED_TOO_MUCH,
    Remark.ASKS_FOR_LOGIN: Reason.LOGIN,
}
ELSEWHERE: dict[Remark, Reason] = {
    Remark.REDIRECTED_TO_COPYRIGHT: Reason.COPYRIGHT,
    Remark.REDIRECTED_TO_THIRD_PARTY: Reason.THIRD_PARTY,
    Remark.REDIRECTED_TO_FORM: Reason.OTHER_FORM,
}

# What is noted in the book once a step is done.
NOTED: dict[Do, Move] = {
    Do.SEND: Move.SEND,
    Do.CONFIRM: Move.CONFIRM,
    Do.SEND_ELSEWHERE: Move.SEND_ELSEWHERE,
    Do.GIVE: Move.GIVE_MORE,
    Do.SUPPLEMENT: Move.INFORM,
    Do.ANSWER: Move.ANSWER,
    Do.APPEAL: Move.APPEAL,
    Do.AUTHORITY: Move.ESCALATE,
    Do.FLAGGER: Move.INFORM,
    Do.REGULATOR: Move.ESCALATE,
    Do.REMIND: Move.REMIND,
    Do.LEGAL_FIRST: Move.INFORM,
    Do.NOTE: Move.INFORM,
    Do.ASK_AGAIN: Move.ASK_AGAIN,
    Do.HASH: Move.INFORM,
}
POLICE = "police"  # whom a note to the investigator is noted as told
# What only somebody who may sign can do.
SIGNED = frozenset(NOTED) - {Do.SUPPLEMENT, Do.LEGAL_FIRST, Do.HASH, Do.CONFIRM} | {Do.REQUEST_48H}
