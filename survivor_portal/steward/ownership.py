"""The operator's commands run as the site's own user: what another writes, the site could not write again."""

import os
import pwd

from django.conf import settings


def other_owner() -> str:
    """The user DATA_DIR belongs to, if that is not who runs this; else ""."""
    owner = os.stat(settings.DATA_DIR).st_uid
    if owner == os.geteuid():
        return ""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def refusal() -> str:
    """What to say to somebody else; "" for the owner."""
    owner = other_owner()
    return f"Run this as the user DATA_DIR belongs to: `sudo -u {owner} ...`." if owner else ""
