"""Three reasoners that share no code, and what they are given.

`rules` are ours, the files in ontology/rules/. `owlrl` implements OWL 2 RL. `hermit` is a reasoner
for all of OWL 2 DL; it comes with owlready2 and is called without it, because owlready2 keeps only
the most specific classes of what HermiT says.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef

from mlops_roles.ontology import reasoner

from .asserted import ROOT

HERE = ROOT / "tests"
ONTOLOGY = HERE.parent / "ontology"
NAMES = Graph(bind_namespaces="none").parse(ONTOLOGY / "mlops-roles.ttl").namespace_manager
REASONERS = ("rules", "owlrl", "hermit")
BASE = "https://w3id.org/mlops-roles"
MEMBERS = "-c -I"  # of HermiT: what classes are below, and who is in them
EVERY_TASK = f"{MEMBERS} -O -D -Y"  # and the same of properties, and their values
CONSISTENCY = "-k"  # whether anything can exist
ANNOTATION_AXIOMS = (RDFS.subPropertyOf, RDFS.domain, RDFS.range)  # all that OWL 2 DL knows


class Contradiction(Exception):
    """A reasoner found that its input contradicts itself."""


# names and data -----------------------------------------------------------


def iri(curie: str) -> URIRef:
    return NAMES.expand_curie(curie)


def show(triple) -> str:
    return " ".join(term.n3(NAMES) for term in triple)


def short(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[1]


@cache
def turtle(text: str, case: object = "case") -> Graph:
    """Turtle without prefixes; ex: is a namespace of the case, so that cases can be combined."""
    prefixes = (
        "".join(f"@prefix {p}: <{n}> .\n" for p, n in NAMES.namespaces())
        + f"@prefix ex: <https://example.org/{case}/> .\n"
    )
    return Graph().parse(data=prefixes + text, format="turtle")


def follows(facts: Graph, text: str, case: object = "case") -> bool:
    wanted = turtle(text, case)
    assert len(wanted), f"{text!r} says nothing"
    return all(triple in facts for triple in wanted)


@cache
def asserted(*names: str) -> Graph:
    """The asserted ontology, or some files of it, without headers: their imports get fetched."""
    graph = Graph()
    paths = [ONTOLOGY / f"{name}.ttl" for name in names] or sorted(ONTOLOGY.glob("*.ttl"))
    assert paths, "ontology/ holds no Turtle"
    for path in paths:
        graph.parse(path)
    for header in list(graph.subjects(RDF.type, OWL.Ontology)):
        graph.remove((header, None, None))
    return graph


@cache
def logical(*names: str) -> Graph:
    """The asserted ontology without annotations: less to copy, the same to conclude."""
    return _without(set(asserted("vocabulary").subjects(RDF.type, OWL.AnnotationProperty)), *names)


@cache
def inferable() -> Graph:
    """The asserted ontology without the annotations of whose property no axiom says anything.

    Such an annotation is in no premise, so the same follows, in a quarter of owlrl's time.
    """
    vocabulary = asserted("vocabulary")
    return _without(
        {
            note
            for note in vocabulary.subjects(RDF.type, OWL.AnnotationProperty)
            if not any((note, axiom, None) in vocabulary for axiom in ANNOTATION_AXIOMS)
        }
    )


def _without(notes: set, *names: str) -> Graph:
    """The asserted ontology without some properties, and without what is said of statements."""
    parts = {OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget}
    left_out = {*notes, *parts, RDFS.isDefinedBy, RDFS.comment, RDFS.seeAlso}
    return sum_of(t for t in asserted(*names) if t[1] not in left_out and t[2] != OWL.Axiom)


def sum_of(*parts) -> Graph:
    """All triples of the parts, in a store without named graphs: reasoners read it faster."""
    graph = Graph(store="SimpleMemory")
    for part in parts:
        for triple in part:
            graph.add(triple)
    return graph


# reasoners ----------------------------------------------------------------


def oxigraph(triples) -> ox.Store:
    """The triples that are RDF: owlrl also concludes about literals."""
    lines = (
        " ".join(t.n3() for t in triple) + " ."
        for triple in triples
        if isinstance(triple[1], URIRef) and not isinstance(triple[0], Literal)
    )
    store = ox.Store()
    store.load("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def by_rules(data: Graph) -> Graph:
    proofs = reasoner.infer(oxigraph(data))
    if clash := proofs.contradictions():
        raise Contradiction("; ".join(str(t) for t in clash[0].because))
    return sum_of(data, Graph().parse(data="".join(f"{t} .\n" for t in proofs), format="nt"))


def by_owlrl(data: Graph) -> Graph:
    facts = sum_of(data)
    engine = owlrl.OWLRL_Semantics(facts, axioms=False, daxioms=False)
    engine.closure()
    if engine.error_messages:
        raise Contradiction(engine.error_messages[0])
    return facts


def by_hermit(data: Graph, tasks: str = EVERY_TASK) -> Graph:
    """What HermiT says of classes, object properties, members and values, and all above these."""
    text, said = re.sub(r"ObjectInverseOf\( <(\S+)> \)", r"<\1^>", hermit(data, tasks)), Graph()
    for kind, names in re.findall(
        r"^(Type|Sub\w+Of|Equivalent\w+)\( ((?:<\S+> |owl:\w+ )+)\)$", text, re.M
    ):
        first, *others = [
            URIRef(name.strip("<>").replace("owl:", str(OWL))) for name in names.split()
        ]
        link = (
            RDF.type
            if kind == "Type"
            else RDFS.subPropertyOf
            if "Propert" in kind
            else RDFS.subClassOf
        )
        for other in others:
            said.add((first, link, other))
            if kind.startswith("Equivalent"):
                said.add((other, link, first))
    for prop, pairs in re.findall(r"^<(\S+)> \(known instances: *(.*?) *\|", text, re.M):
        for one, other in re.findall(r"\(<(\S+)>, <(\S+?)>\)", pairs):
            said.add((URIRef(one), URIRef(prop), URIRef(other)))
    return sum_of(data, (t for t in climb(said) if not any(name.endswith("^") for name in t)))


def climb(said: Graph):
    """All statements, and the same of classes and properties above; ^ is an inverse property."""
    for s, p, o in said:
        if p in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf):
            steps = RDFS.subPropertyOf if p == RDFS.subPropertyOf else RDFS.subClassOf
            yield from ((s, p, higher) for higher in said.transitive_objects(o, steps))
            continue
        for higher in said.transitive_objects(p, RDFS.subPropertyOf):
            yield (o, URIRef(higher[:-1]), s) if higher.endswith("^") else (s, higher, o)


def hermit(data: Graph, tasks: str = EVERY_TASK) -> str:
    """What HermiT prints; raises Contradiction, or fails where HermiT refuses the input.

    It is asked to classify classes (-c) and both kinds of properties (-O -D), and for members (-I)
    and values (-Y), which takes three times as long as classes alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.rdf"
        data.serialize(path, format="xml")
        return hermit_on_file(path, tasks)


def hermit_on_file(path: Path, tasks: str) -> str:
    """The same of a file in RDF/XML."""
    need_hermit()
    jars = Path(find_spec("owlready2").submodule_search_locations[0]) / "hermit"
    engine = [
        "-cp",
        f"{jars}{os.pathsep}{jars / 'HermiT.jar'}",
        "org.semanticweb.HermiT.cli.CommandLine",
    ]
    command = [
        "java",
        "-Xmx2000M",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        *engine,
        *tasks.split(),
        path.as_uri(),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if "nconsistent ontology" in run.stdout + run.stderr:
        raise Contradiction("HermiT: inconsistent ontology")
    said = "is satisfiable" if tasks == CONSISTENCY else "SubClassOf("
    assert run.returncode == 0 and said in run.stdout, (
        f"HermiT refuses it: {(run.stderr or run.stdout)[:1000]}"
    )
    return run.stdout


def need_hermit() -> None:
    """Without Java or owlready2 a test is skipped; in CI it fails."""
    missing = [
        name
        for name, there in (("Java", shutil.which("java")), ("owlready2", find_spec("owlready2")))
        if not there
    ]
    if missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"HermiT needs {' and '.join(missing)}"
        )


JUDGES = {"rules": by_rules, "owlrl": by_owlrl, "hermit": by_hermit}


@cache
def rows(verdict: str | None = None) -> list[dict[str, str]]:
    """The numbered rows of entailments.csv: follows, never follows (`unless`), contradiction."""
    with (HERE / "entailments.csv").open(encoding="utf-8", newline="") as file:
        found = [row | {"row": str(n)} for n, row in enumerate(csv.DictReader(file), 2)]
    picked = [r for r in found if verdict in (None, kind(r))]
    assert picked, f"entailments.csv has no row of {verdict}"
    return picked


def kind(row: dict[str, str]) -> str:
    return (
        "contradiction"
        if row["then"] == "contradiction"
        else "never"
        if row["unless"]
        else "follows"
    )


@cache
def schema() -> Graph:
    return logical("vocabulary")


@cache
def everything() -> Graph:
    """The asserted files with their headers."""
    paths = sorted(ONTOLOGY.glob("*.ttl"))
    assert len(paths) > 5
    return sum_of(*(Graph().parse(path) for path in paths))
