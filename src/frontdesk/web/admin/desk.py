"""The walks that the administration API opens: what the operator does, whoever typed it."""

from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.flows.accounts import Accounts
from frontdesk.flows.admin_keys import AdminKeys
from frontdesk.flows.app_administration import AppAdministration
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.declaring import Declaring
from frontdesk.flows.explanations import Explanations
from frontdesk.flows.hardening import Hardening
from frontdesk.flows.history import History
from frontdesk.flows.listing import Listing
from frontdesk.flows.looking import Looking
from frontdesk.flows.maker_administration import MakerAdministration
from frontdesk.flows.member_administration import MemberAdministration
from frontdesk.flows.needs import Clock, Mint
from frontdesk.flows.network_administration import NetworkAdministration
from frontdesk.flows.operating import Operating
from frontdesk.flows.operator import Operator
from frontdesk.flows.operators import Operators
from frontdesk.flows.pair_administration import PairAdministration
from frontdesk.flows.registration import Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.reviewing import Reviewing
from frontdesk.flows.standing import HealthReport, Standing
from frontdesk.flows.taking_away import TakingAway


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminDesk:
    """Everything that an operation may use."""

    clock: Clock
    mint: Mint
    operator: Operator
    accounts: Accounts
    owners: NetworkAdministration
    makers: AppAdministration
    maker_invitations: MakerAdministration
    members: MemberAdministration
    pairs: PairAdministration
    open_registration: Callable[[], Registration]  # which scopes there are changes with the document
    resource_servers: ResourceServers
    hardening: Hardening
    admin_keys: AdminKeys
    explanations: Explanations
    listing: Listing
    looking: Looking
    taking_away: TakingAway
    standing: Standing
    history: History
    operating: Operating
    operators: Operators
    reviewing: Reviewing
    health: HealthReport
    app_logos: AppLogos
    open_declaring: Callable[[], Declaring]

    @property
    def registration(self) -> Registration:
        """The walks over apps and grants, under the policy of the moment."""
        return self.open_registration()

    @property
    def declaring(self) -> Declaring:
        """The installation as one file, under the policy of the moment."""
        return self.open_declaring()
