"""`frontdesk credential`: a network's Basic pair."""

import click

from frontdesk.cli.administration import administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_next, print_pairs


@click.group(no_args_is_help=True)
def credential() -> None:
    """Show and regenerate a network's Basic pair."""


@credential.command()
@click.argument("network_id")
@standing
def regenerate(ground: Ground, network_id: str) -> None:
    """Make a new pair for NETWORK_ID; the old one is refused at once."""
    fresh = administer(ground, lambda desk: desk.operator.regenerate_credential(network_id, origin=desk.origin))
    if ground.as_json:
        print_json({"credential": {"client_id": fresh.credential.client_id, "client_secret": fresh.secret}})
        return
    click.echo(f"A new Basic pair for {fresh.network.title}. The old one is refused from now on.")
    print_pairs([("client id", fresh.credential.client_id), ("client secret", fresh.secret)])
    print_next("Keep the secret now: it is not shown here again.")


@credential.command()
@click.argument("network_id")
@standing
def show(ground: Ground, network_id: str) -> None:
    """Show the pair of NETWORK_ID: its id, the secret's last four characters and its dates."""
    known = administer(ground, lambda desk: desk.operator.find_network(network_id))
    pair = known.credential
    if ground.as_json:
        print_json(
            {
                "credential": {
                    "client_id": pair.client_id,
                    "network_id": pair.network_id,
                    "last_four": pair.last_four,
                    "created_at": instant(pair.created_at),
                    "last_used_at": instant(pair.last_used_at),
                }
            }
        )
        return
    click.echo(f"The Basic pair of {known.network.title}:")
    print_pairs(
        [
            ("client id", pair.client_id),
            ("client secret", f"ends in {pair.last_four}"),
            ("made", moment(pair.created_at)),
            ("last used", moment(pair.last_used_at)),
        ]
    )
