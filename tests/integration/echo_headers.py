"""A page that tells which headers it got: what stands behind a proxy in its tests."""

import json
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Every header as the site would see it, after the whole form was read."""
    environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: value for name, value in environ.items() if name.startswith("HTTP_")}).encode()]
