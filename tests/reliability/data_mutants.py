"""Mutants of the knowledge: a constraint, rule, axiom, word or line of a query less.

A mutant is killed if a test notices it, and each part has its test, of which the mutants run the
same judgement. `python -m tests.reliability.data_mutants` makes all mutants of all parts, records
how many are killed, and writes those that survive, which survivors.csv must list with a reason.
"""

import argparse
import csv
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import rdflib

from mlops_roles import Graph, Question, ask, catalogue, load
from mlops_roles.io.resources import resource_dir
from mlops_roles.matching.lexicon import fold_title
from mlops_roles.matching.titles import resolve_all
from mlops_roles.validation.shapes_graph import named_shapes, shapes_graph_query

from ..support.shape_cases import cases, findings, shapes_graph

HERE = Path(__file__).parent
SURVIVORS = HERE / "survivors.csv"
CASES = HERE / "question_cases.csv"  # with its data in the file of the same name in Turtle
TITLES = [HERE.parent / f"{name}.csv" for name in ("titles", "fresh_titles", "word_titles")]
PanicException = next(c for c in BaseException.__subclasses__() if c.__name__ == "PanicException")
Mutant = tuple[str, Callable[[], bool]]  # its name, and whether it is killed


# shapes: the mistake that a shape carries is found, and without one of its constraints it is not --

NO_CONSTRAINT = {  # what says of a shape where it looks, or how it reports
    *("path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"),
    *("severity", "message", "name", "description", "order", "group", "declare", "prefixes"),
    *("prefix", "namespace", "alternativePath", "inversePath", "zeroOrMorePath", "oneOrMorePath"),
    *("zeroOrOnePath", "flags", "deactivated", "defaultValue", "labelTemplate"),
}


def shape_mutants() -> Iterator[Mutant]:
    """Each constraint of each shape that judges data, left out."""
    shapes, rejects = shapes_graph(), rdflib.URIRef(load().expand_curie("mlops:rejects"))
    for shape in sorted(named_shapes(shapes)):
        if shapes_graph_query(shape, shapes):
            continue  # about the shapes that a company adds
        whole, mistake = shapes.cbd(shape), str(shapes.value(shape, rejects))
        for triple in sorted(whole):
            kind = str(triple[1]).removeprefix(str(rdflib.SH))
            if "/" not in kind and kind not in NO_CONSTRAINT:
                shape_name = load().curie(str(shape))
                name = f"{shape_name} sh:{kind} {_short(triple[2])}"
                yield name, lambda n=shape_name, w=whole, t=triple, m=mistake: _noticed(n, w, t, m)


def _short(term) -> str:
    return "…" if isinstance(term, rdflib.BNode) else " ".join(str(term).split())[:60]


def _noticed(name: str, whole: rdflib.Graph, triple, mistake: str) -> bool:
    """Whether the mistake, or a row of shapes.csv, is judged differently without a triple."""
    less = rdflib.Graph()
    for other in whole:
        if other != triple:
            less.add(other)
    rows = [(mistake, ""), *((c["data"], c["removed"]) for c in cases() if c["shape"] == name)]
    return any(_found(less, *row) != _found(whole, *row) for row in rows)


def _found(shape: rdflib.Graph, added: str, removed: str) -> Counter | str:
    try:
        return findings(shape, added, removed)
    except Exception as error:  # no shape any more, which any check of the ontology notices
        return type(error).__name__


# questions: the promises of a header are kept, and without a line of the pattern one is not -------


def query_mutants() -> Iterator[Mutant]:
    """Each line left out that is no comment, prefix or bracket alone; of a pattern, once."""
    shared = defaultdict(list)
    for question in catalogue().values():
        lines = question.text.split("\n")
        start = next(n for n, line in enumerate(lines) if line.startswith(("SELECT", "WHERE")))
        for number, line in enumerate(lines[start:], start):
            if line.strip(" {}.") and not line.lstrip().startswith("#"):
                text = "\n".join(lines[:number] + lines[number + 1 :])
                included = [
                    name for name in pattern_lines() if line.strip() in pattern_lines()[name]
                ]
                place = f"patterns/{included[0]}" if included else question.name
                shared[f"{place}: {' '.join(line.split())}"].append((question, text))
    for name, texts in shared.items():
        yield name, lambda some=texts: not all(keeps_promises(q, t) for q, t in some)


@cache
def pattern_lines() -> dict[str, set[str]]:
    """The lines of each pattern that questions share."""
    folder = resource_dir("queries") / "patterns"
    return {
        path.stem: {line.strip() for line in path.read_text("utf-8").split("\n")}
        for path in sorted(folder.glob("*.rq"))
    }


@cache
def graph_with(given: str) -> Graph:
    if not given:
        return load()
    lines = "".join(f"@prefix {p}: <{n}> .\n" for p, n in load().prefixes.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.ttl"
        path.write_text(lines + given, encoding="utf-8")
        return Graph(data=[path]).open()


def keeps_promises(question: Question, text: str) -> bool:
    """Whether another text of a question still has its promised rows, and each row once."""
    if not re.search(r"\nORDER BY [^\n]*\s*$", text):
        return False  # the order of the rows would be left to chance, which a test notices
    mutant = question._replace(text=type(question.text)(text))
    try:
        return _has_promised_rows(mutant, _graph_of(question)) and not broken_cases(mutant)
    except (Exception, PanicException):
        return False  # no SPARQL any more, or a parameter without its variable


def _has_promised_rows(question: Question, graph: Graph) -> bool:
    answer = question.run(graph)
    rows, named = answer.terms, [{n: str(v) for n, v in r.items()} for r in answer.rows]
    if rows and not all(map(any, zip(*rows, strict=True))):
        return False  # a column without any value
    if len(set(rows)) < len(rows) or bool(rows) == (question.headers["expect"] == ["nothing"]):
        return False
    for header in ("expect", "never", "fewer"):
        for fixed in question.bindings(header):
            found = _matching(question, graph, fixed)
            if header != "fewer" and _are_in(fixed, named) != bool(found):
                return False  # a column that is fixed hides that it has no value
            kept = {"expect": found, "never": not found, "fewer": 0 < found < len(rows)}
            if not kept[header]:
                return False
    return True


def _are_in(fixed: dict[str, str], rows: list[dict[str, str]]) -> bool:
    wanted = {name: value.strip('"') for name, value in fixed.items()}
    return any(wanted.items() <= row.items() for row in rows)


@cache
def question_cases() -> dict[str, list[tuple[str, dict[str, str]]]]:
    """By question: (expect or never, what is fixed) of rows about the data of the cases."""
    cases = defaultdict(list)
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            fixed = dict(part[1:].split(" = ", 1) for part in row["row"].split(" ; "))
            cases[row["question"]].append((row["promise"], fixed))
    return cases


@cache
def graph_of_cases() -> Graph:
    return Graph(data=[CASES.with_suffix(".ttl")]).open()


def broken_cases(question: Question) -> list[tuple[str, dict[str, str]]]:
    """The cases of a question that do not hold."""
    cases = question_cases().get(question.name, [])
    answer = question.run(graph_of_cases()).rows if cases else []
    rows = [{n: _written(v) for n, v in row.items()} for row in answer]
    return [case for case in cases if _are_in(case[1], rows) != (case[0] == "expect")]


def _written(value: object) -> str:
    """A value as the cases write it: "" for none, [] for a blank node."""
    text = "" if value is None else str(value)
    return "[]" if text.startswith("[") else text


def _graph_of(question: Question) -> Graph:
    return graph_with(" ".join(question.headers.get("given", ())))


def _matching(question: Question, graph: Graph, fixed: dict[str, str]) -> int:
    known = {name: value for name, value in fixed.items() if name in question.parameters}
    answer = question.run(graph, **known)
    wanted = {name: value.strip('"') for name, value in fixed.items()}
    rows = ({n: str(v) for n, v in row.items()} for row in answer.rows)
    return sum(wanted.items() <= row.items() for row in rows)


# words of titles: a title of the tests is resolved differently without them -----------------


@cache
def word_rows() -> list[dict[str, str]]:
    """For each list of words a title with a place for a word, and what it resolves to."""
    with (HERE.parent / "title_words.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def word_mutants() -> Iterator[Mutant]:
    """Each word of each list left out."""
    for row in ask("words").rows:
        yield f"{row['list']} {row['word']}", lambda r=row: word_is_needed(r["list"], r["word"])


@cache
def titles_of_tests() -> list[str]:
    rows = [row for path in TITLES for row in csv.DictReader(path.open(encoding="utf-8"))]
    return [row["title"] for row in rows] + [row["title"] for row in ask("titles").rows]


def answers(titles: list[str], graph: Graph) -> list[tuple]:
    return [(r.status, r.roles, r.similar) for r in resolve_all(titles, graph, nearest=False)]


@cache
def lexicon_graph() -> Graph:
    """A graph of its own, whose words are taken out one at a time."""
    return Graph().open()


def word_is_needed(words: str, word: str) -> bool:
    """Whether a title of the tests has another answer without a word."""
    graph, start = lexicon_graph(), fold_title(word).split()[:1]
    titles = [row["template"].format(word) for row in word_rows() if row["list"] == words]
    titles += [title for title in titles_of_tests() if start and start[0] in fold_title(title)]
    about = [ox.NamedNode(load().expand_curie(name)) for name in (words, "mlops:word")]
    quads = [q for q in graph.store.quads_for_pattern(*about, None, None) if q.object.value == word]
    assert quads, f"{words} {word} is not stated"
    for quad in quads:
        graph.store.remove(quad)
    without = graph.with_prefixes(graph.prefixes)  # nothing is computed of it yet
    try:
        return answers(titles, without) != answers(titles, load())
    finally:
        graph.store.extend(quads)


PARTS = {"shapes": shape_mutants, "questions": query_mutants, "title words": word_mutants}


def known_survivors() -> dict[tuple[str, str], str]:
    """Part and name of each mutant that may survive, with the reason."""
    with SURVIVORS.open(encoding="utf-8", newline="") as file:
        return {(row["part"], row["mutant"]): row["reason"] for row in csv.DictReader(file)}


def main() -> None:
    """Run the mutants of some parts, record the shares, and print what survives unlisted."""
    from .figures import record

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--sample", type=int, help="mutants of each part (default: all)")
    args = parser.parse_args()
    for part in args.parts or PARTS:
        known, mutants = known_survivors(), list(PARTS[part]())
        chosen = mutants
        if args.sample and args.sample < len(mutants):
            chosen = random.Random(part).sample(mutants, args.sample)
        alive = [name for name, killed in chosen if not killed()]
        listed = sum((part, name) in known for name in alive)
        of = f"a sample of {len(mutants)}; " if len(chosen) < len(mutants) else ""
        note = f"{of}{listed} survivors listed with a reason"
        print(record(f"mutants of {part}", len(chosen) - len(alive), len(chosen), "killed", note))
        print("".join(f"  {name}\n" for name in alive if (part, name) not in known))


if __name__ == "__main__":
    main()
