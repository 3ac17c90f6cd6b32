"""How long a hundred thousand distinct titles take, as one process from standard input.

    python bench/titles.py [TITLES]

The titles are those of `tests/titles.csv` with grades, fields and places before and behind:
first as they come, traps among them, then only those that name a role, which take longer.
"""

import csv
import itertools
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

CASES = Path(__file__).parents[1] / "tests" / "titles.csv"
PREFIXES = (
    "",
    "Senior ",
    "Sr. ",
    "Lead ",
    "Principal ",
    "Associate ",
    "Global ",
    "Junior ",
    "(Senior) ",
    "EMEA - ",
)
SUFFIXES = (
    "",
    " II",
    " - EMEA",
    ", Payments",
    " (m/w/d)",
    " (Remote)",
    " R-{}",
    " @ Berlin",
    " - Squad {}",
    " III, Fraud",
    " | AWS",
    " / {}",
)


def titles(number: int, status: set[str]) -> list[str]:
    """Distinct titles made of the test cases of some status."""
    with CASES.open(encoding="utf-8") as file:
        cases = [row["title"] for row in csv.DictReader(file) if row["status"] in status]
    chance, found = random.Random(1), dict[str, None]()
    for serial in itertools.count():
        if len(found) == number:
            return list(found)
        found[
            chance.choice(PREFIXES) + chance.choice(cases) + chance.choice(SUFFIXES).format(serial)
        ] = None


def main(number: int) -> None:
    """Print wall and CPU time of both mixtures."""
    for name, status in (
        ("as they come", {"certain", "ambiguous", "none"}),
        ("all name a role", {"certain", "ambiguous"}),
    ):
        text = "".join(f"{title}\n" for title in titles(number, status))
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "mlops_roles", "resolve", "-", "--format", "jsonl"]
        subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, check=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{number} distinct titles, {name}: {wall:.1f} s ({cpu:.1f} s of CPU)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
