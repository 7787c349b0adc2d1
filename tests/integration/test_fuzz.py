"""Hostile and broken posts over every form: no server error, and nothing typed is lost on a "no"."""

import html
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal import intake
from survivor_portal.links import cut_image_data
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.questions import FORMS
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = pytest.mark.django_db

SEED = 20261122
MOVES = ["go", "back", "change", "plan", "letter", "stay", "sign", "save", "wrong_address"]
STEPS = [*FORMS, *MOVES]
SIGNING = [
    "name",
    "email",
    "phone",
    "post",
    "account_there",
    "resident",
    "confirm_belief",
    "confirm_accurate",
]
OTHERS = ["question", "letter", "site", "channel", "skip", "go", "step", "csrfmiddlewaretoken", "links[]", ""]
PICTURE = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" * 12
# Each of these is text somebody typed: it has to come back when the form says no.
TEXTS = [
    "",
    " ",
    "Maria Example",
    "maria@post.example",
    A_POST,
    "x.com/example/status/12 and www.video.example/a?b=c&d=e#f",
    "hxxps://bad[.]example/1\r\nhttps://two.example/2\tthree.example",
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "{{ 7*7 }} {% csrf_token %} %(name)s {0} ${x} %s%n",
    "'; DROP TABLE visits; --",
    "زوّر الصفحة \u202eexample.com\u202c",
    "e\u0301\u0327 \U0001f642\u200d\U0001f5e8\ufeff",
    "xn--80ak6aa92e.example/\u043f\u0443\u0442\u044c",
    "http://[::1]:99999/ http://1.2.3.4.5/ https://:@/ ftp:// javascript:alert(1)",
    "https://" + "a" * 70 + ".example/",
    "-1",
    "1e999",
    "9" * 400,
    "None",
    "True",
    "13_15",
    "\x00",
    "a\x00b https://nul.example/\x00c",
    "\x01\x02\x1b[31m\x7f\x85\u2028\u2029",
    "\ufffe\uffff\U0010ffff",
]


class Encoded(dict[int, str]):
    """Each sign as a browser sends it in a form. A long text has few, so each is worked out once."""

    def __missing__(self, sign: int) -> str:
        self[sign] = quote_plus(chr(sign))
        return self[sign]


ENCODED = Encoded()


@dataclass
class Post:
    """One post: pairs of name and text, sent as a browser would or not at all so."""

    pairs: list[tuple[str, str]]
    body: bytes = b""
    kind: str = "application/x-www-form-urlencoded"

    def typed(self) -> dict[str, str]:
        """What a browser's user would have seen in the boxes: the last text of each name."""
        return dict(self.pairs)


@dataclass
class Fuzz:
    """Posts made from a seed: the same ones in each run."""

    dice: random.Random
    names: list[str] = field(default_factory=list)

    def posts(self, count: int) -> Iterator[Post]:
        for number in range(count):
            step = STEPS[number % len(STEPS)]
            yield self.post(step)

    def post(self, step: str) -> Post:
        dice = self.dice
        pairs = [("step", step if dice.random() < 0.95 else self.text())]
        for name in self.fields_of(step):
            for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 30])):
                pairs.append((name, self.value(step, name)))
        for _ in range(dice.choice([0, 0, 1, 3])):
            pairs.append((dice.choice(OTHERS), self.text()))
        if dice.random() < 0.1:
            dice.shuffle(pairs)
        if dice.random() < 0.05:
            pairs = pairs[1:]
        return self.sent(Post(pairs))

    def fields_of(self, step: str) -> list[str]:
        if step == "sign":
            return SIGNING
        if step in FORMS:
            return list(FORMS[step](answers=intake.Answers()).fields)
        return ["question", "letter", "site", "channel"]

    def value(self, step: str, name: str) -> str:
        form = FORMS[step](answers=intake.Answers()) if step in FORMS else None
        choices = [str(key) for key, _ in getattr(form.fields[name], "choices", [])] if form else []
        if self.dice.random() < 0.05:
            return self.dice.choice(["words before ", ""]) + PICTURE + self.dice.choice(["", " " + A_POST])
        return self.dice.choice(choices) if choices and self.dice.random() < 0.6 else self.text()

    def text(self) -> str:
        dice = self.dice
        luck = dice.random()
        if luck < 0.03:
            return dice.choice(TEXTS) * dice.choice([3, 200, 4000])
        if luck < 0.3:
            return "".join(chr(self.letter()) for _ in range(dice.randrange(60)))
        if luck < 0.5:
            return " ".join(dice.choices(TEXTS, k=3))
        return dice.choice(TEXTS)

    def letter(self) -> int:
        top = self.dice.choice([0x80, 0x250, 0x3000, 0xD7FF, 0x10FFFF])
        code = self.dice.randrange(top)
        return code if not 0xD800 <= code < 0xE000 else 0x20

    def sent(self, post: Post) -> Post:
        dice = self.dice
        luck = dice.random()
        post.body = "&".join(
            f"{name.translate(ENCODED)}={text.translate(ENCODED)}" for name, text in post.pairs
        ).encode()
        if luck < 0.80:
            return post
        post.pairs = []  # what follows is nothing a page of ours sends
        if luck < 0.85:
            post.body = bytes(dice.randrange(256) for _ in range(dice.randrange(400)))
        elif luck < 0.90:
            body = bytearray(post.body[:5000])
            for _ in range(dice.randrange(1, 9)):
                body.insert(dice.randrange(len(body) + 1), dice.randrange(256))
            post.body = bytes(body) + b"&links=%ED%A0%80%FF%" + quote("\x00").encode()
        elif luck < 0.94:
            post.kind = dice.choice(["application/json", "text/plain", "", "multipart/form-data", "\xff"])
        elif luck < 0.98:
            post.kind = 'multipart/form-data; boundary="edge"'
            file = '; filename="a.png"' if dice.random() < 0.5 else ""
            part = f'--edge\r\nContent-Disposition: form-data; name="links"{file}\r\n\r\n{self.text()}\r\n'
            end = dice.choice(["--edge--\r\n", "", "--edge"])
            post.body = (part * dice.choice([1, 1, 500]) + end).encode("utf-8", "replace")
        else:
            post.body += b"&links=" + b"a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        return post


def standing_at() -> list[str]:
    """Tokens of visits that stand in different places, one of them not there at all."""
    from django.utils import timezone

    from survivor_portal.visits import visit as visits

    def moved(token: str, move: Callable[[flow.Data], None]) -> str:
        visits.change(bytes.fromhex(token), timezone.now(), move)
        return token

    def at_the_letter(data: flow.Data) -> None:
        step = next(step for step in flow.stand(data).plan.steps if step.letter == "request")
        flow.open_letter(data, step.id, "")

    news = [begun(NEWS_CASE, A_POST, until=key) for key in ("who", "links", "owner")]
    child = NEWS_CASE | {"asker": "self", "age_then": "under_13", "age_now": "under_13"}
    return [
        "",
        "ab" * 32,
        *news,
        begun(child),
        begun(NEWS_CASE | {"owner_safe": "yes"}, A_POST + " https://video.example/1", "App, @name, May"),
        moved(begun(NEWS_CASE, A_POST), at_the_letter),
        moved(begun(NEWS_CASE | {"country": "GB"}, A_POST), at_the_letter),
    ]


def plain(text: str) -> str:
    """Text as one compares it: a browser and a form may change line ends and outer space, nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def missing(post: Post, page: str, boxes: tuple[str, ...]) -> list[str]:
    """The typed texts of these boxes that do not stand in the page."""
    shown = plain(html.unescape(page))
    typed = post.typed()
    return [name for name in boxes if name in typed and plain(cut_image_data(typed[name])[0]) not in shown]


def test_hostile_posts_break_nothing_and_cost_nobody_a_word(sizes: Callable[[str], int]) -> None:
    dice = random.Random(SEED)
    fuzz = Fuzz(dice)
    tokens = standing_at()
    client = Client(raise_request_exception=False)
    strict = Client(raise_request_exception=False, enforce_csrf_checks=True)
    broken: list[Any] = []
    lost: list[Any] = []
    refused = 0

    for number, post in enumerate(fuzz.posts(sizes("fuzzed_posts"))):
        who = strict if dice.random() < 0.1 else client
        who.cookies.clear()
        who.cookies[settings.VISIT_COOKIE] = dice.choice(tokens)

        answer = who.generic("POST", "/next/", post.body, content_type=post.kind)

        if answer.status_code >= 500:
            broken.append((number, answer.status_code, post.kind, post.pairs[:4]))
        elif answer.status_code == 422:
            refused += 1
            page = answer.content.decode()
            boxes = _boxes(page)
            if gone := missing(post, page, boxes):
                lost.append((number, gone, post.pairs[:6]))
            if "iVBORw0KGgo" in page:
                lost.append((number, "picture data came back"))
            if "<script>alert" in page:
                broken.append((number, "not escaped"))
        if number % 10 == 0 and client.get("/next/").status_code >= 500:
            broken.append((number, "the page after it", post.pairs[:4]))

    assert broken == []
    assert lost == []
    assert refused >= sizes("fuzzed_posts") // 50


def _boxes(page: str) -> tuple[str, ...]:
    return tuple(name for name in (*flow.BOXES, "name", "email", "phone", "post") if f'name="{name}"' in page)


def test_hostile_posts_to_the_other_forms_break_nothing(sizes: Callable[[str], int]) -> None:
    dice = random.Random(SEED + 1)
    fuzz = Fuzz(dice)
    client = Client(raise_request_exception=False)
    broken = []

    for number in range(sizes("fuzzed_posts") // 10):
        path = ("/helplines/", "/exit/", "/", "/about/")[number % 4]
        names = ["country", "need", "age", "who", *OTHERS]
        pairs = [(dice.choice(names), fuzz.text()) for _ in range(dice.randrange(8))]
        post = fuzz.sent(Post(pairs))
        answer = client.generic("POST", path, post.body, content_type=post.kind)
        if answer.status_code >= 500:
            broken.append((number, path, answer.status_code, pairs[:4]))

    assert broken == []
