"""Write the ontology, or its SHACL shapes, as one RDF file.

  mlops-roles export --format rdfxml --inferred --output mlops-roles.owl
  mlops-roles export --inferred --sources      as released: the source of each statement written out
  mlops-roles export --shapes people --output people.ttl       then: pyshacl -s people.ttl data.ttl

The file needs no other: it has no owl:imports, and each title is a skos:altLabel, too.
"""

import argparse
from collections.abc import Sequence

import pyoxigraph as ox

from ...errors import InputError
from ...io.resources import resource_rows
from ...ontology.graph import Graph
from ..main import print_note, write_output
from ..options import add_common_options, declare, load_ontology

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}

ARGUMENTS = """
--inferred       include inferred statements
--sources        write the source of each statement as an owl:Axiom
--shapes {shapes}  instead, write the SHACL shapes for data about people, or for the ontology
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATS))
    profiles = resource_rows("ontology", "publishing/profiles")
    declare(parser, ARGUMENTS.format(shapes="|".join(row["name"] for row in profiles)))


def run(args: argparse.Namespace) -> int:
    from ...ontology.released import open_imports

    graph = load_ontology(args)
    for iri in open_imports(graph):
        print_note(f"<{iri}> is imported and not loaded: left out; add its file by --with")
    if args.shapes:
        write_output(_profile(graph, args), args.output)
        return 0
    content = graph.serialize(FORMATS[args.format], args.inferred, args.sources)
    write_output(content, args.output)
    return 0


def _profile(graph: Graph, args: argparse.Namespace) -> bytes:
    """A profile of the shapes, as a build writes it."""
    from ...publishing.documents import canonicalize, serialize
    from ...publishing.publishing_data import formats
    from ...validation.profiles import profiles

    if args.inferred or args.sources:
        raise InputError("--shapes: shapes have no --inferred or --sources; leave these out")
    file_format = next(f for f in formats() if f.rdf == FORMATS[args.format])
    return serialize(graph, canonicalize(profiles(graph)[args.shapes]), file_format)
