"""The addresses of work on many cases at once, and of figures."""

from django.urls import path

from survivor_portal.web.desk import bulk_joint, bulk_round, bulk_sent, figures, sites

urlpatterns = [
    path("sent/", bulk_sent.page, name="sent"),
    path("check/", bulk_round.page, name="round"),
    path("joint/", bulk_joint.page, name="joint"),
    path("joint/<slug:key>/", bulk_joint.site, name="joint_site"),
    path("figures/", figures.page, name="figures"),
    path("figures/table.csv", figures.table, name="figures_table"),
    path("figures/sites/", sites.page, name="sites"),
    path("figures/sites/<slug:key>/", sites.site, name="site"),
]
