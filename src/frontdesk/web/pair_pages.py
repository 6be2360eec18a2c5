"""The pages about a network's Basic pairs, made of what the walks found: all of them, one, and a new one's secret."""

from frontdesk.flows.account import FreshSecret
from frontdesk.flows.credentials import OpenPairs
from frontdesk.protocol.credential_wishes import Faults, Wish, write_wish
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import NetworkCredential, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pair_views import (
    api_path,
    curl_of,
    named_row,
    old_view,
    pair_view,
    path_of,
    regenerate_view,
    reveal_view,
)
from frontdesk.web.views_credentials import ApiView, CredentialView, FreshSecretView, WishView
from frontdesk.web.words import notice_of
from frontdesk.web.words_credentials import PROBLEMS

SCRIPT = "copy.js"


def api_page(
    desk: Desk,
    visit: Visit,
    opened: OpenPairs,
    *,
    refused: Reason | None = None,
    typed: Wish | None = None,
    faults: Faults = (),
) -> Answer:
    """The page of all pairs, as they are now; with what was `typed` for the main one, where that cannot be done."""
    status, problem = PROBLEMS[refused] if refused is not None else (200, "")
    if faults:
        status, problem = 400, faults[0].text
    main = opened.main
    view = ApiView(
        network_id=opened.network.id,
        network=opened.network.title,
        pair=pair_view(desk, opened, main),
        old=old_view(desk, visit, opened, main),
        reveal=reveal_view(desk, visit, opened, main, refused),
        regenerate=regenerate_view(desk, visit, opened, main, refused),
        version=main.version,
        form=WishView(
            ticket=desk.ticket(visit, f"{api_path(opened)}/change"),
            wish=typed or write_wish("", main.narrowing),
            operations=tuple(desk.credentials.operations()),
            faults=faults,
            is_main=True,
        ),
        named=tuple(named_row(opened, pair) for pair in opened.named),
        can_add=opened.has_room,
        problem=problem,
    )
    return desk.page(visit, view, status=status, section="networks", script=SCRIPT)


def credential_page(
    desk: Desk,
    visit: Visit,
    opened: OpenPairs,
    pair: NetworkCredential,
    *,
    refused: Reason | None = None,
    typed: Wish | None = None,
    faults: Faults = (),
) -> Answer:
    """The page of one named pair; with what was `typed` into its form, where that cannot be done."""
    status, problem = PROBLEMS[refused] if refused is not None else (200, "")
    if faults:
        status, problem = 400, faults[0].text
    path = path_of(opened, pair)
    view = CredentialView(
        network_id=opened.network.id,
        network=opened.network.title,
        name=pair.name,
        version=pair.version,
        pair=pair_view(desk, opened, pair),
        old=old_view(desk, visit, opened, pair),
        reveal=reveal_view(desk, visit, opened, pair, refused),
        regenerate=regenerate_view(desk, visit, opened, pair, refused),
        form=WishView(
            ticket=desk.ticket(visit, f"{path}/change"),
            wish=typed or write_wish(pair.name, pair.narrowing),
            operations=tuple(desk.credentials.operations()),
            faults=faults,
        ),
        end=desk.ticket(visit, f"{path}/end"),
        problem=problem,
    )
    return desk.page(visit, view, status=status, section="networks", script=SCRIPT)


def fresh_page(desk: Desk, visit: Visit, fresh: FreshSecret, *, replaces: bool, old_until: str = "") -> Answer:
    """The page that tells a new pair's secret."""
    back = f"/account/networks/{fresh.network.id}/api"
    pair = fresh.credential
    view = FreshSecretView(
        back=f"{back}/credentials/{pair.client_id}" if pair.name else back,
        network=fresh.network.title,
        name=pair.name,
        client_id=pair.client_id,
        secret=fresh.secret,
        curl=curl_of(desk, pair),
        kept=pair.sealed_secret is not None,
        replaces=replaces,
        old_until=old_until,
    )
    return desk.page(visit, view, section="networks", script=SCRIPT)


async def shown_again(desk: Desk, visit: Visit, user: User, refusal: Refusal) -> Answer:
    """The page that a refused form was on, with the reason."""
    opened = await desk.credentials.open(user, visit.params["network"])
    if refusal.reason not in PROBLEMS or isinstance(opened, Refusal):
        return desk.notice(visit, notice_of(opened.reason if isinstance(opened, Refusal) else refusal.reason))
    pair = opened.find(named_in(visit))
    if pair is not None and pair.name and pair.retires_at is None:
        return credential_page(desk, visit, opened, pair, refused=refusal.reason)
    return api_page(desk, visit, opened, refused=refusal.reason)


def seen_version(visit: Visit) -> int:
    """The version that a form was made from; 0, which is none's, where it says nothing of the kind."""
    version = visit.asked("version")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def named_in(visit: Visit) -> str:
    """The pair that the address names; empty: the main one."""
    return visit.params.get("credential", "")
