"""Link: one pasted address, taken apart, and how it is shown."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Problem(StrEnum):
    """What is wrong with a link, as a code; the page chooses the words."""

    NO_HOST = "no_host"  # no site can be read out of it
    NOT_WEB = "not_web"  # a file on a device, a script, picture data, an app's own address
    PRIVATE_ADDRESS = "private_address"  # leads to somebody's own machine or network, not to a site
    BAD_PORT = "bad_port"
    TOO_LONG = "too_long"
    SHORT_LINK = "short_link"  # only redirects; the person may know where it leads, we do not ask the network
    CUT_OFF = "cut_off"  # ends in an ellipsis, so it was copied from where it is shown shortened


_HINTS = frozenset({Problem.SHORT_LINK, Problem.CUT_OFF})
_WEB_PREFIXES = ("www.", "m.", "mobile.")
_PARTS = re.compile(r"[\W_]+")
_SHOWN_END = 4
_SHOWN_HOST = 40


@dataclass(frozen=True)
class Link:
    """An address as it was pasted and as it can be written to somebody.

    `raw` is what the person pasted, exactly. `url` is the same address cleaned: with a scheme, the host in
    lower-case ASCII, without user name, password and known tracking parameters; all else is kept as it was,
    because keys stand in it. `url` is empty where no address could be read. `target` is the address this one
    only wraps: what an archive copied, or where a search engine's redirect leads.
    """

    raw: str
    url: str = ""
    scheme: str = ""
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""
    target: "Link | None" = None
    problems: tuple[str, ...] = ()
    port: int | None = None

    @property
    def usable(self) -> bool:
        """Whether a request can name this link; a short or cut-off one still counts."""
        return bool(self.url) and all(problem in _HINTS for problem in self.problems)

    @cached_property
    def identity(self) -> str:
        """The same for two ways of writing one address, to find what was pasted twice.

        Without scheme, `www.`, `m.`, `mobile.` and last slash, with the query in alphabetical order.
        It is a key for comparing, not an address. Empty for a link without an address.
        """
        if not self.url:
            return ""
        host = bare_host(self.host) + (f":{self.port}" if self.port is not None else "")
        query = "&".join(sorted(part for part in self.query.split("&") if part))
        fragment = self.fragment.partition(":~:")[0]  # the words a browser was to highlight
        return (
            host
            + self.path.rstrip("/")
            + (f"?{query}" if query else "")
            + (f"#{fragment}" if fragment else "")
        )


def bare_host(host: str) -> str:
    """Take one leading `www.`, `m.` or `mobile.` from a host, unless nothing but an ending is left."""
    for prefix in _WEB_PREFIXES:
        rest = host.removeprefix(prefix)
        if rest != host and "." in rest:
            return rest
    return host


def shown(link: Link, item_id: str = "") -> str:
    """Mask a link for a page: its host and the last few characters, as in `x.com/…/4821`.

    Enough to tell two links apart, too little to be shamed by over somebody's shoulder or to be opened.
    `item_id`: what the site calls the item; without it, the last part of the link, which two may share.
    """
    host = bare_host(link.host)
    if len(host) > _SHOWN_HOST:
        host = "…" + host[-_SHOWN_HOST:]
    tail = link.path + "/" + link.query + "/" + link.fragment if link.host else link.raw[-100:]
    last = item_id or next((part for part in reversed(_PARTS.split(tail)) if part), "")
    return f"{host or '…'}/…/{last[-min(_SHOWN_END, (len(last) + 1) // 2) :]}" if last else host or "…"
