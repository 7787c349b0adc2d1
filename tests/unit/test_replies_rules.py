"""The rules are data that cannot make reading slow, and the page on adding one is right."""

import re
import re._constants as signs
import re._parser as parser
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from survivor_portal import replies
from survivor_portal.config.env import HOUSE
from survivor_portal.replies import Remark, ReplyClass, RuleError, languages
from survivor_portal.replies._find import Hit
from survivor_portal.replies._fold import fold
from survivor_portal.replies._rules import RULES, read

PAGE = HOUSE / "docs" / "how-to" / "add-a-reply-wording.md"
RULE = next(
    block
    for block in re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    if block.startswith("[[rules]]")
)
PATTERNS = [
    pytest.param(pattern, id=f"{rule.id}-{name}")
    for language in languages().values()
    for rule in language.rules
    for name in ("any", "unless", "before", "near")
    if (pattern := getattr(rule, name)) is not None
]


def repeats(parsed: object, inside: int = 1) -> Iterator[int]:
    """How often the innermost part of a pattern may repeat, for each of its repeats."""
    for op, value in parsed:
        if op in (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT):
            _, most, body = value
            times = inside * int(most)
            yield times
            yield from repeats(body, times)
        elif op is signs.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, inside)
        elif op is signs.SUBPATTERN:
            yield from repeats(value[3], inside)
        elif op in (signs.ASSERT, signs.ASSERT_NOT):
            yield from repeats(value[1], inside)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_rule_repeats_without_a_bound(pattern: re.Pattern[str]):
    assert max(repeats(parser.parse(pattern.pattern)), default=0) <= 200


def test_an_endless_repeat_would_be_found():
    assert max(repeats(parser.parse("(?:a{0,9})*b"))) > 200
    assert max(repeats(parser.parse("(?:a{0,30}b){0,30}"))) > 200


def test_every_language_can_tell_every_class_and_remark():
    wanted = {*ReplyClass, *Remark} - {ReplyClass.UNCLEAR, ReplyClass.REDIRECTED}
    only_in_english = {Remark.COUNTER_NOTICE}

    for language in languages().values():
        found = {rule.kind for rule in language.rules}
        assert wanted - found <= (only_in_english if language.code != "en" else set()), language.code


@pytest.mark.parametrize("code", sorted(languages()))
def test_a_removal_is_guarded_against_everything_that_only_sounds_like_one(code: str):
    """What is conditional, asked, negated or told by somebody else is no removal, in any language."""
    table = tomllib.loads((RULES / f"{code}.toml").read_text("utf-8"))
    rules = [rule for rule in table["rules"] if rule["kind"] == "removed" and "status" not in rule["id"]]

    assert len(rules) >= 2
    for rule in rules:
        guards = {*rule.get("unless", ()), *rule.get("before", ()), *rule.get("near", ())}
        assert {"@conditional", "@question", "@said", "@own", "@other", "@after", "@general"} <= guards, rule[
            "id"
        ]
        assert "@negated" in guards or any("n'" in guard for guard in guards), rule["id"]


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_rule_says_why(code: str):
    assert [rule.id for rule in languages()[code].rules if not rule.why.strip()] == []
    assert [rule.id for rule in languages()[code].rules if not rule.id.startswith(f"{code}-")] == []


def with_rule(tmp_path: Path, rule: str) -> Path:
    path = tmp_path / "en.toml"
    path.write_text((RULES / "en.toml").read_text("utf-8") + "\n" + rule, "utf-8")
    return path


def test_the_rule_of_the_how_to_page_reads_its_sentence(tmp_path: Path):
    language = read(with_rule(tmp_path, RULE))
    rule = language.rules[-1]

    assert (rule.id, rule.kind) == ("en-refused-example", ReplyClass.REFUSED)
    assert rule.any.search(fold("Videos are welcome here.").text)
    assert rule.before.search(fold("If it is art").text)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("kind = \"refused\"", "kind = \"perhaps\""), "perhaps"),
        (("any = ['", "any = ['("), "missing"),
        (("<item>", "<thing>"), "thing"),
        (("@question", "@query"), "query"),
        (("why = ", "because = "), "because"),
        (("en-refused-example", "en-received"), "same id"),
        (("any = ['\\b<item> (?:is|are) welcome here\\b']", "any = []"), "no words"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_is_refused_with_its_file(tmp_path: Path, change, complaint: str):
    assert change[0] in RULE

    with pytest.raises(RuleError, match=rf"en\.toml: .*{complaint}"):
        read(with_rule(tmp_path, RULE.replace(*change)))


def test_the_how_to_page_names_a_corpus_file_that_would_be_read():
    block = next(
        block
        for block in re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        if "held_out" in block
    )
    table = tomllib.loads(block)

    assert set(map(ReplyClass, table["classes"])) == {ReplyClass.REFUSED}
    assert set(map(Remark, table["remarks"])) == {Remark.APPEAL_OFFERED}


def test_the_face_is_what_the_room_promises():
    assert {"read_reply", "Reading", "Verdict", "Mark", "ReplyClass", "Remark"} <= set(replies.__all__)
    assert Hit(ReplyClass.REMOVED, 0, 1, "x").language == ""
