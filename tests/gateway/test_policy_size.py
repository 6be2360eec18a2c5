"""A document of ten thousand operations is read, compiled, looked over and compared in a few seconds."""

import random
import time
from collections.abc import Callable
from typing import Any

from frontdesk.gateway.document import read_document
from frontdesk.gateway.lint import Subject, lint
from frontdesk.gateway.policy import compile_policy
from frontdesk.gateway.policy_diff import compare
from frontdesk.protocol.scopes import CONTRACT

FEW, MANY = 1_000, 10_000


def document_of(operations: int) -> dict[str, Any]:
    """So many operations, with templates that overlap as those of real documents do."""
    draw = random.Random(7)
    words = [f"thing{number}" for number in range(200)]
    paths: dict[str, Any] = {}
    while 2 * len(paths) < operations:
        one, other = draw.choice(words), draw.choice(words)
        pair = f"{one}/{other}"
        for path in (f"/{pair}/v1", f"/{pair}/v1/{{id}}", f"/{one}/{{x}}/{other}", f"/{{x}}/{pair}"):
            if 2 * len(paths) < operations:
                paths[path] = {
                    "get": {"security": [{"Basic": []}, {"OAuth": [f"{one}.readonly", one]}]},
                    "post": {"security": [{"OAuth": [one]}]},
                }
    schemes = {"Basic": {"type": "http", "scheme": "basic"}, "OAuth": {"type": "oauth2", "flows": {}}}
    return {"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": schemes}}


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def test_ten_thousand_operations_cost_about_ten_times_what_a_thousand_do() -> None:
    """Nothing compares every path with every other one. On a machine of one's own each step takes a second or two."""
    documents = {size: document_of(size) for size in (FEW, MANY)}
    read = {size: read_document(document) for size, document in documents.items()}
    policies = {size: compile_policy(each) for size, each in read.items()}
    assert [len(policy.operations) for policy in policies.values()] == [FEW, MANY]

    def look(size: int) -> object:
        return lint(
            Subject(
                document=read[size],
                inclusion=CONTRACT,
                needs_all=False,
                public=frozenset(),
                networkless=frozenset(),
                network_header="x",
            )
        )

    steps: dict[str, Callable[[int], object]] = {
        "read": lambda size: read_document(documents[size]),
        "compile": lambda size: compile_policy(read[size]),
        "lint": look,
        "compare": lambda size: compare(policies[size], policies[size], CONTRACT),
    }
    for name, step in steps.items():
        few = min(seconds(lambda: step(FEW)) for _ in range(3))  # noqa: B023
        assert seconds(lambda: step(MANY)) < 40 * few + 0.2, name  # noqa: B023
