"""Made-up staff, seeded: the same people as CSV, Parquet and N-Triples.

    python bench/make_staff.py PEOPLE FOLDER [SEED]

Titles, skills and tools are drawn from the ontology and mixed with others. Half of those with
a role have it named outright (in RDF by `mlops:holdsRole`, a post or a membership of W3C ORG),
half have a title alone. About 14 triples a person. One in a hundred both has and lacks a skill,
one in a hundred is said to have a tool for a skill: faults to be found. No person is real.

`by_occupation` draws people for any framework of roles; `sizes.py` and `teams.py` use it.
"""

import csv
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from mlops_roles import ask, load

OTHERS = (
    "Accountant",
    "Nurse",
    "Cook",
    "Office Manager",
    "Electrician",
    "Recruiter, Data Scientists",
    "Warehouse Clerk",
    "Translator",
)
GRADES = ("", "", "", "Senior ", "Junior ", "Lead ")
UNKNOWN = ("juggling", "welding", "beekeeping")
LIKE = 1_000_000
COLUMNS = ("person", "title", "unit", "role", "skills", "lacks")
STAFF = "https://staff.example/"
TERMS = {
    "a": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "name": "http://xmlns.com/foaf/0.1/name",
    "Person": "http://xmlns.com/foaf/0.1/Person",
    "memberOf": "http://www.w3.org/ns/org#memberOf",
    "holds": "http://www.w3.org/ns/org#holds",
    "member": "http://www.w3.org/ns/org#member",
    "orgRole": "http://www.w3.org/ns/org#role",
}
Skill = TypeVar("Skill")
MLOPS = ("jobTitle", "holdsRole", "hasSkill", "lacksSkill", "usesTool")


def people(count: int, seed: int = 1) -> Iterator[dict[str, object]]:
    """One dictionary a person.

    Its keys: name, title, unit, role (IRI or None), has, uses, lacks (label to IRI), unknown.
    """
    graph, chance = load(), random.Random(seed)
    titles = sorted({row["title"] for row in ask("titles") if not row["similar"]})
    roles = sorted({graph.expand_curie(row["role"]) for row in ask("tasks-of-role")})
    required = [
        (row["label"], graph.expand_curie(row["skill"]), graph.expand_curie(row["role"]))
        for row in ask("skills-of-role")
    ]
    skills = {label: iri for label, iri, _ in required}
    needs = {role: {label: iri for label, iri, of in required if of == role} for role in roles}
    tools = {
        row["name"]: graph.expand_curie(row["term"])
        for row in ask("aliases")
        if row["kind"] == "tool"
    }
    for number in range(count):
        role = chance.choice(roles) if chance.random() < 0.3 else None
        title = chance.choice(titles if chance.random() < 0.4 else OTHERS)
        wanted = (
            needs[role]
            if role and chance.random() < 0.01
            else dict(_some(chance, skills, chance.randint(3, 12)))
        )
        yield {
            "name": f"Person {number}",
            "title": chance.choice(GRADES) + title,
            "unit": f"unit-{number // 50}",
            "role": role,
            "has": wanted,
            "uses": dict(_some(chance, tools, chance.randint(0, 3))),
            "lacks": dict(
                list(wanted.items())[:1] if number % 100 == 7 else _absent(chance, skills, wanted)
            ),
            "unknown": chance.choice(UNKNOWN) if chance.random() < 0.05 else "",
        }


def by_occupation(
    count: int, needs: Mapping[str, Sequence[Skill]], chance: random.Random
) -> Iterator[tuple[str, list[Skill]]]:
    """The role and the skills of each person: most of those of one role, a few of another's.

    An employee knows most of one job, 60 to 90 % of its skills, and something of a second one, up
    to 5 of its skills. `needs` has the skills of each role.
    """
    roles = sorted(needs)
    for _ in range(count):
        own, other = chance.sample(roles, 2)
        share = round(chance.uniform(0.6, 0.9) * len(needs[own]))
        most = chance.sample(needs[own], max(1, share))
        few = chance.sample(needs[other], min(len(needs[other]), chance.randint(1, 5)))
        yield own, sorted({*most, *few})


def _some(chance: random.Random, choices: dict[str, str], count: int) -> list[tuple[str, str]]:
    return chance.sample(sorted(choices.items()), count)


def _absent(
    chance: random.Random, skills: dict[str, str], wanted: dict[str, str]
) -> list[tuple[str, str]]:
    return [
        (k, v) for k, v in _some(chance, skills, chance.randint(0, 1)) if v not in wanted.values()
    ]


def row(person: dict) -> tuple[str, ...]:
    """A person as a row of a staff file."""
    known = [*person["has"], *person["uses"], *filter(None, [person["unknown"]])]
    return (
        person["name"],
        person["title"],
        person["unit"],
        person["role"] or "",
        "; ".join(known),
        "; ".join(person["lacks"]),
    )


def triples(person: dict, number: int) -> Iterator[tuple[str, str, str]]:
    """A person as statements; what a staff file calls an unknown skill is no statement."""
    terms = TERMS | {name: f"https://w3id.org/mlops-roles/ns#{name}" for name in MLOPS}
    me, post = f"<{STAFF}person/{number}>", f"<{STAFF}post/{number}>"
    yield from (
        (me, "a", f"<{terms['Person']}>"),
        (me, "name", f'"{person["name"]}"'),
        (me, "jobTitle", f'"{person["title"]}"'),
    )
    yield me, "memberOf", f"<{STAFF}{person['unit']}>"
    if person["role"]:
        held = (
            [(me, "holdsRole")],
            [(me, "holds", post), (post, "orgRole")],
            [(post, "member", me), (post, "orgRole")],
        )[number % 3]
        yield from ((*s, f"<{person['role']}>") if len(s) == 2 else s for s in held)
    for predicate, group in (
        ("hasSkill", "has"),
        ("hasSkill" if number % 100 == 8 else "usesTool", "uses"),
        ("lacksSkill", "lacks"),
    ):
        yield from ((me, predicate, f"<{iri}>") for iri in dict.fromkeys(person[group].values()))


def make(count: int, folder: Path, seed: int = 1) -> dict[str, Path]:
    """Write staff.csv, staff.parquet and staff.nt; returns their paths by ending.

    Over LIKE people they are the same ones by other names, as tables.
    """
    if count > LIKE:
        return multiplied(make(LIKE, folder / "like", seed)["parquet"], count // LIKE, folder)
    import pyarrow.csv
    import pyarrow.parquet

    folder.mkdir(parents=True, exist_ok=True)
    paths = {ending: folder / f"staff.{ending}" for ending in ("csv", "parquet", "nt")}
    terms = TERMS | {name: f"https://w3id.org/mlops-roles/ns#{name}" for name in MLOPS}
    with (
        paths["csv"].open("w", encoding="utf-8", newline="") as table,
        paths["nt"].open("w", encoding="utf-8") as graph,
    ):
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(COLUMNS)
        for number, person in enumerate(people(count, seed)):
            rows.writerow(row(person))
            graph.writelines(f"{s} <{terms[p]}> {o} .\n" for s, p, o in triples(person, number))
    options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pyarrow.string()))
    pyarrow.parquet.write_table(
        pyarrow.csv.read_csv(paths["csv"], convert_options=options), paths["parquet"]
    )
    return paths


def multiplied(path: Path, times: int, folder: Path) -> dict[str, Path]:
    """So many times the people of a Parquet file, each time by other names, as CSV and Parquet."""
    import ibis

    con = ibis.duckdb.connect()
    people, copies = con.read_parquet(path), ibis.range(times).unnest().name("copy").as_table()
    named = (
        people.cross_join(copies)
        .mutate(person=lambda t: t.person + "-" + t["copy"].cast("string"))
        .drop("copy")
    )
    paths = {ending: folder / f"staff.{ending}" for ending in ("csv", "parquet")}
    con.to_csv(named, paths["csv"])
    con.to_parquet(named, paths["parquet"])
    return paths


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
