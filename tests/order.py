"""In which order test files are given out: the long ones first, so that no worker sits idle at the end.

By itself pytest-xdist begins with the files that hold the most tests, and those that hold one long test come last.
What is not named here takes less. `tools/test_order.py` holds the names to the files.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "browser/test_walk.py",
    "servers/test_policy_reload.py",
    "middleware/test_endings.py",
    "clients/test_api_clients.py",
    "cli/test_trying_mutations.py",
    "proxies/test_away.py",
    "cli/test_trying.py",
    "cli/test_serving.py",
    "faults/test_kills.py",
    "attacks/test_canaries.py",
    "proxies/test_doctor.py",
    "faults/test_keys.py",
    "faults/test_rotation.py",
    "builtin_proxy/test_websockets.py",
    "web/test_permissions.py",
    "faults/test_one_code_many_exchanges.py",
    "gateway/test_size.py",
    "builtin_proxy/test_slow_crowd.py",
    "cli/test_explain.py",
    "testing_plugin/test_plugin.py",
    "clients/test_replay.py",
    "clients/test_curl.py",
    "clients/test_python_clients.py",
    "faults/test_signing_keys.py",
    "faults/test_revocation_everywhere.py",
    "middleware/test_sameness.py",
    "gateway/test_policy_size.py",
    "attacks/test_fairness.py",
    "attacks/test_authorize.py",
    "protocol/test_leaks.py",
    "fuzz/test_fuzz.py",
    "faults/test_ends_and_restarts.py",
    "sameness/test_bearer_rows.py",
    "tools/test_bench_pages.py",
    "moving/test_dot.py",
    "builtin_proxy/test_limits.py",
    "middleware/test_generated.py",
    "browser/test_story.py",
    "proxies/test_refusals.py",
)
_RANKS = {name: rank for rank, name in enumerate(LONGEST_FIRST)}


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist keep to the order of the collection."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files move; the tests of a file stay as they are."""
    items.sort(key=lambda item: _RANKS.get(item.path.relative_to(TESTS).as_posix(), len(_RANKS)))
