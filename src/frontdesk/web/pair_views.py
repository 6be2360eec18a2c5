"""Making what the pages show of a Basic pair out of what the walks found."""

from frontdesk.flows.credentials import OpenPairs
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.messages import utc
from frontdesk.protocol.narrowed_access import has_ended
from frontdesk.protocol.records import NetworkCredential
from frontdesk.protocol.retiring import is_silent
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.views_credentials import NamedRow, OldPairView, PairView, RegenerateView, RevealView
from frontdesk.web.words import exactly, moment
from frontdesk.web.words_credentials import limits_of

_ANSWERED_BY_REGENERATING = (Reason.TITLE_MISTYPED, Reason.REGENERATED_MEANWHILE, Reason.SECRET_NOT_KEPT)


def api_path(opened: OpenPairs) -> str:
    """The page of a network's pairs."""
    return f"/account/networks/{opened.network.id}/api"


def path_of(opened: OpenPairs, pair: NetworkCredential) -> str:
    """The page of one pair: the main one's is that of all."""
    return f"{api_path(opened)}/credentials/{pair.client_id}" if pair.name else api_path(opened)


def pair_view(desk: Desk, opened: OpenPairs, pair: NetworkCredential) -> PairView:
    """The facts."""
    now = opened.now
    return PairView(
        client_id=pair.client_id,
        last_four=pair.last_four,
        made=moment(pair.created_at, now),
        last_used=moment(pair.last_used_at, now) if pair.last_used_at is not None else None,
        last_used_from=pair.last_used_from or "",
        last_shown=moment(pair.revealed_at, now) if pair.revealed_at is not None else None,
        calls=opened.calls.get(pair.client_id, 0),
        limits=limits_of(pair.narrowing),
        has_expired=has_ended(pair, now),
        curl=curl_of(desk, pair),
    )


def old_view(desk: Desk, visit: Visit, opened: OpenPairs, successor: NetworkCredential) -> OldPairView | None:
    """The pair that goes on beside this one, if any does."""
    old, now = opened.replaced_by(successor), opened.now
    if old is None or old.retires_at is None:
        return None
    return OldPairView(
        client_id=old.client_id,
        last_four=old.last_four,
        version=old.version,
        until=exactly(old.retires_at),
        until_iso=f"{utc(old.retires_at):%Y-%m-%dT%H:%M:%SZ}",
        last_used=moment(old.last_used_at, now) if old.last_used_at is not None else None,
        last_used_from=old.last_used_from or "",
        calls=opened.calls.get(old.client_id, 0),
        is_silent=is_silent(old, successor, now),
        end=desk.ticket(visit, f"{api_path(opened)}/end-old"),
    )


def reveal_view(
    desk: Desk, visit: Visit, opened: OpenPairs, pair: NetworkCredential, refused: Reason | None
) -> RevealView | None:
    """The button that shows the secret, where it was kept."""
    # Where a kept secret cannot be opened (its key was destroyed), the page says so as if it had never been kept.
    if not opened.can_reveal(pair) or refused is Reason.SECRET_NOT_KEPT:
        return None
    session = visit.visitor.session
    return RevealView(
        ticket=desk.ticket(visit, f"{path_of(opened, pair)}/reveal", request=desk.reveal.ticket_of(pair)),
        must_sign_in=session is None or not desk.reveal.is_fresh(session),
    )


def regenerate_view(
    desk: Desk, visit: Visit, opened: OpenPairs, pair: NetworkCredential, refused: Reason | None
) -> RegenerateView:
    """The form that regenerates it, with what was typed where that was wrong."""
    is_mistyped = refused is Reason.TITLE_MISTYPED
    return RegenerateView(
        ticket=desk.ticket(visit, f"{path_of(opened, pair)}/regenerate"),
        version=pair.version,
        overlap=visit.asked("overlap") or "now",
        typed_title=visit.asked("title") if is_mistyped else "",
        is_mistyped=is_mistyped,
        is_open=refused in _ANSWERED_BY_REGENERATING,
    )


def named_row(opened: OpenPairs, pair: NetworkCredential) -> NamedRow:
    """One line of the list."""
    return NamedRow(
        name=pair.name,
        path=path_of(opened, pair),
        last_used=moment(pair.last_used_at, opened.now) if pair.last_used_at is not None else None,
        limits=limits_of(pair.narrowing),
        has_expired=has_ended(pair, opened.now),
        old_goes_on=opened.replaced_by(pair) is not None,
    )


def curl_of(desk: Desk, pair: NetworkCredential) -> str:
    """A line that works with this pair. Without a colon curl asks for the secret, so that it lands in no history."""
    reads = [
        name.partition(" ")[2] for name in pair.narrowing.operations if name.startswith("GET ") and "{" not in name
    ]
    return f"curl --user '{pair.client_id}' {desk.issuer}{reads[0] if reads else desk.curl_path()}"
