"""Requests, the letters after them and form sheets, from facts about the law and one person's answers."""

from survivor_portal.letters._complaints import complaints_for
from survivor_portal.letters._compose import compose, declarations_for
from survivor_portal.letters._facts import Addressee, Facts, Item, Signer, split_items
from survivor_portal.letters._history import History
from survivor_portal.letters._joint import Agency, Client, joint_list, stands_by_itself
from survivor_portal.letters._letter import Declaration, GroundState, LeftOut, Letter, Missing, Section
from survivor_portal.letters._reading import bars
from survivor_portal.letters._second import SecondKind, second_letter
from survivor_portal.letters._services import service_text
from survivor_portal.letters._sheet import FormField, FormSheet, form_sheet
from survivor_portal.letters.words import CODES

__all__ = [
    "CODES",
    "Addressee",
    "Agency",
    "Client",
    "Declaration",
    "Facts",
    "FormField",
    "FormSheet",
    "GroundState",
    "History",
    "Item",
    "LeftOut",
    "Letter",
    "Missing",
    "SecondKind",
    "Section",
    "Signer",
    "bars",
    "complaints_for",
    "compose",
    "declarations_for",
    "form_sheet",
    "joint_list",
    "second_letter",
    "service_text",
    "split_items",
    "stands_by_itself",
]
