"""The in-memory twin of storage/partners.py, and of two secrets side by side."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ClientId, Digest, Micros, NetworkId, UserId
from frontdesk.protocol.partners import Partner, SecretUse
from frontdesk.protocol.records import AuditEvent, Client, Review, Role, User
from frontdesk.storage.memory_own_grants import MemoryOwnGrants


class MemoryPartners(MemoryOwnGrants):
    """Partners, their apps, their apps' secrets."""

    async def add_user(self, *, user: User, audit: AuditEvent) -> bool:
        """An account for an address that was proven."""
        if any(known.email == user.email for known in self.users.values()):
            return False
        self.users[user.id] = user
        self._note(audit)
        return True

    async def add_partner(self, *, partner: Partner, test_network: NetworkId | None = None, audit: AuditEvent) -> bool:
        """Make a user a partner."""
        user = self.users.get(partner.user_id)
        if user is None or user.blocked_at is not None or user.id in self.partners:
            return False
        self.partners[user.id] = partner
        aside = (user.id, test_network) in self.set_aside
        if test_network in self.networks and test_network not in user.roles and not aside:
            self.users[user.id] = replace(user, roles={**user.roles, test_network: Role.ADMINISTRATOR})
            self.member_since[user.id, test_network] = partner.created_at
        self._note(audit)
        return True

    async def find_partner(self, user_id: UserId) -> Partner | None:
        """A user as a partner."""
        return self.partners.get(user_id)

    async def change_partner(self, *, user_id: UserId, name: str, website: str, audit: AuditEvent) -> bool:
        """Call a partner something else."""
        partner = self.partners.get(user_id)
        if partner is None:
            return False
        self.partners[user_id] = replace(partner, name=name, website=website)
        self._note(audit)
        return True

    async def add_partner_app(self, *, client: Client, owner_id: UserId, limit: int, audit: AuditEvent) -> bool:
        """A new app of a partner."""
        owned = sum(user == owner_id for user, _ in self.app_owners)
        if owner_id not in self.partners or owned >= limit or client.id in self.clients:
            return False
        self.clients[client.id] = client
        self.app_owners[owner_id, client.id] = client.created_at
        self._note(audit)
        return True

    async def give_app(self, *, client_id: ClientId, user_id: UserId, now: Micros, audit: AuditEvent) -> bool:
        """Make a partner one of an app's people."""
        if client_id not in self.clients or user_id not in self.partners or (user_id, client_id) in self.app_owners:
            return False
        self.app_owners[user_id, client_id] = now
        self._note(audit)
        return True

    async def take_app(self, *, client_id: ClientId, user_id: UserId, audit: AuditEvent) -> bool:
        """Make somebody none of an app's people any more."""
        if self.app_owners.pop((user_id, client_id), None) is None:
            return False
        self._forget_invitations(client_id, user_id)
        self._note(audit)
        return True

    async def list_partner_apps(self, user_id: UserId) -> Sequence[Client]:
        """A partner's apps, by name."""
        found = [self.clients[client_id] for user, client_id in self.app_owners if user == user_id]
        return sorted(found, key=lambda client: (client.name, client.id))

    async def list_sole_apps(self, user_id: UserId) -> Sequence[Client]:
        """Those of a partner's apps that are nobody else's, by name."""
        shared = {client_id for user, client_id in self.app_owners if user != user_id}
        return [client for client in await self.list_partner_apps(user_id) if client.id not in shared]

    async def list_app_owners(self, client_id: ClientId) -> Sequence[UserId]:
        """Whose app it is."""
        return sorted(user for user, app in self.app_owners if app == client_id)

    async def change_app(self, *, client: Client, before: Client, audit: AuditEvent) -> bool:
        """Write what an app says of itself."""
        stored = self.clients.get(client.id)
        if stored is None or (stored.review, stored.review_at) != (before.review, before.review_at):
            return False
        self.clients[client.id] = replace(
            stored,
            name=client.name,
            redirect_uris=client.redirect_uris,
            scopes=client.scopes,
            optional_scopes=client.optional_scopes,
            homepage=client.homepage,
            privacy_url=client.privacy_url,
            review=client.review,
            review_at=client.review_at,
            verified_at=client.verified_at,
        )
        self._note(audit)
        return True

    async def set_app_logo(self, *, client: Client, before: Client, picture: bytes, audit: AuditEvent) -> bool:
        """Put a picture in the place of an app's."""
        stored = self.clients.get(client.id)
        if stored is None or (stored.review, stored.review_at) != (before.review, before.review_at):
            return False
        self.clients[client.id] = replace(
            stored,
            logo=client.logo,
            review=client.review,
            review_at=client.review_at,
            verified_at=client.verified_at,
        )
        if stored.logo != client.logo:
            self.app_logos.pop(stored.logo, None)
        if client.logo:
            self.app_logos.setdefault(client.logo, (client.id, picture))
        self._note(audit)
        return True

    async def find_logo(self, name: str) -> bytes | None:
        """A picture by its name."""
        found = self.app_logos.get(name)
        return found[1] if found is not None else None

    async def set_client_review(
        self,
        *,
        client_id: ClientId,
        seen: Review,
        seen_at: Micros | None,
        review: Review,
        note: str,
        verified_at: Micros | None,
        now: Micros,
        audit: AuditEvent,
    ) -> bool:
        """Move an app on its way through review."""
        client = self.clients.get(client_id)
        if client is None or (client.review, client.review_at) != (seen, seen_at):
            return False
        self.clients[client_id] = replace(
            client, review=review, review_note=note, review_at=now, verified_at=verified_at
        )
        self._note(audit)
        return True

    async def list_in_review(self, *, limit: int) -> Sequence[Client]:
        """Apps that wait for a reviewer."""
        waiting = [client for client in self.clients.values() if client.review is Review.SUBMITTED]
        return sorted(waiting, key=lambda client: client.review_at or 0)[:limit]

    async def add_client_secret(
        self,
        *,
        client_id: ClientId,
        digest: Digest,
        last_four: str,
        replaces_number: int,
        now: Micros,
        audit: AuditEvent,
    ) -> bool:
        """A new secret beside the present one."""
        client = self.clients.get(client_id)
        if client is None or client.secret_number != replaces_number or client.earlier_digest is not None:
            return False
        if client.secret_digest is None or client.foreign_secret is not None:
            return False
        self.clients[client_id] = replace(
            client,
            earlier_digest=client.secret_digest,
            earlier_last_four=client.secret_last_four,
            earlier_made_at=client.secret_changed_at or client.created_at,
            secret_digest=digest,
            secret_changed_at=now,
            secret_number=replaces_number + 1,
            secret_last_four=last_four,
        )
        self.secret_uses = {
            key: at for key, at in self.secret_uses.items() if key[0] != client_id or key[1] >= replaces_number
        }
        self._note(audit)
        return True

    async def end_earlier_secret(self, *, client_id: ClientId, present_number: int, audit: AuditEvent) -> bool:
        """Refuse the secret before the present one."""
        client = self.clients.get(client_id)
        if client is None or client.secret_number != present_number or client.earlier_digest is None:
            return False
        self.clients[client_id] = replace(client, earlier_digest=None, earlier_last_four="", earlier_made_at=None)
        self._end_own_grant(client_id)
        self._note(audit)
        return True

    async def note_secret_uses(self, *, uses: Sequence[SecretUse]) -> None:
        """Write down when secrets were last right."""
        for use in uses:
            if use.client_id in self.clients:
                key = (use.client_id, use.number)
                self.secret_uses[key] = max(use.last_at, self.secret_uses.get(key, use.last_at))

    async def list_secret_uses(self, client_id: ClientId) -> Sequence[SecretUse]:
        """When an app's secrets were last right."""
        return [
            SecretUse(client_id=client_id, number=number, last_at=at)
            for (app, number), at in sorted(self.secret_uses.items())
            if app == client_id
        ]
