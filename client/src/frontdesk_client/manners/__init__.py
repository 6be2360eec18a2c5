"""How a client behaves towards an API: when it tries again, how fast it calls, how it pages, what a refusal says."""

from frontdesk_client.manners.api_errors import raise_for_api_error, raise_for_api_error_async, read_api_error
from frontdesk_client.manners.budget import RetryBudget
from frontdesk_client.manners.conduct import Tries
from frontdesk_client.manners.manners import Manners
from frontdesk_client.manners.pace import Pace
from frontdesk_client.manners.paging import (
    aiterate_items,
    aiterate_pages,
    iterate_items,
    iterate_pages,
    next_page_token,
    rows_of,
)

__all__ = [
    "Manners",
    "Pace",
    "RetryBudget",
    "Tries",
    "aiterate_items",
    "aiterate_pages",
    "iterate_items",
    "iterate_pages",
    "next_page_token",
    "raise_for_api_error",
    "raise_for_api_error_async",
    "read_api_error",
    "rows_of",
]
