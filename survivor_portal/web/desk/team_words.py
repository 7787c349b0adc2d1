"""The words of the team's pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates.deeds import Kind
from survivor_portal.web.forms import Words

NOT_THERE = _("This person has no seat in the team any more.")
NOT_LET_IN = _("A colleague has to let you in first.")
LAST_LEAD = _("Nobody else leads this team. Make somebody else a lead first.")
ALREADY_IN = _("Somebody with this address is in the team already.")
NOT_AN_ADDRESS = _("This is no e-mail address. Please check it.")
TOO_MANY_OUT = _("There are 50 links that nobody used yet. Take one back first.")
NOT_A_TEAM_NAME = _("A name is one line with 120 letters or fewer.")
WRONG_KEY = _("This is not the recovery key of this team. A newer one may have been printed.")
MISTYPED_KEY = _("There is a typing error in the key. Please check each letter.")
NOT_SKIPPED = _("Please tick the box first.")
WORDS_TOO_LONG = _("This is too long. Please use 8000 letters or fewer.")

# What was done; the page puts who did it before, and about whom after.
DEEDS: dict[str, Words] = {
    Kind.team_made: _("The team was made"),
    Kind.invited: _("A link to join was made"),
    Kind.joined: _("Joined with a link"),
    Kind.let_in: _("Let in"),
    Kind.left: _("Left the team"),
    Kind.removed: _("Taken out of the team"),
    Kind.role_changed: _("Does something else now"),
    Kind.reset_link: _("A link for a new password was made"),
    Kind.password_set: _("Set a new password"),
    Kind.second_removed: _("The second step was taken away"),
    Kind.recovery_made: _("The recovery key was made and shown"),
    Kind.recovery_skipped: _("A yes to do without a recovery key"),
    Kind.recovery_used: _("The printed recovery key was used"),
    Kind.words_changed: _("The agency’s own words were changed"),
    Kind.clock_set: _("The organisation’s clock was changed"),
    Kind.new_key: _("The team got a new key"),
    Kind.ended_again: _("Taken out again, after a backup was put back"),
}

NOTICE_START = _(
    "Before you tell us more: some of us must report by law when we learn that someone under 18 is "
    "being hurt, and who it is. A report goes to child protection or to the police. You can ask us first, "
    "without names: "
    "“What would you have to report?” You can also use this site without telling us who you are."
)
