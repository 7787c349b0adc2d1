"""What the accounts' library does our way: no address is read, no mail is sent, no secret stands in clear."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates import second_factor


class Accounts(DefaultAccountAdapter):
    """Staff accounts. Nobody can make one by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same for everybody: an address must not get into limits, mails or logs."""
        return "0.0.0.0"  # noqa: S104  (no address to listen on, but the one that names nobody)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is sent: a mailbox is not part of how somebody comes in here."""

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """Nothing is sent, as above."""

    def add_message(self, *args: Any, **more: Any) -> None:
        """The pages say what happened."""

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """The desk's own pages ask for the password again (`lock.sensitive`)."""
        return False


class SecondSteps(DefaultMFAAdapter):
    """Passkeys, codes of an app, and recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code did not work. Please check it, or wait for the next one."),
        "cannot_delete_authenticator": _("This is your only way to sign in. Add another one first."),
    }

    def encrypt(self, text: str) -> str:
        return second_factor.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {"id": user.pk.encode("ascii"), "display_name": user.name, "name": user.email}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last way to do the second step stays."""
        ways = Authenticator.objects.filter(user_id=authenticator.user_id)
        others = ways.exclude(pk=authenticator.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return others.exists()

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """Nothing is sent."""
