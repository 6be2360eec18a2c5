"""What stood in a call's way, more exactly than its answer says: for those whom the call concerns (`sight.py`)."""

from enum import StrEnum
from typing import assert_never

from frontdesk.protocol.messages import N_


class Cause(StrEnum):
    """What stood in the way, more exactly than a stranger is told."""

    NO_CREDENTIAL = "no_credential"
    MALFORMED = "malformed"
    NO_TOKEN_OF_OURS = "no_token_of_ours"  # noqa: S105 - a word
    WRONG_KIND = "wrong_kind"
    MISTYPED = "mistyped"
    UNPROVEN = "unproven"
    UNKNOWN_ID = "unknown_id"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a word
    PAIR_EXPIRED = "pair_expired"
    PAIR_RETIRED = "pair_retired"
    OTHER_ADDRESS = "other_address"
    READ_ONLY = "read_only"
    OTHER_OPERATION = "other_operation"
    APP_PAIR = "app_pair"
    SECRET_NOT_CHECKED = "secret_not_checked"  # noqa: S105 - a word
    EXPIRED = "expired"
    GRANT_GONE = "grant_gone"
    GRANT_REVOKED = "grant_revoked"
    TOKENS_REVOKED = "tokens_revoked"
    USER_BLOCKED = "user_blocked"
    USER_GONE = "user_gone"
    USER_ENDED = "user_ended"  # what others than the operator are told of the two before it
    APP_DISABLED = "app_disabled"
    NO_SCOPES_LEFT = "no_scopes_left"
    NOT_IN_GRANT = "not_in_grant"
    NETWORK_DROPPED = "network_dropped"
    NO_ROLE = "no_role"
    READS_FIRST = "reads_first"
    NETWORK_CLOSED = "network_closed"  # what an app is told where its user holds no role that opens the network
    OTHER_NETWORK = "other_network"
    OTHER_NETWORK_IN_TARGET = "other_network_in_target"
    WORKS_NOW = "works_now"


def words_of(cause: Cause) -> str:
    """What stood in the way and what to do, for whoever may know. A time, where there is one, stands beside it."""
    match cause:
        case Cause.NO_CREDENTIAL:
            return N_("No credential was sent.")
        case Cause.MALFORMED:
            return N_("The Authorization header is neither a Basic pair nor a bearer token.")
        case Cause.NO_TOKEN_OF_OURS:
            return N_("What was sent as a bearer token is no access token of this server.")
        case Cause.WRONG_KIND:
            return N_("A value of another kind was sent: the API takes access tokens, and networks' Basic pairs.")
        case Cause.MISTYPED:
            return N_("The value is damaged: its checksum does not fit. It was cut, or a character was changed.")
        case Cause.UNPROVEN:
            return N_("The token was made by another installation or under a key that was retired, or it is forged.")
        case Cause.UNKNOWN_ID:
            return N_(
                "No Basic pair is in force under this id: it was regenerated, its network is suspended, or never was."
            )
        case Cause.WRONG_SECRET:
            return N_("The id is known, the secret is wrong.")
        case Cause.PAIR_EXPIRED:
            return N_("The pair's last day is over: its network's owner can set another.")
        case Cause.PAIR_RETIRED:
            return N_("The pair was replaced, and the time for which it went on is over: use the new one.")
        case Cause.OTHER_ADDRESS:
            return N_("The pair may not be used from this address: its network's owner says from where it may.")
        case Cause.READ_ONLY:
            return N_("The pair may only read: its network's owner can let it write, or make another.")
        case Cause.OTHER_OPERATION:
            return N_("The operation is none of those that the network's owner chose for this pair.")
        case Cause.APP_PAIR:
            return N_("An app's own id and secret open nothing at the API: it takes the access token bought with them.")
        case Cause.SECRET_NOT_CHECKED:
            return N_("The secret was not checked: too many were at that moment. Try again.")
        case Cause.EXPIRED:
            return N_("The access token had expired: refresh it.")
        case Cause.GRANT_GONE:
            return N_("What the token stood for is gone: its grant was ended more than an hour before. Connect again.")
        case Cause.GRANT_REVOKED:
            return N_("The grant was ended: its user has to connect the app again.")
        case Cause.TOKENS_REVOKED:
            return N_("The token was ended before its time: ask for another.")
        case Cause.USER_BLOCKED:
            return N_("The user who connected the app is blocked.")
        case Cause.USER_GONE:
            return N_("The user who connected the app is gone.")
        case Cause.USER_ENDED:
            return N_("The user's access has ended.")
        case Cause.APP_DISABLED:
            return N_("The app is switched off.")
        case Cause.NO_SCOPES_LEFT:
            return N_("None of the token's scopes is given to the app any more.")
        case Cause.NOT_IN_GRANT:
            return N_("The network that was named is not one of this grant's: its user did not choose it.")
        case Cause.NETWORK_DROPPED:
            return N_("The network was taken out of this grant: its user has to connect it again.")
        case Cause.NO_ROLE:
            return N_("The user holds no role in the network that opens it to apps.")
        case Cause.READS_FIRST:
            return N_("By the network's rules the app only reads there until the network's owner lets it write.")
        case Cause.NETWORK_CLOSED:
            return N_("The grant does not open this network at present.")
        case Cause.OTHER_NETWORK:
            return N_("The header names another network than the pair's own: leave it out.")
        case Cause.OTHER_NETWORK_IN_TARGET:
            return N_("The path or the query names another network than the one that the call is in.")
        case Cause.WORKS_NOW:
            return N_("Nothing stands in its way any more: send the call again.")
        case _:
            assert_never(cause)
