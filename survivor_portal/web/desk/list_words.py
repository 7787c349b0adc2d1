"""What is wrong with a list, and what its columns are for, in words for people at a desk."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.lists import CASE_COLUMNS, SCOPE_WORDS, Fault, Wrong
from survivor_portal.web.forms import Words

WRONG: dict[Wrong, Words] = {
    Wrong.EMPTY: _("There is nothing in this list."),
    Wrong.NO_COLUMN: _("This column is missing. Add it to the first line."),
    Wrong.TWICE: _("Two columns have this name. Take one of them away."),
    Wrong.QUOTES: _(
        "A quotation mark is not closed, or stands in the wrong place. We cannot read on from here."
    ),
    Wrong.TOO_LONG: _("This is too long."),
    Wrong.CELLS: _("This line has more cells than there are columns. Is a quotation mark missing?"),
    Wrong.CONTROL: _("There is a sign here that cannot be seen. Type this cell anew."),
    Wrong.MISSING: _("Nothing stands here."),
    Wrong.NOT_ONE_OF: _("We do not know this word. See which words can stand here."),
    Wrong.NOT_A_DATE: _("Write the day like 2026-11-23."),
    Wrong.NOT_YES: _("Only “yes” can stand here. Without a dated release on file the case cannot come in."),
    Wrong.NO_LINK: _("We found no link here. Without a link, use the column “place”."),
    Wrong.NOT_A_SITE: _("This leads to no site. It may be a file or a device of one’s own."),
    Wrong.PICTURE: _("Here is a picture as text. Take it out. We never need the picture."),
    Wrong.TOO_MANY_LINKS: _("This case has more than 300 links and places. Bring the rest after that."),
    Wrong.TOO_MANY_CASES: _("This list has more than 1,000 cases. Bring the rest in a second list."),
    Wrong.APART: _("This case stands further up too. Put its lines one after the other."),
    Wrong.DIFFERS: _("Another line of this case says something else."),
    Wrong.NOTHING: _("There is neither a link nor a place."),
    Wrong.REGION: _("This is in another country than the one named."),
    Wrong.YOUNGER: _("The age now is lower than the age in the picture."),
    Wrong.FUTURE: _("This day has not come yet."),
    Wrong.OVER: _("This release is over. You need a new one."),
    Wrong.LONGER: _("A release can run for 365 days from the day it was signed."),
    Wrong.BEFORE: _("It ends before it was signed."),
    Wrong.NOT_ADULT: _("Only someone who is 18 or over now agrees as an adult. Not sure counts as under 18."),
    Wrong.IS_ADULT: _("An adult agrees alone. Write “adult”."),
    Wrong.UNDER_13: _("Someone under 13, or of unknown age, cannot agree alone."),
    Wrong.PARENT_NOT_SAFE: _("Say “yes” here if the parent or carer who agreed is not the one who did harm."),
    Wrong.HOME_NOT_SAFE: _("Where home is not safe no parent can agree. Open this case with the person."),
}
COLUMNS: dict[str, Words] = {
    "case": _("Your name for the case, each once. No real names: your whole team sees it in lists."),
    "link": _("An address, or several, one on each line of the cell."),
    "place": _("Where it is, without an address: the app, the user name, about when."),
    "age_then": _("Age in the picture."),
    "age_now": _("Age today. Not said and not sure count as under 18."),
    "happened": _("What happened."),
    "picture": _("What kind of picture."),
    "consent": _("Adults only: did the person agree that others see it?"),
    "maker": _("Who took it or sent it on first. “shown” is the person in it."),
    "forced": _("Was it forced, paid for or traded?"),
    "country": _("Where the person lives, in two letters."),
    "region": _("A state or province with a law of its own, like US-CA."),
    "owner_safe": _("May we write to the owner of a site nobody knows?"),
    "reported": _("What came of an earlier report."),
    "home_is_safe": _("“no” where someone at home did it, or telling them makes it worse."),
    "agreed_by": _("Who signed the release. Someone who did harm never can."),
    "release_signed": _("The day it was signed, like 2026-11-23."),
    "release_until": _("The day it ends, at most 365 days later."),
    "release_on_file": _("“yes”: the dated, signed release is in your files."),
    "parent_is_safe": _("“yes” with “minor_and_parent”: the one who agreed is not the one who did harm."),
    "may": _("What your team may do. Without it: read act."),
}
_SORTS: dict[str, tuple[str, ...]] = {
    "yes_no": ("yes", "no"),
    "confirmed": ("yes",),
    "scopes": SCOPE_WORDS,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One fault as the page shows it."""

    where: str
    words: Words
    piece: str


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """One column as the page shows it."""

    name: str
    words: Words
    choices: tuple[str, ...]
    needed: bool


def told(fault: Fault) -> Told:
    """Where it is, what is wrong, and the piece itself where it is short."""
    if fault.column:
        where = gettext("Line %(line)s, column “%(column)s”") % {"line": fault.line, "column": fault.column}
    else:
        where = gettext("Line %(line)s") % {"line": fault.line}
    return Told(where, WRONG[fault.wrong], fault.piece)


def columns() -> list[ColumnTold]:
    """Every column of a list of cases."""
    return [
        ColumnTold(one.name, COLUMNS[one.name], one.choices or _SORTS.get(one.sort, ()), one.needed)
        for one in CASE_COLUMNS
    ]
