"""Questions and triage: from what a person answers and pastes to an ordered plan. No Django, no database."""

from survivor_portal.intake._answers import KEYS, Answers, from_plain, to_plain
from survivor_portal.intake._at_platform import ways
from survivor_portal.intake._collected import add_links, take_links
from survivor_portal.intake._items import (
    MAX_ITEMS,
    Gathered,
    Item,
    by_party,
    gather,
    item_from_plain,
    item_to_plain,
)
from survivor_portal.intake._plan import plan
from survivor_portal.intake._questions import (
    BY_KEY,
    QUESTIONS,
    Question,
    asked,
    before,
    next_question,
    position,
    settled,
)
from survivor_portal.intake._steps import At, Cost, Note, Plan, Step, StepKey, When
from survivor_portal.intake._table import HEADER as TABLE_HEADER
from survivor_portal.intake._table import rows as table_rows

__all__ = [
    "BY_KEY",
    "KEYS",
    "MAX_ITEMS",
    "QUESTIONS",
    "TABLE_HEADER",
    "Answers",
    "At",
    "Cost",
    "Gathered",
    "Item",
    "Note",
    "Plan",
    "Question",
    "Step",
    "StepKey",
    "When",
    "add_links",
    "asked",
    "before",
    "by_party",
    "from_plain",
    "gather",
    "item_from_plain",
    "item_to_plain",
    "next_question",
    "plan",
    "position",
    "settled",
    "table_rows",
    "take_links",
    "to_plain",
    "ways",
]
