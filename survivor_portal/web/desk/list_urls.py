"""The addresses of the pages on which somebody brings a list."""

from django.urls import path

from survivor_portal.web.desk import lists

urlpatterns = [
    path("", lists.page, name="lists"),
    path("columns/", lists.columns, name="list_columns"),
    path("sample/", lists.sample, name="list_sample"),
    path("links-sample/", lists.links_sample, name="list_links_sample"),
]
