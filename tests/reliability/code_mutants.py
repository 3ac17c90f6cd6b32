"""Mutants of the Python that must not be wrong, made and run by mutmut.

`python -m tests.reliability.code_mutants --sample 100` mutates the modules named in pyproject.toml,
runs a random sample of the mutants of each group, and records how many the tests kill; without
--sample it runs all, which takes hours. What survives is listed. Functions with a decorator, and
what is outside of functions, get no mutants: mutmut makes none there.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from .figures import record

ROOT = Path(__file__).parents[2]
GROUPS = {  # the part of the name of a module: the group
    "gate": "gate",
    "sparql_tokens": "tokenizer and grammar",
    "sparql_grammar": "tokenizer and grammar",
    "substitution": "substitution",
    "verifier": "verifier",
    "reader": "reader",
    "titles": "resolver",
}
KILLED = {"killed", "timeout", "segfault"}


def main() -> None:
    """Make the mutants, run them, and record the share that is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="mutants of each group (default: all)")
    parser.add_argument("--seed", default="1", help="of the sample")
    args = parser.parse_args()
    _mutmut("none")
    names = defaultdict(list)
    for name in _verdicts():
        names[_group(name)].append(name)
    chance, chosen = random.Random(args.seed), {}
    for group, all_names in names.items():
        size = min(args.sample or len(all_names), len(all_names))
        chosen[group] = chance.sample(sorted(all_names), size)
    _mutmut(*(name for some in chosen.values() for name in some))
    found = _verdicts()
    for group, some in chosen.items():
        counts = Counter(found[name] in KILLED for name in some)
        of = f"a sample of {len(names[group])}" if args.sample else "all"
        print(record(f"mutants of the {group}", counts[True], len(some), "killed", of, ["mutmut"]))
        print("".join(f"  {name}: {found[name]}\n" for name in some if found[name] not in KILLED))


def _mutmut(*names: str) -> None:
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)


def _verdicts() -> dict[str, str]:
    """What became of each mutant, in the words of mutmut."""
    from mutmut.stats import status_by_exit_code

    found: dict[str, str] = {}
    for path in sorted((ROOT / "mutants" / "src").rglob("*.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        found |= {name: status_by_exit_code[code] for name, code in codes.items()}
    if not found:
        raise SystemExit("mutmut made no mutants; run `mutmut run` and see what it says")
    return found


def _group(name: str) -> str:
    return next(group for part, group in GROUPS.items() if part in name)


if __name__ == "__main__":
    main()
