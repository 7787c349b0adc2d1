"""The addresses of the desk's pages about cases. Which case is meant stands in a form or in the browser."""

from django.urls import path

from survivor_portal.web.desk import (
    case_about,
    case_anew,
    case_codes,
    case_list,
    case_open,
    case_paper,
    case_seen,
    danger,
    together,
)

urlpatterns = [
    path("cases/", case_list.cases, name="cases"),
    path("cases/open/", case_open.open_case, name="open"),
    path("case/", case_about.case, name="case"),
    path("case/paper/", case_paper.paper, name="paper"),
    path("case/anew/", case_anew.anew, name="anew"),
    path("case/anew/make/", case_anew.make, name="anew_make"),
    path("case/code/", case_codes.take_over, name="take_over"),
    path("code/", case_codes.code, name="code"),
    path("together/", together.together, name="together"),
    path("plan/", danger.plan, name="plan"),
    path("seen/", case_seen.seen, name="seen"),
]
