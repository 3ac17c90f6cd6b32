"""Ours and the obvious stack side by side, as whole processes, with the answers compared.

    python bench/run.py    # 1,000 and 10,000 people on both, up to ten million on ours
    python bench/run.py --people 200 --runs 1 --output DIR

Writes RESULTS.md and cost.svg. Runs of ours and of the obvious stack (rdflib, owlrl, pySHACL:
`naive.py`) alternate, so that both meet the same machine; wall time, processor time and the highest
memory are those of the whole process.
Ends with an error if any two answers differ.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from make_staff import make

BENCH = Path(__file__).parent
OFTEN = (
    1_000  # people up to whom the obvious stack runs as often as ours: with 10,000 it takes minutes
)
DISK = "ask nt, on disk"
MANY = 100_000  # people above whom all is run once
PACKAGES = (
    "mlops-roles",
    "pyoxigraph",
    "duckdb",
    "ibis-framework",
    "pyarrow",
    "rdflib",
    "owlrl",
    "pyshacl",
)
INTRODUCTION = """
Written by `python bench/run.py`. Whole processes, start-up included; medians; ours and the obvious
stack (rdflib loads, owlrl closes, pySHACL checks, rdflib asks) in turn on the same made-up staff
(`make_staff.py`, about 14 triples a person; over a million, the same people by other names). Every
answer is compared with the others' before its time is given here. The ratio is the obvious stack's
time for its whole job (load, closure, and the questions or the checks) to ours. Ours needs no
closure for a check; without it the obvious stack's check takes the load and the checks below. It
runs the shapes about people alone, ours all of them. 'On disk' the data is loaded into a folder
(`--store`) and asked there, once.
""".strip()
STAGES = {
    "audit": ("load", "closure", "questions"),
    "ask": ("load", "closure", "questions"),
    "check": ("load", "closure", "checks"),
}


@dataclass(frozen=True)
class Run:
    """One process: wall and processor seconds, highest memory in MiB, and the JSON it wrote."""

    wall: float
    cpu: float
    memory: float
    said: dict


def run(*command: str) -> Run:
    """Run a Python process to its end. Exit code 1 is an answer with findings."""
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as used:
        timed = [sys.executable, str(BENCH / "timed.py"), used.name, sys.executable, *command]
        done = subprocess.run(timed, stdout=out, stderr=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)}: ended with {done.returncode}")
        out.seek(0)
        return Run(**json.load(used), said=json.load(out))


def jobs(paths: dict[str, Path], rows: str, disk: bool) -> dict[str, list[str]]:
    """What ours is timed at."""
    tool = ["-m", "mlops_roles"]
    found = {
        f"audit {kind}": [*tool, "audit", str(path), "--format", "json"]
        for kind, path in paths.items()
    }
    if "nt" in paths:
        found["ask nt"] = [str(BENCH / "ours.py"), str(paths["nt"]), rows]
        found["check nt"] = [*tool, "check", str(paths["nt"]), "--format", "json"]
    if "nt" in paths and disk:
        found[DISK] = [*found["ask nt"], str(paths["nt"].with_name("store"))]
    return found


def measure(people: int, runs: int, naive: bool, disk: bool) -> dict[str, list[Run]]:
    """All jobs on so many people, `runs` times in turn; the answers are compared.

    The store on disk is timed once: it takes many times what memory does.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = make(people, Path(folder))
        found: dict[str, list[Run]] = {}
        for turn in range(runs):
            for name, command in jobs(
                paths, "rows" if naive else "counts", disk and turn == 0
            ).items():
                found.setdefault(name, []).append(run(*command))
            if naive and (turn == 0 or people <= OFTEN):
                found.setdefault("naive", []).append(run(str(BENCH / "naive.py"), str(paths["nt"])))
        compare({name: taken[0].said for name, taken in found.items()})
        return found


def compare(said: dict[str, dict]) -> None:
    """Raise if two ways to the same answer differ."""
    table = said["audit csv"]
    for other in said.keys() & {"audit parquet", "audit nt"}:
        for part in ("titles", "roles", "tasks", "skills", "steps"):
            same(said[other][part], table[part], f"{part} of {other} and audit csv")
    if DISK in said:
        same(
            said[DISK]["answers"],
            said["ask nt"]["answers"],
            "answers of ask nt, in memory and on disk",
        )
    if naive := said.get("naive"):
        for question, rows in naive["answers"].items():
            same(said["ask nt"]["answers"][question], rows, f"answer to {question}")
        same(findings(said["check nt"]), naive["findings"], "findings")
        torn = {
            focus for focus, shape in naive["findings"] if shape.endswith("has-and-lacks-a-skill")
        }
        able = [
            role.rpartition("/")[2]
            for role, person in naive["answers"]["people-able-as-role"]
            if person not in torn
        ]
        same(
            {role: row.get("able", 0) for role, row in table["roles"].items()},
            {role: able.count(role) for role in table["roles"]},
            "who is able",
        )


def same(one: object, other: object, what: str) -> None:
    """Raise if two values differ, saying what they are."""
    if one != other:
        raise SystemExit(f"not the same: {what}\n{str(one)[:500]}\n{str(other)[:500]}")


def findings(report: dict) -> list[list[str]]:
    """(focus, shape) of each finding, as full IRIs."""
    shape = "https://w3id.org/mlops-roles/shape/"
    return sorted(
        [row["focus"].strip("<>"), row["shape"].replace("shape:", shape)]
        for row in report["findings"]
    )


def median(taken: list[Run], what: str) -> float:
    """The median of one measure."""
    return statistics.median(getattr(r, what) for r in taken)


def baseline(job: str, taken: list[Run]) -> float:
    """What the obvious stack takes for the same job: start-up, and the stages it needs."""
    stages = STAGES[job.split(maxsplit=1)[0]]
    whole = [
        r.wall - sum(r.said["seconds"].values()) + sum(r.said["seconds"][s] for s in stages)
        for r in taken
    ]
    return statistics.median(whole)


def machine() -> str:
    """The machine and the versions that were measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}. {versions}"
    )


def report(results: dict[int, dict[str, list[Run]]], runs: int) -> str:
    """The results as Markdown."""
    lines = [
        "# Cost against people",
        INTRODUCTION,
        "",
        f"Machine: {machine()}. Runs: {runs} up to {MANY:,} people, one above; "
        f"of the obvious stack one above {OFTEN:,}.",
        "",
        "| people | job | wall s | CPU s | MiB | obvious stack s | ratio |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for people, found in results.items():
        for job in (j for j in found if j != "naive"):
            taken, usual = found[job], baseline(job, found["naive"]) if "naive" in found else None
            against = f"{usual:.1f} | {usual / median(taken, 'wall'):.0f}" if usual else "– | –"
            lines.append(
                f"| {people:,} | {job} | {median(taken, 'wall'):.2f} | {median(taken, 'cpu'):.2f} "
                f"| {median(taken, 'memory'):.0f} | {against} |"
            )
    asked = {
        people: stages(found["ask nt"]) for people, found in results.items() if "ask nt" in found
    }
    disk = {people: stages(found[DISK]) for people, found in results.items() if DISK in found}
    lines += ["", "The stages of `ask nt`, in seconds, and after the stroke on disk; all rows.", ""]
    lines += [
        f"| stage | {' | '.join(f'{people:,} people' for people in asked)} |",
        f"|---|{'---:|' * len(asked)}",
    ]
    for stage in next(iter(asked.values())):
        told = (
            f"{seconds[stage]:.2f}" + (f" / {disk[people][stage]:.2f}" if people in disk else "")
            for people, seconds in asked.items()
        )
        lines.append(f"| {stage} | {' | '.join(told)} |")
    for people, found in results.items():
        if "naive" in found:
            seconds = stages(found["naive"])
            lines += ["", f"The stages of the obvious stack with {people:,} people, in seconds: "]
            lines[-1] += ", ".join(f"{stage} {taken:.1f}" for stage, taken in seconds.items()) + "."
    return "\n".join([*lines, "", "![Cost against people](cost.svg)", ""])


def stages(taken: list[Run]) -> dict[str, float]:
    """The median of each stage."""
    return {
        stage: statistics.median(r.said["seconds"][stage] for r in taken)
        for stage in taken[0].said["seconds"]
    }


def plot(results: dict[int, dict[str, list[Run]]], path: Path) -> None:
    """Seconds against people, both on logarithmic scales."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mlops-roles"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 4.5))
    for job in dict.fromkeys(job for found in results.values() for job in found):
        points = [
            (people, median(found[job], "wall"))
            for people, found in results.items()
            if job in found
        ]
        axes.plot(
            *zip(*points, strict=True),
            marker="o",
            linestyle="--" if job == "naive" else "-",
            label="obvious stack" if job == "naive" else job,
        )
    axes.set(xscale="log", yscale="log", xlabel="people", ylabel="seconds, whole process")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1, 1)
    )  # beside it: there is a line in every corner
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, compare, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--people", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    )
    parser.add_argument(
        "--runs", type=int, default=3, help="of each job (one above 100,000 people)"
    )
    parser.add_argument(
        "--naive-up-to", type=int, default=10_000, help="the largest staff for the obvious stack"
    )
    parser.add_argument(
        "--disk-up-to",
        type=int,
        default=1_000_000,
        help="the largest staff to ask on disk, which takes half an hour for a million",
    )
    parser.add_argument(
        "--output", type=Path, default=BENCH, help="folder for RESULTS.md and cost.svg"
    )
    args = parser.parse_args()
    results = {}
    for people in args.people:
        results[people] = measure(
            people,
            args.runs if people <= MANY else 1,
            people <= args.naive_up_to,
            people <= args.disk_up_to,
        )
        (args.output / "RESULTS.md").write_text(report(results, args.runs), encoding="utf-8")
        plot(results, args.output / "cost.svg")


if __name__ == "__main__":
    main()
