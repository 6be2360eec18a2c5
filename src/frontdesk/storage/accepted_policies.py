"""Policies that the operator agreed to although they cut clients off, by the fingerprint of what they decide."""

from frontdesk.protocol.call_counts import ACCEPTED_FOR
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

ACCEPT = """
INSERT INTO accepted_policies (fingerprint, accepted_at) VALUES ($1, $2)
ON CONFLICT (fingerprint) DO UPDATE SET accepted_at = excluded.accepted_at
"""
FIND = "SELECT 1 FROM accepted_policies WHERE fingerprint = $1 AND accepted_at > $2"


def accept_policy(*, fingerprint: bytes, now: Micros, audit: AuditEvent) -> Verb[None]:
    """Let a policy be loaded whomever it cuts off."""
    yield ACCEPT, (fingerprint, now)
    yield entry(audit)


def is_policy_accepted(fingerprint: bytes, now: Micros) -> Verb[bool]:
    """Whether somebody agreed to it, and not too long ago."""
    return bool((yield FIND, (fingerprint, now - ACCEPTED_FOR)))
