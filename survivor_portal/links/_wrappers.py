"""Wrappers: addresses that carry another address inside; read it out by its known place."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus, urljoin

_ARCHIVE_TODAY = frozenset(f"archive.{ending}" for ending in ("today", "ph", "is", "li", "fo", "md", "vn"))
_WAYBACK = re.compile(r"/(?:web/)?(?:\d{1,14}+|\*|\d{4,14}\*)(?:[a-z]{2,3}_)?/(.++)", re.DOTALL)
_ARCHIVED = re.compile(r"/(?:o/\w++|\d[\d.-]{3,20}|newest|oldest|timegate|timemap)/(.++)", re.DOTALL)
_ARCHIVE_IT = re.compile(r"/(?:\d++|all|org-\d++)/(?:\d{1,14}|\*)(?:[a-z]{2,3}_)?/(.++)", re.DOTALL)
_AMP_CACHE = re.compile(r"/(?:[acvi]|wp)/(?:s/)?(.++)", re.DOTALL)
_GOOGLE_AMP = re.compile(r"/amp/(?:s/)?(.++)", re.DOTALL)
_YAHOO = re.compile(r"/RU=([^/]++)")
_GOOGLE_CACHE = re.compile(r"cache:(?:[\w-]{6,24}:)?([^\s+]++)")
_GOOGLE = re.compile(r"(?:[a-z0-9-]++\.)*?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_YANDEX = re.compile(r"(?:[a-z0-9-]++\.)*?(?:yandex\.(?:com|[a-z]{2}|com\.tr)|ya\.ru)")
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+?)__;", re.DOTALL)
_DISCORD_PROXY = re.compile(r"/external/[^/]++/(?:%3F[^/]*+/)?(https?)/(.++)", re.DOTALL)

# host (and everything below it), beginning of the path, names of the parameter that carries the address.
_PARAMETERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("bing.com", "/images/", ("mediaurl",)),
    ("duckduckgo.com", "/l/", ("uddg",)),
    ("duckduckgo.com", "/iu/", ("u",)),
    ("startpage.com", "/av/proxy-image", ("piurl",)),
    ("facebook.com", "/l.php", ("u",)),
    ("facebook.com", "/flx/warn", ("u",)),
    ("facebook.com", "/sharer", ("u",)),
    ("facebook.com", "/login", ("next",)),
    ("facebook.com", "/checkpoint", ("next",)),
    ("l.instagram.com", "/", ("u",)),
    ("instagram.com", "/accounts/login", ("next",)),
    ("l.threads.net", "/", ("u",)),
    ("l.threads.com", "/", ("u",)),
    ("threads.net", "/login", ("next",)),
    ("threads.com", "/login", ("next",)),
    ("l.messenger.com", "/", ("u",)),
    ("l.wl.co", "/", ("u",)),
    ("out.reddit.com", "/", ("url",)),
    ("reddit.com", "/media", ("url",)),
    ("reddit.com", "/login", ("dest",)),
    ("x.com", "/i/flow/login", ("redirect_after_login",)),
    ("twitter.com", "/i/flow/login", ("redirect_after_login",)),
    ("x.com", "/login", ("redirect_after_login",)),
    ("twitter.com", "/login", ("redirect_after_login",)),
    ("tiktok.com", "/login", ("redirect_url",)),
    ("tiktok.com", "/link/v2", ("target",)),
    ("linkedin.com", "/authwall", ("sessionRedirect",)),
    ("linkedin.com", "/redir/", ("url",)),
    ("linkedin.com", "/safety/go", ("url",)),
    ("discord.com", "/login", ("redirect_to",)),
    ("vk.com", "/away.php", ("to",)),
    ("vk.ru", "/away.php", ("to",)),
    ("away.vk.com", "/away.php", ("to",)),
    ("ok.ru", "/dk", ("st.link",)),
    ("youtube.com", "/redirect", ("q",)),
    ("youtube.com", "/signin", ("next",)),
    ("youtube.com", "/attribution_link", ("u",)),
    ("consent.youtube.com", "/", ("continue",)),
    ("steamcommunity.com", "/linkfilter", ("u", "url")),
    ("slack-redir.net", "/link", ("url",)),
    ("safelinks.protection.outlook.com", "/", ("url",)),
    ("t.umblr.com", "/redirect", ("z",)),
    ("tumblr.com", "/redirect", ("z",)),
    ("medium.com", "/r/", ("url",)),
    ("pinterest.com", "/offsite", ("url",)),
    ("disq.us", "/url", ("url",)),
    ("exit.sc", "/", ("url",)),
    ("gate.sc", "/", ("url",)),
    ("t.me", "/iv", ("url",)),
    ("t.me", "/share/url", ("url",)),
    ("weibo.cn", "/sinaurl", ("u", "toasturl")),
    ("link.zhihu.com", "/", ("target",)),
    ("c.pc.qq.com", "/", ("pfurl", "url")),
    ("weixin110.qq.com", "/", ("main_url",)),
    ("images.weserv.nl", "/", ("url",)),
    ("wsrv.nl", "/", ("url",)),
    ("urldefense.com", "/v1/", ("u",)),
    ("urldefense.proofpoint.com", "/v1/", ("u",)),
    ("archive.org", "/wayback/available", ("url",)),
    ("ghostarchive.org", "/search", ("term",)),
)
# Everything behind the question mark is the address.
_BARE_QUERY = frozenset(
    (
        "href.li",
        "anonym.to",
        "anonym.es",
        "anon.to",
        "anonymz.com",
        "blankrefer.com",
        "dereferer.me",
        "hiderefer.com",
        "lurl.me",
        "nullrefer.com",
        "nullrefer.info",
    )
)
# A copy of a page: its own address ends with the original, whose query is part of the name of the copy.
_ARCHIVES = frozenset(
    {"web.archive.org", "wayback.archive-it.org", "archive.org", "ghostarchive.org", "urldefense.com"}
    | _ARCHIVE_TODAY
)


def holds_whole_addresses(host: str) -> bool:
    """Whether addresses of this host end with another address, which must be kept letter by letter."""
    return host.removeprefix("www.") in _ARCHIVES or host.removeprefix("www.") in _BARE_QUERY


def wrapped(url: str, host: str, path: str, query: str, fragment: str) -> str | None:
    """Give the address that this one carries inside, as text still to be read; None when it carries none."""
    for candidate in _candidates(url, host, path, query, fragment):
        if candidate.startswith("/") and not candidate.startswith("//"):
            return urljoin(url, candidate[:4096])
        if "." in candidate:
            return candidate
    return None


def _candidates(url: str, host: str, path: str, query: str, fragment: str) -> Iterator[str]:
    host = host.removeprefix("www.")
    for known, beginning, names in _PARAMETERS:
        if path.startswith(beginning) and (host == known or host.endswith("." + known)):
            yield from _values(query, names)
    if host in _ARCHIVES or host.endswith("archive-it.org"):
        yield from _archived(host, path, query, fragment)
    if host in _BARE_QUERY and query:
        yield unquote(query) if "://" not in query else query
    if _GOOGLE.fullmatch(host):
        yield from _google(path, query)
    elif host == "webcache.googleusercontent.com":
        yield from _cached(query)
    elif host == "cdn.ampproject.org" or host.endswith(".cdn.ampproject.org"):
        yield from _rest(_AMP_CACHE.fullmatch(path), query)
    elif host.endswith(".translate.goog"):
        yield _translated(host, path, query)
    elif host == "bing.com" and path.startswith("/ck/"):
        yield from _bing(query)
    elif host.endswith("search.yahoo.com") and (found := _YAHOO.search(path)):
        yield unquote(found[1])
    elif host in ("urldefense.com", "urldefense.proofpoint.com"):
        yield from _proofpoint(path, query)
    elif host in ("images-ext-1.discordapp.net", "images-ext-2.discordapp.net"):
        if found := _DISCORD_PROXY.fullmatch(path):
            yield f"{found[1]}://{found[2]}"
    elif host in ("i0.wp.com", "i1.wp.com", "i2.wp.com", "i3.wp.com"):
        yield path.removeprefix("/")
    elif host == "deviantart.com" and path.startswith("/users/outgoing") and query:
        yield unquote(query)
    elif _YANDEX.fullmatch(host):
        yield from _values(query, ("img_url", "url") if path.startswith(("/images", "/clck")) else ())


def _values(query: str, names: tuple[str, ...]) -> Iterator[str]:
    """The values of the named parameters, names in order of preference."""
    found: dict[str, str] = {}
    for part in query.split("&") if names else ():
        name, _, value = part.partition("=")
        if value and name in names:
            found.setdefault(name, value)
    for name in names:
        if name in found:
            yield unquote_plus(found[name])


def _rest(found: "re.Match[str] | None", query: str, fragment: str = "") -> Iterator[str]:
    if found:
        yield found[1] + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _archived(host: str, path: str, query: str, fragment: str) -> Iterator[str]:
    if host in _ARCHIVE_TODAY:
        if path == "/" or path.startswith("/submit"):
            yield from _values(query, ("url", "run"))
        found = _ARCHIVED.fullmatch(path) or re.fullmatch(r"/(https?:/.++)", path, re.DOTALL)
    elif host.endswith("archive-it.org"):
        found = _ARCHIVE_IT.fullmatch(path)
    elif host == "ghostarchive.org":
        found = re.fullmatch(r"/(?:save|archive)/(https?:/.++)", path, re.DOTALL)
    else:
        found = _WAYBACK.fullmatch(path) or re.fullmatch(r"/(?:save|web)/(?:_embed/)?(.++)", path, re.DOTALL)
    yield from _rest(found, query, fragment)


def _google(path: str, query: str) -> Iterator[str]:
    if path.startswith("/search"):
        yield from _cached(query)
    elif path.startswith("/imgres"):
        yield from _values(query, ("imgrefurl", "imgurl"))
    elif path.startswith(("/url", "/interstitial", "/local_url", "/aclk")):
        yield from _values(query, ("q", "url", "adurl"))
    elif path.startswith("/translate"):
        yield from _values(query, ("u",))
    elif path.startswith(("/sorry", "/m", "/ml", "/ServiceLogin", "/AccountChooser")):
        yield from _values(query, ("continue",))
    yield from _rest(_GOOGLE_AMP.fullmatch(path), query)


def _cached(query: str) -> Iterator[str]:
    for value in _values(query, ("q",)):
        if found := _GOOGLE_CACHE.match(value):
            yield found[1]


def _translated(host: str, path: str, query: str) -> str:
    """Google's translated pages write `a-b.example` as `a--b-example.translate.goog`."""
    name = host.removesuffix(".translate.goog").replace("--", "\0").replace("-", ".").replace("\0", "-")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("_x_tr_"))
    return f"https://{name}{path}" + (f"?{kept}" if kept else "")


def _bing(query: str) -> Iterator[str]:
    """Bing writes `a1` and the address in URL-safe base64 without padding."""
    for value in _values(query, ("u",)):
        if value.startswith("a1"):
            packed = value[2:] + "=" * (-len(value[2:]) % 4)
            try:
                yield base64.urlsafe_b64decode(packed).decode("utf-8")
            except (binascii.Error, ValueError):
                continue


def _proofpoint(path: str, query: str) -> Iterator[str]:
    if found := _PROOFPOINT_V3.match(path):
        yield found[1]
    if path.startswith("/v2/"):
        for part in query.split("&"):
            if part.startswith("u="):
                yield unquote(part[2:].replace("-", "%").replace("_", "/"))
