"""Whether an answer of the API says that the access token is no longer good. RFC 6750 §3, RFC 9110 §11.6.1."""

import re

# A value is a token or quoted, and is passed over whole: an `error` inside somebody's quoted realm is not found.
_PARAMETER = re.compile(r'(?:^|[\s,])([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


def is_token_refused(status: int, challenge: str | None) -> bool:
    """Whether to refresh and try once more: a 401 that names `invalid_token`, or that names no error at all.

    The original API sends no challenge. A 403 is never about the token's age, and another error is not either.
    """
    if status != 401:
        return False
    errors = [quoted or token for name, quoted, token in _PARAMETER.findall(challenge or "") if name.lower() == "error"]
    return not errors or "invalid_token" in errors
