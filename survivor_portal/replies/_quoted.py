"""Find what is quoted in an answer: the asker's own words must never be read as the platform's."""

from __future__ import annotations

import re

_GAP = r"[^\n]{3,200}"
# The line a mail program puts above the mail it quotes, in the languages we read.
_ATTRIBUTION = re.compile(
    rf"^[ \t]{{0,9}}(?:on\b{_GAP}\bwrote|am\b{_GAP}\bschrieb\b[^\n]{{0,120}}|le\b{_GAP}\ba [ée]crit"
    rf"|el\b{_GAP}\bescribi[óo]|em\b{_GAP}\bescreveu)[ \xa0]?:[ \t]{{0,9}}$",
    re.IGNORECASE | re.MULTILINE,
)
_WRAPPED = re.compile(
    r"^[ \t]{0,9}(?:on|am|le|el|em)\b[^\n]{5,150}\n[^\n>]{0,120}", re.IGNORECASE | re.MULTILINE
)
_DIVIDER = re.compile(
    r"^[ \t>*_-]{0,30}(?:original message|urspr(?:ü|ue)ngliche nachricht|message d['’]origine"
    r"|mensaje original"
    r"|mensagem original|this is a copy of your message|(?:please )?(?:type|write) your reply above this line"
    r"|bitte (?:geben|schreiben) sie ihre antwort (?:ü|ue)ber dieser (?:zeile|linie))\b[^\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_ECHO = re.compile(
    r"^[ \t]{0,9}(?:your (?:message|report|request|complaint|words|description)(?: (?:was|read|said))?"
    r"|you (?:wrote|said|told us)"
    r"|ihre (?:nachricht|meldung|anfrage)|deine (?:nachricht|meldung)|sie schrieben"
    r"|votre (?:message|signalement|demande)"
    r"|vous avez [ée]crit|(?:su|tu) (?:mensaje|denuncia|solicitud)|(?:usted )?escribi[óo]|"
    r"(?:a )?sua (?:mensagem|den[úu]ncia)|(?:voc[êe] )?escreveu)[ \xa0]?:[ \t]{0,9}\n{1,2}",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(r"^[ \t]{0,9}>[^\n]{0,4000}", re.MULTILINE)
_MARKED = re.compile(r"\s{0,20}>")
_PARAGRAPH_END = re.compile(r"\n[ \t\r]{0,9}\n")
_SPOKEN = re.compile(r"[\"“„«][^\"“”„«»\n]{25,600}[\"”“»]")
_LETTER = re.compile(r"[^\W\d_]")
_FEW_LETTERS = 40
_MOST = 0.6  # a text that is one quotation was pasted with its quotation marks


def quoted(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of `text` that repeat the request or an earlier mail, in order and apart from each other."""
    spans = [found.span() for found in _LINE.finditer(text)]
    for found in (*_ATTRIBUTION.finditer(text), *_WRAPPED.finditer(text)):
        if _ATTRIBUTION.match(" ".join(found[0].split())):
            spans.append((found.start(), _end_of_quotation(text, found.end())))
    for found in _DIVIDER.finditer(text):
        # Help desks put "reply above this line" at the very top of a mail that is all new.
        if len(_LETTER.findall(text, max(0, found.start() - 4000), found.start())) >= _FEW_LETTERS:
            spans.append((found.start(), len(text)))
            break
        spans.append(found.span())
    done = 0
    for found in _ECHO.finditer(text):
        if found.start() >= done:
            end = _PARAGRAPH_END.search(text, found.end())
            done = end.start() if end else len(text)
            spans.append((found.start(), done))
    spans += [
        found.span() for found in _SPOKEN.finditer(text) if len(found[0]) < _MOST * len(text.strip())
    ]  # fmt: skip
    return _joined(spans)


def _end_of_quotation(text: str, after: int) -> int:
    """Marked lines below an attribution end by themselves, an unmarked mail runs to the end."""
    return after if _MARKED.match(text, after) else len(text)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
