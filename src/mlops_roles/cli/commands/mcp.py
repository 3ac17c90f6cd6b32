"""Offer the questions and commands to an agent, over the Model Context Protocol.

  mlops-roles mcp                                       on standard input and output
  mlops-roles mcp --staff staff.csv                     and about people, by pseudonyms
  mlops-roles mcp --http --port 8765                    on http://127.0.0.1:8765/mcp

Each question of the catalogue is a tool, and so are resolve, show, explain and, with a staff file,
people, certify and gap; terms are resources. The tools only read. Names of people stay here unless
--names is given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..options import add_ontology_options, declare, load_ontology
from ..staff_options import add_reading_options, read_options

if TYPE_CHECKING:
    from ...analysis.evidence import Records
    from ...ontology.graph import Graph

PORT = 8765

ARGUMENTS = f"""
--staff FILE  a staff file, for the tools about people
--names       give the names of people, not pseudonyms
--http        serve HTTP on loopback
--port PORT   the port of --http (default: {PORT})
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_ontology_options(parser)
    declare(parser, ARGUMENTS, port=PORT)
    add_reading_options(parser, saves=False)


def run(args: argparse.Namespace) -> int:
    from ...errors import InputError
    from ..toolbox import Toolbox

    try:
        from ..mcp_server import run_http, run_stdio
    except ImportError:
        raise InputError("mcp: install it with: pip install 'mlops-roles[mcp]'") from None
    graph = load_ontology(args)
    toolbox = Toolbox(graph, _records(args, graph) if args.staff else None)
    if args.http:
        sys.stderr.write(f"http://127.0.0.1:{args.port}/mcp\n")
        run_http(toolbox, args.port)
    else:
        run_stdio(toolbox)
    return 0


def _records(args: argparse.Namespace, graph: Graph) -> Records:
    """The records of the staff file; pseudonyms are others at each start."""
    from ...analysis.evidence import Records
    from ...staff.privacy import Pseudonyms

    hidden = None if args.names else Pseudonyms.random()
    return Records(args.staff, graph, read_options(args), hidden)
