"""The words of an HTML mail: no markup, no pictures, links as the address they lead to."""

from __future__ import annotations

import html
import re

import nh3

from survivor_portal.mails import _limits as limits
from survivor_portal.mails._parts import Stop
from survivor_portal.mails._records import Why

_OPENING = re.compile(r"<[a-zA-Z/!?]")
# A tag as the HTML standard reads it (13.2.5). Its attributes are taken off before anything else looks: a
# hundred thousand of them in one tag held a parser for eight seconds.
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)"""
_ATTRIBUTE = rf"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+{_VALUE})?+"
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>?")
_HREF = re.compile(rf"[\s/]href\s*+=\s*+({_VALUE})", re.IGNORECASE)
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,15}")
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
        "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNSEEN = {"script", "style", "title", "template", "noscript", "svg", "math", "object", "iframe", "textarea"}
_LINK = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)
# What becomes of a block's edges, until the text is laid out. Taken out of what came in.
_BREAK, _QUOTE, _END_QUOTE = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile("[\ue000-\ue002]")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_EDGES = re.compile(" ?(?:[\ue000-\ue002] ?)+")
_DEEPEST_QUOTE = 5


def words(markup: str) -> str:
    """The text of this HTML, a line for each block, quoted mails with ">". Raises Stop: too many tags."""
    tags = sum(1 for _found in _OPENING.finditer(markup))
    # What opens nothing is text, and no text has so much of it.
    if tags > limits.MOST_TAGS or markup.count("<") > 2 * limits.MOST_TAGS:
        raise Stop(Why.TOO_MANY_TAGS)
    bare = _without_attributes(_SPACES.sub(" ", _MARKS.sub("", markup)))
    cleaned = nh3.clean(bare, tags=set(), clean_content_tags=_UNSEEN)
    # Signs that are written out are up to six times as long; more than that is cut later anyway.
    text = html.unescape(cleaned[: 2 * limits.LONGEST_LOOKED_AT])
    return _laid_out(_SPACES.sub(" ", text))


def _without_attributes(markup: str) -> str:
    """Bare tags; a mark at each edge of a block; behind a link the address it leads to."""
    made: list[str] = []
    done, address, since = 0, "", 0

    def settle(end: int) -> None:
        nonlocal address
        if address and address not in html.unescape(markup[since:end]):
            made.append(f" ({html.escape(address)})")
        address = ""

    for tag in _TAG.finditer(markup):
        made.append(markup[done : tag.start()])
        done = tag.end()
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if not _NAME.fullmatch(name):
            made.append(" ")
            continue
        if name == "a":
            settle(tag.start())
            found = _HREF.search(attributes) if not closing else None
            address, since = _address(found[1]) if found else "", tag.end()
        # Never nothing: what stood before and behind a tag must not become a tag together.
        if name == "blockquote":
            made.append(_END_QUOTE if closing else _QUOTE)
        elif name in _BLOCKS:
            made.append(_BREAK)
        else:
            made.append(" " if name in _CELLS else f"<{closing}{name}>")
    made.append(markup[done:])
    settle(len(markup))
    return "".join(made)


def _address(value: str) -> str:
    bare = html.unescape(value.strip("\"'")).strip()
    if len(bare) > limits.LONGEST_LINK or not _LINK.fullmatch(bare):
        return ""
    return bare.removeprefix("mailto:")


def _laid_out(text: str) -> str:
    lines: list[str] = []
    depth, done = 0, 0
    edges = [*_EDGES.finditer(text)]
    for start, end, marks in [*((e.start(), e.end(), e[0]) for e in edges), (len(text), len(text), "")]:
        line = text[done:start].strip()
        done = end
        if line:
            lines.append("> " * depth + line)
        depth += marks.count(_QUOTE) - marks.count(_END_QUOTE)
        depth = min(max(depth, 0), _DEEPEST_QUOTE)
        if lines and lines[-1] and len(marks.replace(" ", "")) > 1:
            lines.append("")
    return "\n".join(lines).strip()
