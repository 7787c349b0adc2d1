"""Two addresses: the flow, and the kept case. Where somebody stands is in the visit, not in the path."""

from django.urls import path

from survivor_portal.web.survivor import case_page, views

app_name = "survivor"
urlpatterns = [path("next/", views.next_steps, name="next"), path("c/", case_page.case, name="case")]
