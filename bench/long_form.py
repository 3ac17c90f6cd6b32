"""The peer of the audit: who has which skill, and which role, in long form in plain DuckDB SQL.

    python bench/long_form.py --tables FRAMEWORK.ttl TABLES.duckdb    # once for each framework
    python bench/long_form.py STAFF.csv TABLES.duckdb                 # writes JSON

The tables are the names of skills, and a row for each role and skill that it requires.
"""

import json
import sys

import duckdb

NEAREST = 3
KNOWN = """
CREATE TEMP TABLE known AS
SELECT DISTINCT line, skill, has
FROM (
    SELECT line, true AS has, trim(unnest(string_split(skills, ';'))) AS name FROM staff
    UNION ALL
    SELECT line, false AS has, trim(unnest(string_split(lacks, ';'))) AS name FROM staff
) JOIN names USING (name)
"""
SCORES = """
CREATE TEMP TABLE scores AS
SELECT line, role, count(*) AS recorded
FROM known JOIN required USING (skill)
WHERE has
GROUP BY line, role
"""
SKILLS = """
SELECT skill, count(*) FILTER (WHERE has), count(*) FILTER (WHERE NOT has)
FROM known GROUP BY skill ORDER BY skill
"""
ABLE = """
SELECT role, count(*)
FROM scores JOIN (SELECT role, count(*) AS needed FROM required GROUP BY role) USING (role)
WHERE recorded = needed GROUP BY role ORDER BY role
"""
NEAR = """
SELECT near.role, person, recorded
FROM (
    SELECT *, row_number() OVER (PARTITION BY role ORDER BY recorded DESC, line) AS place
    FROM scores
) AS near JOIN staff USING (line)
WHERE place <= ? ORDER BY near.role, place
"""


def answer(staff: str, tables: str) -> dict:
    """The counts of skills, who is able to act as a role, and who comes nearest to it."""
    con = duckdb.connect(tables, read_only=True)
    con.execute(
        "CREATE TEMP TABLE staff AS SELECT row_number() OVER () + 1 AS line, * "
        "FROM read_csv(?, header = true, all_varchar = true)",
        [staff],
    )
    con.execute(KNOWN)
    con.execute(SCORES)
    near: dict[str, list] = {}
    for role, *found in con.execute(NEAR, [NEAREST]).fetchall():
        near.setdefault(role, []).append(found)
    return {
        "skills": {skill: counts for skill, *counts in con.execute(SKILLS).fetchall()},
        "able": dict(con.execute(ABLE).fetchall()),
        "nearest": near,
    }


def write_tables(framework: str, path: str) -> dict:
    """Write the tables of a framework; returns their sizes."""
    from mlops_roles import load
    from mlops_roles.ontology.catalogue import ask
    from mlops_roles.ontology.names import slug
    from mlops_roles.ontology.tables import RoleTables

    graph = load(framework)
    tables = RoleTables.from_graph(graph)
    names = {
        (row["name"], slug(row["term"])) for row in ask("aliases", graph) if row["kind"] == "skill"
    }
    con = duckdb.connect(path)
    for name, other, rows in (
        ("names", "name", sorted(names)),
        ("required", "role", tables.role_skills),
    ):
        con.execute(f"CREATE TABLE {name} ({other} VARCHAR, skill VARCHAR)")
        con.execute(
            f"INSERT INTO {name} SELECT unnest(?), unnest(?)",
            [list(c) for c in zip(*rows, strict=True)],
        )
    return {"names": len(names), "required": len(tables.role_skills)}


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    found = write_tables(*rest) if what == "--tables" else answer(what, *rest)
    sys.stdout.write(json.dumps(found))
