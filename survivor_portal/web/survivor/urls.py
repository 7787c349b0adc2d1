"""One address. The step is in the visit, not in the path."""

from django.urls import path

from survivor_portal.web.survivor import views

app_name = "survivor"
urlpatterns = [path("next/", views.next_steps, name="next")]
