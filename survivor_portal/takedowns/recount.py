"""Count the clocks of a case again, when what they are counted by has changed: the person's zone, or age."""

from __future__ import annotations

from dataclasses import replace

from survivor_portal.cases import book
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import ChangedMeanwhile, Due, Line

_TRIES = 3  # another tab may write in between


def recount(case: OpenCase, *, due: Due) -> dict[str, int]:
    """Write anew what the rows say of clocks that now end at another time.

    Gives the rows that were touched, for the line in the book that tells of the change. Call it in the same
    transaction and before that line. Holds the case, as the line does. Raises ChangedMeanwhile, CaseGone,
    Rekeyed.
    """
    book.hold(case)
    touched: dict[str, int] = {}
    for line in operations.board(case):
        touched |= _recount(case, line, due)
    return touched


def _recount(case: OpenCase, line: Line, due: Due) -> dict[str, int]:
    for _ in range(_TRIES):
        takedown = operations.read(case, line.id)
        ends = due.ends(takedown, takedown.standing)
        if ends == line.ends:
            return {}
        try:
            return operations.rewrite(
                case, replace(takedown, revision=takedown.revision + 1), ends, line.changed_at
            )
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile
