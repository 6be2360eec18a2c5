"""Each page and action of the console, with what does the same over the administration API and at the command line.

A new line of tests/web/matrix.py gets a line here: the operation (add it to web/admin/table.py), and the command where
it is operators' work. `at_the_browser` and `at_the_machine` are for what nobody can do in another's place: say why.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from web import matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Operations that do together what the line does, and a command. Without operations, `why`."""

    operations: tuple[str, ...] = ()
    command: str = ""
    why: str = ""


def same(operations: str, command: str = "") -> Same:
    """By these operations, and this command."""
    return Same(operations=tuple(operations.split()), command=command)


def at_the_browser(why: str) -> Same:
    """Only the person themselves can do it, in the browser in which they sit."""
    return Same(why=why)


SIGNING_IN = at_the_browser("proves who sits there")
ASKED = at_the_browser("it is the person's own word that is asked for")
FORM = at_the_browser("an empty form")
TYPING = at_the_browser("looks over what is being typed, which the operation does when it is sent")
CEREMONY = at_the_browser("a device or a mailbox of the person's takes part")
LANDING = at_the_browser("lands a code in the browser that asked for it")
REVEAL = at_the_browser("a secret is shown again to the network's owner only")
LINK = at_the_browser("proves whoever got the link, which is made at the machine")

API, PAIR, GUESTS, RULES, OWNER = matrix.API, matrix.PAIR, matrix.GUESTS, matrix.RULES, matrix.OWNER
OFFER, HISTORY, REQUESTS, APP = matrix.OFFER, matrix.HISTORY, matrix.REQUESTS, matrix.APP
NETWORK, PERSON, SERVED_APP, SETUP = matrix.SERVED_NETWORK, matrix.SERVED_PERSON, matrix.SERVED_APP, matrix.SETUP

SAME: Mapping[str, Same] = {
    # -- signing in
    "GET /sign-in": SIGNING_IN,
    "POST /sign-in": SIGNING_IN,
    "GET /sign-in/code": SIGNING_IN,
    "POST /sign-in/code": SIGNING_IN,
    "POST /sign-in/passkey": SIGNING_IN,
    "GET /sign-in/provider": SIGNING_IN,
    "GET /sign-in/provider/callback": SIGNING_IN,
    "GET /sign-in/second": SIGNING_IN,
    "POST /sign-in/second": SIGNING_IN,
    "GET /consent": ASKED,
    "POST /consent": ASKED,
    "POST /sign-out": same("endSession", "user sign-out"),
    "GET /signed-out": SIGNING_IN,
    "GET /language": same("getUser", "user show"),
    "POST /language": same("setUserLanguage", "user language"),
    # -- an owner's networks
    "GET /account": same("getUser getNetwork", "user show"),
    f"GET {API}": same("getNetwork listCredentials", "credential list"),
    f"POST {API}/regenerate": same("regenerateOneCredential", "credential regenerate"),
    f"POST {API}/change": same("narrowCredential", "credential narrow"),
    f"POST {API}/reveal": REVEAL,
    f"POST {API}/end-old": same("endCredential", "credential end"),
    f"GET {API}/new": FORM,
    f"POST {API}/new": same("addCredential", "credential add"),
    f"GET {PAIR}": same("listCredentials", "credential list"),
    f"POST {PAIR}/change": same("narrowCredential", "credential narrow"),
    f"POST {PAIR}/regenerate": same("regenerateOneCredential", "credential regenerate"),
    f"POST {PAIR}/reveal": REVEAL,
    f"POST {PAIR}/end": same("endCredential", "credential end"),
    f"GET {GUESTS}": same("listNetworkConnections listLeftConnections", "network apps"),
    f"POST {GUESTS}/let-write": same("letConnectionWrite", "network let-write"),
    f"POST {GUESTS}/cut": same("cutNetworkConnection", "network cut"),
    f"POST {GUESTS}/adopt": same("adoptConnection", "network adopt"),
    f"GET {RULES}": same("getNetworkRules", "network rules"),
    f"POST {RULES}": same("setNetworkRules", "network rules"),
    f"GET {OWNER}": same("getNetwork getOwnershipOffer", "network show"),
    f"POST {OWNER}/offer": same("setNetworkOwner", "network give"),
    f"POST {OWNER}/confirm": same("setNetworkOwner", "network give"),
    f"POST {OWNER}/withdraw": same("endOwnershipOffer", "network end-offer"),
    f"GET {matrix.MEMBERS}": same("listMembers listInvitations", "network members"),
    f"POST {matrix.MEMBERS}/invite": same("invite", "network invite"),
    f"POST {matrix.MEMBERS}/role": same("giveRole", "user add"),
    f"POST {matrix.MEMBERS}/remove": same("removeRole", "user remove"),
    f"POST {matrix.MEMBERS}/withdraw": same("withdrawInvitation", "network withdraw"),
    f"GET {matrix.JOINING}": ASKED,
    f"POST {matrix.JOINING}": SIGNING_IN,
    f"POST {matrix.JOINING}/accept": ASKED,
    f"POST {matrix.JOINING}/decline": ASKED,
    f"GET {OFFER}": same("getOwnershipOffer", "network show"),
    f"POST {OFFER}/code": CEREMONY,
    f"POST {OFFER}/take": same("setNetworkOwner", "network give"),
    f"POST {OFFER}/decline": same("endOwnershipOffer", "network end-offer"),
    f"GET {HISTORY}": same("listNetworkHistory", "network history"),
    f"GET {HISTORY}/export": same("exportNetworkHistory", "network history"),
    # -- partners
    "GET /partner/sign-up": FORM,
    "POST /partner/sign-up": CEREMONY,
    "GET /partner/sign-up/confirm": CEREMONY,
    "POST /partner/sign-up/confirm": CEREMONY,
    "GET /partner": same("getPartner", "user show"),
    "POST /partner": same("setPartner", "user make-partner"),
    "GET /partner/apps/new": FORM,
    "POST /partner/apps/new": same("addApp addMaker", "app add"),
    "GET /partner/try": LANDING,
    f"GET {APP}": same("getApp", "app show"),
    f"GET {APP}/about": same("getApp", "app show"),
    f"POST {APP}/about": same("changeApp", "app describe"),
    f"GET {APP}/logo": same("getApp", "app show"),
    f"POST {APP}/logo": same("setAppLogo removeAppLogo", "app logo"),
    f"GET {APP}/makers": same("listMakers listMakerInvitations", "app invited-makers"),
    f"POST {APP}/makers": same("inviteMaker withdrawMakerInvitation removeMaker", "app invite-maker"),
    "GET /partner/invitations/{invitation}": ASKED,
    "POST /partner/invitations/{invitation}": ASKED,
    f"GET {APP}/start": same("getApp", "app show"),
    "POST /partner/redirects": TYPING,
    f"GET {APP}/security": same("listAppSecrets listWeakForms", "app show"),
    f"POST {APP}/security": same("addAppSecret endEarlierAppSecret changeApp", "app add-secret"),
    f"GET {APP}/try": LANDING,
    f"GET {APP}/review": same("getApp", "app show"),
    f"POST {APP}/review": same("submitApp withdrawApp", "app submit"),
    f"GET {REQUESTS}": same("listNetworkRequests", "explain"),
    f"GET {REQUESTS}/{{request}}": same("getDecision", "explain"),
    f"GET {APP}/requests": same("listAppRequests", "explain"),
    f"GET {APP}/requests/{{call}}": same("getDecision", "explain"),
    # -- a user's own
    "GET /account/apps": same("listUserConnections", "user apps"),
    "POST /account/apps/disconnect": same("endUserConnection", "user disconnect"),
    "POST /account/apps/drop-network": same("cutNetworkConnection", "network cut"),
    "POST /account/apps/take-scope": same("takeConnectionScope", "user take-scope"),
    "POST /account/apps/add-network": ASKED,
    "GET /account/security": same("listSessions listIdentities", "user sessions"),
    "POST /account/security/sign-out": same("endSession", "user sign-out"),
    "POST /account/security/sign-out-everywhere": same("endSessions", "user sign-out"),
    "GET /account/security/passkeys": same("listPasskeys", "user passkeys"),
    "POST /account/security/passkeys": CEREMONY,
    "POST /account/security/passkeys/rename": same("renamePasskey", "user rename-passkey"),
    "POST /account/security/identities/unlink": same("unlinkIdentity", "user unlink"),
    "POST /account/security/identities/allow": same("allowIdentity", "user link-again"),
    "POST /account/security/passkeys/remove": same("removePasskey", "user forget-passkey"),
    "GET /account/security/second": same("getUser", "user show"),
    "POST /account/security/second": CEREMONY,
    "POST /account/security/second/codes": CEREMONY,
    "POST /account/security/second/off": same("forgetSecondFactor", "user forget-second-factor"),
    "GET /account/profile": same("getUser", "user show"),
    "POST /account/profile/email": same("changeUserEmail", "user change-email"),
    "GET /account/profile/email": FORM,
    "POST /account/profile/email/confirm": same("changeUserEmail", "user change-email"),
    "GET /account/profile/delete": FORM,
    "POST /account/profile/delete": same("deleteUser", "user delete"),
    # -- operators
    f"GET {SETUP}": LINK,
    f"POST {SETUP}": LINK,
    f"POST {SETUP}/accept": same("appointOperator", "operator add"),
    "GET /operator": same("getStanding showHealth", "operator health"),
    "POST /operator/mail": same("sendTestLetter", "doctor"),
    "GET /operator/search": same("search", "operator search"),
    f"GET {NETWORK}": same("getNetwork", "network show"),
    f"POST {NETWORK}/service": same("suspendNetwork resumeNetwork", "network suspend"),
    f"GET {PERSON}": same("getUser", "user show"),
    f"POST {PERSON}/service": same("blockUser unblockUser", "user block"),
    "GET /operator/apps": same("listReviews", "app reviews"),
    f"POST {SERVED_APP}/review": same("decideReview", "app review"),
    f"GET {SERVED_APP}": same("getApp observeApp", "app observed"),
    f"POST {SERVED_APP}/service": same("disableApp enableApp", "app disable"),
    "GET /operator/operators": same("listOperators", "operator list"),
    "POST /operator/operators": same("appointOperator", "operator add"),
    "POST /operator/operators/dismiss": same("dismissOperator", "operator remove"),
}
