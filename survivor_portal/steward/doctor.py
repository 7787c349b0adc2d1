"""Looks at everything an operator answers for, one part after the other; nothing it meets stops it."""

from datetime import datetime

from survivor_portal.steward import machine, mailing, site
from survivor_portal.steward.findings import Finding, Look, broken

LOOKS: tuple[Look, ...] = (
    site.kind_of_site,
    site.restore,
    site.tables,
    site.workers,
    machine.bell,
    site.queue,
    site.keys,
    site.copies,
    site.copying,
    machine.clock,
    machine.disk,
    machine.memory,
    machine.files,
    mailing.mail,
    site.shared_counts,
    site.flood,
    site.facts,
    site.reviews,
)


def examine(now: datetime) -> list[Finding]:
    """All there is to say, in the order of the looks."""
    found: list[Finding] = []
    for look in LOOKS:
        try:
            found.extend(look(now))
        except Exception as error:
            # Its words might hold something; its type does not.
            name = look.__name__.replace("_", " ")
            says = f"This could not be looked at ({type(error).__name__})."
            found.append(broken(name, says, "See the other lines; mend those first."))
    return found
