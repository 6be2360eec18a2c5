"""Which check of a call fails for which reason: the contract's table of refusals, one row a check."""

from enum import StrEnum
from functools import cache
from typing import assert_never

from frontdesk.protocol.errors import Reason


class Check(StrEnum):
    """The checks of a call, in the contract's order; the last one is the API behind."""

    REQUEST = "request"
    OPERATION = "operation"
    CREDENTIAL = "credential"
    RATE = "rate"
    SCHEME = "scheme"
    NETWORK = "network"
    SCOPE = "scope"
    API = "api"


@cache
def check_of(reason: Reason) -> Check | None:
    """The check that fails for a reason; None: no call of the API is refused for it.

    There is no default arm: a new Reason fails the type check until somebody says where it belongs.
    """
    match reason:
        case (
            Reason.AMBIGUOUS_TARGET
            | Reason.MALFORMED_REQUEST
            | Reason.API_OVER_PLAIN_HTTP
            | Reason.TWO_CREDENTIALS
            | Reason.DOUBLED_HEADER
            | Reason.MALFORMED_NETWORK_ID
            | Reason.AMBIGUOUS_NETWORK_PARAMETER
            | Reason.TOKEN_IN_QUERY
            | Reason.UNTRUSTED_FORWARDING
            | Reason.HEADERS_TOO_LARGE
            | Reason.ORIGIN_FORBIDDEN
        ):
            return Check.REQUEST
        case Reason.UNKNOWN_OPERATION | Reason.METHOD_NOT_ALLOWED:
            return Check.OPERATION
        case (
            Reason.NO_CREDENTIAL
            | Reason.BAD_CREDENTIAL
            | Reason.ADDRESS_FORBIDDEN
            | Reason.SECRET_UNCHECKED
            | Reason.OUT_OF_ORDER
        ):
            return Check.CREDENTIAL
        case Reason.RATE_LIMITED:
            return Check.RATE
        case Reason.SCHEME_FORBIDDEN:
            return Check.SCHEME
        case Reason.NETWORK_REQUIRED | Reason.NETWORK_FORBIDDEN:
            return Check.NETWORK
        case Reason.INSUFFICIENT_SCOPE | Reason.READ_ONLY | Reason.OPERATION_FORBIDDEN:
            return Check.SCOPE
        case (
            Reason.BODY_TOO_LARGE
            | Reason.BODY_TOO_SLOW
            | Reason.NO_UPSTREAM
            | Reason.UPSTREAM_BROKEN
            | Reason.UPSTREAM_SLOW
            | Reason.UPSTREAM_FULL
        ):
            return Check.API
        case (
            Reason.UNSIGNED_REPORT
            | Reason.MALFORMED_REPORT
            | Reason.DECISION_UNKNOWN
            | Reason.MALFORMED_FORM
            | Reason.FORM_TOO_LARGE
            | Reason.UNSUPPORTED_MEDIA_TYPE
            | Reason.REPEATED_PARAMETER
            | Reason.PARAMETER_IN_QUERY
            | Reason.PLAIN_HTTP
            | Reason.TWO_SECRETS
            | Reason.TWO_CLIENT_IDS
            | Reason.CLIENT_UNPROVEN
            | Reason.CLIENT_DISABLED
            | Reason.MISSING_GRANT_TYPE
            | Reason.UNSUPPORTED_GRANT_TYPE
            | Reason.MISSING_CODE
            | Reason.MISSING_REFRESH_TOKEN
            | Reason.MISSING_TOKEN
            | Reason.CODE_UNKNOWN
            | Reason.CODE_EXPIRED
            | Reason.CODE_USED
            | Reason.CODE_VOID
            | Reason.OTHER_CLIENT
            | Reason.OTHER_REDIRECT_URI
            | Reason.VERIFIER_MISSING
            | Reason.VERIFIER_WRONG
            | Reason.VERIFIER_UNASKED
            | Reason.TOKEN_UNKNOWN
            | Reason.TOKEN_REPLAYED
            | Reason.GRANT_REVOKED
            | Reason.USER_BLOCKED
            | Reason.NO_NETWORK_LEFT
            | Reason.SCOPE_MALFORMED
            | Reason.SCOPE_WIDENED
            | Reason.OWN_TOKENS_FORBIDDEN
            | Reason.OWN_SCOPE_REFUSED
            | Reason.AUTHORIZE_REPEATED_CLIENT_OR_URI
            | Reason.AUTHORIZE_UNKNOWN_CLIENT
            | Reason.AUTHORIZE_UNREGISTERED_URI
            | Reason.AUTHORIZE_UNREVIEWED
            | Reason.AUTHORIZE_REPEATED_PARAMETER
            | Reason.AUTHORIZE_RESPONSE_TYPE_MISSING
            | Reason.AUTHORIZE_RESPONSE_TYPE_UNSUPPORTED
            | Reason.AUTHORIZE_RESPONSE_MODE_UNSUPPORTED
            | Reason.AUTHORIZE_REQUEST_OBJECT
            | Reason.AUTHORIZE_REQUEST_URI
            | Reason.AUTHORIZE_SCOPE_MISSING
            | Reason.AUTHORIZE_SCOPE_UNKNOWN
            | Reason.AUTHORIZE_CHALLENGE_MALFORMED
            | Reason.AUTHORIZE_CHALLENGE_METHOD
            | Reason.AUTHORIZE_CHALLENGE_REQUIRED
            | Reason.AUTHORIZE_PROMPT_UNKNOWN
            | Reason.AUTHORIZE_STATE_TOO_LONG
            | Reason.AUTHORIZE_LOGIN_REQUIRED
            | Reason.AUTHORIZE_CONSENT_REQUIRED
            | Reason.AUTHORIZE_DENIED
            | Reason.PAGE_UNKNOWN
            | Reason.NOT_THE_OWNER
            | Reason.TITLE_MISTYPED
            | Reason.REGENERATED_MEANWHILE
            | Reason.SECRET_NOT_KEPT
            | Reason.SIGN_IN_AGAIN
            | Reason.REVEALED_MEANWHILE
            | Reason.CREDENTIALS_FULL
            | Reason.NAME_TAKEN
            | Reason.SIGN_UP_CLOSED
            | Reason.TOO_MANY_APPS
            | Reason.APP_CHANGED_MEANWHILE
            | Reason.LAST_SECRET
            | Reason.APP_UNAVAILABLE
            | Reason.ADDRESS_UNCHANGED
            | Reason.ADDRESS_MISTYPED
            | Reason.TOO_MANY_MAILS
            | Reason.OWNED_BY_THEM_ALONE
            | Reason.CONNECTION_ELSEWHERE
            | Reason.DAYS_OUT_OF_RANGE
            | Reason.APP_UNKNOWN
            | Reason.RULES_CHANGED_MEANWHILE
            | Reason.RECEIVER_UNFIT
            | Reason.NOT_A_MANAGER
            | Reason.LAST_WAY_IN
            | Reason.MEMBERS_ELSEWHERE
            | Reason.HAS_ROLE_THERE
            | Reason.TOO_MANY_INVITATIONS
            | Reason.TOO_MANY_INVITATION_MAILS
            | Reason.INVITATION_GONE
            | Reason.INVITED_OTHERWISE
            | Reason.PAGE_TOKEN_FORGED
            | Reason.TOO_MANY_CONNECTIONS
            | Reason.TOO_MANY_PASSKEYS
            | Reason.NAME_UNFIT
            | Reason.PASSKEY_REFUSED
            | Reason.SECOND_CODE_WRONG
            | Reason.PROVIDER_AWAY
            | Reason.PROVIDER_REFUSED
            | Reason.NOBODY_HERE
            | Reason.SECOND_FACTOR_THERE
        ):
            return None
        case _:
            assert_never(reason)
