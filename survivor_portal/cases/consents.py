"""Who may agree that a team is let into a case. Whoever did harm never may, and nobody under 13 alone.

Confidentiality rules of victim services ask for a release by the person; for somebody under 18 by the person
and a parent or guardian who is not the one who did harm, or by the person alone where the law of the place
says so (34 USC 12291(b)(2), 28 CFR 90.4). Which law that is, no page here says: the agency knows its own.
"""

from survivor_portal.cases.releases import Consent
from survivor_portal.directory import Age


def who_may_agree(age: Age, *, by_guardian: bool, home_is_safe: bool | None) -> tuple[Consent, ...]:
    """The ways in which a release can be given here, the plainest first; none where nobody here may agree.

    `age`: of the person the case is about, today; "not sure" counts as 13 to 17. `by_guardian`: a parent or
    guardian holds the case. `home_is_safe`: False where somebody at home did it or telling would make it
    worse, None where nobody was asked. Where home is not safe no parent is asked for at all.
    """
    if age is Age.ADULT:
        return (Consent.adult,)
    if by_guardian:
        return () if home_is_safe is False else (Consent.minor_and_parent,)
    if age is Age.UNDER_13:
        return ()
    return (
        (Consent.minor_alone,) if home_is_safe is False else (Consent.minor_and_parent, Consent.minor_alone)
    )
