"""`make fuzz [SECONDS=n] [SEED=n]`: mutations of every sample and example, round after round, as JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from services.worker.extraction import Sandbox
from tests.fuzz.rounds import Outcomes, outcomes
from tests.samples.families import FAMILIES

EXAMPLES = Path(__file__).parents[2] / "examples"
MUTATIONS_A_ROUND = 200


async def fuzz(seconds: float, seed: int) -> bool:
    """Whether no bug was found. The last sample that was begun is ended."""
    until, found, rounds = time.monotonic() + seconds, Outcomes(), 0
    samples = {path.name: path.read_bytes() for path in sorted(EXAMPLES.glob("*.pdf"))}
    samples |= {name: draw(seed % 50).pdf for name, draw in FAMILIES.items()}
    async with Sandbox() as sandbox:
        while time.monotonic() < until:
            numbers = range(rounds * MUTATIONS_A_ROUND, (rounds + 1) * MUTATIONS_A_ROUND)
            for name, pdf in samples.items():
                if time.monotonic() < until:
                    some = await outcomes(sandbox, name, pdf, seed, numbers)
                    _say({"sample": name, "first": numbers.start, **_figures(some)})
                    found.include(some)
            rounds += 1
    _say({"fuzz": "all", "seed": seed, "seconds": seconds, "samples": len(samples), **_figures(found)})
    return not found.bugs


def _figures(found: Outcomes) -> dict[str, object]:
    return {
        "mutations": found.ends.total(),
        "ends": dict(found.ends.most_common()),
        "slowest_seconds": round(found.slowest_seconds, 2),
        "bugs": found.bugs,
    }


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    ask.add_argument("--seconds", type=float, default=300)
    ask.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="another each time when left out")
    given = ask.parse_args()
    sys.exit(0 if asyncio.run(fuzz(given.seconds, given.seed)) else 1)


if __name__ == "__main__":
    main()
