"""The cost of an audit against both sizes: that of the staff and that of the framework of roles.

    python bench/sizes.py
    python bench/sizes.py --people 100 1000 --frameworks 20,100,80 --runs 1 --output DIR

Made-up frameworks (`make_ontology.py`) are added with `--with`, and made-up people have skills by
occupation (`make_staff.by_occupation`); both are seeded. The peer is the same question in long form
in plain DuckDB SQL: a row for each person and skill, joined with a row for each role and required
skill (`long_form.py`). Ours and the peer run in turn, as whole processes, with the closure cached.
Writes SIZES.md and sizes.svg. Ends with an error if any two answers differ; they are compared
before a time is given.
"""

import argparse
import csv
import os
import random
import tempfile
from pathlib import Path

import make_ontology
from make_staff import by_occupation
from run import BENCH, Run, machine, median, run, same

from mlops_roles import load
from mlops_roles.ontology.tables import RoleTables

PEOPLE = (1_000, 10_000, 100_000)
FRAMEWORKS = ((100, 500, 400), (1_000, 5_000, 4_000), (3_000, 14_000, 12_000))
INTRODUCTION = """
Written by `python bench/sizes.py`. Whole processes, start-up included, closure and tables cached;
medians; ours and the peer in turn on the same made-up people and framework. The peer is plain
DuckDB SQL in long form, which has the names and required skills as tables already and only counts
who has which skill and which role; ours also loads the ontology, resolves titles, finds faults and
candidates, and writes the whole report. Both answers were compared before a time was given. A
person has most of the skills of one role and a few of another's (`make_staff.by_occupation`).
""".strip()
Size = tuple[int, int, int]  # roles, skills, tasks
Results = dict[tuple[Size, int], dict[str, list[Run]]]


def make_people(count: int, tables: RoleTables, path: Path, seed: int = 1) -> None:
    """Write people by occupation; four in ten have a title of their role, three in ten name it."""
    chance, needs, labels = random.Random(seed), tables.needs("role"), tables.labels
    skills = sorted({skill for of in needs.values() for skill in of})
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["person", "title", "role", "skills", "lacks"])
        for number, (role, has) in enumerate(by_occupation(count, needs, chance)):
            title = labels[role] if chance.random() < 0.4 else "Cook"
            lacks = [s for s in chance.sample(skills, chance.randint(1, 2)) if s not in has]
            cells = ["; ".join(labels[skill] for skill in part) for part in (has, lacks)]
            rows.writerow([f"Person {number}", title, role if number % 10 < 3 else "", *cells])


def measure(people: int, framework: Path, roles: RoleTables, folder: Path, runs: int) -> dict:
    """The runs of ours and of the peer on so many people; their answers are compared."""
    staff = folder / "staff.csv"
    make_people(people, roles, staff)
    audit = ["-m", "mlops_roles", "audit", str(staff), "--with", str(framework), "--format", "json"]
    peer = [str(BENCH / "long_form.py"), str(staff), str(folder / "tables.duckdb")]
    found: dict[str, list[Run]] = {"ours": [], "long form": []}
    for _ in range(runs):
        found["ours"].append(run(*audit))
        found["long form"].append(run(*peer))
    compare(found["ours"][0].said, found["long form"][0].said)
    return found


def compare(ours: dict, peer: dict) -> None:
    """Raise if the counts of skills, or of who is able to act as a role, differ."""
    skills = {name: [row["people"], row["lacking"]] for name, row in ours["skills"].items()}
    counted = {name: peer["skills"].get(name, [0, 0]) for name in skills}
    same(skills, counted, "people of skills")
    able = {name: row["able"] for name, row in ours["roles"].items() if row.get("able")}
    same(able, peer["able"], "people able to act as a role")
    near = {
        role: [[row["person"], row["recorded"]] for row in rows]
        for role, rows in ours["nearest"].items()
        if rows
    }
    same(near, peer["nearest"], "the nearest people of roles")


def report(results: Results, runs: int) -> str:
    """The results as Markdown."""
    lines = ["# Cost against people and framework", INTRODUCTION, ""]
    lines += [f"Machine: {machine()}. Runs: {runs}.", ""]
    lines += ["| roles, skills, tasks | people | job | wall s | CPU s | MiB |"]
    lines += ["|---|---:|---|---:|---:|---:|"]
    for (size, people), found in results.items():
        for job, taken in found.items():
            wall, cpu, memory = (median(taken, what) for what in ("wall", "cpu", "memory"))
            name = ", ".join(f"{n:,}" for n in size)
            lines.append(f"| {name} | {people:,} | {job} | {wall:.2f} | {cpu:.2f} | {memory:.0f} |")
    return "\n".join([*lines, "", "![Cost against people and framework](sizes.svg)", ""])


def plot(results: Results, path: Path) -> None:
    """Processor seconds against people, and against roles, both on logarithmic scales."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mlops-roles"
    import matplotlib.pyplot as plt

    figure, both = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for axes, axis, other, name in zip(both, (1, 0), (0, 1), ("people", "roles"), strict=True):
        for fixed in sorted({key[other] for key in results}):
            for job, line in (("ours", "-"), ("long form", "--")):
                points = sorted(
                    (key[axis] if axis else key[axis][0], median(found[job], "cpu"))
                    for key, found in results.items()
                    if key[other] == fixed
                )
                label = f"{job}, {fixed:,} people" if other else f"{job}, {fixed[0]:,} roles"
                axes.plot(*zip(*points, strict=True), marker="o", linestyle=line, label=label)
        axes.set(xscale="log", yscale="log", xlabel=name, ylabel="processor seconds")
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(fontsize="x-small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, compare, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE)
    parser.add_argument(
        "--frameworks",
        nargs="+",
        type=lambda text: tuple(map(int, text.split(","))),
        default=FRAMEWORKS,
        metavar="ROLES,SKILLS,TASKS",
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=BENCH, help="folder for what is written")
    args = parser.parse_args()
    results: Results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MLOPS_ROLES_CACHE"] = str(folder / "cache")
        for size in args.frameworks:
            framework, tables = folder / "framework.ttl", folder / "tables.duckdb"
            make_ontology.make(*size, framework)
            roles = RoleTables.from_graph(load(framework))
            tables.unlink(missing_ok=True)
            run(str(BENCH / "long_form.py"), "--tables", str(framework), str(tables))
            for people in args.people:
                results[size, people] = measure(people, framework, roles, folder, args.runs)
                text = report(results, args.runs)
                (args.output / "SIZES.md").write_text(text, encoding="utf-8")
                plot(results, args.output / "sizes.svg")


if __name__ == "__main__":
    main()
