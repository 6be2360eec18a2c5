"""A gateway's decision, as a desk says it: the caller is let through to the app, or gets this answer instead."""

from functools import lru_cache

from frontdesk.gateway.checker import Passed
from frontdesk.gateway.gateway import Gateway
from frontdesk.gateway.policy import Operations
from frontdesk.gateway.refusals import render_refusal
from frontdesk.middleware.caller import caller_of
from frontdesk.middleware.desk import Allowed
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer, Request


async def judge_by(gateway: Gateway, request: Request) -> Allowed | Answer:
    """Decide one call by a gateway of this process. StoreUnavailable where nothing can be proven."""
    outcome = await gateway.admit(request)
    if isinstance(outcome, Refusal):
        return render_refusal(outcome, request_id=request.request_id)
    if isinstance(outcome, Answer):
        return outcome
    return _allow(request, outcome, gateway)


def _allow(request: Request, passed: Passed, gateway: Gateway) -> Allowed:
    # The gateway's own writer: it may sign what it says.
    identity = gateway.forward_auth.identity.identity(
        passed.admission, request_id=request.request_id, method=request.method, target=passed.target
    )
    return Allowed(
        target=passed.target,
        identity=identity,
        request_id=request.request_id,
        caller=caller_of(passed.admission, request_id=request.request_id) if passed.refused is None else None,
        is_private=_is_private(passed.operations),
        keeps_authorization=not gateway.checker.enforces,
        allowances=passed.allowances,
    )


@lru_cache(maxsize=1_024)
def _is_private(operations: Operations) -> bool:
    return any(scheme != "public" for operation in operations for scheme in operation.schemes)
