"""Templates hold no script, no style, no foreign address, and no way round escaping."""

import re
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE

TEMPLATES = sorted((HOUSE / "templates").rglob("*.html"))
MESSAGE = re.compile(r"{%\s*blocktrans(?:late)?\b([^%]*)%}")


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE / "templates"))


@pytest.fixture(params=TEMPLATES, ids=name_of)
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text("utf-8"))


def test_no_script_or_style_is_written_into_a_page(template: str) -> None:
    """The content security policy would refuse them; this says so before a browser does."""
    assert re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:", template, re.I) == []
    assert [tag for tag in re.findall(r"<script\b[^>]*>", template, re.I) if "src=" not in tag] == []


def test_nothing_is_fetched_from_elsewhere(template: str) -> None:
    assert (
        re.findall(r"\b(?:src|srcset|action|formaction)\s*=\s*[\"']?\s*(?:https?:)?//", template, re.I) == []
    )
    assert re.findall(r"<link\b[^>]*https?://[^>]*>", template, re.I) == []


def test_nothing_goes_round_escaping(template: str) -> None:
    assert re.findall(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape\s+off|mark_safe", template) == []


def test_no_page_offers_a_file_field_or_a_picture_of_anybody(template: str) -> None:
    assert re.findall(r"type\s*=\s*[\"']?file|multipart/form-data", template, re.I) == []
    assert re.findall(r"<(?:img|picture|video|iframe|object|embed)\b", template, re.I) == []


def test_every_longer_message_is_trimmed_for_translators(template: str) -> None:
    assert [rest for rest in MESSAGE.findall(template) if "trimmed" not in rest] == []


def test_links_that_leave_say_so_to_the_browser(template: str) -> None:
    leaving = [tag for tag in re.findall(r"<a\b[^>]*>", template) if re.search(r"href=[\"']https?://", tag)]

    assert [tag for tag in leaving if "noreferrer" not in tag or "noopener" not in tag] == []
    assert [tag for tag in re.findall(r"<a\b[^>]*>", template) if "target=" in tag] == []
