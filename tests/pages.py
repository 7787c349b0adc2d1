"""Every page of the site that has an address of its own, read from the URL configuration."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

# The flow's own address shows its first page without a visit, so it is one of them.
LEAVING = "exit"


def addresses() -> list[str]:
    """The paths of all addresses that take no argument, the exit left out."""
    return sorted(path for path, name in _walk(get_resolver(), "/") if name != LEAVING)


def desk_addresses(parts: Mapping[str, str]) -> list[str]:
    """The paths of all addresses of the desk. `parts`: what stands for an argument of this name; else "x"."""
    found = _all(get_resolver(), "/")
    return sorted(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts.get(part[1], "x"), path)
        for path in found
        if path.startswith("/desk/") and "^" not in path
    )


def _all(at: URLResolver, prefix: str) -> Iterator[str]:
    for entry in at.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _all(entry, path)
        else:
            yield path


def _walk(at: URLResolver, prefix: str) -> Iterator[tuple[str, str | None]]:
    for entry in at.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        elif isinstance(entry, URLPattern) and "<" not in path and "^" not in path:
            yield path, entry.name
