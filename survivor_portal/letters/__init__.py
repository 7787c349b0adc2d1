"""Requests, reports and form sheets, written from facts about the law and the answers of one person."""

from survivor_portal.letters._compose import compose, declarations_for
from survivor_portal.letters._facts import Addressee, Facts, Item, Signer, split_items
from survivor_portal.letters._letter import Declaration, GroundState, LeftOut, Letter, Missing, Section
from survivor_portal.letters._reading import bars
from survivor_portal.letters._services import service_text
from survivor_portal.letters._sheet import FormField, FormSheet, form_sheet
from survivor_portal.letters.words import CODES

__all__ = [
    "CODES",
    "Addressee",
    "Declaration",
    "Facts",
    "FormField",
    "FormSheet",
    "GroundState",
    "Item",
    "LeftOut",
    "Letter",
    "Missing",
    "Section",
    "Signer",
    "bars",
    "compose",
    "declarations_for",
    "form_sheet",
    "service_text",
    "split_items",
]
