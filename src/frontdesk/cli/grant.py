"""`frontdesk grant`: what users granted to apps."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_table
from frontdesk.flows.listing import KnownGrant, follow


@click.group(no_args_is_help=True)
def grant() -> None:
    """List and revoke what users granted to apps."""


@grant.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all live grants, newest first."""

    async def walk(desk: Desk) -> list[KnownGrant]:
        known = await follow(desk.listing.grants, lambda known: known.grant.id)
        return sorted(known, key=lambda known: (known.grant.created_at, known.grant.id), reverse=True)

    grants = administer(ground, walk)
    if ground.as_json:
        print_json({"grants": [_grant(known) for known in grants]})
    elif not grants:
        click.echo("No app is connected: a grant is made when a user connects one.")
    else:
        print_table(
            ["ID", "USER", "NETWORKS", "LAST USED", "APP"],
            [
                [
                    known.grant.id,
                    known.user.email if known.user else "-",
                    str(len(_networks(known))),
                    moment(known.grant.last_used_at),
                    known.client.name if known.client else known.grant.client_id,
                ]
                for known in grants
            ],
        )


@grant.command()
@click.argument("grant_id")
@standing
def revoke(ground: Ground, grant_id: str) -> None:
    """End the grant GRANT_ID for good; its tokens are refused at once."""
    ended = administer(ground, lambda desk: desk.registration.revoke_grant(grant_id, origin=desk.origin))
    if ground.as_json:
        print_json({"grant": {"id": ended.id, "client_id": ended.client_id, "revoked": True}})
    else:
        click.echo(f"Revoked the grant {ended.id}. Its tokens are refused from now on.")


def _networks(known: KnownGrant) -> list[str]:
    return [edge.network_id for edge in known.grant.edges if edge.dropped_at is None]


def _grant(known: KnownGrant) -> dict[str, Any]:
    return {
        "id": known.grant.id,
        "user": known.user.email if known.user else None,
        "client_id": known.grant.client_id,
        "app": known.client.name if known.client else None,
        "networks": _networks(known),
        "scopes": list(known.grant.scopes_given),
        "created_at": instant(known.grant.created_at),
        "adopted_at": instant(known.grant.adopted_at),
        "last_used_at": instant(known.grant.last_used_at),
    }
