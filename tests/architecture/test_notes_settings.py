"""What the notes say of the site, and what of it production refuses."""

import pytest

from survivor_portal.config import env, notes
from tests.architecture.test_house import good
from tests.architecture.test_mail_settings import pages

__all__ = ["good", "pages"]


def test_without_a_word_about_it_the_sites_own_name_and_host_are_used(pages: dict[str, str]) -> None:
    found = env.for_production(pages | {"ALLOWED_HOSTS": "abc.onion, help.example", "SITE_NAME": "Notes"})

    assert found.nudges == notes.Notes("Notes", "https://help.example")


def test_another_name_and_host_may_be_given(pages: dict[str, str]) -> None:
    more = {
        "ALLOWED_HOSTS": "help.example,notes.example",
        "NOTES_NAME": "Post it",
        "NOTES_SITE": "https://notes.example",
    }

    assert env.for_production(pages | more).nudges == notes.Notes("Post it", "https://notes.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTES_NAME", "Post\nBcc: a@b.example"),
        ("NOTES_NAME", "a" * 61),
        ("NOTES_NAME", "<b>"),
        ("NOTES_NAME", "a@b.example"),
        ("NOTES_SITE", "http://help.example"),
        ("NOTES_SITE", "https://other.example"),
        ("NOTES_SITE", "https://help.example/n/"),
        ("NOTES_SITE", "https://help.example:8443"),
        ("NOTES_SITE", "help.example"),
    ],
)
def test_t34_production_refuses(pages: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(env.NotReady, match=name):
        env.for_production(pages | {name: value})


@pytest.mark.parametrize("hosts", ["abc.onion", ".help.example"])
def test_t34_a_mail_needs_a_host_it_can_name(pages: dict[str, str], good: dict[str, str], hosts: str) -> None:
    with pytest.raises(env.NotReady, match="NOTES_SITE is missing"):
        env.for_production(pages | {"ALLOWED_HOSTS": hosts})

    assert env.for_production(good | {"ALLOWED_HOSTS": hosts}).nudges.site == ""


def test_on_ones_own_machine_the_page_is_wherever_the_site_was_opened() -> None:
    assert notes.for_development({"NOTES_NAME": "Post it"}, "Next steps") == notes.Notes("Post it")
    assert notes.for_development({}, "Next steps") == notes.Notes("Next steps")
