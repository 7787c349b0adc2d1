"""The how-to pages are followed word for word, in a copy of the data folder."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from survivor_portal import directory, links

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"`survivor_portal/directory/data/([\w/.-]+\.toml)`")


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(directory.DATA, tmp_path / "data"))


def follow(page: str, folder: Path) -> directory.Directory:
    """Put the page's example where the page says, with the text of a request beside it if it gives one."""
    text = (PAGES / page).read_text(encoding="utf-8")
    target = folder / TARGET.search(text)[1]
    assert not target.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    blocks = dict(BLOCK.findall(text))
    target.write_text(blocks["toml"], encoding="utf-8")
    if "markdown" in blocks:
        (target.parent / "request.md").write_text(blocks["markdown"], encoding="utf-8")
    return directory.load(folder)


def test_a_platform_added_by_the_page_is_recognised(folder):
    read = follow("add-a-platform.md", folder)

    post = directory.recognise(links.parse("https://www.social.example/some.one/post/123"), within=read)
    named = directory.find_by_name("it was on Example Social", within=read)
    ways = directory.channels(
        read.platforms["example-social"], [directory.Purpose.MINOR_SEXUAL], directory.Subject.CHILD
    )

    assert directory.check(read) == ()
    assert (post.platform, post.kind) == (read.platforms["example-social"], "post")
    assert (post.item_id, post.account) == ("123", "some.one")
    assert named is post.platform
    assert [way.address for way in ways] == ["https://social.example/report/child"]
    assert len(read.platforms) == len(directory.platforms()) + 1


def test_a_law_added_by_the_page_loads_with_its_request(folder):
    read = follow("add-a-law.md", folder)

    law = directory.law("us-example-act", within=read)

    assert directory.check(read) == ()
    assert law.may_be_cited
    assert law.clock.days == 3
    assert "us-example-act" in read.with_letter
    assert "section 3 of the Example Act" in (directory.law_text("us-example-act", within=read) or "")


def test_the_blocks_of_the_page_are_blocks_that_letters_have(folder):
    read = follow("add-a-law.md", folder)
    blocks = tomllib.loads(
        (directory.DATA.parents[1] / "letters" / "blocks.toml").read_text(encoding="utf-8")
    )
    asked = re.findall(r"\[\[(\w+)\]\]", directory.law_text("us-example-act", within=read) or "")

    assert set(asked) >= {one.block for one in read.laws["us-example-act"].elements}
    assert set(asked) <= set(blocks)


def test_a_helpline_added_by_the_page_is_shown_for_its_country(folder):
    read = follow("add-a-helpline.md", folder)

    assert directory.check(read) == ()
    assert read.resources["example-line-at"] in directory.resources_for("AT", within=read)
    assert read.resources["example-line-at"] not in directory.resources_for("DE", within=read)
    assert read.resources["example-line-at"] in directory.crisis_help("AT", within=read).lines


@pytest.mark.parametrize("page", ["add-a-platform.md", "add-a-law.md", "add-a-helpline.md"])
def test_a_slip_in_the_example_is_shown_with_its_line_as_the_page_says(page, folder):
    text = (PAGES / page).read_text(encoding="utf-8")
    target = TARGET.search(text)[1]
    follow(page, folder)
    broken = (
        (folder / target).read_text(encoding="utf-8").replace('confidence = "', 'confidence = "rather ', 1)
    )
    (folder / target).write_text(broken, encoding="utf-8")
    directory.load.cache_clear()

    with pytest.raises(directory.DirectoryError) as refused:
        directory.load(folder)

    assert refused.value.file == target
    assert 'confidence = "rather' in broken.splitlines()[refused.value.line - 1]
    assert re.search(rf"`{re.escape(target)}:\d+: reason`", text)
