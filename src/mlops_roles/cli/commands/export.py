"""Write the ontology as one RDF file, with or without inferred statements.

mlops-roles export --format rdfxml --inferred --output mlops-roles.owl
"""

import argparse
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


def run(args: argparse.Namespace) -> int:
    graph = load(*args.added)
    write_output(graph.serialize(FORMATS[args.format], inferred=args.inferred), args.output)
    return 0
