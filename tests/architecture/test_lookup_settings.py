"""What may be asked of others: off until it is turned on, and refused where it does not fit."""

import re
import secrets
from pathlib import Path

import pytest

from survivor_portal import seals
from survivor_portal.config import env, lookups
from tests.architecture.test_house import good

__all__ = ["good"]


@pytest.fixture
def asking(good: dict[str, str], tmp_path: Path) -> dict[str, str]:
    epochs = tmp_path / "epochs"
    epochs.mkdir(mode=0o700)
    index = tmp_path / "index-key"
    index.write_text(secrets.token_urlsafe(64))
    index.chmod(0o400)
    return good | {
        "LOOKUPS": "yes",
        "LINK_CHECKS": "yes",
        "LOOKUPS_RESOLVERS": "93.184.215.14, 2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "LINK_CHECKS_PROXY": "proxy.example:3128",
        "AUTO_PUBLIC_KEY": seals.new_pair().public.hex(),
        "CASES_REVIEWED_ON": "2027-01-31",
        "CASES_REVIEWED_BY": "A. Lawyer",
        "INDEX_KEY_FILE": str(index),
        "EPOCH_DIR": str(epochs),
    }


def test_nothing_is_asked_of_anybody_until_it_is_turned_on(good: dict[str, str], tmp_path: Path) -> None:
    assert env.for_production(good).look_ups == lookups.OFF
    assert env.for_development({"DATA_DIR": str(tmp_path / "new")}).look_ups == lookups.OFF


def test_t34_look_ups_are_on_with_everything_in_place(asking: dict[str, str]) -> None:
    found = env.for_production(asking).look_ups

    assert (found.sites, found.links, found.links_of_children) == (True, True, False)
    assert len(found.resolvers) == 2
    assert found.proxy == ("proxy.example", 3128)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LOOKUPS", "perhaps", "LOOKUPS must be yes or no"),
        ("LOOKUPS_RESOLVERS", "", "LOOKUPS_RESOLVERS is missing"),
        ("LOOKUPS_RESOLVERS", "127.0.0.1", "resolvers that many share"),
        ("LOOKUPS_RESOLVERS", "10.0.0.53", "resolvers that many share"),
        ("LOOKUPS_RESOLVERS", "dns.example", "resolvers that many share"),
        ("LINK_CHECKS_PROXY", "proxy.example", "LINK_CHECKS_PROXY must look like"),
        ("LINK_CHECKS_PROXY", "http://proxy.example:3128", "LINK_CHECKS_PROXY must look like"),
        ("LINK_CHECKS_PROXY", "proxy.example:99999", "LINK_CHECKS_PROXY must look like"),
        ("AUTO_PUBLIC_KEY", "", "AUTO_PUBLIC_KEY is missing, and look-ups"),
        ("LINK_CHECKS_CHILDREN", "yes", "LINK_CHECKS_CHILDREN needs LINK_CHECKS_REVIEWED_ON"),
        ("LINK_CHECKS_REVIEWED_ON", "2027-01-31", "belong together"),
    ],
)
def test_t34_production_does_not_start_with(
    name: str, value: str, reason: str, asking: dict[str, str]
) -> None:
    with pytest.raises(env.NotReady, match=reason):
        env.for_production(asking | {name: value})


def test_t34_links_of_children_need_the_review_of_their_own(asking: dict[str, str]) -> None:
    reviewed = {
        "LINK_CHECKS_CHILDREN": "yes",
        "LINK_CHECKS_REVIEWED_ON": "2027-02-01",
        "LINK_CHECKS_REVIEWED_BY": "A. Lawyer",
    }

    assert env.for_production(asking | reviewed).look_ups.links_of_children
    with pytest.raises(env.NotReady, match="of no use without LINK_CHECKS"):
        env.for_production(asking | reviewed | {"LINK_CHECKS": "no"})


def test_look_ups_need_kept_cases(asking: dict[str, str]) -> None:
    del asking["CASES_REVIEWED_ON"], asking["CASES_REVIEWED_BY"]

    with pytest.raises(env.NotReady, match="CASES_REVIEWED_ON is missing, and look-ups"):
        env.for_production(asking)


def test_a_trial_without_a_resolver_asks_nobody(tmp_path: Path) -> None:
    trial = {"DATA_DIR": str(tmp_path / "new"), "LOOKUPS": "yes"}

    assert env.for_development(trial).look_ups == lookups.OFF
    assert env.for_development(trial | {"LOOKUPS_RESOLVERS": "93.184.215.14"}).look_ups.sites


def test_every_setting_of_look_ups_is_explained() -> None:
    source = Path(lookups.__file__).read_text("utf-8")
    page = (env.HOUSE / "docs" / "lookups.md").read_text("utf-8")

    names = set(re.findall(r'"((?:LOOKUPS|LINK_CHECKS)[A-Z_]*)"', source))
    assert len(names) >= 5
    assert {name for name in names if f"`{name}`" not in page} == set()
