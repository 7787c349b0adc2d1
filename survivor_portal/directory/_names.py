"""Find the platform a person names in their own words: "insta", "on whats app", "X (Twitter)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from survivor_portal.directory._load import Directory, load
from survivor_portal.directory._records import Platform

# What people say instead of the name. Everything else comes from the records.
NICKNAMES = {
    "insta": "instagram",
    "ig": "instagram",
    "fb": "facebook",
    "snap": "snapchat",
    "yt": "youtube",
    "tg": "telegram",
    "wa": "whatsapp",
    "gdrive": "google-drive-photos",
    "tweet": "x",
    "of": "onlyfans",
    "skype": "skype-teams",
}

# Names that are words of every day: they count when nothing else was written, not inside a sentence.
_COMMON = """
about account action adopte adult amazon among and app apple archive band battle bere bing blog blogger
box brave cafe call cameo candy case cash chat clip club com comfy copy drive duty ea element face fal
fans film flux forum free friends game games google graph group groups happn her hi hinge home horizon
host hover image images internet iris kick kik kind leonardo line link links lovable mail match matrix
max media medium meet meta mind minds moj monkey music name net new nextdoor notion of online origin
other page pages photos pictures pin play poe porn post primal privacy quest rakuten read replies romeo
room runway safe search server service session shop signal site sites slack social square stable steam
stop story stripe tagged tango team teams tenor threads tweet twitch undress us vibe video videos view
visa voice wa windows wire wizz word words workers www x zoom
"""
_EVERYDAY = frozenset(_COMMON.split())

# Parts of names that name nothing.
_EMPTY = """
account adult and app closed club com comments copies copy covers drive former forums free friends games
gpu group groups home host hosting images internet labs links markets name net new of online other page
pages photos pictures podcasts porn post search server service shop site sites social text thenew us
video videos view voice windows word words workers www
"""
_NOTHING = frozenset(_EMPTY.split())
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[(),/]| and | formerly | former | with | other ")
_LONGEST_TEXT = 500
_MOST_WORDS = 4


def find_by_name(text: str, *, within: Directory | None = None) -> Platform | None:
    """The platform named in `text`, by whole words, or None. The longest name wins."""
    directory = within or load()
    names = _names(directory)
    words = [word.casefold() for word in _WORD.findall(text[:_LONGEST_TEXT])]
    if key := names.get("".join(words)):
        return directory.platforms[key]
    spoken = {
        "".join(words[start : start + count])
        for count in range(1, _MOST_WORDS + 1)
        for start in range(len(words) - count + 1)
    }
    known = [name for name in spoken if len(name) >= 2 and name in names and name not in _EVERYDAY]
    if known:
        return directory.platforms[names[max(known, key=lambda name: (len(name), name))]]
    return None


@lru_cache(maxsize=4)
def _names(directory: Directory) -> dict[str, str]:
    """Key of the platform of each name. A name that two platforms could claim is nobody's, unless it is the
    whole name of one of them."""
    whole: dict[str, set[str]] = defaultdict(set)
    part: dict[str, set[str]] = defaultdict(set)
    for key, platform in directory.platforms.items():
        whole[_joined(platform.name)].add(key)
        whole[_joined(key)].add(key)
        for name in _parts(platform):
            part[name].add(key)
    names = {name: min(keys) for name, keys in part.items() if len(keys) == 1 and name}
    names |= {name: min(keys) for name, keys in whole.items() if len(keys) == 1 and name}
    names |= {name: key for name, key in NICKNAMES.items() if key in directory.platforms}
    return names


def _parts(platform: Platform) -> Iterator[str]:
    for piece in _PART.split(platform.name):
        name = _joined(piece)
        if name and name not in _NOTHING and not name.isdigit():
            yield name
    for domain in platform.domains:
        label = domain.split(".")[0] if domain.count(".") == 1 else ""
        if len(label) > 3 and label not in _EVERYDAY:
            yield _joined(label)


def _joined(name: str) -> str:
    return "".join(word.casefold() for word in _WORD.findall(name))
