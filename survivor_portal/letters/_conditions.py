"""The words an [if ...] in a text file may use, and when each is true."""

from __future__ import annotations

from survivor_portal.directory import Age, Asker, Law, Picture, Reported
from survivor_portal.letters._facts import Addressee, Facts
from survivor_portal.letters._reading import consent_was_given, period


def conditions(facts: Facts, to: Addressee, law: Law | None = None) -> tuple[str, ...]:
    """The true ones of _texts.CONDITIONS for this case."""
    clock = period(law.clock) if law is not None else None
    truth = {
        "minor": facts.minor,
        "adult": not facts.minor,
        "unsure_age": facts.age_then is Age.NOT_SURE,
        "ai": facts.picture in (Picture.AI, Picture.EDITED),
        "forced": bool(facts.forced),
        "process": to.process_known,
        # A number may stand in a letter only when it is verified and, for a platform, its process is known.
        "clock": clock is not None and (to.process_known or to.is_public_body),
        "withdrawn": consent_was_given(facts),
        "threat": facts.happened.value != "posted",
        "published": facts.happened.value != "threat",
        "self": facts.asker is Asker.SELF,
        "told": facts.reported not in (None, Reported.NOT_YET),
    }
    return tuple(word for word, holds in truth.items() if holds)
