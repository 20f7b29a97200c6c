"""Runs the drills: each as the service is, which must hold, then with each deliberate fault, which must be caught.

``python -m drills [--only NAME ...] [--seed N] [--out FILE]``; exit code 1 where something did not go so.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

from drills import claims, crashes, disks, keys, kills, restores, signers, train_reproduces
from drills.drill import Drill

PARTS = (kills, keys, claims, crashes, disks, signers, restores, train_reproduces)
DRILLS: list[Drill] = [one for part in PARTS for one in part.DRILLS]


def main() -> int:
    names = [drill.name for drill in DRILLS]
    parser = argparse.ArgumentParser(prog="python -m drills", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument("--seed", type=int, help="of every chance; a new one when absent, and printed")
    parser.add_argument("--out", type=Path, default=Path("build/drills.json"), help="where the results go, as JSON")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    results = [_timed(drill, seed, mutant) for drill in _chosen(given.only) for mutant in (None, *drill.mutants)]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps({"seed": seed, "results": results}, indent=1) + "\n", encoding="utf-8")
    wrong = sum(not result["as it should be"] for result in results)
    print(f"{len(results) - wrong} of {len(results)} as they should be; results in {given.out}")
    return 1 if wrong else 0


def _chosen(names: list[str] | None) -> list[Drill]:
    return [drill for drill in DRILLS if not names or drill.name in names]


def _timed(drill: Drill, seed: int, mutant: str | None) -> dict:
    """One run, printed in a line: a sound service must hold, a faulty one must be caught."""
    started = time.monotonic()
    result = drill.run(seed, mutant)
    caught = any(drill.mutants.get(mutant, "") in one for one in result.broken)
    right = caught if mutant else not result.broken
    said = "held" if not result.broken else f"{len(result.broken)} broken, first: {result.broken[0]}"
    line = f"{drill.name}{f' with the fault {mutant}' if mutant else ''}: {said}"
    seconds = round(time.monotonic() - started, 1)
    print(f"{'ok ' if right else 'BAD'} {line} {json.dumps(result.facts)} in {seconds} s", flush=True)
    return {
        "drill": drill.name,
        "fault": mutant,
        "as it should be": right,
        "broken": list(result.broken)[:20],
        "facts": result.facts,
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
