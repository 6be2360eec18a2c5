"""What a decision costs with 10, 1,000 and 10,000 operations in the document: CPU time in the fast lane."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from gateway.sizes import KINDS, SIZES, Comparison

ROUNDS = 61


async def main() -> None:
    """Print a line for each kind of calls: medians, and the ratio to the smallest document."""
    comparison = Comparison()
    comparison.play(ROUNDS)
    for kind in KINDS:
        costs = (
            f"{size:,}: {comparison.cost(kind, size):.1f} us ({comparison.ratio(kind, size):.2f})" for size in SIZES
        )
        print(f"{kind:20s}", ", ".join(costs))


if __name__ == "__main__":
    asyncio.run(main())
