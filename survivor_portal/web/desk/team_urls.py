"""The addresses of the team's pages, and of one's own account."""

from django.urls import path

from survivor_portal.web.desk import account, agency, clock, links, team

urlpatterns = [
    path("set-up/", account.set_up, name="set_up"),
    path("set-up/app/", account.set_up_app, name="set_up_app"),
    path("account/", account.account, name="account"),
    path("account/clock/", clock.own, name="own_clock"),
    path("account/password/", account.password, name="password"),
    path("account/remove/", account.remove_way, name="remove_way"),
    path("account/codes/", account.new_codes, name="new_codes"),
    # The token of a link is good once, and for the person it was made for.
    path("link/<str:token>/", links.link, name="link"),
    path("team/", team.teams, name="team"),
    path("team/<str:team>/", team.team, name="one_team"),
    path("team/<str:team>/invite/", team.invite, name="invite"),
    path("team/<str:team>/withdraw/", team.withdraw, name="withdraw"),
    path("team/<str:team>/let-in/", team.let_in, name="let_in"),
    path("team/<str:team>/done/", team.done, name="deeds"),
    path("team/<str:team>/new/", team.new_team, name="new_team"),
    path("team/<str:team>/anew/", team.new_key, name="new_key"),
    path("team/<str:team>/anew/give/", team.give_new_key, name="give_new_key"),
    path("team/<str:team>/clock/", clock.of_organisation, name="clock"),
    path("team/<str:team>/words/", agency.words, name="words"),
    path("team/<str:team>/key/", agency.printed_key, name="recovery"),
    path("team/<str:team>/key/make/", agency.make_key, name="recovery_make"),
    path("team/<str:team>/key/skip/", agency.skip_key, name="recovery_skip"),
    path("team/<str:team>/key/use/", agency.use_key, name="recovery_use"),
    path("team/<str:team>/<str:person>/", team.member, name="member"),
    path("team/<str:team>/<str:person>/role/", team.change_role, name="change_role"),
    path("team/<str:team>/<str:person>/remove/", team.remove, name="remove"),
    path("team/<str:team>/<str:person>/link/", team.reset_link, name="reset_link"),
]
