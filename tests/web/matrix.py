"""The permission matrix: who gets what from every page and every action. One row each; a page without rows fails.

`in`: the page is shown, or the action done (and something changed, unless the row says `keeps`). `sign-in`: sent away
to sign in. `404`: as if there were no such page. `403`: told that it is another's. `400`: nothing was there to do.
`409`: something else comes first, which the page says.
Whoever is not `in` changes nothing, although what they send is right in every other way, form token included.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from web import fillings
from web.fillings import Filling
from web.town import Person

OUTCOMES = ("in", "sign-in", "400", "403", "404", "409")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What each person gets, in the order of `Person`; what the form (or a page's query) carries."""

    outcomes: Mapping[Person, str]
    filling: Filling
    keeps: bool  # the action changes nothing that is stored


def row(outcomes: str, filling: Filling = fillings.nothing, *, keeps: bool = False) -> Row:
    """A row, written as seven words."""
    words = outcomes.split()
    assert len(words) == len(Person), f"seven people, not {len(words)}"
    assert set(words) <= set(OUTCOMES), words
    return Row(outcomes=dict(zip(Person, words, strict=True)), filling=filling, keeps=keeps)


API = "/account/networks/{network}/api"
SERVED_NETWORK = "/operator/networks/{network}"
SERVED_PERSON = "/operator/people/{user}"
SERVED_APP = "/operator/apps/{client}"
SETUP = "/operator/setup/{link}"
RULES = "/account/networks/{network}/rules"
OWNER = "/account/networks/{network}/owner"
OFFER = "/account/offers/{offered}"
MEMBERS = "/account/networks/{network}/members"
JOINING = "/account/invitations/{joining}"
HISTORY = "/account/networks/{network}/history"
PAIR = "/account/networks/{network}/api/credentials/{credential}"
INVITATION = "/partner/invitations/{invitation}"
APP = "/partner/apps/{app}"
REQUESTS = "/account/networks/{network}/requests"
GUESTS = "/account/networks/{network}/apps"

# fmt: off
MATRIX: Mapping[str, Row] = {
    # -- signing in                        nobody  str par mem adm own ope
    "GET /sign-in":                    row("in      in  in  in  in  in  in"),
    "POST /sign-in":                   row("in      in  in  in  in  in  in", fillings.address),
    "GET /sign-in/code":               row("in      in  in  in  in  in  in", fillings.challenge),
    "POST /sign-in/code":              row("in      in  in  in  in  in  in", fillings.code),
    "POST /sign-in/passkey":           row("in      in  in  in  in  in  in", fillings.signature),
    "GET /sign-in/provider":           row("404     404 404 404 404 404 404"),  # not offered in this town
    "GET /sign-in/provider/callback":  row("404     404 404 404 404 404 404"),
    "GET /sign-in/second":             row("in      in  in  in  in  in  in", fillings.second_step),
    "POST /sign-in/second":            row("in      in  in  in  in  in  in", fillings.second_step),
    "GET /consent":                    row("sign-in in  in  in  in  in  in", fillings.request),
    "POST /consent":                   row("sign-in 400 400 400 in  in  400", fillings.decision),
    "POST /sign-out":                  row("sign-in in  in  in  in  in  in"),
    "GET /signed-out":                 row("in      in  in  in  in  in  in"),
    "GET /language":                   row("in      in  in  in  in  in  in"),
    "POST /language":                  row("in      in  in  in  in  in  in", keeps=True),
    # -- an owner's networks               nobody  str par mem adm own ope
    "GET /account":                    row("sign-in in  in  in  in  in  in"),
    f"GET {API}":                      row("sign-in 404 404 403 403 in  404"),
    f"POST {API}/regenerate":          row("sign-in 404 404 403 403 in  404", fillings.pair),
    f"POST {API}/reveal":              row("sign-in 404 404 403 403 in  404", fillings.reveal),
    f"POST {API}/end-old":             row("sign-in 404 404 403 403 in  404", fillings.former),
    f"GET {API}/new":                  row("sign-in 404 404 403 403 in  404"),
    f"POST {API}/new":                 row("sign-in 404 404 403 403 in  404", fillings.wish),
    f"POST {API}/change":              row("sign-in 404 404 403 403 in  404", fillings.narrower),
    f"GET {PAIR}":                     row("sign-in 404 404 403 403 in  404"),
    f"POST {PAIR}/change":             row("sign-in 404 404 403 403 in  404", fillings.named),
    f"POST {PAIR}/regenerate":         row("sign-in 404 404 403 403 in  404", fillings.named),
    f"POST {PAIR}/reveal":             row("sign-in 404 404 403 403 in  404", fillings.named_reveal),
    f"POST {PAIR}/end":                row("sign-in 404 404 403 403 in  404", fillings.named),
    f"GET {GUESTS}":                   row("sign-in 404 404 403 403 in  404"),
    f"POST {GUESTS}/cut":              row("sign-in 404 404 403 403 in  404", fillings.guest),
    f"POST {GUESTS}/let-write":        row("sign-in 404 404 403 403 in  404", fillings.reading_guest),
    f"GET {RULES}":                    row("sign-in 404 404 403 403 in  404"),
    f"POST {RULES}":                   row("sign-in 404 404 403 403 in  404", fillings.rules),
    f"GET {OWNER}":                    row("sign-in 404 404 403 403 in  404"),
    f"POST {OWNER}/offer":             row("sign-in 404 404 403 403 in  404", fillings.offer),
    f"POST {OWNER}/confirm":           row("sign-in 404 404 403 403 in  404", fillings.giving_code),
    f"POST {OWNER}/withdraw":          row("sign-in 404 404 403 403 in  404"),
    f"GET {MEMBERS}":                  row("sign-in 404 404 403 in  in  404"),
    f"POST {MEMBERS}/invite":          row("sign-in 404 404 403 in  in  404", fillings.invitee),
    f"POST {MEMBERS}/role":            row("sign-in 404 404 403 403 in  404", fillings.promotion),
    f"POST {MEMBERS}/remove":          row("sign-in 404 404 403 in  in  404", fillings.colleague),
    f"POST {MEMBERS}/withdraw":        row("sign-in 404 404 403 in  in  404", fillings.waiting),
    f"GET {JOINING}":                   row("in      in  in  in  in  in  in"),
    f"POST {JOINING}":                  row("in      in  in  in  in  in  in"),
    f"POST {JOINING}/accept":           row("sign-in 403 in  403 403 403 403"),
    f"POST {JOINING}/decline":          row("sign-in 403 in  403 403 403 403"),
    f"GET {OFFER}":                    row("sign-in 404 404 404 in  404 404"),
    f"POST {OFFER}/code":              row("sign-in 404 404 404 in  404 404"),
    f"POST {OFFER}/take":              row("sign-in 404 404 404 in  404 404", fillings.taking_code),
    f"POST {OFFER}/decline":           row("sign-in 404 404 404 in  404 404"),
    f"GET {HISTORY}":                  row("sign-in 404 404 403 403 in  404"),
    f"GET {HISTORY}/export":           row("sign-in 404 404 403 403 in  404", fillings.as_csv),
    f"POST {GUESTS}/adopt":            row("sign-in 404 404 403 403 in  404", fillings.left_behind),
    # -- partners                          nobody  str par mem adm own ope
    "GET /partner/sign-up":            row("in      in  in  in  in  in  in"),
    "POST /partner/sign-up":           row("in      in  in  in  in  in  in", fillings.newcomer),
    "GET /partner/sign-up/confirm":    row("in      in  in  in  in  in  in", fillings.signing_up),
    "POST /partner/sign-up/confirm":   row("in      in  in  in  in  in  in", fillings.signing_up),
    "GET /partner":                    row("sign-in in  in  in  in  in  in"),
    "POST /partner":                   row("sign-in in  in  in  in  in  in", fillings.maker),
    "GET /partner/apps/new":           row("sign-in in  in  in  in  in  in"),
    "POST /partner/apps/new":          row("sign-in 404 in  404 404 404 404", fillings.new_app),
    "GET /partner/try":                row("sign-in 404 in  404 404 404 404", fillings.landing),
    f"GET {APP}":                      row("sign-in 404 in  404 404 404 404"),
    f"GET {APP}/about":                row("sign-in 404 in  404 404 404 404"),
    f"POST {APP}/about":               row("sign-in 404 in  404 404 404 404", fillings.new_app),
    "POST /partner/redirects":         row("sign-in 404 in  404 404 404 404", fillings.new_app, keeps=True),
    f"GET {APP}/logo":                 row("sign-in 404 in  404 404 404 404"),
    f"POST {APP}/logo":                row("sign-in 404 in  404 404 404 404"),
    f"GET {APP}/makers":               row("sign-in 404 in  404 404 404 404"),
    f"POST {APP}/makers":              row("sign-in 404 in  404 404 404 404", fillings.newcomer),
    f"GET {INVITATION}":               row("sign-in 403 403 403 in  403 403"),
    f"POST {INVITATION}":              row("sign-in 403 403 403 in  403 403", fillings.acceptance),
    f"GET {APP}/security":             row("sign-in 404 in  404 404 404 404"),
    f"POST {APP}/security":            row("sign-in 404 in  404 404 404 404", fillings.second_secret),
    f"GET {APP}/start":                row("sign-in 404 in  404 404 404 404"),
    f"GET {APP}/try":                  row("sign-in 404 in  404 404 404 404"),
    f"GET {APP}/review":               row("sign-in 404 in  404 404 404 404"),
    f"POST {APP}/review":              row("sign-in 404 in  404 404 404 404"),
    f"GET {REQUESTS}":                 row("sign-in 404 404 403 403 in  404"),
    f"GET {REQUESTS}/{{request}}":     row("sign-in 404 404 403 403 in  404"),
    f"GET {APP}/requests":             row("sign-in 404 in  404 404 404 404"),
    f"GET {APP}/requests/{{call}}":    row("sign-in 404 in  404 404 404 404"),
    # -- a user's own                      nobody  str par mem adm own ope
    "GET /account/apps":               row("sign-in in  in  in  in  in  in"),
    "POST /account/apps/disconnect":   row("sign-in 404 404 404 in  in  404", fillings.app),
    "POST /account/apps/drop-network": row("sign-in 404 404 404 in  in  404", fillings.edge),
    "POST /account/apps/take-scope":   row("sign-in 404 404 404 in  in  404", fillings.scope),
    "POST /account/apps/add-network":  row("sign-in 404 404 404 in  in  404", fillings.app, keeps=True),
    "GET /account/security":                       row("sign-in in  in  in  in  in  in"),
    "POST /account/security/sign-out":             row("sign-in 404 404 404 404 in  404", fillings.session),
    "POST /account/security/sign-out-everywhere":  row("sign-in in  in  in  in  in  in", fillings.everywhere),
    # -- operators                         nobody  str par mem adm own ope
    f"GET {SETUP}":                    row("in      in  in  in  in  in  in"),
    f"POST {SETUP}":                   row("in      in  in  in  in  in  in", fillings.newcomer),
    f"POST {SETUP}/accept":            row("sign-in in  in  in  in  in  in"),
    "GET /operator":                   row("sign-in 404 404 404 404 404 in"),
    "POST /operator/mail":             row("sign-in 404 404 404 404 404 in", keeps=True),
    "GET /operator/search":            row("sign-in 404 404 404 404 404 in", fillings.search),
    f"GET {SERVED_NETWORK}":           row("sign-in 404 404 404 404 404 in"),
    f"POST {SERVED_NETWORK}/service":  row("sign-in 404 404 404 404 404 in", fillings.stop),
    f"GET {SERVED_PERSON}":            row("sign-in 404 404 404 404 404 in"),
    f"POST {SERVED_PERSON}/service":   row("sign-in 404 404 404 404 404 in", fillings.stop),
    "GET /operator/apps":              row("sign-in 404 404 404 404 404 in"),
    f"POST {SERVED_APP}/review":       row("sign-in 404 404 404 404 404 in", fillings.approval),
    f"GET {SERVED_APP}":               row("sign-in 404 404 404 404 404 in"),
    f"POST {SERVED_APP}/service":      row("sign-in 404 404 404 404 404 in", fillings.stop),
    "GET /operator/operators":         row("sign-in 404 404 404 404 404 in"),
    "POST /operator/operators":        row("sign-in 404 404 404 404 404 in", fillings.newcomer),
    "POST /operator/operators/dismiss": row("sign-in 404 404 404 404 404 in", fillings.operator),
    "GET /account/security/passkeys":              row("sign-in in  in  in  in  in  in"),
    "POST /account/security/passkeys":             row("sign-in in  in  in  in  in  in", fillings.new_passkey),
    "POST /account/security/passkeys/rename":      row("sign-in 404 404 404 404 in  404", fillings.renaming),
    "POST /account/security/identities/unlink":    row("sign-in 404 404 404 404 in  404", fillings.identity),
    "POST /account/security/identities/allow":     row("sign-in 404 404 404 404 in  404", fillings.unlinked),
    "POST /account/security/passkeys/remove":      row("sign-in 404 404 404 404 in  404", fillings.passkey),
    "GET /account/security/second":                row("sign-in in  in  in  in  in  in"),
    "POST /account/security/second":               row("sign-in in  in  in  in  in  in", fillings.app_to_set_up),
    "POST /account/security/second/codes":         row("sign-in in  in  in  in  in  in", fillings.app_in_use),
    "POST /account/security/second/off":           row("sign-in in  in  in  in  in  in", fillings.app_in_use),
    "GET /account/profile":                        row("sign-in in  in  in  in  in  in"),
    "POST /account/profile/email":                 row("sign-in in  in  in  in  in  in", fillings.new_address),
    "GET /account/profile/email":                  row("sign-in in  in  in  in  in  in"),
    "POST /account/profile/email/confirm":         row("sign-in in  in  in  in  in  in", fillings.both_codes),
    "GET /account/profile/delete":                 row("sign-in in  in  in  in  in  in"),
    "POST /account/profile/delete":                row("sign-in 409 409 in  in  409 in", fillings.own_address),
}
# fmt: on
