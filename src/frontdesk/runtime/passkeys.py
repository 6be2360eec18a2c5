"""Judging what devices say about passkeys: by the library `webauthn`, the extra `passkeys`. W3C WebAuthn Level 3 §7.

The library is loaded when it is first needed: it brings a certificate reader along that only few processes use.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from frontdesk.protocol.ids import uuid_bytes
from frontdesk.protocol.passkeys import NewPasskey, Passkey, Signature
from frontdesk.protocol.records import User

TIMEOUT = 5 * 60 * 1000  # milliseconds that a browser waits for the person


def open_passkeys(issuer: str, product: str) -> "Passkeys | None":
    """A judge for this public origin; None where the extra is not installed, or the origin has no name.

    Browsers offer passkeys on https and on this machine only; where they do not, the pages show none.
    """
    host = urlsplit(issuer).hostname or ""
    if find_spec("webauthn") is None or _is_address(host):
        return None
    return Passkeys(origin=issuer, host=host, product=product)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """What `frontdesk.flows.needs_passkeys.PasskeyJudge` asks for. Shapes are said there."""

    origin: str
    host: str
    product: str

    def ask_to_make(self, user: User, challenge: str, *, known: Sequence[Passkey]) -> str:
        """What a browser is to be asked for a new one: kept on the device, found without a name, with verification."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import structs

        options = generate_registration_options(
            rp_id=self.host,
            rp_name=self.product,
            user_id=uuid_bytes(user.id),
            user_name=user.email,
            challenge=challenge.encode(),
            timeout=TIMEOUT,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=passkey.id) for passkey in known],
        )
        return options_to_json(options)

    def ask_to_sign(self, challenge: str) -> str:
        """What a browser is to be asked for a signature by any passkey of this site."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self.host,
            challenge=challenge.encode(),
            timeout=TIMEOUT,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def judge_made(self, content: str, challenge: str) -> NewPasskey | None:
        """A new passkey from a browser's answer; None where anything about it is not right."""
        from webauthn import verify_registration_response

        try:
            made = verify_registration_response(
                credential=content,
                expected_challenge=challenge.encode(),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except Exception:  # noqa: BLE001 - whatever foreign readers stumble over in what a stranger sent is no passkey
            return None
        return NewPasskey(
            id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            synced=made.credential_backed_up,
        )

    def read_signature(self, content: str) -> Signature | None:
        """Which passkey an answer speaks of; None unless well-formed."""
        from webauthn.helpers import parse_authentication_credential_json

        try:
            parsed = parse_authentication_credential_json(content)
        except Exception:  # noqa: BLE001 - as above
            return None
        return Signature(passkey_id=parsed.raw_id, user_handle=parsed.response.user_handle, content=content)

    def judge_signature(self, signature: Signature, passkey: Passkey, challenge: str) -> int | None:
        """The counter that the answer says, where it is signed by this passkey for this challenge; else None."""
        from webauthn import verify_authentication_response

        try:
            verified = verify_authentication_response(
                credential=json.loads(signature.content),
                expected_challenge=challenge.encode(),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,  # the store judges it, in the transaction that moves it on
                require_user_verification=True,
            )
        except Exception:  # noqa: BLE001 - as above
            return None
        return verified.new_sign_count


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True
