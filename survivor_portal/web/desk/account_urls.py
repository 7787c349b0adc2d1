"""The two addresses of the sign-in, under the names by which the accounts' library knows them."""

from django.urls import path

from survivor_portal.web.desk import signing

urlpatterns = [
    path("sign-in/", signing.sign_in, name="account_login"),
    path("second-step/", signing.second_step, name="mfa_authenticate"),
]
