"""Count, and read the counts. A count holds no time, no visit and no word of anybody."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Sum

from survivor_portal import directory
from survivor_portal.insights.models import WrongAddress


def is_channel(name: str) -> bool:
    """Is this "platform:channel" one of the directory's?"""
    platform_key, _, channel_key = name.partition(":")
    try:
        platform = directory.platform(platform_key)
    except directory.UnknownRecord:
        return False
    return any(channel.key == channel_key for channel in platform.channels)


def wrong_address(channel: str, today: date) -> None:
    """One more report that this channel's address did not work, in today's month."""
    counter, _ = WrongAddress.objects.get_or_create(channel=channel, month=today.replace(day=1))
    WrongAddress.objects.filter(pk=counter.pk).update(count=F("count") + 1)


def wrong_addresses() -> dict[str, int]:
    """How often each channel was reported as not working, over all months kept."""
    counted = WrongAddress.objects.values("channel").annotate(n=Sum("count")).order_by("-n")
    return {row["channel"]: row["n"] for row in counted}
