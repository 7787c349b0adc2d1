"""Keep the keystore's keys in the second database, and everything else out of it."""

from typing import Any

from django.db.models import Model

ALIAS = "keys"
APP = "keystore"
# What the keys are for lies with everything else, or one database would open it.
ELSEWHERE = {"capsule"}


class Keys:
    """Django asks it where a model lives. One database alone never opens a case."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if _is_key(model._meta.app_label, model._meta.model_name) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        # By the class they say they are: whoever is signed in comes wrapped in something else.
        return self.db_for_read(one.__class__) == self.db_for_read(other.__class__) or None

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return (db == ALIAS) == _is_key(app_label, model_name)


def _is_key(app_label: str, model_name: str | None) -> bool:
    return app_label == APP and model_name not in ELSEWHERE
