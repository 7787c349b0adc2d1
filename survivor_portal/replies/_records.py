"""What a reading is made of: classes, remarks, and the words that decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReplyClass(StrEnum):
    """What an answer says about the request. In order: the first that holds is the main one."""

    PARTLY_REMOVED = "partly_removed"
    REFUSED = "refused"
    REMOVED = "removed"
    ALREADY_GONE = "already_gone"
    ASKS_TO_CONFIRM = "asks_to_confirm"  # nothing starts before an address or a code is confirmed
    MORE_ASKED = "more_asked"
    DUPLICATE = "duplicate"
    ACKNOWLEDGED = "acknowledged"
    FORWARDED = "forwarded"  # handed on to the customer or owner, who still has to act
    REDIRECTED = "redirected"
    UNCLEAR = "unclear"  # says nothing that can be relied on, or contradicts itself


DECISIONS = frozenset(
    {ReplyClass.PARTLY_REMOVED, ReplyClass.REFUSED, ReplyClass.REMOVED, ReplyClass.ALREADY_GONE}
)


class Remark(StrEnum):
    """What else an answer says, beside its class."""

    REDIRECTED_TO_COPYRIGHT = "redirected_to_copyright"
    REDIRECTED_TO_THIRD_PARTY = "redirected_to_third_party"
    REDIRECTED_TO_FORM = "redirected_to_form"
    ASKS_FOR_ID = "asks_for_id"
    ASKS_FOR_IMAGE = "asks_for_image"
    ASKS_FOR_COURT_ORDER = "asks_for_court_order"
    ASKS_FOR_LOGIN = "asks_for_login"
    AUTO_RECEIPT = "auto_receipt"
    APPEAL_OFFERED = "appeal_offered"
    NAME_PASSED_ON = "name_passed_on"
    ONLY_RESTRICTED = "only_restricted"  # hidden in one country or behind an age gate: still there
    ACCOUNT_ACTION = "account_action"  # something was done, and not to the picture as far as it says
    COUNTER_NOTICE = "counter_notice"  # the uploader objects and the item may come back
    BOUNCED = "bounced"  # nobody read the request
    TO_ACCOUNT_HOLDER = "to_account_holder"  # written to the one who posted, or about the reader's account


Kind = ReplyClass | Remark


def kind(word: str) -> Kind:
    """The class or remark of that name. Raises ValueError."""
    try:
        return ReplyClass(word)
    except ValueError:
        return Remark(word)


@dataclass(frozen=True, order=True)
class Mark:
    """Where deciding words stand: offsets into the text as it was given."""

    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """One thing an answer says, the words that say it, and the id of the rule that found them."""

    kind: Kind
    marks: tuple[Mark, ...] = ()
    rule: str = ""


@dataclass(frozen=True)
class Reading:
    """An answer as read: at least one class, the main one first, and side remarks.

    `language` is the one of the deciding words; `und` where nothing shows one.
    """

    classes: tuple[Verdict, ...]
    remarks: tuple[Verdict, ...]
    language: str

    @property
    def main(self) -> Verdict:
        return self.classes[0]

    def says(self, wanted: Kind) -> bool:
        """Does that class or remark hold?"""
        return any(verdict.kind is wanted for verdict in (*self.classes, *self.remarks))
