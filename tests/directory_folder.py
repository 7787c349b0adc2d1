"""A small data folder to break: one sound record of each sort, under reserved names."""

from pathlib import Path

PLATFORM = """\
key = "example-social"
name = "Example Social (formerly Sample Space)"
kind = "social"
domains = [
    "social.example",
    "soc.example",
]
verified_on = 2026-11-22

[[content_links]]
what = "post"
pattern = '^social\\.example/(?P<account>\\w+)/post/(?P<id>\\d+)'

[[content_links]]
what = "account"
pattern = '^social\\.example/(?P<account>\\w+)/?$'

[[channels]]
key = "ncii-1"
purpose = "ncii"
subject = "any"
method = "web_form"
address = "https://social.example/report"
account_needed = "no"
representative_ok = "yes"
asks_for = [
    { what = "links", words = "link to each post" },
    { what = "email", words = "your e-mail" },
]
confidence = "high"
source = "https://social.example/help"
seen = "2026-11-22"
checked_on = 2026-11-22

[[channels]]
key = "minor_sexual-1"
purpose = "minor_sexual"
subject = "child"
method = "email"
address = "child@social.example"
account_needed = "unknown"
representative_ok = "unknown"
asks_for = []
confidence = "medium"
source = "https://social.example/help"
checked_on = 2026-11-22

[contact_risk]
level = "name_passed_on"
why = "The copyright route only."

[[sources]]
url = "https://social.example/help"
"""

HOST = """\
name = "Example Pages"
kind = "hosting"
domains = ["pages.example", "pages.dev"]
verified_on = 2026-11-22
channels = []

[[sources]]
url = "https://pages.example/help"
"""

LEAK = """\
name = "Leak.example"
kind = "leak"
publish_hosts = false
domains = ["leak.example"]
notes = "Its mirror is www.leak.example; see https://leak.example/faq."
verified_on = 2026-11-22

[[content_links]]
what = "gallery"
pattern = '^leak\\.example/g/(?P<id>\\d+)'

[contact_risk]
level = "hostile"
why = "Publishes the letters it gets."

[[sources]]
url = "https://report.example/leak.example"
"""

LAW = """\
key = "us-example"
jurisdiction = "US"
name = "Example Act"
short_name = "Example Act (US law)"
citation = "1 Example Code 3"
role = "removal_request"
priority = 1
status = "in_force"
confidence = "high"
complaint_address = "https://commission.example/complain"
verified_on = 2026-11-22

[match]
ages = ["minor", "adult"]
images = ["real", "ai"]
tie_any_of = ["platform_serves_place"]

[clock]
trigger = "request_received"
bound = "platform"
effect = "removal"
starts = "at receipt"
verified = true
hours = 48

[[elements]]
key = "location"
required = true
element = "where the item is"
cite = "section 3"
block = "items"

[[sources]]
url = "https://law.example/act"
"""

RESOURCE = """\
name = "Example Line"
country = "AT"
kind = "crisis"
url = "https://line.example/"
url_status = "seen"
phone = "0800 000 000"
languages = ["de"]
who = ["minor", "adult"]
age_at_image = "any"
needs = ["crisis_support"]
does = "People who listen."
does_not = "It takes nothing down."
anonymous = "yes"
hours = "Day and night."
group = "hotline"
list_by_default = true
priority = 1
confidence = "high"
checked_on = 2026-11-22

[[sources]]
url = "https://line.example/about"
"""

FILES = {
    "platforms/example-social.toml": PLATFORM,
    "platforms/example-pages.toml": HOST,
    "platforms/leak-example.toml": LEAK,
    "laws/us-example/law.toml": LAW,
    "laws/us-example/request.md": "Please remove it.\n\n[[items]]\n",
    "resources/example-line.toml": RESOURCE,
}


def lay_out(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write the sound files, then `files` over them (path below the folder: text). Gives the folder back."""
    for name, text in {**FILES, **(files or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def line(text: str, part: str, occurrence: int = 1) -> int:
    """The line (from 1) on which `part` stands for the nth time."""
    return [number for number, row in enumerate(text.splitlines(), 1) if part in row][occurrence - 1]
