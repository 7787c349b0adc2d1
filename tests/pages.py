"""Every page of the site that has an address of its own, read from the URL configuration."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# The flow's own address shows its first page without a visit, so it is one of them.
LEAVING = "exit"


def addresses() -> list[str]:
    """The paths of all addresses that take no argument, the exit left out."""
    return sorted(path for path, name in _walk(get_resolver(), "/") if name != LEAVING)


def _walk(at: URLResolver, prefix: str) -> Iterator[tuple[str, str | None]]:
    for entry in at.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        elif isinstance(entry, URLPattern) and "<" not in path and "^" not in path:
            yield path, entry.name
