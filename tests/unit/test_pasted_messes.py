"""Pasted messes: texts as people copy them out of apps, mails and notes, and the links we must find in them.

All ids, names and keys are made up. Sites that only serve as an unknown site have reserved names.
"""
# ruff: noqa: E501 - one mess a line, however long

import pytest

from survivor_portal.links import parse_many

# what the mess is, the pasted text, the links to be found in it
MESSES: list[tuple[str, str, list[str]]] = [
    ("nothing", "", []),
    ("blanks only", " \n\t \u200b ", []),
    ("no link at all", "He posted it on insta last Friday, I think around 9 pm.", []),
    ("a plain link", "https://x.com/jdoe/status/1234567890123456789", ["https://x.com/jdoe/status/1234567890123456789"]),
    ("without scheme", "x.com/jdoe/status/12345", ["https://x.com/jdoe/status/12345"]),
    ("a bare name", "instagram.com", ["https://instagram.com"]),
    ("capitals from a phone keyboard", "Instagram.com/JDoe_", ["https://instagram.com/JDoe_"]),
    ("www without scheme", "www.board.example", ["https://www.board.example"]),
    ("scheme in capitals", "HTTPS://Board.Example/Thread/7", ["https://board.example/Thread/7"]),
    ("X share button", "https://x.com/jdoe/status/12345?s=20&t=AbCdEf-gh", ["https://x.com/jdoe/status/12345"]),
    ("X app, mobile host", "https://mobile.twitter.com/jdoe/status/12345?s=21", ["https://mobile.twitter.com/jdoe/status/12345"]),
    ("X photo of a post", "https://x.com/jdoe/status/12345/photo/2", ["https://x.com/jdoe/status/12345/photo/2"]),
    (
        "Instagram share text",
        "Check this out! https://www.instagram.com/reel/C1aBcDeFgHi/?igsh=MzRlODBiNWFlZA== 😳😳",
        ["https://www.instagram.com/reel/C1aBcDeFgHi/"],
    ),
    ("Instagram, which picture of several", "https://www.instagram.com/p/C1aB/?img_index=3&igsh=abc=", ["https://www.instagram.com/p/C1aB/?img_index=3"]),
    ("Instagram name with an underscore at its end", "instagram.com/some_one_", ["https://instagram.com/some_one_"]),
    (
        "Instagram story in a sentence",
        "It was in her story (https://www.instagram.com/stories/some.one/3123456789012345678/).",
        ["https://www.instagram.com/stories/some.one/3123456789012345678/"],
    ),
    (
        "TikTok share text",
        "https://vm.tiktok.com/ZMabc1234/ This post is shared via TikTok Lite. Download TikTok Lite to enjoy more posts: https://www.tiktok.com/tiktoklite",
        ["https://vm.tiktok.com/ZMabc1234/", "https://www.tiktok.com/tiktoklite"],
    ),
    (
        "TikTok from the browser",
        "https://www.tiktok.com/@some.one/video/7301234567890123456?is_from_webapp=1&sender_device=pc&web_id=7301",
        ["https://www.tiktok.com/@some.one/video/7301234567890123456"],
    ),
    (
        "TikTok from the app",
        "https://www.tiktok.com/@some.one/video/7301234567890123456?_r=1&_t=8hAbCd",
        ["https://www.tiktok.com/@some.one/video/7301234567890123456"],
    ),
    ("TikTok account without scheme", "tiktok.com/@some.one", ["https://tiktok.com/@some.one"]),
    (
        "Douyin share text",
        "7.43 复制打开抖音，看看【某某的作品】 https://v.douyin.com/iAbCdEfG/ 02/14 X@m.Dh",
        ["https://v.douyin.com/iAbCdEfG/"],
    ),
    (
        "Xiaohongshu share text",
        "54 某某发布了一篇小红书笔记，快来看吧！ 😆 AbCdEf123 😆 http://xhslink.com/a/AbC1dEf，复制本条信息，打开【小红书】App查看精彩内容！",
        ["http://xhslink.com/a/AbC1dEf"],
    ),
    ("Weibo with words glued on", "网页链接http://t.cn/A6abcDEF查看", ["http://t.cn/A6abcDEF"]),
    ("Snapchat share", "https://www.snapchat.com/spotlight/W7_abc?sid=12&locale=en-US", ["https://www.snapchat.com/spotlight/W7_abc"]),
    ("Snapchat short link", "https://t.snapchat.com/AbC1dEf2", ["https://t.snapchat.com/AbC1dEf2"]),
    (
        "Facebook post by number",
        "https://www.facebook.com/permalink.php?story_fbid=pfbid02abc&id=100012345678901&mibextid=Nif5oz",
        ["https://www.facebook.com/permalink.php?story_fbid=pfbid02abc&id=100012345678901"],
    ),
    (
        "Facebook photo with its trail",
        "https://www.facebook.com/photo/?fbid=1234&set=a.56&__cft__[0]=AZXabc&__tn__=EH-R",
        ["https://www.facebook.com/photo/?fbid=1234&set=a.56"],
    ),
    ("Facebook mobile", "https://m.facebook.com/story.php?story_fbid=12&id=34&refid=17", ["https://m.facebook.com/story.php?story_fbid=12&id=34"]),
    (
        "Facebook's way out",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fboard.example%2Ft%2F7%3Fpage%3D2%26fbclid%3DIwAR0abc&h=AT0abc",
        ["https://l.facebook.com/l.php?u=https%3A%2F%2Fboard.example%2Ft%2F7%3Fpage%3D2%26fbclid%3DIwAR0abc&h=AT0abc"],
    ),
    ("Reddit post", "https://www.reddit.com/r/pics/comments/1abcde/some_title/?utm_source=share&utm_medium=web2x&context=3", ["https://www.reddit.com/r/pics/comments/1abcde/some_title/?context=3"]),
    ("Reddit share link", "https://www.reddit.com/r/pics/s/AbCdEfGhIj", ["https://www.reddit.com/r/pics/s/AbCdEfGhIj"]),
    ("old Reddit", "old.reddit.com/r/pics/comments/1abcde/", ["https://old.reddit.com/r/pics/comments/1abcde/"]),
    ("YouTube short address", "https://youtu.be/dQw4AbCdEfG?si=AbCdEf123&t=42", ["https://youtu.be/dQw4AbCdEfG?t=42"]),
    ("YouTube with a time", "https://www.youtube.com/watch?v=dQw4AbCdEfG&feature=share&t=42s", ["https://www.youtube.com/watch?v=dQw4AbCdEfG&t=42s"]),
    ("YouTube shorts", "youtube.com/shorts/AbCdEfGhIjK?feature=share", ["https://youtube.com/shorts/AbCdEfGhIjK"]),
    ("Discord message", "https://discord.com/channels/1234567890/2345678901/3456789012", ["https://discord.com/channels/1234567890/2345678901/3456789012"]),
    (
        "Discord file, whose signature must stay",
        "https://cdn.discordapp.com/attachments/12/34/image0.jpg?ex=65a&is=65b&hm=0123abcd&",
        ["https://cdn.discordapp.com/attachments/12/34/image0.jpg?ex=65a&is=65b&hm=0123abcd&"],
    ),
    ("Discord invitation", "discord.gg/AbCdEf", ["https://discord.gg/AbCdEf"]),
    ("Telegram post", "t.me/some_channel/1234", ["https://t.me/some_channel/1234"]),
    ("Telegram invitation", "https://t.me/+AbCdEf_ghIjk", ["https://t.me/+AbCdEf_ghIjk"]),
    ("Telegram, as the app says it", "tg://resolve?domain=some_channel&post=1234", ["https://t.me/some_channel/1234"]),
    ("Telegram invitation, as the app says it", "tg://join?invite=AbCdEf_gh", ["https://t.me/+AbCdEf_gh"]),
    ("WhatsApp group", "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", ["https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"]),
    ("Signal group, whose name is behind the number sign", "https://signal.group/#CjQKIAbC-dEf_", ["https://signal.group/#CjQKIAbC-dEf_"]),
    ("MEGA folder with key", "https://mega.nz/folder/AbCdEfGh#iJkLmNoPqRsTuVwXyZ0-_w", ["https://mega.nz/folder/AbCdEfGh#iJkLmNoPqRsTuVwXyZ0-_w"]),
    ("MEGA file in a folder", "https://mega.nz/folder/AbCdEfGh#iJkL_/file/MnOpQrSt", ["https://mega.nz/folder/AbCdEfGh#iJkL_/file/MnOpQrSt"]),
    ("MEGA, the old way", "mega.co.nz/#!AbCdEfGh!iJkLmNoPqR", ["https://mega.co.nz/#!AbCdEfGh!iJkLmNoPqR"]),
    ("MEGA in a list", "1) https://mega.nz/file/Ab#cD-, 2) https://mega.nz/file/Ef#gH_;", ["https://mega.nz/file/Ab#cD-", "https://mega.nz/file/Ef#gH_"]),
    ("Dropbox, whose key must stay", "https://www.dropbox.com/scl/fo/abc123/h?rlkey=9xyz&st=ab12&dl=0", ["https://www.dropbox.com/scl/fo/abc123/h?rlkey=9xyz&st=ab12&dl=0"]),
    ("Google Drive", "https://drive.google.com/file/d/1AbC_dEf-GhI/view?usp=drivesdk", ["https://drive.google.com/file/d/1AbC_dEf-GhI/view?usp=drivesdk"]),
    ("OneDrive, whose key must stay", "https://1drv.ms/i/s!AbCdEf?e=GhIjKl", ["https://1drv.ms/i/s!AbCdEf?e=GhIjKl"]),
    ("Google result", "https://www.google.com/search?q=jane+doe+leak&tbm=isch", ["https://www.google.com/search?q=jane+doe+leak&tbm=isch"]),
    ("an archived page", "https://web.archive.org/web/20240102030405/https://board.example/t/7?utm_source=x", ["https://web.archive.org/web/20240102030405/https://board.example/t/7?utm_source=x"]),
    ("archive.today with the original", "archive.ph/2024.01.02-030405/https://board.example/t/7", ["https://archive.ph/2024.01.02-030405/https://board.example/t/7"]),
    ("a short link", "bit.ly/3AbCdEf", ["https://bit.ly/3AbCdEf"]),
    # --- punctuation and quotes
    ("full stop", "I saw https://board.example/t/7.", ["https://board.example/t/7"]),
    ("exclamation", "https://board.example/t/7!!!", ["https://board.example/t/7"]),
    ("question", "Is it https://board.example/t/7?", ["https://board.example/t/7"]),
    ("comma list", "https://board.example/1,https://board.example/2, https://board.example/3", ["https://board.example/1", "https://board.example/2", "https://board.example/3"]),
    ("semicolons", "https://board.example/1;https://board.example/2;", ["https://board.example/1", "https://board.example/2"]),
    ("comma inside", "https://board.example/photo,7,large.html", ["https://board.example/photo,7,large.html"]),
    ("quotes", "\"https://board.example/1\" 'https://board.example/2' “https://board.example/3”", ["https://board.example/1", "https://board.example/2", "https://board.example/3"]),
    ("other countries' quotes", "„https://board.example/1“ «https://board.example/2» 「https://board.example/3」", ["https://board.example/1", "https://board.example/2", "https://board.example/3"]),
    ("round brackets", "(https://board.example/1)", ["https://board.example/1"]),
    ("own round brackets", "https://board.example/wiki/Name_(singer)", ["https://board.example/wiki/Name_(singer)"]),
    ("own brackets in brackets", "(see https://board.example/Name_(singer))", ["https://board.example/Name_(singer)"]),
    ("angle brackets", "<https://board.example/1>", ["https://board.example/1"]),
    ("angle brackets with URL:", "<URL:https://board.example/1>", ["https://board.example/1"]),
    ("angle brackets over two lines", "<https://board.example/thread/\n1234567>", ["https://board.example/thread/1234567"]),
    ("Markdown", "[click](https://board.example/1) and [two](https://board.example/2 \"title\")", ["https://board.example/1", "https://board.example/2"]),
    ("Markdown, the link is its own label", "[https://board.example/1](https://board.example/1)", ["https://board.example/1", "https://board.example/1"]),
    ("Markdown bold", "**https://board.example/1**", ["https://board.example/1"]),
    ("forum code", "[url=https://board.example/1]here[/url] [img]https://board.example/2.jpg[/img]", ["https://board.example/1", "https://board.example/2.jpg"]),
    ("HTML", '<a href="https://board.example/?a=1&amp;b=2">x</a>', ["https://board.example/?a=1&b=2"]),
    ("escaped HTML", "&lt;a href=&quot;https://board.example/1&quot;&gt;", ["https://board.example/1"]),
    ("JSON", '{"url":"https:\\/\\/board.example\\/t\\/7?a=1\\u0026b=2","id":7}', ["https://board.example/t/7?a=1&b=2"]),
    ("JSON with line ends", '"https://board.example/1\\nhttps://board.example/2\\n"', ["https://board.example/1", "https://board.example/2"]),
    ("a table row", "| 1 | https://board.example/1 | posted |", ["https://board.example/1"]),
    ("a table without blanks", "https://board.example/1|https://board.example/2", ["https://board.example/1", "https://board.example/2"]),
    ("bullets", "- https://board.example/1\n• https://board.example/2\n3.https://board.example/3", ["https://board.example/1", "https://board.example/2", "https://board.example/3"]),
    ("dashes as bullets without a blank", "-https://board.example/1\n–board.example/2", ["https://board.example/1", "https://board.example/2"]),
    ("a quoted mail", "> On Friday he wrote:\n> https://board.example/1\n>> board.example/2", ["https://board.example/1", "https://board.example/2"]),
    ("a label in front", "Link:https://board.example/1 url=https://board.example/2 site:board.example/3", ["https://board.example/1", "https://board.example/2", "https://board.example/3"]),
    ("glued together", "https://board.example/1https://board.example/2http://board.example/3", ["https://board.example/1", "https://board.example/2", "http://board.example/3"]),
    ("glued after a slash", "https://www.instagram.com/p/AbC/https://www.instagram.com/p/DeF/", ["https://www.instagram.com/p/AbC/", "https://www.instagram.com/p/DeF/"]),
    ("tabs from a spreadsheet", "1\thttps://board.example/1\t2024-01-02\n2\thttps://board.example/2\t", ["https://board.example/1", "https://board.example/2"]),
    ("signs without width", "\u200bhttps://board\u200b.example/\u20601\ufeff", ["https://board.example/1"]),
    ("right-to-left marks", "\u200fhttps://board.example/1\u200e شاهد", ["https://board.example/1"]),
    ("Arabic comma and question mark", "https://board.example/1، https://board.example/2؟", ["https://board.example/1", "https://board.example/2"]),
    ("Hindi full stop", "यह देखो https://board.example/1।", ["https://board.example/1"]),
    ("Chinese marks", "在https://board.example/1，还有https://board.example/2。", ["https://board.example/1", "https://board.example/2"]),
    ("emoji glued on", "👉https://board.example/1🔥🔥", ["https://board.example/1"]),
    # --- blunted and mistyped
    ("blunted", "hxxps://board[.]example/1", ["https://board.example/1"]),
    ("blunted all over", "hxxp[:]//board[dot]example/1 board(.)example/2", ["http://board.example/1", "https://board.example/2"]),
    ("one slash", "https:/board.example/1", ["https://board.example/1"]),
    ("three slashes", "https:///board.example/1", ["https://board.example/1"]),
    ("no colon", "https//board.example/1 http//board.example/2", ["https://board.example/1", "http://board.example/2"]),
    ("first letter lost", "ttps://board.example/1", ["https://board.example/1"]),
    ("semicolon for colon", "https;//board.example/1", ["https://board.example/1"]),
    ("backslashes", "http:\\\\board.example\\1", ["http://board.example/1"]),
    ("scheme twice", "https://https://board.example/1", ["https://board.example/1"]),
    ("packed as a whole", "https%3A%2F%2Fboard.example%2Ft%2F7%3Fa%3D1", ["https://board.example/t/7?a=1"]),
    ("from the page source view", "view-source:https://board.example/1", ["https://board.example/1"]),
    ("no scheme but slashes", "//board.example/1", ["https://board.example/1"]),
    # --- hosts
    ("Cyrillic host", "пример.рф/фото", ["https://xn--e1afmkfd.xn--p1ai/фото"]),
    ("German host", "https://Bücher.example/Ä", ["https://xn--bcher-kva.example/Ä"]),
    ("Japanese dots", "https://例え。テスト/1", ["https://xn--r8jz45g.xn--zckzah/1"]),
    ("a heart as a name", "https://i❤.ws/1", ["https://xn--i-7iq.ws/1"]),
    ("user name and password", "https://jane:secret@board.example/1", ["https://board.example/1"]),
    ("a false front", "https://x.com@board.example/1", ["https://board.example/1"]),
    ("a port", "board.example:8080/1 https://board.example:443/2", ["https://board.example:8080/1", "https://board.example/2"]),
    ("a dot behind the host", "https://board.example./1", ["https://board.example/1"]),
    ("an underscore in the name", "https://some_one.tumblr.com/post/123", ["https://some_one.tumblr.com/post/123"]),
    ("a public number", "http://8.8.8.8/x", ["http://8.8.8.8/x"]),
    ("an onion service", "http://abcdefghijklmnop.onion/t/7", ["http://abcdefghijklmnop.onion/t/7"]),
    ("a tenant of a host", "jdoe-pics.pages.dev", ["https://jdoe-pics.pages.dev"]),
    # --- not links
    ("mail address", "write to someone@board.example or mailto:else@board.example", []),
    ("handles", "@some.one and @other_one, also u/someone", []),
    ("a handle of the many-server kind", "@someone@board.example", []),
    ("file names", "IMG_1234.jpg, holiday.mov and all.zip", []),
    ("prices, times and sizes", "3.50/day at 10.30pm for 1.5/2 of it", []),
    ("shortened words", "e.g. at 5 p.m. i.e. late, etc.", []),
    ("on the own machine", "http://localhost:8000/1 http://127.0.0.1/ http://192.168.1.5/x", []),
    ("files and scripts", "file:///C:/Users/x/pic.jpg javascript:alert(1) data:text/html,hi", []),
    ("a scheme alone", "https:// and then http://", []),
    # --- broken lines
    (
        "broken by a mail program behind a joint",
        "See\nhttps://board.example/show.php?thread=123456789&page=12&highlight=abc&post=\n998877\nthanks",
        ["https://board.example/show.php?thread=123456789&page=12&highlight=abc&post=998877"],
    ),
    (
        "two full lines are two links",
        "https://board.example/show.php?thread=123456789&page=12&highlight=abc&post=\nhttps://board.example/2",
        ["https://board.example/show.php?thread=123456789&page=12&highlight=abc&post=", "https://board.example/2"],
    ),
    ("a whole chat", "Anna, 14:02\nomg look\nhttps://board.example/1\nBen, 14:03\nwho did that?? board.example/2\n", ["https://board.example/1", "https://board.example/2"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "urls"), [mess[1:] for mess in MESSES], ids=[mess[0] for mess in MESSES])
def test_every_link_is_found_and_nothing_else(text: str, urls: list[str]) -> None:
    pasted = parse_many(text)

    assert [link.url for link in pasted.links] == urls
    assert "".join(segment.raw for segment in pasted.segments) == text


# what is wrapped, the link as pasted, the address inside
WRAPPED: list[tuple[str, str, str]] = [
    ("Google result", "https://www.google.com/url?sa=t&source=web&url=https%3A%2F%2Fboard.example%2Ft%2F7&usg=A", "https://board.example/t/7"),
    ("Google, another country", "https://www.google.co.uk/url?q=https://board.example/t/7&sa=D", "https://board.example/t/7"),
    ("Google, no scheme", "google.com/url?q=https://board.example/t/7", "https://board.example/t/7"),
    ("Google picture", "https://www.google.com/imgres?imgurl=https%3A%2F%2Fcdn.example%2Fa.jpg&imgrefurl=https%3A%2F%2Fboard.example%2Ft%2F7", "https://board.example/t/7"),
    ("Google AMP", "https://www.google.com/amp/s/board.example/t/7", "https://board.example/t/7"),
    ("AMP cache", "https://board-example.cdn.ampproject.org/c/s/board.example/t/7", "https://board.example/t/7"),
    ("Google cache", "https://webcache.googleusercontent.com/search?q=cache:AbCdEfGhIjKl:https://board.example/t/7+jane", "https://board.example/t/7"),
    ("Google translation", "https://board--one-example.translate.goog/t/7?a=1&_x_tr_sl=de&_x_tr_tl=en", "https://board-one.example/t/7?a=1"),
    ("Bing result", "https://www.bing.com/ck/a?!&&p=ab&u=a1aHR0cHM6Ly9ib2FyZC5leGFtcGxlL3QvNw&ntb=1", "https://board.example/t/7"),
    ("DuckDuckGo", "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fboard.example%2Ft%2F7&rut=ab", "https://board.example/t/7"),
    ("Yahoo", "https://r.search.yahoo.com/_ylt=Aw/RV=2/RE=17/RO=10/RU=https%3a%2f%2fboard.example%2ft%2f7/RK=2/RS=x-", "https://board.example/t/7"),
    ("Facebook", "https://l.facebook.com/l.php?u=https%3A%2F%2Fboard.example%2Ft%2F7%3Ffbclid%3DIwAR&h=AT", "https://board.example/t/7"),
    ("Instagram", "https://l.instagram.com/?u=https%3A%2F%2Fboard.example%2Ft%2F7&e=AT", "https://board.example/t/7"),
    ("Instagram's sign-in page", "https://www.instagram.com/accounts/login/?next=%2Fp%2FC1aB%2F", "https://www.instagram.com/p/C1aB/"),
    ("Facebook's sign-in page", "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fphoto%2F%3Ffbid%3D12", "https://www.facebook.com/photo/?fbid=12"),
    ("X's sign-in page", "https://x.com/i/flow/login?redirect_after_login=%2Fjdoe%2Fstatus%2F12345", "https://x.com/jdoe/status/12345"),
    ("Reddit", "https://out.reddit.com/t3_1abc?url=https%3A%2F%2Fboard.example%2Ft%2F7&token=AQ", "https://board.example/t/7"),
    ("Reddit picture", "https://www.reddit.com/media?url=https%3A%2F%2Fi.redd.it%2Fabc123.jpg", "https://i.redd.it/abc123.jpg"),
    ("VK", "https://vk.com/away.php?to=https%3A%2F%2Fboard.example%2Ft%2F7&cc_key=", "https://board.example/t/7"),
    ("YouTube", "https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fboard.example%2Ft%2F7", "https://board.example/t/7"),
    ("YouTube consent", "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DAbC&gl=DE", "https://www.youtube.com/watch?v=AbC"),
    ("Steam", "https://steamcommunity.com/linkfilter/?u=https%3A%2F%2Fboard.example%2Ft%2F7", "https://board.example/t/7"),
    ("Slack", "https://slack-redir.net/link?url=https%3A%2F%2Fboard.example%2Ft%2F7", "https://board.example/t/7"),
    ("Outlook", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fboard.example%2Ft%2F7&data=05%7C01", "https://board.example/t/7"),
    ("Proofpoint 2", "https://urldefense.proofpoint.com/v2/url?u=https-3A__board.example_t_7&d=DwM", "https://board.example/t/7"),
    ("Proofpoint 3", "https://urldefense.com/v3/__https://board.example/t/7__;!!AbC!xyz$", "https://board.example/t/7"),
    ("Tumblr", "https://t.umblr.com/redirect?z=https%3A%2F%2Fboard.example%2Ft%2F7&t=ab", "https://board.example/t/7"),
    ("href.li", "https://href.li/?https://board.example/t/7", "https://board.example/t/7"),
    ("Wayback", "https://web.archive.org/web/20240102030405/https://board.example/t/7?a=1", "https://board.example/t/7?a=1"),
    ("Wayback picture", "https://web.archive.org/web/20240102030405im_/https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
    ("Wayback, all copies", "https://web.archive.org/web/*/board.example/t/7", "https://board.example/t/7"),
    ("Wayback with one slash", "http://web.archive.org/web/2024/http:/board.example/t/7", "http://board.example/t/7"),
    ("Wayback with a key", "https://web.archive.org/web/2024/https://mega.nz/folder/Ab#cD", "https://mega.nz/folder/Ab#cD"),
    ("archive.today by time", "https://archive.ph/20240102030405/https://board.example/t/7", "https://board.example/t/7"),
    ("archive.today by dotted time", "https://archive.is/2024.01.02-030405/https://board.example/t/7", "https://board.example/t/7"),
    ("archive.today, newest", "https://archive.today/newest/board.example/t/7", "https://board.example/t/7"),
    ("archive.today, a link in a copy", "https://archive.ph/o/AbCdE/https://board.example/t/7", "https://board.example/t/7"),
    ("Discord picture proxy", "https://images-ext-1.discordapp.net/external/AbC/https/cdn.example/a.jpg", "https://cdn.example/a.jpg"),
    ("WordPress picture proxy", "https://i0.wp.com/board.example/a.jpg?w=300", "https://board.example/a.jpg"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "inner"), [case[1:] for case in WRAPPED], ids=[case[0] for case in WRAPPED])
def test_what_is_wrapped_is_found_and_the_wrapper_is_kept(text: str, inner: str) -> None:
    (link,) = parse_many(text).links

    assert link.target is not None
    assert link.target.url == inner
    assert link.raw == text
    assert link.host != link.target.host or link.path != link.target.path


def test_a_redirect_to_an_archived_page_is_unwrapped_twice() -> None:
    text = "https://l.facebook.com/l.php?u=https%3A%2F%2Fweb.archive.org%2Fweb%2F2024%2Fhttps%3A%2F%2Fboard.example%2F7"

    (link,) = parse_many(text).links

    assert link.target is not None
    assert link.target.host == "web.archive.org"
    assert link.target.target is not None
    assert link.target.target.url == "https://board.example/7"


def test_three_hundred_links_in_a_mess_are_all_found() -> None:
    joints = ["\n", ", ", ";", " | ", "\n- ", "\t", ") (", " and then "]
    urls = [f"https://board.example/t/{number}?page={number % 7}" for number in range(300)]
    text = "".join(url + joints[number % len(joints)] for number, url in enumerate(urls))

    assert [link.url for link in parse_many(text).links] == urls
