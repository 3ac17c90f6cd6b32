"""Whether each role of a large vocabulary is found by its own titles, and how fast.

    python bench/own_titles.py TITLES.csv [ROLE_COLUMN TITLE_COLUMN]

A row of the file is a title of a role; the columns are `id` and `title` unless they are named.
Good files are the occupations of ESCO (https://esco.ec.europa.eu, `conceptUri preferredLabel`)
and the alternate titles of O*NET (https://www.onetcenter.org). Every title has to find the roles
that bear it: several bearers make it ambiguous, and any other answer is wrong.
"""

import csv
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, SKOS

from mlops_roles import load
from mlops_roles.matching.lexicon import fold_spelling, lexicon
from mlops_roles.matching.titles import resolve_all

MLOPS = Namespace("https://w3id.org/mlops-roles/ns#")


def bearers(file: Path, role: str, title: str) -> dict[str, set[str]]:
    """The roles that bear each title of a file."""
    found: dict[str, set[str]] = defaultdict(set)
    with file.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            found[" ".join(row[title].split())].add(row[role].rpartition("/")[2])
    return dict(found)


def vocabulary(titles: dict[str, set[str]]) -> Graph:
    """The ontology with a role for each bearer of a title."""
    graph = Graph()
    for title, roles in titles.items():
        for role in roles:
            subject = URIRef(f"https://bench.example/{role}")
            graph.add((subject, RDF.type, MLOPS.Role))
            known = (subject, SKOS.prefLabel, None) in graph
            label = MLOPS.curatedTitle if known else SKOS.prefLabel
            graph.add((subject, label, Literal(title, lang="en")))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vocabulary.ttl"
        graph.serialize(file, format="turtle")
        return load(file)


def main(file: Path, role: str = "id", title: str = "title") -> None:
    """Print how the titles are answered, those answered wrongly, and the times."""
    titles = bearers(file, role, title)
    graph = vocabulary(titles)
    start = time.perf_counter()
    names = len(lexicon(graph).names)
    print(f"{len(titles)} titles, lexicon of {names} names: {time.perf_counter() - start:.1f} s")
    alike: dict[str, set[str]] = defaultdict(set)
    for text, roles in titles.items():
        alike[fold_spelling(text)] |= roles
    answers = resolve_all(list(titles), graph, nearest=False)
    print(dict(Counter(answer.status for answer in answers)))
    found = {a.title: {role.strip("<>").rpartition("/")[2] for role in a.roles} for a in answers}
    wrong = [
        (answer.title, answer.status, answer.roles)
        for answer in answers
        if not alike[fold_spelling(answer.title)] <= found[answer.title]
    ]
    print(f"{len(wrong)} do not find their own roles", *wrong[:20], sep="\n")
    others = [f"Senior {text} - Team {at}" for at, text in enumerate([*titles][:1000])]
    start = time.perf_counter()
    resolve_all(others, graph, nearest=False)
    print(f"{len(others)} longer titles: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit("skipped: no file of titles given, see the head of this script")
    main(Path(sys.argv[1]), *sys.argv[2:])
