"""What the records of the laws leave open about their further clocks: who is bound and what starts them.

Every further clock of the directory stands here, or a test fails. Sources: the records' own `text`, and
`laws.md` 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from survivor_portal.calendars import Period


@dataclass(frozen=True, slots=True)
class Further:
    """Trigger, who is bound, and the effect, in the words of `directory.Clock`.

    Triggers of our own: receipt_confirmed, update, platform_reported, counter_notice. Effects of our own:
    receipt, update, keeping, sue.
    `period` where the record has only words; `latest` where the law allows more time or gives a range.
    """

    trigger: str
    bound: str
    effect: str
    period: Period | None = None
    latest: Period | None = None


# 17 U.S.C. 512(g)(2)(C): back not less than 10, nor more than 14, business days after the counter-notice.
BEFORE_BACK, BACK_BY = Period(business_days=10), Period(business_days=14)

# None: nobody tells us when it starts, it is about other cases, or it has no number.
FURTHER: dict[tuple[str, str], Further | None] = {
    ("au-cyber", "removal notice"): Further("authority_acts", "platform", "removal"),
    ("br-eca-digital", "provider keeps data of reported abuse"): Further(
        "request_received", "platform", "keeping"
    ),
    ("ca-reporting", "preservation"): Further("platform_reported", "platform", "keeping"),
    # The platform's duty to keep its complaint desk open is the person's window to use it.
    ("eu-dsa-16", "internal complaint must stay open"): Further(
        "decision_received", "victim", "complaint_window"
    ),
    ("in-3-2-b", "some other urgent removal categories under rule 3(1)(b)"): None,
    ("in-3-2-b", "ordinary grievances"): None,
    ("in-3-2-b", "court or government order"): Further("authority_acts", "platform", "removal"),
    ("jp-national", "private sexual images: host may delete if the poster does not object"): None,
    (
        "uk-osa-csea",
        "provider must report to the NCA (in force since 7 April 2026, applies to any size of service)",
    ): None,
    ("us-2258a", "provider must keep what it reported"): Further("platform_reported", "platform", "keeping"),
    ("us-ca-1394", "written confirmation of receipt"): Further("request_received", "platform", "receipt"),
    ("us-ca-1394", "first status update"): Further("receipt_confirmed", "platform", "update"),
    ("us-ca-1394", "further updates"): Further("update", "platform", "update"),
    ("us-ca-sb981", "confirmation of receipt"): Further("request_received", "platform", "receipt"),
    ("us-ca-sb981", "status update"): Further("receipt_confirmed", "platform", "update"),
    ("us-dmca", "content comes back after a counter-notice unless the claimant sues"): Further(
        "counter_notice", "victim", "sue", period=BEFORE_BACK, latest=BACK_BY
    ),
    ("za-fpb", "acknowledgement"): Further("complaint_received", "authority", "receipt"),
}

# How far the law lets its first clock be stretched, in all.
STRETCH: dict[str, Period] = {
    "eu-dsa-21": Period(days=180),
    "eu-gdpr-17": Period(months=3),  # one month, and two more if they say so within the first
    "nz-hdca": Period(hours=96),  # 48 hours, and 48 more where the poster was reached and objects
    "us-ca-1394": Period(days=60),
    "us-ca-sb981": Period(days=60),
}
