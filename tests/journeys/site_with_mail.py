"""Settings of a site that a story starts by its own command: as on one's own machine, but nobody waits.

A letter can be stopped for two minutes before it leaves, and a phrase costs a second; neither is looked at
here.
"""

from survivor_portal.config.settings.dev import *  # noqa: F403
from survivor_portal.seals import Cost

MAIL_HOLD_SECONDS = 0
PHRASE_COST = Cost(kib=8, passes=1)
FILL_SECONDS = 0
FLOOD_FROM = 1_000_000
