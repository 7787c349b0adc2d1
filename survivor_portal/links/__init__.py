"""Links: take pasted text apart into links; never open one."""

from survivor_portal.links._hosts import has_known_ending, registrable
from survivor_portal.links._images import cut_image_data
from survivor_portal.links._link import Link, Problem, shown
from survivor_portal.links._paste import Pasted, Piece, Segment, parse, parse_many

__all__ = [
    "Link",
    "Pasted",
    "Piece",
    "Problem",
    "Segment",
    "cut_image_data",
    "has_known_ending",
    "parse",
    "parse_many",
    "registrable",
    "shown",
]
