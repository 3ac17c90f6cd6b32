"""Say what a SPARQL server does where servers differ, and put our graphs on it.

mlops-roles doctor --endpoint http://localhost:7878/query              what it does; nothing is changed
mlops-roles doctor --endpoint http://localhost:7878/query --install    put the ontology and its closure there
mlops-roles doctor --save ours.nq                                      the same as a file, for its administrator to load
mlops-roles doctor --endpoint http://localhost:8890/sparql --graph https://acme.example/people

Credentials: MLOPS_ROLES_TOKEN, or MLOPS_ROLES_USER and MLOPS_ROLES_PASSWORD, or ~/.netrc; never in an address.
Exits with 1 if our graphs are not there as they should be.
"""

import argparse
from collections.abc import Sequence

from ...io.text import FORMATTERS, format_rows
from ...ontology.graph import Graph, load
from ..main import Progress, add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATTERS))
    parser.add_argument("--endpoint", metavar="URL", help="the address of a SPARQL server")
    parser.add_argument(
        "--graph",
        action="append",
        default=[],
        metavar="IRI",
        help="a graph of your data on that server (repeatable)",
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="write our three named graphs there; needs the right to update",
    )
    parser.add_argument(
        "--update-endpoint",
        metavar="URL",
        help="where updates go, if not to the same address (or /update beside /query)",
    )
    parser.add_argument("--save", metavar="FILE", help="write what --install puts there as N-Quads")
    parser.add_argument(
        "--probe-updates",
        action="store_true",
        help="try whether updates are allowed, by deleting a statement that cannot be there",
    )
    parser.add_argument(
        "--probe-timeout",
        action="store_true",
        help="try how a query without end is stopped, at the server's cost",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=30,
        metavar="S",
        help="seconds until a query is given up (default: 30)",
    )


def run(args: argparse.Namespace) -> int:
    from ...errors import InputError

    graph = load(*args.added)
    if args.save:
        from ...ontology.endpoint.contents import n_quads

        write_output(n_quads(graph), args.save)
    if args.endpoint:
        return _examined(args, graph)
    if not args.save:
        raise InputError("no server to look at; give --endpoint URL, or --save FILE")
    return 0


def _examined(args: argparse.Namespace, graph: Graph) -> int:
    from ...ontology.endpoint.client import Endpoint
    from ...ontology.endpoint.probes import Probe, probe

    progress = Progress()
    with Endpoint(
        args.endpoint,
        args.graph,
        graph,
        updates=args.update_endpoint,
        timeout=args.timeout,
        on_progress=progress,
    ) as endpoint:
        try:
            if args.install:
                endpoint.install()
            points = probe(endpoint, args.probe_updates, args.probe_timeout)
        finally:
            progress.done()
    write_output(
        format_rows([p._asdict() for p in points], list(Probe._fields), args.format), args.output
    )
    return (
        0 if {"point": "our graphs", "found": "fresh"}.items() <= points[1]._asdict().items() else 1
    )
