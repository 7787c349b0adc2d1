"""Which complaint about a platform follows from which ground, and to whose desk it goes."""

from __future__ import annotations

from collections.abc import Sequence

from survivor_portal import directory
from survivor_portal.directory import Law, Role
from survivor_portal.letters._facts import Facts, Signer
from survivor_portal.letters._reading import bars, law_of

# Ground of the request -> the law the complaint is made under; its folder holds complaint.md.
_COMPLAINT = {
    "us-tida": "us-tida",
    "uk-osa-20a": "uk-osa-20a",
    "uk-osa-csea": "uk-osa-csea",
    "eu-dsa-16": "eu-dsa-53",
    "eu-dsa-20": "eu-dsa-53",
    "eu-dsa-53": "eu-dsa-53",
    "ie-national": "ie-national",
    "de-national": "eu-dsa-53",
    "in-3-2-b": "in-3-2-b",
    "jp-national": "jp-national",
    "au-iba": "au-iba",
    "au-class1": "au-class1",
}
# Two complaints to one desk are one too many: Ofcom, the coordinator, eSafety.
_DESK = {"uk-osa-csea": "uk-osa-20a", "ie-national": "eu-dsa-53", "au-class1": "au-iba"}
_RESTS_ON = {"ie-national": ("ie-national", "eu-dsa-53")}
# eSafety acts without the platform being asked, so its supplement waits for no refusal and no clock.
NOT_ABOUT_DELAY = frozenset({"au-iba", "au-class1"})
_ASKED_OF_PLATFORMS = (Role.REMOVAL_REQUEST, Role.PROVIDER_DUTY, Role.NATIONAL_NOTES)
_WHOEVER = Signer(confirmed=frozenset({"authority"}))


def complaints_for(grounds: Sequence[str], facts: Facts) -> tuple[str, ...]:
    """The laws under which a complaint about the platform can be written, one for each desk, in the order of
    the grounds."""
    found: dict[str, str] = {}
    for complaint in _all(grounds, facts):
        if not bars(law_of(complaint), facts, _WHOEVER):
            found.setdefault(desk_of(complaint), complaint)
    return tuple(found.values())


def complaint_laws(grounds: Sequence[str], facts: Facts, chosen: str = "") -> tuple[str, ...]:
    """What the complaint of these grounds rests on: its own law first. Where none fits, the first that does
    not, so that the letter can say why; empty where there is no desk at all."""
    found = complaints_for(grounds, facts) or tuple(_all(grounds, facts))
    first = (chosen,) if chosen else found[:1]
    return _RESTS_ON.get(first[0], first) if first else ()


def heard_by(complaint: str, grounds: Sequence[str]) -> tuple[str, ...]:
    """The grounds of a request that are this desk's matter: its own law, else what leads to it, else the laws
    of its place."""
    if complaint in grounds:
        return (complaint,)
    own = tuple(key for key in grounds if desk_of(key) == desk_of(complaint))
    return own or tuple(key for key in grounds if _same_place(law_of(key), law_of(complaint)))


def _same_place(one: Law, other: Law) -> bool:
    here, there = one.jurisdiction.split("-")[0], other.jurisdiction.split("-")[0]
    return here == there or (there == "EU" and directory.eu_member(here))


def desk_of(key: str) -> str:
    """The desk a ground's complaint goes to, as the key of one of its laws; else the ground's own key."""
    complaint = _COMPLAINT.get(key, key)
    return _DESK.get(complaint, complaint)


def asked_of_platforms(law: Law) -> bool:
    """Does this law's clock bind a platform that was asked under it? Only then is it in a later letter."""
    return law.role in _ASKED_OF_PLATFORMS and law.clock.bound == "platform"


def _all(grounds: Sequence[str], facts: Facts) -> list[str]:
    found = [_COMPLAINT[key] for key in grounds if key in _COMPLAINT]
    irish = facts.country == "IE"  # the Irish coordinator has its own text
    return ["ie-national" if irish and key == "eu-dsa-53" else key for key in found]
