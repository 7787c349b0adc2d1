"""Every column that stands in the database unsealed is listed, with its reason."""

import csv
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

COLUMNS = Path(__file__).parents[2] / "docs" / "clear-columns.csv"

# Django's own record of which migrations ran. It holds nothing of any visitor.
DJANGO_TABLES = {"django_migrations"}


def listed() -> list[dict[str, str]]:
    """The rows of the list."""
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_t03_the_list_of_columns_is_what_the_models_have() -> None:
    of_models = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }

    assert {(row["table"], row["column"]) for row in listed()} == of_models


@pytest.mark.django_db(databases=["default", "keys"])
def test_t03_the_two_databases_have_no_table_beyond_the_list() -> None:
    of_keys = set(connections["keys"].introspection.table_names()) - DJANGO_TABLES
    of_cases = set(connections["default"].introspection.table_names()) - DJANGO_TABLES

    assert of_keys | of_cases == {row["table"] for row in listed()}
    assert of_keys == {"keystore_shred", "keystore_capsulekey"}
    assert not of_keys & of_cases


def test_t03_each_column_is_listed_once_and_has_its_reason() -> None:
    rows = listed()

    assert len({(row["table"], row["column"]) for row in rows}) == len(rows)
    assert all(row["holds"].strip() and row["why"].strip() for row in rows)
