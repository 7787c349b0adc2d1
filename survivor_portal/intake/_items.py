"""Turn what was pasted into items: one line each, recognised, numbered, without doubles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survivor_portal import directory, links

MAX_ITEMS = 500  # a plan of more than that is worked off in parts


@dataclass(frozen=True, slots=True)
class Item:
    """One place where the picture, or the threat, is. `url` is "" when there is only an account or a
    conversation; then `where` holds the words as typed. `platform` is a directory key, "" when unknown."""

    number: int
    url: str = ""
    platform: str = ""
    what: str = ""
    item_id: str = ""
    account: str = ""
    site: str = ""  # the domain somebody registered, "" without a link
    where: str = ""

    @property
    def is_unknown_site(self) -> bool:
        return bool(self.url) and not self.platform

    @property
    def shown(self) -> str:
        """The item as a page shows it: a link half hidden, or the words as typed."""
        return links.shown(links.parse(self.url), self.item_id) if self.url else self.where


@dataclass(frozen=True, slots=True)
class Gathered:
    """Items found, the pieces of text that are no link (kept for the person to see), how many doubles were
    dropped, how many pieces of picture data were cut out, and links that a person must expand first."""

    items: tuple[Item, ...]
    leftovers: tuple[str, ...] = ()
    doubles: int = 0
    cut: int = 0
    short: tuple[int, ...] = ()  # numbers of items that are short links
    too_many: int = 0  # items over MAX_ITEMS


def gather(pasted: str, places: str = "") -> Gathered:
    """Items from a pasted text of any mess, and from lines such as "app, user name, about when".

    Never raises, opens nothing. A wrapper or an archive copy gives two items: itself and what it wraps.
    """
    pasted, cut = links.cut_image_data(pasted)
    places, cut_places = links.cut_image_data(places)
    found = links.parse_many(pasted)
    items: list[Item] = []
    seen: set[str] = set()
    doubles = 0
    short: list[int] = []
    for link in found.links:
        for one in (link, link.target):
            if one is None:
                continue
            known = directory.recognise(one)
            if known.key in seen:
                doubles += 1
                continue
            seen.add(known.key)
            item = Item(
                number=len(items) + 1,
                url=one.url,
                platform=known.platform.key if known.platform else "",
                what=known.kind,
                item_id=known.item_id,
                account=known.account,
                site=known.registrable or one.host,
            )
            if "short_link" in one.problems:
                short.append(item.number)
            items.append(item)
    for line in places.splitlines():
        line = " ".join(line.split())
        if not line or line.casefold() in seen:
            continue
        seen.add(line.casefold())
        platform = directory.find_by_name(line)
        items.append(
            Item(
                number=len(items) + 1,
                platform=platform.key if platform else "",
                what="place",
                account=_account_in(line),
                where=line,
            )
        )
    return Gathered(
        items=tuple(items[:MAX_ITEMS]),
        leftovers=found.leftovers,
        doubles=doubles,
        cut=cut + cut_places,
        short=tuple(number for number in short if number <= MAX_ITEMS),
        too_many=max(0, len(items) - MAX_ITEMS),
    )


_HANDLE = re.compile(r"(?<!\S)@([\w.\-]{2,64})")


def _account_in(line: str) -> str:
    found = _HANDLE.search(line)
    return found.group(1) if found else ""


def by_party(items: tuple[Item, ...]) -> dict[tuple[str, str], tuple[Item, ...]]:
    """Items in groups of (platform key, ""), ("", site) for a site nobody knows, or ("", "") for words
    without a known app; in the order of first mention."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.platform, "" if item.platform else item.site), []).append(item)
    return {party: tuple(group) for party, group in groups.items()}


_FIELDS = ("url", "platform", "what", "item_id", "account", "site", "where")


def item_to_plain(item: Item) -> dict[str, Any]:
    return {"number": item.number} | {name: value for name in _FIELDS if (value := getattr(item, name))}


def item_from_plain(data: Mapping[str, Any]) -> Item:
    return Item(number=int(data["number"]), **{name: str(data.get(name, "")) for name in _FIELDS})
