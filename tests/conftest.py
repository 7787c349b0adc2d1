"""What every test may lean on: settings, sizes, a closed network, the site in a browser."""

import gc
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["tests.browser", "tests.network", "tests.own_place", "tests.shares"]

# What is loaded once, laws and templates and models, is most of what there is, and never garbage: to walk
# through all of it every few hundred objects costs a seventh of the time of a test.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    """Whatever is loaded by now stays: no collection walks through it again."""
    # Else it comes in after the last test, and asks the collector who holds its source of chance.
    import hypothesis  # noqa: F401

    gc.collect()
    gc.freeze()


SIZES = tomllib.loads((Path(__file__).parent / "sizes.toml").read_text("utf-8"))
FULL = os.environ.get("FULL") == "1"


def size(name: str) -> int:
    """How many times the counted test `name` does its thing in this run."""
    return SIZES[name]["full" if FULL else "ci"]


@pytest.fixture(scope="session")
def sizes() -> Callable[[str], int]:
    """`sizes("fuzzed_posts")` gives that count for this run."""
    return size


@pytest.fixture(scope="session", autouse=True)
def _static_files_collected():
    """Pages name static files by their hash, so these have to be there before the first page."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(scope="session", autouse=True)
def _a_key_of_the_day():
    """Cases are kept under the key of the day; `up` makes the first one when it starts."""
    from datetime import UTC, datetime

    from survivor_portal.keystore import epochs

    if not epochs.known():
        epochs.make(datetime.now(UTC))


@pytest.fixture(scope="session", autouse=True)
def _templates_as_on_the_site(django_test_environment: None):
    """Django tells a listener of each template a page is made of, and copies all that was given to it. Tests
    here read pages; a twentieth of the time of a page went into what nobody asks for."""
    from django.template.base import Template
    from django.test.utils import _TestState

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _TestState.saved_data.template_render)
        yield
