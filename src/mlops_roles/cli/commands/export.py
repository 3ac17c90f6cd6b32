"""Write the ontology as one RDF file, with or without inferred statements.

  mlops-roles export --format rdfxml --inferred --output mlops-roles.owl
  mlops-roles export --inferred --sources      as released: the source of each statement written out

The file needs no other: it has no owl:imports, and each title is a skos:altLabel, too.
"""

import argparse
import sys
from collections.abc import Sequence

import pyoxigraph as ox

from ...ontology.graph import load
from ..main import add_common, write_output

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATS))
    parser.add_argument("--inferred", action="store_true", help="include inferred statements")
    parser.add_argument(
        "--sources", action="store_true", help="write the source of each statement as an owl:Axiom"
    )


def run(args: argparse.Namespace) -> int:
    from ...ontology.released import open_imports

    graph = load(*args.added)
    for iri in open_imports(graph):
        sys.stderr.write(f"<{iri}> is imported and not loaded: left out; add its file by --with\n")
    content = graph.serialize(FORMATS[args.format], args.inferred, args.sources)
    write_output(content, args.output)
    return 0
