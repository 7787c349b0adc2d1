"""Put places into what is kept of one person: all anew, or more beside those that are there."""

from __future__ import annotations

from typing import Any

from survivor_portal.intake._items import Gathered, gather, item_to_plain

Data = dict[str, Any]
LINKS = "links"  # the question that asks for them, and the box for addresses
PLACES = "places"


def take_links(data: Data, pasted: str, places: str) -> Gathered:
    """These texts, and the items in them, instead of those that were there.

    Changes `data`: "links" and "places" as typed, "items", "leftovers", "short", "doubles"; a company that
    was written to about a site goes with the site.
    """
    found = gather(pasted, places)
    data |= {LINKS: pasted, PLACES: places}
    data["items"] = [item_to_plain(item) for item in found.items]
    data["leftovers"] = list(found.leftovers)
    data["short"] = list(found.short)
    data["doubles"] = found.doubles
    for site in data.get("parties", {}).keys() - {item.site for item in found.items}:
        del data["parties"][site]
    return found


def add_links(data: Data, pasted: str, places: str) -> tuple[Gathered, int]:
    """More of both, as if somebody had typed them below what stands there; and how many items are new.

    What was confirmed was said about other letters than those there are now. Items keep their numbers.
    """
    before = len(data.get("items", ()))
    joined = ["\n".join(text for text in (data.get(box, ""), more) if text) for box, more in (
        (LINKS, pasted), (PLACES, places)
    )]  # fmt: skip
    held = data.get("items")
    found = take_links(data, *joined)
    if data["items"] != held:
        data.pop("confirmed", None)
    passed = data.setdefault("passed", [])
    if LINKS not in passed:
        passed.append(LINKS)
    return found, len(found.items) - before
