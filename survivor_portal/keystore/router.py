"""Keep the keystore's tables in the second database, and everything else out of it."""

from typing import Any

from django.db.models import Model

ALIAS = "keys"
APP = "keystore"


class Keys:
    """Django asks it where a model lives. One database alone never opens a case."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        return (one._meta.app_label == APP) == (other._meta.app_label == APP) or None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == ALIAS) == (app_label == APP)
