"""Settings, address and view of the least Django can do: what every page is compared with."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "only-for-measuring-0123456789-abcdefghijklmnopqrstuvwxyz"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.bare"
MIDDLEWARE: list[str] = []
USE_TZ = True


def bare(request: HttpRequest) -> HttpResponse:
    """A page without template, database, or middleware."""
    return HttpResponse("<!doctype html><title>Bare</title>")


urlpatterns = [path("", bare)]
