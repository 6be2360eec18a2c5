"""Limits that the document gives: read with what they inherit, or refused with the place and what to do."""

from typing import Any

import pytest

from frontdesk.gateway.document import DocumentError
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND
from frontdesk.protocol.rate_limits import Limit
from gateway.desk import document_with, policy_of

NAME = "x-frontdesk-rate-limit"
OPEN: dict[str, Any] = {"security": [{"Basic": []}]}


def limits_of(paths: dict[str, Any], **changes: Any) -> dict[str, Limit | None]:
    """The limit of each operation."""
    policy = policy_of(document_with(paths, **changes))
    return {f"{each.method} {each.template}": each.limit for each in policy.operations}


def limit_of(written: Any) -> Limit:
    """A limit, written on the only operation."""
    (limit,) = limits_of({"/a": {"get": {**OPEN, NAME: written}}}).values()
    assert limit is not None
    return limit


@pytest.mark.parametrize(
    ("written", "requests", "per", "burst"),
    [
        ({"requests": 2}, 2, SECOND, 2),
        ({"requests": 2, "per": "second"}, 2, SECOND, 2),
        ({"requests": 2, "per": "1s"}, 2, SECOND, 2),
        ({"requests": 2, "per": "10 seconds"}, 2, 10 * SECOND, 2),
        ({"requests": 30, "per": "minute", "burst": 5}, 30, MINUTE, 5),
        ({"requests": 30, "per": "5m", "burst": 1}, 30, 5 * MINUTE, 1),
        ({"requests": 1, "per": "hour", "burst": 3}, 1, HOUR, 3),
        ({"requests": 100_000, "per": "day"}, 100_000, DAY, 100_000),
        ({"requests": 1, "per": "24h"}, 1, DAY, 1),
    ],
)
def test_a_limit_is_read(written: dict[str, Any], requests: int, per: int, burst: int) -> None:
    """So many calls in such a time; without a burst all of them may come at once."""
    limit = limit_of(written)
    assert (limit.requests, limit.per, limit.rate.burst) == (requests, per, burst)
    assert limit.rate.interval == per // requests


@pytest.mark.parametrize(
    "written",
    [
        None,
        5,
        "2/minute",
        [],
        {},
        {"per": "minute"},
        {"requests": 0},
        {"requests": -1},
        {"requests": True},
        {"requests": 1.5},
        {"requests": "2"},
        {"requests": 100_001},
        {"requests": 2, "per": "fortnight"},
        {"requests": 2, "per": "0s"},
        {"requests": 2, "per": "2d"},
        {"requests": 2, "per": 60},
        {"requests": 2, "per": "minute", "burst": 0},
        {"requests": 2, "per": "minute", "burst": None},
        {"requests": 2, "per": "day", "burst": 5},
        {"requests": 2, "pro": "minute"},
    ],
)
def test_what_is_no_limit_is_refused_with_a_hint(written: Any) -> None:
    """The start says where it stands and how it is written; it never means "no limit"."""
    with pytest.raises(DocumentError) as told:
        limit_of(written)
    assert told.value.place == f"#/paths/~1a/get/{NAME}"
    assert told.value.hint


def test_the_nearest_limit_counts() -> None:
    """Operation before path before document; operations that share a place share its limit, and it has its name."""
    limits = limits_of(
        {
            "/a": {NAME: {"requests": 2}, "get": {**OPEN, NAME: {"requests": 3}}, "put": OPEN, "post": OPEN},
            "/b": {"get": OPEN},
        },
        **{NAME: {"requests": 1}},
    )
    named = {name: (limit.name, limit.requests) for name, limit in limits.items() if limit is not None}
    assert named == {
        "GET /a": ("GET /a", 3),
        "PUT /a": ("/a", 2),
        "POST /a": ("/a", 2),
        "GET /b": ("default", 1),
    }
    assert limits["PUT /a"] is limits["POST /a"]


def test_an_operation_under_two_bases_has_one_limit() -> None:
    """Which server's path is called makes no difference."""
    policy = policy_of(
        document_with({"/a": {"get": {**OPEN, NAME: {"requests": 2}}}}, servers=[{"url": "/v1"}, {"url": "/v2"}])
    )
    one, other = policy.operations
    assert one.limit is other.limit


def test_without_any_nothing_is_said() -> None:
    """The credential's own limit is the settings'."""
    assert limits_of({"/a": {"get": OPEN}}) == {"GET /a": None}


@pytest.mark.parametrize("name", ["x-frontdesk-ratelimit", "x-frontdesk-rate-limits", "x-frontdesk-anything"])
def test_a_misspelt_extension_is_refused(name: str) -> None:
    """It would change nothing, and nobody would know."""
    for paths, changes in (
        ({"/a": {"get": {**OPEN, name: {"requests": 2}}}}, {}),
        ({"/a": {"get": OPEN, name: {}}}, {}),
        ({"/a": {"get": OPEN}}, {name: {}}),
    ):
        with pytest.raises(DocumentError) as told:
            limits_of(paths, **changes)
        assert name in told.value.problem
        assert "x-frontdesk-rate-limit" in told.value.hint


def test_extensions_of_others_are_none_of_ours() -> None:
    """`x-…` of other tools is left alone."""
    assert limits_of({"/a": {"get": {**OPEN, "x-rate-limit": "many"}, "x-tool": 1}}, **{"x-internal": True})
