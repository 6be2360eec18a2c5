"""The headers that every page carries. ATTACKS CS-01, HD-02, HD-04, CD-16; Content Security Policy Level 3."""

from urllib.parse import urlsplit

from frontdesk.protocol.http import Headers

_ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), "
        b"payment=(), serial=(), usb=()",
    ),
)


def page_headers(
    *, has_form: bool, redirect_uri: str | None = None, script: str | None = None, asks: str | None = None
) -> Headers:
    """Headers of an HTML page. `redirect_uri` is where posting its form may end, after our own redirects.

    `script` is the full address of the one script that it may run, `asks` that of the one page which that may ask.
    """
    # `no-referrer` would make browsers send `Origin: null` on our own forms, which the cross-site check refuses.
    referrer = b"same-origin" if has_form else b"no-referrer"
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (
            b"content-security-policy",
            content_security_policy(has_form=has_form, redirect_uri=redirect_uri, script=script, asks=asks).encode(),
        ),
        (b"referrer-policy", referrer),
        *_ALWAYS,
    ]


def download_headers(media_type: bytes, name: str) -> Headers:
    """Headers of a file that is to be saved under this name, and never shown as a page of ours."""
    return [
        (b"content-type", media_type),
        (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii")),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"referrer-policy", b"no-referrer"),
        *_ALWAYS,
    ]


def redirect_headers(location: str) -> Headers:
    """Headers of a redirect: whatever it leads to learns nothing of the page before."""
    return [(b"location", location.encode("ascii")), (b"referrer-policy", b"no-referrer"), *_ALWAYS]


def content_security_policy(
    *, has_form: bool, redirect_uri: str | None = None, script: str | None = None, asks: str | None = None
) -> str:
    """Nothing but our own style sheets and pictures; forms go to us, and on to one partner where they may end there.

    A script is named by its whole address: the API behind the gateway shares our origin, so `'self'` would be more.
    """
    targets = "'self'" if has_form else "'none'"
    if has_form and redirect_uri is not None:
        targets += f" {form_target(redirect_uri)}"
    scripts = f"script-src {script}; " if script is not None else ""
    scripts += f"connect-src {asks}; " if asks is not None else ""
    return (
        f"default-src 'none'; {scripts}style-src 'self'; img-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )


def form_target(redirect_uri: str) -> str:
    """The source expression for a redirect URI's origin.

    Browsers apply form-action to every redirect that follows a form, so that the partner's origin must be listed.
    The grammar has no IPv6 addresses: for a loopback `[::1]` the scheme alone must do. An app's own scheme is all
    there is of its origin.
    """
    parts = urlsplit(redirect_uri)
    if not parts.netloc or "[" in parts.netloc:
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc}"
