"""The cost of reading one staff in three layouts: a row a person, a row a skill, a column a skill.

    python bench/reading.py                        # 100,000 people, three runs of each layout
    python bench/reading.py --people 1000000 --runs 1
    python bench/reading.py --old FOLDER           # against another version, by its folder src
    python bench/reading.py --rows 1000000         # as many rows in each layout, not people

Processor seconds (user and system) of whole processes that do nothing but read, medians; the runs
of the layouts alternate, and so do the two versions. The same people are in all three files.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from make_staff import make

READ = """
import sys
from mlops_roles import load
try:
    from mlops_roles.analysis.audit import read
    staff = read(sys.argv[1], load())
except ImportError:  # releases before 0.2
    from mlops_roles.engines import home
    from mlops_roles.staff import read_staff
    staff = read_staff(sys.argv[1], home(sys.argv[1]))
assert staff.read, staff
"""
COLUMNS = 60  # skills in the wide layout


def layouts(plain: Path) -> dict[str, Path]:
    """The same people in the other layouts: of each skill a level, 0 for one that is lacking."""
    paths = {name: plain.parent / f"{name}.csv" for name in ("long", "wide")}
    with plain.open(encoding="utf-8", newline="") as file:
        names = sorted({n for row in csv.DictReader(file) for n in _levels(row)})[:COLUMNS]
    with (
        plain.open(encoding="utf-8", newline="") as file,
        paths["long"].open("w", encoding="utf-8", newline="") as long_file,
        paths["wide"].open("w", encoding="utf-8", newline="") as wide_file,
    ):
        long, wide = csv.writer(long_file), csv.writer(wide_file)
        long.writerow(["person", "title", "unit", "skill", "level"])
        wide.writerow(["person", "title", "unit", *names])
        for number, row in enumerate(csv.DictReader(file)):
            person = [row["person"], row["title"], row["unit"]]
            levels = _levels(row)
            for i, name in enumerate(levels):
                levels[name] = levels[name] and 3 + (number + i) % 3
            long.writerows([*person, *pair] for pair in levels.items())
            wide.writerow([*person, *(levels.get(name, "") for name in names)])
    return {"plain": plain, **paths}


def _levels(row: dict[str, str]) -> dict[str, int]:
    """The names in a row, with 5 for one that is had and 0 for one that is lacking."""
    return {
        name.strip(): level
        for column, level in (("skills", 5), ("lacks", 0))
        for name in row[column].split(";")
        if name.strip()
    }


def with_rows(path: Path, rows: int) -> None:
    """Cut a file to a number of rows, or repeat its rows up to that number."""
    with path.open("rb") as file:
        header, *lines = file.readlines()
    with path.open("wb") as file:
        file.write(header)
        file.writelines(lines[at % len(lines)] for at in range(rows))


def cpu(path: Path, source: str | None) -> float:
    """The processor seconds of a process that reads a file, with another version if given."""
    environment = os.environ | ({"PYTHONPATH": source} if source else {})
    process = subprocess.Popen([sys.executable, "-c", READ, str(path)], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{path}: not read")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rows", type=int, help="of each file, instead of people")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--staff", type=Path, help="a file that make_staff.py made")
    parser.add_argument("--old", help="src of another version, for the plain layout")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "staff.csv")
        if args.staff:
            plain.symlink_to(args.staff.absolute())
        else:
            make(args.people, plain.parent)
        jobs = {name: (path, None) for name, path in layouts(plain).items()}
        if args.rows:
            if args.staff:
                plain.unlink()
                plain.write_bytes(args.staff.read_bytes())
            for path, _ in jobs.values():
                with_rows(path, args.rows)
        if args.old:
            jobs["plain, old"] = (plain, args.old)
        taken = {name: [] for name in jobs}
        for _ in range(args.runs):
            for name, (path, source) in jobs.items():
                taken[name].append(cpu(path, source))
    base = statistics.median(taken["plain"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:12} {median:7.2f} s   {median / base:.2f} of plain")


if __name__ == "__main__":
    main()
