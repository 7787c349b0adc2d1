"""Entries of a request as plain documents and back: the one shape of the book and of the sealed details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from survivor_portal.replies import Remark
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import CameBack, Entry, How, Spread

Plain = dict[str, Any]


def entry_to_plain(entry: Entry) -> Plain:
    """A JSON object; empty parts are left out, times are UTC in ISO 8601."""
    plain: Plain = {"seq": entry.seq, "at": _time(entry.at)}
    if entry.happening is not None:
        plain["happening"] = entry.happening.value
        plain["side"] = "move" if isinstance(entry.happening, Move) else "fact"
    if entry.items:
        plain["items"] = list(entry.items)
    if entry.how is not None:
        plain["how"] = entry.how.value
    if entry.channels:
        plain["channels"] = list(entry.channels)
    for name in ("ticket", "reply", "to", "by"):
        if getattr(entry, name):
            plain[name] = getattr(entry, name)
    if entry.remarks:
        plain["remarks"] = sorted(remark.value for remark in entry.remarks)
    if entry.spread:
        plain["spread"] = [
            {"item": one.item, "views": one.views, "shares": one.shares, "seen_at": _maybe(one.seen_at)}
            for one in entry.spread
        ]
    if entry.came_back:
        plain["came_back"] = [
            {
                "item": one.item,
                "request": one.request,
                "old_item": one.old_item,
                "ticket": one.ticket,
                "sent_at": _maybe(one.sent_at),
                "removed_at": _maybe(one.removed_at),
            }
            for one in entry.came_back
        ]
    if entry.corrects is not None:
        plain["corrects"] = entry.corrects
    return plain


def entry_from_plain(plain: Mapping[str, Any]) -> Entry:
    """What `entry_to_plain` wrote. Raises ValueError or KeyError for anything else."""
    return Entry(
        seq=int(plain["seq"]),
        happening=_happening(plain),
        at=datetime.fromisoformat(plain["at"]),
        items=tuple(plain.get("items", ())),
        how=How(plain["how"]) if "how" in plain else None,
        channels=tuple(plain.get("channels", ())),
        ticket=plain.get("ticket", ""),
        reply=plain.get("reply", ""),
        remarks=frozenset(Remark(value) for value in plain.get("remarks", ())),
        to=plain.get("to", ""),
        spread=tuple(
            Spread(one["item"], one["views"], one["shares"], _moment(one["seen_at"]))
            for one in plain.get("spread", ())
        ),
        came_back=tuple(
            CameBack(
                one["item"],
                one["request"],
                one["old_item"],
                one["ticket"],
                _moment(one["sent_at"]),
                _moment(one["removed_at"]),
            )
            for one in plain.get("came_back", ())
        ),
        corrects=plain.get("corrects"),
        by=plain.get("by", ""),
    )


def _happening(plain: Mapping[str, Any]) -> Happening | None:
    if "happening" not in plain:
        return None
    return Move(plain["happening"]) if plain["side"] == "move" else Fact(plain["happening"])


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _maybe(at: datetime | None) -> str | None:
    return _time(at) if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
