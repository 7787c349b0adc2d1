"""Reads what the short mails a person may ask for say of this site: who sends them, where they are stopped.

They are there as soon as mail goes out (MAIL_OUT) and cases are kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_NAME = 60
_ONION = ".onion"
_NAME = re.compile(r"[^\W_][\w .,'’&-]*")


@dataclass(frozen=True)
class Notes:
    """The sender's name, and where the page is that stops them; "": at the address a page was asked for."""

    name: str = ""
    site: str = ""


NONE = Notes()


def for_development(environ: Mapping[str, str], site_name: str) -> Notes:
    """One's own machine: the page is wherever the site was opened."""
    return Notes(environ.get("NOTES_NAME", "").strip() or site_name)


def for_production(
    environ: Mapping[str, str], site_name: str, hosts: Sequence[str], sends_mail: bool, problems: list[str]
) -> Notes:
    """What the environment says; what is not fit is added to `problems`. Whoever reads a mailbox sees both
    values, so both may be others than the site's own."""
    name = environ.get("NOTES_NAME", "").strip() or site_name
    site = environ.get("NOTES_SITE", "").strip()
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        problems.append(f"NOTES_NAME must be words of at most {LONGEST_NAME} letters")
    # A mail program opens no onion address.
    named = [host for host in hosts if not host.startswith(".") and not host.endswith(_ONION)]
    if site:
        parts = urlsplit(site)
        if parts.scheme != "https" or site != f"https://{parts.hostname}" or parts.hostname not in hosts:
            problems.append("NOTES_SITE must be https:// and one of ALLOWED_HOSTS, and no more")
    elif sends_mail and hosts and not named:
        problems.append("NOTES_SITE is missing, and ALLOWED_HOSTS names none that a mail could")
    return Notes(name, site or (f"https://{named[0]}" if named else ""))
