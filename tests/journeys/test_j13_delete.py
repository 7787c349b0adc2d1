"""J13: delete everything. The old code opens nothing, and nothing typed is left in either database."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from survivor_portal.cases import access, ending
from survivor_portal.cases.models import Case, Throttle
from survivor_portal.keystore.models import Shred
from tests.journeys.story import NEWS_CASE, Story
from tests.journeys.test_j02_keep_it import keeps_it, opens_it

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

MARKER = "quibblemarker77"
LINK = f"https://x.com/{MARKER}/status/1234567890123456789"


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def bytes_on_disk() -> bytes:
    """Both databases as their files stand, write-ahead logs included."""
    found = b""
    for name in connections:
        path = Path(str(connections[name].settings_dict["NAME"]))
        found += b"".join(one.read_bytes() for one in sorted(path.parent.glob(path.name + "*")))
    return found


def in_every_spelling(marker: str) -> list[bytes]:
    import base64

    plain = marker.encode()
    shifted = [base64.b64encode(b"x" * n + plain)[2 + n : -4] for n in range(3)]
    return [plain, plain.hex().encode(), marker.encode("utf-16-le"), marker.encode("utf-16-be"), *shifted]


def deletes(story: Story, phrase: str) -> None:
    story.presses("form:has([value=keep_settings]) button")
    story.presses("main form:has([value=keep_delete]) button")
    story.page.fill("main [name=phrase]", phrase)
    story.page.locator("main [name=sure]").check()
    story.presses("main form button[name=go]")


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_t20_everything_goes_and_the_code_opens_nothing(
    visitor: Callable[..., Story], assert_accessible: Callable[[Any], None], js: bool
) -> None:
    story, other = visitor(js=js), visitor(js=js)
    story.comes_back_with(NEWS_CASE, LINK)
    code, phrase = keeps_it(story)
    opens_it(other, code, phrase)
    assert other.heading == "Where things stand"

    deletes(story, phrase)

    assert "All of it is gone." in story.text
    assert story.page.title() == "Next steps"
    if js:
        assert_accessible(story.page)
    assert not Case.objects.exclude(owner="nobody").exists()
    assert Shred.objects.count() == 1  # of the case that stands in for unknown codes
    # It closed on the other device too, and nobody can open it again.
    other.opens("/c/")
    assert other.heading == "Open with your code"
    Throttle.objects.all().delete()
    opens_it(other, code, phrase)
    assert other.errors
    story.opens("/next/")
    assert MARKER not in story.page.content()


def test_t01_t20_no_marker_is_in_the_databases_before_or_after(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE, LINK, f"an app, user {MARKER}, in May")
    code, phrase = keeps_it(story)
    while_kept = bytes_on_disk()

    deletes(story, phrase)
    after = bytes_on_disk()

    assert len(while_kept) > 100_000
    for spelling in in_every_spelling(MARKER):
        assert spelling not in while_kept
        assert spelling not in after
    for secret in (code, code.replace("-", ""), phrase, phrase.replace(" ", "")):
        assert secret.encode() not in while_kept


def test_a_deletion_that_stopped_halfway_is_finished(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE, LINK)
    code, phrase = keeps_it(story)
    mine = Case.objects.exclude(owner="nobody").get()
    Shred.objects.filter(pk=mine.pk).delete()

    ending.sweep(datetime.now(UTC))

    assert not Case.objects.exclude(owner="nobody").exists()
    opens_it(story, code, phrase)
    assert story.errors
