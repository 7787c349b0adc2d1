"""The header values of this site, each put together once."""

from django.conf import settings

SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    # One policy, for the pages of our own that come back from our own forms.
    "trusted-types": "site",
}

# Every feature that Chromium knows by this header, but for client hints, which nobody here asks for.
NOTHING_ALLOWED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "compute-pressure",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "digital-credentials-create",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "language-detector",
    "language-model",
    "local-fonts",
    "local-network",
    "local-network-access",
    "loopback-network",
    "magnetometer",
    "media-playback-while-not-visible",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "summarizer",
    "sync-xhr",
    "translator",
    "unload",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)

CONTENT_SECURITY_POLICY = "; ".join(f"{name} {value}" for name, value in SOURCES.items())
# The copy buttons beside a letter need the one exception.
PERMISSIONS_POLICY = ", ".join(
    [*(f"{feature}=()" for feature in NOTHING_ALLOWED), "clipboard-write=(self)"],
)

# Where staff sign in, a passkey may be made and used.
DESK = "/desk/"
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY_AT_THE_DESK = ", ".join(
    [
        *(f"{feature}={'(self)' if feature in PASSKEYS else '()'}" for feature in NOTHING_ALLOWED),
        "clipboard-write=(self)",
    ],
)

ON_EVERYTHING = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Not no-referrer: browsers then send "Origin: null", and every form of ours would be refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "X-Content-Type-Options": "nosniff",
}

NO_STORE = "no-store"
NO_INDEX = "noindex"
TWO_YEARS = 2 * 365 * 24 * 60 * 60


def transport_security() -> str:
    """The value of Strict-Transport-Security. Sub-domains and preload only where the operator set both."""
    both = getattr(settings, "SECURE_HSTS_INCLUDE_SUBDOMAINS", False) and getattr(
        settings, "SECURE_HSTS_PRELOAD", False
    )
    return f"max-age={TWO_YEARS}" + ("; includeSubDomains; preload" if both else "")
