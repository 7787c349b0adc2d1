"""The addresses of the desk. All stand under /desk/; none names a case or a person who is helped."""

from django.urls import include, path

from survivor_portal.web.desk import case_urls, figures, signing, sites, team

app_name = "desk"
urlpatterns = [
    path("", team.teams, name="queue"),
    *case_urls.urlpatterns,
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("figures/", figures.page, name="figures"),
    path("figures/table.csv", figures.table, name="figures_table"),
    path("figures/sites/", sites.page, name="sites"),
    path("figures/sites/<slug:key>/", sites.site, name="site"),
    path("", include("survivor_portal.web.desk.team_urls")),
]
