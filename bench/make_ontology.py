"""A made-up role framework of a company, seeded, as Turtle for `--with`.

    python bench/make_ontology.py ROLES SKILLS TASKS FILE [SEED]

A role performs about eight tasks, a task requires about three skills. One role in ten takes in the
skills of two others, one in five is a kind of another one. Everything has an English label and a
source. No role is real.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

HEADER = """\
@prefix acme: <https://acme.example/framework/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
TASKS_OF_ROLE, SKILLS_OF_TASK = (6, 10), (2, 4)  # at least, at most
TAKES_IN, IS_A_KIND = 0.1, 0.2


def blocks(roles: int, skills: int, tasks: int, seed: int = 1) -> Iterator[str]:
    """The terms in Turtle, one block each."""
    chance = random.Random(seed)

    def some(kind: str, count: int, limits: tuple[int, int]) -> str:
        number = min(count, chance.randint(*limits))
        return " , ".join(f"acme:{kind}-{n}" for n in sorted(chance.sample(range(count), number)))

    def block(kind: str, number: int, *links: str) -> str:
        label = f'skos:prefLabel "{kind.capitalize()} {number}"@en'
        parts = (f"a mlops:{kind.capitalize()}", label, "dcterms:source acme:handbook", *links)
        return f"acme:{kind}-{number} {' ; '.join(parts)} .\n"

    for number in range(skills):
        yield block("skill", number)
    for number in range(tasks):
        yield block("task", number, f"mlops:requiresSkill {some('skill', skills, SKILLS_OF_TASK)}")
    for number in range(roles):
        links = [f"mlops:performs {some('task', tasks, TASKS_OF_ROLE)}"]
        if number and chance.random() < TAKES_IN:  # of earlier ones, so that there is no circle
            links.append(f"mlops:incorporates {some('role', number, (2, 2))}")
        if number and chance.random() < IS_A_KIND:
            links.append(f"mlops:specialises {some('role', number, (1, 1))}")
        yield block("role", number, *links)


def make(roles: int, skills: int, tasks: int, path: Path, seed: int = 1) -> None:
    """Write a framework to a file."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(blocks(roles, skills, tasks, seed))


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:4]]
    make(*sizes, Path(sys.argv[4]), *map(int, sys.argv[5:6]))
