"""Read: one piece of text as one link, cleaned, with what it wraps."""

import re
from urllib.parse import unquote

from survivor_portal.links._hosts import PrivateAddress, host_name
from survivor_portal.links._link import Link, Problem
from survivor_portal.links._marks import link_end, visible, without_breaks
from survivor_portal.links._tables import SHORT_HOSTS, SHORT_PATHS, TRACKING, TRACKING_AT, TRACKING_PREFIXES
from survivor_portal.links._wrappers import holds_whole_addresses, wrapped

LONGEST = 16_384  # no browser or platform makes longer ones; a longer text is data in the dress of a link
_DEEPEST = 4  # an archive copy of a redirect to an archive copy is the most ever seen

# Also as people mistype it or blunt it, so that nobody clicks by accident: hxxps, h**p, ttps, http//, https:/
WEB_SCHEME = re.compile(
    r"(?:h(?:tt|xx|\*\*|t|ttt)p(s?)|ttp(s?))(?:\[:\]|\[://\]|[:;]){0,2}(?:\\?/|\\){1,4}"
    r"|https?:(?=[\w-]+\.[\w-])",
    re.IGNORECASE,
)
OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,30}:(?!\d{1,6}(?:[/?#]|$))", re.IGNORECASE)
_PACKED_SCHEME = re.compile(r"https?%3a%2f%2f", re.IGNORECASE)
_FTP = re.compile(r"(ftps?)://", re.IGNORECASE)
_AUTHORITY_END = re.compile(r"[/?#]|\\(?!\.)")
_BLUNTED_DOT = re.compile(r"\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\}|\\\.", re.IGNORECASE)
_PORT = re.compile(r":([^:\[\]@]*)\Z")
_NAME = re.compile(r"[A-Za-z0-9_-]*+")
_AMPERSANDS = re.compile(r"&(?:amp;)++|\\+u0026(?:amp;)*+", re.IGNORECASE)
_PACKED_EQUALS = re.compile(r"\\+u003d", re.IGNORECASE)
_ESCAPED_SLASH = re.compile(r"\\++(?=/)")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 990}
_TELEGRAM = re.compile(r"tg:(?://)?(resolve|join|privatepost)/?\?(.+)", re.IGNORECASE)


def read(text: str, *, raw: str | None = None, depth: int = 0) -> Link:
    """Read `text` as one link, with or without scheme; `raw` is what it was cut from.

    Never raises: a text that is no link comes back without `url` and with the problem that says why.
    """
    raw = text if raw is None else raw
    if len(text) > LONGEST:
        return Link(raw, problems=(Problem.TOO_LONG,))
    text = _AMPERSANDS.sub("&", "".join(visible(text).split()))
    cut_off = text.rstrip(".,;:!?'\")]}").endswith("…")
    text = text[: link_end(text)]
    if _PACKED_SCHEME.match(text):
        text = without_breaks(unquote(text))
    text = _app_link(text)
    scheme, rest = _scheme(text)
    if not scheme:
        return Link(raw, problems=(Problem.NOT_WEB,))
    authority, tail = _split(rest)
    try:
        host, port = _authority(authority, scheme)
    except PrivateAddress:
        return Link(raw, problems=(Problem.PRIVATE_ADDRESS,))
    except _BadPort:
        return Link(raw, problems=(Problem.BAD_PORT,))
    except ValueError:
        return Link(raw, problems=(Problem.NO_HOST,))
    path, query, fragment = _parts(tail, host)
    tail = path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    url = f"{scheme}://{host}" + (f":{port}" if port is not None else "") + tail
    return Link(
        raw=raw,
        url=url,
        scheme=scheme,
        host=host,
        path=path,
        query=query,
        fragment=fragment,
        target=_target(url, host, path, query, fragment, depth),
        problems=tuple(_hints(host, path, cut_off)),
        port=port,
    )


class _BadPort(ValueError):
    """What stands behind the colon is no port."""


def _app_link(text: str) -> str:
    """Write what an app calls its own page as the page on the web."""
    found = _TELEGRAM.fullmatch(text)
    if not found:
        return text
    values = dict(part.partition("=")[::2] for part in found[2].split("&"))
    verb, post = found[1].lower(), "/" + values["post"] if values.get("post") else ""
    if verb == "resolve" and values.get("domain"):
        return f"https://t.me/{values['domain']}{post}"
    if verb == "join" and values.get("invite"):
        return f"https://t.me/+{values['invite']}"
    if verb == "privatepost" and values.get("channel"):
        return f"https://t.me/c/{values['channel']}{post}"
    return text


def _scheme(text: str) -> tuple[str, str]:
    """Split off the scheme; without one it is https, and an empty one means this is not of the web."""
    if text.lower().startswith("view-source:"):
        return _scheme(text[12:])
    if found := WEB_SCHEME.match(text):
        secure = found[1] or found[2] or found[0][4:5] in ("s", "S")
        return "https" if secure else "http", text[found.end() :]
    if found := _FTP.match(text):
        return found[1].lower(), text[found.end() :]
    if text.startswith("//"):
        return "https", text.lstrip("/")
    if OTHER_SCHEME.match(text):
        return "", text
    return "https", text


def _split(rest: str) -> tuple[str, str]:
    """Split into what stands before the first slash, question mark or number sign, and all that follows."""
    found = _AUTHORITY_END.search(rest)
    end = found.start() if found else len(rest)
    tail = _PACKED_EQUALS.sub("=", _ESCAPED_SLASH.sub("", rest[end:]))
    # Browsers read a backslash as a slash until the query begins.
    question = next((place for place, sign in enumerate(tail) if sign in "?#"), len(tail))
    return rest[:end], tail[:question].replace("\\", "/") + tail[question:]


def _authority(text: str, scheme: str) -> tuple[str, int | None]:
    """Give host and port; a user name and password in front of them are dropped."""
    text = unquote(_BLUNTED_DOT.sub(".", text.rpartition("@")[2]))
    port = None
    if found := _PORT.search(text):
        text = text[: found.start()]
        if found[1]:
            if not (
                found[1].isascii() and found[1].isdigit() and len(found[1]) < 8 and 0 < int(found[1]) < 65536
            ):
                host_name(text)  # a private place is the graver problem
                raise _BadPort(found[1])
            port = int(found[1])
    return host_name(text), None if port == _DEFAULT_PORTS[scheme] else port


def _parts(tail: str, host: str) -> tuple[str, str, str]:
    """Take path, query and fragment apart, without tracking parameters and what hung on the end."""
    tail, _, fragment = tail.partition("#")
    path, _, query = tail.partition("?")
    if query and not holds_whole_addresses(host):
        query = _without_tracking(query, host)
    whole = path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    whole = whole[: link_end(whole)]
    whole, _, fragment = whole.partition("#")
    path, _, query = whole.partition("?")
    return path, query, fragment


def _without_tracking(query: str, host: str) -> str:
    local: frozenset[str] = frozenset()
    labels = host.split(".")
    for start in range(len(labels) - 1):
        local |= TRACKING_AT.get(".".join(labels[start:]), frozenset())
    parts = query.split("&")
    kept = [part for part in parts if not _is_tracking(part, local)]
    return query if len(kept) == len(parts) else "&".join(kept)


def _is_tracking(part: str, local: frozenset[str]) -> bool:
    found = _NAME.match(part)
    name = found[0].lower() if found else ""
    return name in TRACKING or name in local or name.startswith(TRACKING_PREFIXES)


def _hints(host: str, path: str, cut_off: bool) -> list[str]:
    hints: list[str] = []
    bare = host.removeprefix("www.")
    if (bare in SHORT_HOSTS and len(path) > 1) or _is_short_path(bare, path):
        hints.append(Problem.SHORT_LINK)
    if cut_off:
        hints.append(Problem.CUT_OFF)
    return hints


def _is_short_path(host: str, path: str) -> bool:
    if host.endswith("reddit.com") and re.fullmatch(r"/(?:r|u|user)/[^/]++/s/[^/]++/?", path):
        return True
    return any(
        (host == known or host.endswith("." + known))
        and path.startswith(beginning)
        and len(path) > len(beginning)
        for known, beginning in SHORT_PATHS
    )


def _target(url: str, host: str, path: str, query: str, fragment: str, depth: int) -> Link | None:
    if depth >= _DEEPEST:
        return None
    inner = wrapped(url, host, path, query, fragment)
    if inner is None:
        return None
    target = read(without_breaks(inner.strip()), depth=depth + 1)
    return target if target.usable and target.url != url else None
