"""The settings of the library that keeps staff accounts: invitation only, no mail, a second step always."""

from typing import Any

SETTINGS: dict[str, Any] = {
    "LOGIN_URL": "/desk/sign-in/",
    "LOGIN_REDIRECT_URL": "/desk/",
    "LOGOUT_REDIRECT_URL": "/desk/sign-in/",
    "ACCOUNT_ADAPTER": "survivor_portal.web.desk.adapters.Accounts",
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_EMAIL_NOTIFICATIONS": False,
    # So long after the password the second step may take, in seconds.
    "ACCOUNT_LOGIN_TIMEOUT": 15 * 60,
    # Counted by `web.desk.tries`: by account and device, never by an address.
    "ACCOUNT_RATE_LIMITS": False,
    "MFA_ADAPTER": "survivor_portal.web.desk.adapters.SecondSteps",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_RATE_LIMITS": False,
    # A passkey never opens without the password: that is what unlocks the person's key.
    "MFA_PASSKEY_LOGIN_ENABLED": False,
    "MFA_PASSKEY_SIGNUP_ENABLED": False,
    "MFA_WEBAUTHN_USER_VERIFICATION": "preferred",
    "MFA_TRUST_ENABLED": False,
    # Their addresses came with the invitation; nothing is sent to them.
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    # The code before and the code after count too: clocks differ. Each counts once.
    "MFA_TOTP_TOLERANCE": 1,
    "MFA_RECOVERY_CODE_COUNT": 10,
    "MFA_RECOVERY_CODE_DIGITS": 10,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
}
