"""The one map from a Reason to what a stranger may see of it. RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, CONTRACT."""

from dataclasses import dataclass, field
from functools import cache

from frontdesk.protocol.rate_limits import Allowances
from frontdesk.protocol.reasons import Reason as Reason  # refusals and their reasons are asked for together


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A no, as a value. `detail` stays inside; the other fields shape the answer."""

    reason: Reason
    detail: str = ""
    allow: tuple[str, ...] = ()  # methods, for 405
    scopes: tuple[str, ...] = ()  # any of which would do, for the challenge
    schemes: tuple[str, ...] = ()  # "basic", "oauth2": what the operation allows, for the challenge
    retry_after: int = 0  # seconds
    allowances: Allowances = field(default=(), compare=False)  # what is left to a caller whose call was counted


@dataclass(frozen=True, slots=True)
class Wire:
    """What leaves the building: status, the `error` (OAuth) or `type` (API) word, and a sentence."""

    status: int
    code: str
    message: str


@cache
def wire(reason: Reason) -> Wire:
    """The outside of a reason. There is no default arm: a new Reason fails the type check until it is placed."""
    match reason:
        case Reason.AMBIGUOUS_TARGET:
            return Wire(400, "invalidRequest", "The request target is ambiguous or malformed.")
        case Reason.MALFORMED_REQUEST:
            return Wire(400, "invalidRequest", "The headers are malformed, or ask for something that is not offered.")
        case Reason.API_OVER_PLAIN_HTTP:
            return Wire(400, "invalidRequest", "Use https.")
        case Reason.TWO_CREDENTIALS:
            return Wire(400, "invalidRequest", "Send one credential, in one Authorization header.")
        case Reason.DOUBLED_HEADER:
            return Wire(400, "invalidRequest", "The Authorization and network headers may be sent once only.")
        case Reason.MALFORMED_NETWORK_ID:
            return Wire(400, "invalidRequest", "The network id is not a UUID.")
        case Reason.AMBIGUOUS_NETWORK_PARAMETER:
            return Wire(400, "invalidRequest", "The parameter that names the network may be sent once, as documented.")
        case Reason.TOKEN_IN_QUERY:
            return Wire(400, "invalidRequest", "Send the access token in the Authorization header, not in the query.")
        case Reason.UNTRUSTED_FORWARDING:
            return Wire(403, "forbidden", "This endpoint answers configured proxies only.")
        case Reason.UNKNOWN_OPERATION:
            return Wire(404, "unknownOperation", "The API has no such path.")
        case Reason.METHOD_NOT_ALLOWED:
            return Wire(405, "methodNotAllowed", "This path does not take this method.")
        case Reason.NO_CREDENTIAL:
            return Wire(401, "unauthenticated", "Send a credential in the Authorization header.")
        case Reason.BAD_CREDENTIAL:
            return Wire(401, "unauthenticated", "The credential is malformed, wrong, expired or revoked.")
        case Reason.RATE_LIMITED:
            return Wire(429, "rateLimited", "Too many requests for this credential.")
        case Reason.SCHEME_FORBIDDEN:
            return Wire(403, "schemeForbidden", "This operation does not accept this kind of credential.")
        case Reason.NETWORK_REQUIRED:
            return Wire(
                400, "networkRequired", "This token does not stand for one network: name one in the network header."
            )
        case Reason.NETWORK_FORBIDDEN:
            return Wire(403, "networkForbidden", "This credential does not open this network.")
        case Reason.INSUFFICIENT_SCOPE:
            return Wire(403, "insufficientScope", "The token holds none of the scopes that this operation takes.")
        case Reason.ADDRESS_FORBIDDEN:
            return Wire(403, "addressForbidden", "This credential may not be used from this address.")
        case Reason.READ_ONLY:
            return Wire(403, "operationForbidden", "This credential may only read.")
        case Reason.OPERATION_FORBIDDEN:
            return Wire(403, "operationForbidden", "This credential may not call this operation.")
        case Reason.BODY_TOO_LARGE:
            return Wire(413, "bodyTooLarge", "The request body is too large.")
        case Reason.BODY_TOO_SLOW:
            return Wire(408, "requestTimeout", "The request body did not come in time.")
        case Reason.ORIGIN_FORBIDDEN:
            return Wire(403, "originForbidden", "Pages of this origin may not open WebSockets here.")
        case Reason.HEADERS_TOO_LARGE:
            return Wire(431, "headersTooLarge", "The request headers are too large.")
        case Reason.NO_UPSTREAM:
            return Wire(502, "badGateway", "The call is allowed, but no API is configured behind this gateway.")
        case Reason.UPSTREAM_BROKEN:
            return Wire(502, "badGateway", "The API did not answer properly.")
        case Reason.UPSTREAM_SLOW:
            return Wire(504, "gatewayTimeout", "The API did not answer in time.")
        case Reason.UPSTREAM_FULL:
            return Wire(503, "temporarilyUnavailable", "Too many calls are under way: try again in a moment.")
        case Reason.OUT_OF_ORDER:
            return Wire(503, "temporarilyUnavailable", "Try again in a moment.")
        case Reason.UNSIGNED_REPORT:
            return Wire(401, "unauthenticated", "The report is not signed by a key that is known here.")
        case Reason.MALFORMED_REPORT:
            return Wire(400, "invalidRequest", "The report is not a JSON array of matches.")
        case Reason.DECISION_UNKNOWN:
            return Wire(404, "unknownDecision", "No decision is kept under this id, or not for this credential.")
        case Reason.MALFORMED_FORM:
            return Wire(400, "invalid_request", "the body is not well-formed application/x-www-form-urlencoded")
        case Reason.FORM_TOO_LARGE:
            return Wire(413, "invalid_request", "the form is larger than 64 KiB")
        case Reason.UNSUPPORTED_MEDIA_TYPE:
            return Wire(415, "invalid_request", "send application/x-www-form-urlencoded")
        case Reason.REPEATED_PARAMETER:
            return Wire(400, "invalid_request", "a parameter was sent more than once")
        case Reason.PARAMETER_IN_QUERY:
            return Wire(400, "invalid_request", "credentials and tokens belong in the body, not in the query")
        case Reason.PLAIN_HTTP:
            return Wire(400, "invalid_request", "use https")
        case Reason.TWO_SECRETS:
            return Wire(400, "invalid_request", "authenticate in one way: header or body")
        case Reason.TWO_CLIENT_IDS:
            return Wire(400, "invalid_request", "the header and the body name different clients")
        case Reason.CLIENT_UNPROVEN:
            return Wire(401, "invalid_client", "unknown client or wrong secret")
        case Reason.CLIENT_DISABLED:
            return Wire(401, "invalid_client", "unknown client or wrong secret")
        case Reason.SECRET_UNCHECKED:
            return Wire(503, "temporarily_unavailable", "the secret was not checked, too many were: try again")
        case Reason.MISSING_GRANT_TYPE:
            return Wire(400, "invalid_request", "grant_type is missing")
        case Reason.UNSUPPORTED_GRANT_TYPE:
            return Wire(400, "unsupported_grant_type", "use authorization_code or refresh_token")
        case Reason.MISSING_CODE:
            return Wire(400, "invalid_request", "code is missing")
        case Reason.MISSING_REFRESH_TOKEN:
            return Wire(400, "invalid_request", "refresh_token is missing")
        case Reason.MISSING_TOKEN:
            return Wire(400, "invalid_request", "token is missing")
        case Reason.CODE_UNKNOWN | Reason.CODE_EXPIRED | Reason.CODE_USED | Reason.CODE_VOID:
            return Wire(400, "invalid_grant", "the code is unknown, expired or used")
        case Reason.OTHER_CLIENT:
            return Wire(400, "invalid_grant", "the code or token is unknown, expired or revoked")
        case Reason.OTHER_REDIRECT_URI:
            return Wire(400, "invalid_grant", "redirect_uri is not the one of the authorize request")
        case Reason.VERIFIER_MISSING | Reason.VERIFIER_WRONG | Reason.VERIFIER_UNASKED:
            return Wire(400, "invalid_grant", "code_verifier does not match the code_challenge")
        case Reason.TOKEN_REPLAYED:
            return Wire(400, "invalid_grant", "the code or token is unknown, expired or revoked")
        case Reason.TOKEN_UNKNOWN | Reason.GRANT_REVOKED | Reason.USER_BLOCKED | Reason.NO_NETWORK_LEFT:
            return Wire(400, "invalid_grant", "the code or token is unknown, expired or revoked")
        case Reason.SCOPE_MALFORMED | Reason.SCOPE_WIDENED:
            return Wire(400, "invalid_scope", "the scope is malformed or wider than what was asked for at authorize")
        case Reason.OWN_TOKENS_FORBIDDEN:
            return Wire(400, "unauthorized_client", "this app may not ask for tokens of its own")
        case Reason.OWN_SCOPE_REFUSED:
            return Wire(400, "invalid_scope", "the scope is malformed or beyond what the app may do on its own")
        case Reason.AUTHORIZE_REPEATED_CLIENT_OR_URI:
            return Wire(400, "invalid_request", "client_id and redirect_uri may be sent once only")
        case Reason.AUTHORIZE_UNKNOWN_CLIENT:
            return Wire(400, "invalid_request", "no app is registered under this client_id")
        case Reason.AUTHORIZE_UNREGISTERED_URI:
            return Wire(400, "invalid_request", "this redirect_uri is not registered for the app")
        case Reason.AUTHORIZE_UNREVIEWED:
            return Wire(403, "access_denied", "this app may be connected by its makers only until it is reviewed")
        case Reason.AUTHORIZE_REPEATED_PARAMETER:
            return Wire(302, "invalid_request", "a parameter was sent more than once")
        case Reason.AUTHORIZE_RESPONSE_TYPE_MISSING:
            return Wire(302, "invalid_request", "response_type is missing")
        case Reason.AUTHORIZE_RESPONSE_TYPE_UNSUPPORTED:
            return Wire(302, "unsupported_response_type", "use response_type=code")
        case Reason.AUTHORIZE_RESPONSE_MODE_UNSUPPORTED:
            return Wire(302, "invalid_request", "use response_mode=query or none")
        case Reason.AUTHORIZE_REQUEST_OBJECT:
            return Wire(302, "request_not_supported", "send plain parameters")
        case Reason.AUTHORIZE_REQUEST_URI:
            return Wire(302, "request_uri_not_supported", "send plain parameters")
        case Reason.AUTHORIZE_SCOPE_MISSING:
            return Wire(302, "invalid_scope", "scope is missing")
        case Reason.AUTHORIZE_SCOPE_UNKNOWN:
            return Wire(302, "invalid_scope", "a scope is malformed, unknown or not registered for the app")
        case Reason.AUTHORIZE_CHALLENGE_MALFORMED:
            return Wire(302, "invalid_request", "code_challenge is not 43 base64url characters")
        case Reason.AUTHORIZE_CHALLENGE_METHOD:
            return Wire(302, "invalid_request", "use code_challenge_method=S256")
        case Reason.AUTHORIZE_CHALLENGE_REQUIRED:
            return Wire(302, "invalid_request", "this app must send a code_challenge")
        case Reason.AUTHORIZE_PROMPT_UNKNOWN:
            return Wire(302, "invalid_request", "prompt is not understood")
        case Reason.AUTHORIZE_STATE_TOO_LONG:
            return Wire(302, "invalid_request", "state is longer than 4096 characters")
        case Reason.AUTHORIZE_LOGIN_REQUIRED:
            return Wire(302, "login_required", "nobody is signed in")
        case Reason.AUTHORIZE_CONSENT_REQUIRED:
            return Wire(302, "consent_required", "the user has not approved this")
        case Reason.AUTHORIZE_DENIED:
            return Wire(303, "access_denied", "the user refused")
        case Reason.PAGE_UNKNOWN:
            return Wire(404, "notFound", "There is nothing here, or not for this account.")
        case Reason.NOT_THE_OWNER:
            return Wire(403, "notTheOwner", "Only the network's owner may do this.")
        case Reason.TITLE_MISTYPED:
            return Wire(422, "titleMistyped", "The network's title was not typed as it is written.")
        case Reason.REGENERATED_MEANWHILE:
            return Wire(409, "conflict", "The credential was regenerated a moment ago by somebody else.")
        case Reason.SECRET_NOT_KEPT:
            return Wire(409, "secretNotKept", "The secret was told once and not kept.")
        case Reason.SIGN_IN_AGAIN:
            return Wire(403, "signInAgain", "Sign in again: that was more than five minutes ago.")
        case Reason.REVEALED_MEANWHILE:
            return Wire(409, "conflict", "The secret was shown or regenerated since this page was made.")
        case Reason.ADDRESS_UNCHANGED:
            return Wire(422, "addressUnchanged", "That is the address that the account has.")
        case Reason.ADDRESS_MISTYPED:
            return Wire(422, "addressMistyped", "The account's address was not typed as it is written.")
        case Reason.TOO_MANY_MAILS:
            return Wire(429, "tooManyMails", "At most one mail a minute and five an hour are sent.")
        case Reason.TOO_MANY_PASSKEYS:
            return Wire(409, "tooManyPasskeys", "An account holds twenty passkeys: remove one first.")
        case Reason.NAME_UNFIT:
            return Wire(422, "nameUnfit", "A name is one line of 1 to 60 characters.")
        case Reason.PASSKEY_REFUSED:
            return Wire(400, "passkeyRefused", "The passkey did not prove anything: it is not known, or not for this.")
        case Reason.SECOND_CODE_WRONG:
            return Wire(400, "codeWrong", "That is not the code that the app shows now.")
        case Reason.SECOND_FACTOR_THERE:
            return Wire(409, "secondFactorThere", "A second factor is in use already: switch it off first.")
        case Reason.LAST_WAY_IN:
            return Wire(409, "lastWayIn", "Nothing else signs this person in: add a passkey first.")
        case Reason.PROVIDER_AWAY:
            return Wire(503, "providerAway", "The sign-in used elsewhere does not answer.")
        case Reason.PROVIDER_REFUSED:
            return Wire(400, "providerRefused", "The sign-in used elsewhere proved nobody, or not for this browser.")
        case Reason.NOBODY_HERE:
            return Wire(403, "nobodyHere", "Whom the sign-in used elsewhere names has no account here.")
        case Reason.OWNED_BY_THEM_ALONE:
            return Wire(409, "ownedAlone", "Networks and apps of one's own keep an account: another owner comes first.")
        case Reason.CREDENTIALS_FULL:
            return Wire(409, "credentialsFull", "This network has as many credentials as it can have.")
        case Reason.NAME_TAKEN:
            return Wire(409, "nameTaken", "Another credential of this network has this name.")
        case Reason.PAGE_TOKEN_FORGED:
            return Wire(400, "invalidPage", "The link to older rows is broken, or was made for another list.")
        case Reason.RECEIVER_UNFIT:
            return Wire(422, "receiverUnfit", "Only somebody with a role in the network can become its owner.")
        case Reason.NOT_A_MANAGER:
            return Wire(403, "notAManager", "Only the network's owner and administrators may do this.")
        case Reason.MEMBERS_ELSEWHERE:
            return Wire(409, "membersElsewhere", "The people of networks are kept elsewhere, and changed there.")
        case Reason.HAS_ROLE_THERE:
            return Wire(409, "hasRole", "Whoever has this address has a role in the network already.")
        case Reason.TOO_MANY_INVITATIONS:
            return Wire(409, "tooManyInvitations", "Fifty invitations of this network wait: withdraw one first.")
        case Reason.TOO_MANY_INVITATION_MAILS:
            return Wire(429, "tooManyInvitations", "A network invites fifty a day, and one address three times a day.")
        case Reason.INVITATION_GONE:
            return Wire(404, "invitationGone", "The invitation was used or withdrawn, is late, or never was.")
        case Reason.INVITED_OTHERWISE:
            return Wire(403, "invitedOtherwise", "The invitation is for another address.")
        case Reason.DAYS_OUT_OF_RANGE:
            return Wire(422, "daysOutOfRange", "A connection lasts between 1 and 3650 days, or without end.")
        case Reason.APP_UNKNOWN:
            return Wire(422, "appUnknown", "No app has one of these client ids, or there are more than 200 of them.")
        case Reason.RULES_CHANGED_MEANWHILE:
            return Wire(409, "conflict", "The rules were changed since they were read.")
        case Reason.CONNECTION_ELSEWHERE:
            return Wire(409, "connectionElsewhere", "The connection also opens other networks of its person.")
        case Reason.TOO_MANY_CONNECTIONS:
            return Wire(409, "tooManyConnections", "You have as many connections with this app as anybody may.")
        case Reason.SIGN_UP_CLOSED:
            return Wire(403, "signUpClosed", "Partners are added by those who run this service.")
        case Reason.TOO_MANY_APPS:
            return Wire(409, "tooManyApps", "You have as many apps as one partner may have.")
        case Reason.APP_CHANGED_MEANWHILE:
            return Wire(409, "conflict", "The app was changed a moment ago by somebody else.")
        case Reason.LAST_SECRET:
            return Wire(409, "lastSecret", "The app has one secret only.")
        case Reason.APP_UNAVAILABLE:
            return Wire(409, "appUnavailable", "The app is switched off or no longer uses this address.")
