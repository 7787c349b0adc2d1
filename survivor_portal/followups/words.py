"""The words of notes. Whoever else reads them learns that somebody asked for a note, and nothing of why.

No name of a platform, no case, no word of what this site is for, no link but the one that stops them.
"""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from survivor_portal.followups.plan import About


def subject() -> str:
    """The same for every note."""
    return _("Your note")


def text(about: About, stop: str, *, number: str = "", last_day: date | None = None) -> str:
    """The whole text, in the language of the moment. `stop`: the address that stops the notes."""
    match about:
        case About.test:
            said = _("You asked for a test note. Your number is %(number)s.") % {"number": number}
            more = _("If you did not ask for it, you do not have to do anything.")
        case About.ends if last_day:
            said = _("You asked for a note today: there is a step to do by %(day)s.") % {
                "day": date_format(last_day, "j F Y")
            }
            more = ""
        case _unused:
            said = _("You asked for a note today: there is a step waiting.")
            more = ""
    end = _("To get no more notes, open this page and press the button:")
    return "\n\n".join(part for part in (_("Hello,"), said, more, f"{end}\n{stop}") if part) + "\n"
