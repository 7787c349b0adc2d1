"""A link leads to the right platform and item: real forms of link, invented ids."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import directory, links
from tests.directory_folder import lay_out

# link, platform, form of link, id, account
LINKS = [
    ("https://x.com/some_one/status/1234567890123456789", "x", "post", "1234567890123456789", "some_one"),
    ("https://twitter.com/some_one/status/1234567890123456789?s=20&t=abc",
     "x", "post", "1234567890123456789", "some_one"),
    ("https://mobile.twitter.com/i/status/1234567890123456789", "x", "post", "1234567890123456789", ""),
    ("https://x.com/i/web/status/1234567890123456789", "x", "post", "1234567890123456789", ""),
    ("https://x.com/some_one", "x", "account", "", "some_one"),
    ("https://t.co/AbCdEf123", "x", "short link", "AbCdEf123", ""),
    ("https://pbs.twimg.com/media/FxYz12AbCdE.jpg", "x", "media file", "FxYz12AbCdE", ""),
    ("https://www.instagram.com/p/CxYz12AbCdE/", "instagram", "post", "CxYz12AbCdE", ""),
    ("https://www.instagram.com/some.one/reel/CxYz12AbCdE/?igsh=abc",
     "instagram", "reel", "CxYz12AbCdE", "some.one"),
    ("https://www.instagram.com/stories/some.one/1234567890123456789/",
     "instagram", "story", "1234567890123456789", "some.one"),
    ("https://instagram.com/some.one", "instagram", "account", "", "some.one"),
    ("https://www.facebook.com/some.one/posts/pfbid02AbCdEf",
     "facebook", "post", "pfbid02AbCdEf", "some.one"),
    ("https://www.facebook.com/groups/123456/posts/7890123", "facebook", "group post", "7890123", ""),
    ("https://m.facebook.com/story.php?story_fbid=12345&id=67890",
     "facebook", "post (older form)", "12345", "67890"),
    ("https://www.facebook.com/photo/?fbid=123456789", "facebook", "photo", "123456789", ""),
    ("https://fb.watch/abCdEf123/", "facebook", "share link", "abCdEf123", ""),
    ("https://www.tiktok.com/@some.one/video/7123456789012345678",
     "tiktok", "video", "7123456789012345678", "some.one"),
    ("https://vm.tiktok.com/ZMabcdef/", "tiktok", "short link", "ZMabcdef", ""),
    ("https://www.tiktok.com/@some.one", "tiktok", "account", "", "some.one"),
    ("https://www.youtube.com/watch?v=AbCdEfGhIjK&t=10s", "youtube", "video", "AbCdEfGhIjK", ""),
    ("https://youtu.be/AbCdEfGhIjK", "youtube", "video", "AbCdEfGhIjK", ""),
    ("https://www.youtube.com/shorts/AbCdEfGhIjK", "youtube", "short", "AbCdEfGhIjK", ""),
    ("https://www.youtube.com/@someone", "youtube", "channel", "", "someone"),
    ("https://www.reddit.com/r/example/comments/1abcde/some_title/", "reddit", "post", "1abcde", ""),
    ("https://old.reddit.com/r/example/comments/1abcde/some_title/k2abcde/",
     "reddit", "comment", "k2abcde", ""),
    ("https://i.redd.it/abcdefgh1234.jpg", "reddit", "media file", "abcdefgh1234.jpg", ""),
    ("https://t.me/somechannel/1234", "telegram", "public post", "somechannel/1234", "somechannel"),
    ("https://t.me/+AbCdEfGhIjKlMnOp", "telegram", "invite", "AbCdEfGhIjKlMnOp", ""),
    ("https://t.me/c/1234567890/45", "telegram", "private post", "1234567890/45", ""),
    ("https://discord.com/channels/123456789012345678/234567890123456789/345678901234567890",
     "discord", "server message", "345678901234567890", ""),
    ("https://cdn.discordapp.com/attachments/123456789012345678/234567890123456789/a.png?ex=1&is=2",
     "discord", "attachment", "123456789012345678/234567890123456789", ""),
    ("https://discord.gg/abcDEF12", "discord", "server invite", "abcDEF12", ""),
    ("https://www.snapchat.com/add/some.one", "snapchat", "account", "", "some.one"),
    ("https://www.snapchat.com/spotlight/W7_AbCdEf", "snapchat", "spotlight video", "W7_AbCdEf", ""),
    ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOp", "whatsapp", "group invite", "AbCdEfGhIjKlMnOp", ""),
    ("https://wa.me/15550100", "whatsapp", "phone account", "", "15550100"),
    ("https://www.pinterest.de/pin/1234567890/", "pinterest", "pin", "1234567890", ""),
    ("https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/",
     "linkedin", "post", "7123456789012345678", ""),
    ("https://some-one.tumblr.com/post/123456789012/title", "tumblr", "post", "123456789012", "some-one"),
    ("https://bsky.app/profile/some.one.example/post/3kabcdefgh2x",
     "bluesky", "post", "some.one.example/post/3kabcdefgh2x", "some.one.example"),
    ("https://www.threads.net/@some.one/post/CxYz12AbCdE", "threads", "post", "CxYz12AbCdE", "some.one"),
    ("https://mastodon.social/@someone/112345678901234567",
     "mastodon", "post", "mastodon.social/@someone/112345678901234567", "someone"),
    ("https://www.twitch.tv/someone/clip/AbCdEf", "twitch", "clip", "AbCdEf", "someone"),
    ("https://kik.me/some.one", "kik", "account", "", "some.one"),
    ("https://vk.com/wall-12345_678", "vk", "post, photo or video", "wall-12345_678", ""),
    ("https://ok.ru/profile/123456789012", "ok-ru", "profile", "", "123456789012"),
    ("https://www.pornhub.com/view_video.php?viewkey=ph0123456789abc",
     "pornhub", "video", "ph0123456789abc", ""),
    ("https://www.xvideos.com/video12345678/some_title", "xvideos", "video", "video12345678", ""),
    ("https://xhamster.com/videos/some-title-xhAbCdE", "xhamster", "video", "some-title-xhAbCdE", ""),
    ("https://onlyfans.com/123456789/someone", "onlyfans", "post", "123456789", "someone"),
    ("https://fansly.com/post/123456789012345678", "fansly", "post", "123456789012345678", ""),
    ("https://www.redgifs.com/watch/somethinglikethis", "redgifs", "clip", "somethinglikethis", ""),
    ("https://mega.nz/folder/AbCdEfGh#IjKlMnOpQrStUvWxYz",
     "mega", "folder", "AbCdEfGh#IjKlMnOpQrStUvWxYz", ""),
    ("https://mega.nz/file/AbCdEfGh#IjKlMnOpQrStUvWxYz0123456789", "mega", "file", "AbCdEfGh", ""),
    ("https://www.dropbox.com/scl/fi/abcdefgh12345/a.zip?rlkey=xyz&dl=0",
     "dropbox", "shared file", "abcdefgh12345", ""),
    ("https://drive.google.com/file/d/1AbCdEfGhIjKlMnOp/view?usp=sharing",
     "google-drive-photos", "file", "1AbCdEfGhIjKlMnOp", ""),
    ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOp",
     "google-drive-photos", "folder", "1AbCdEfGhIjKlMnOp", ""),
    ("https://photos.app.goo.gl/AbCdEfGhIjKl", "google-drive-photos", "photo album", "AbCdEfGhIjKl", ""),
    ("https://1drv.ms/f/s!AbCdEfGh", "onedrive", "shared item", "f/s!AbCdEfGh", ""),
    ("https://imgur.com/a/AbCdEfG", "imgur", "post", "a/AbCdEfG", ""),
    ("https://i.imgur.com/AbCdEfG.jpeg", "imgur", "image", "AbCdEfG", ""),
    ("https://gofile.io/d/AbCdEf", "gofile", "folder", "AbCdEf", ""),
    ("https://pixeldrain.com/u/AbCdEfGh", "pixeldrain", "file", "AbCdEfGh", ""),
    ("https://www.mediafire.com/file/abcdef123456/a.zip/file", "mediafire", "file", "abcdef123456", ""),
    ("https://streamable.com/abc123", "streamable", "video", "abc123", ""),
    ("https://boards.4chan.org/b/thread/123456789", "fourchan", "thread", "b/thread/123456789", ""),
    ("https://cyberdrop.me/a/AbCdEfGh", "", "", "", ""),
    ("https://bunkrr.su/a/AbCdEfGh", "bunkr", "album", "AbCdEfGh", ""),
    ("https://pastebin.com/AbCd1234", "pastebin", "paste", "AbCd1234", ""),
    ("https://www.roblox.com/users/123456789/profile", "roblox", "account", "", "123456789"),
    ("https://some-site.pages.dev/g/1", "cloudflare", "pages site", "", "some-site"),
    ("https://someone.blogspot.com/2026/01/a.html", "blogger", "blog", "", "someone"),
    ("https://some-site.vercel.app/a", "vercel", "site", "", "some-site"),
    ("https://some-bucket.s3.us-east-1.amazonaws.com/a.jpg", "aws", "bucket", "", "some-bucket"),
    ("https://some-acc.blob.core.windows.net/c/a.jpg", "azure", "", "", "some-acc"),
    ("https://sites.google.com/view/some-site/home", "google-sites", "site", "", "some-site"),
    ("https://someone.github.io/page/", "github", "pages site", "", "someone"),
    ("https://archive.ph/AbCdE", "archive-today", "snapshot", "AbCdE", ""),
    ("https://web.archive.org/web/20260101000000/https://site.example/a",
     "internet-archive", "capture", "20260101000000/https://site.example/a", ""),
    ("https://www.google.com/search?q=some+name", "google-search", "results page", "some+name", ""),
    ("https://linktr.ee/someone", "linktree", "profile", "", "someone"),
    ("https://bit.ly/3AbCdEf", "bitly", "short link", "3AbCdEf", ""),
    ("https://vimeo.com/123456789", "vimeo", "video", "123456789", ""),
    ("https://www.erome.com/a/AbCdEfGh", "erome", "album", "AbCdEfGh", ""),
    ("https://site.example/gallery/12", "", "", "", ""),
    ("https://notreddit.com/r/example/comments/1abcde", "", "", "", ""),
    ("https://reddit.com.example/r/a/comments/1abcde", "", "", "", ""),
]  # fmt: skip

SAME = [
    ("https://x.com/one/status/12345", "https://mobile.twitter.com/i/status/12345?s=20"),
    ("https://www.youtube.com/watch?v=AbCdEfGhIjK&t=10s", "https://youtu.be/AbCdEfGhIjK"),
    ("https://old.reddit.com/r/a/comments/1abcde/x/", "https://www.reddit.com/comments/1abcde"),
    ("https://www.instagram.com/p/CxYz12AbCdE/?igsh=a", "https://instagram.com/someone/p/CxYz12AbCdE"),
    ("http://www.site.example/a/", "https://site.example/a"),
]

NAMES = {
    "insta": "instagram",
    "on Snap, two weeks ago": "snapchat",
    "whats app": "whatsapp",
    "Twitter": "x",
    "X": "x",
    "it was on TikTok and then in a chat": "tiktok",
    "facebook messenger": "messenger",
    "Only Fans": "onlyfans",
    "google drive": "google-drive-photos",
    "kik": "kik",
    "Signal": "signal",
    "VK": "vk",
    "MEGA.nz": "mega",
}

NO_NAMES = ["", "my ex", "I got a signal", "a friend of mine", "of course", "chat", "a site", "x y z", "3"]


@pytest.mark.parametrize(
    ("text", "platform", "kind", "item_id", "account"), LINKS, ids=[row[0] for row in LINKS]
)
def test_a_link_is_recognised(text, platform, kind, item_id, account):
    found = directory.recognise(links.parse(text))

    seen = (found.platform.key if found.platform else "", found.kind, found.item_id, found.account)
    assert seen == (platform, kind, item_id, account)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_of_writing_one_item_have_one_key(one, other):
    assert directory.recognise(links.parse(one)).key == directory.recognise(links.parse(other)).key


def test_two_items_have_two_keys():
    keys = {directory.recognise(links.parse(row[0])).key for row in LINKS}

    # four links lead to one post at X, two to one video at YouTube
    assert len(keys) == len(LINKS) - 3 - 1


def test_a_customer_of_a_host_is_named_and_the_host_can_act():
    found = directory.recognise(links.parse("https://some-site.pages.dev/g/1"))

    assert found.tenant_of is found.platform is directory.platform("cloudflare")
    assert (found.account, found.registrable) == ("some-site", "some-site.pages.dev")


def test_a_host_that_the_public_suffix_list_does_not_know_has_customers_too(tmp_path):
    read = directory.load(lay_out(tmp_path))

    customer = directory.recognise(links.parse("https://some.one.pages.example/a"), within=read)
    own = directory.recognise(links.parse("https://support.pages.example/a"), within=read)

    assert (customer.account, customer.tenant_of) == ("one", read.platforms["example-pages"])
    assert (own.account, own.tenant_of) == ("", None)
    assert own.platform is read.platforms["example-pages"]


def test_the_longest_domain_wins(tmp_path):
    docs = 'name = "Docs"\nkind = "filehost"\ndomains = ["docs.social.example"]\n'
    read = directory.load(lay_out(tmp_path, {"platforms/docs.toml": docs}))

    def owner(host: str) -> str:
        found = directory.recognise(links.parse(f"https://{host}/a"), within=read)
        return found.platform.key if found.platform else ""

    assert owner("a.docs.social.example") == "docs"
    assert owner("www.social.example") == "example-social"
    assert owner("xsocial.example") == ""


@given(st.text(max_size=200))
def test_recognising_never_raises_on_any_text(text):
    found = directory.recognise(links.parse(text))

    assert isinstance(found.key, str)


@given(
    st.sampled_from([host for platform in directory.platforms() for host in platform.domains]),
    st.text(max_size=60),
)
def test_recognising_never_raises_on_any_path_of_any_known_host(host, rest):
    link = links.parse(f"https://{host}/{rest}")

    found = directory.recognise(link)

    assert link.host != host or (found.platform is not None and host in found.platform.domains)


@pytest.mark.parametrize("unit", ["a.", "_", "-a", "/a", "?v=", "&a=", "%2F", "1_"])
def test_no_pattern_runs_away_on_a_long_hostile_link(unit):
    # A pattern that tries every way to split the text would not come back for years.
    hosts = [platform.domains[0] for platform in directory.platforms() if platform.domains]
    seen = []
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(60)
    try:
        for host in hosts:
            directory.recognise(links.parse(f"https://{host}/{unit * 900}!"))
            seen.append(host)
    except KeyboardInterrupt:
        pytest.fail(f"stuck at {hosts[len(seen)]}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    assert seen == hosts


@pytest.mark.parametrize(("text", "key"), NAMES.items())
def test_a_platform_is_found_by_what_people_call_it(text, key):
    found = directory.find_by_name(text)

    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("text", NO_NAMES)
def test_words_of_every_day_are_no_platform(text):
    assert directory.find_by_name(text) is None


@given(st.text(max_size=600))
def test_finding_by_name_never_raises(text):
    found = directory.find_by_name(text)

    assert found is None or found.key in {platform.key for platform in directory.platforms()}
