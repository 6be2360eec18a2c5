"""`frontdesk-client logout`: end the connection there, and forget it and the secret here."""

import argparse

from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.opening import open_connect
from frontdesk_client.cli.speech import PROGRAM, Refused, print_json
from frontdesk_client.errors import TokenEndpointFailed


def run(options: argparse.Namespace) -> None:
    """Revoke first: what is forgotten first could not be revoked any more."""
    cabinet = Cabinet()
    profile = cabinet.get(options.profile)
    revoked = False
    if profile.kind == "oauth" and not options.forget:
        try:
            revoked = open_connect(cabinet, profile, cabinet.secret(profile)).revoke(profile.name)
        except TokenEndpointFailed as error:
            raise Refused(
                str(error).rstrip("."), f"'{PROGRAM} logout --forget' forgets it here, and leaves it open there"
            ) from None
    cabinet.forget_tokens(profile)
    cabinet.keep_secret(profile, None)
    if options.json:
        print_json({"profile": profile.name, "revoked": revoked})
    else:
        print(f'{"Revoked, and forgotten" if revoked else "Forgotten"}: "{profile.name}". Its settings are kept.')
