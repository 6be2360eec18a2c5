"""The one table of the administration API: what is not here is not there."""

from collections.abc import Sequence

from frontdesk.web.admin import (
    accounts,
    apps,
    declared,
    history,
    logos,
    maker_invitations,
    makers,
    members,
    networks,
    owners,
    pairs,
    people,
    programs,
    reviews,
    service,
    standing,
)
from frontdesk.web.admin.call import Operation

PREFIX = "/admin/v1"
OPERATIONS: Sequence[Operation] = (
    *networks.OPERATIONS,
    *members.OPERATIONS,
    *pairs.OPERATIONS,
    *owners.OPERATIONS,
    *people.OPERATIONS,
    *accounts.OPERATIONS,
    *apps.OPERATIONS,
    *logos.OPERATIONS,
    *makers.OPERATIONS,
    *maker_invitations.OPERATIONS,
    *programs.OPERATIONS,
    *history.OPERATIONS,
    *standing.OPERATIONS,
    *service.OPERATIONS,
    *reviews.OPERATIONS,
    *declared.OPERATIONS,
)
