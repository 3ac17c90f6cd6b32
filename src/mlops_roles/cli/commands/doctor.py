"""Examine a SPARQL server, and install the ontology on it; or the cache of this machine.

  mlops-roles doctor                                                     the cache: place and size
  mlops-roles doctor --endpoint http://localhost:7878/query              changes nothing
  mlops-roles doctor --endpoint http://localhost:7878/query --install    writes our named graphs
  mlops-roles doctor --save ours.nq                                      the same graphs as a file
  mlops-roles doctor --endpoint http://localhost:8890/sparql --graph https://acme.example/people

The report lists what differs between SPARQL servers, and what this one does.
Credentials: $MLOPS_ROLES_TOKEN, or $MLOPS_ROLES_USER and $MLOPS_ROLES_PASSWORD, or ~/.netrc; never
in an address. Exit code 1 if our graphs are missing on the server, or out of date.
"""

import argparse
from collections.abc import Sequence

from ...io.text import FORMATTERS, format_rows
from ...ontology.graph import Graph
from ..main import Progress, write_output
from ..options import add_common_options, add_server_options, declare, load_ontology

ARGUMENTS = """
--install              write our three named graphs to the server; needs the right to update
--update-endpoint URL  the address for updates (default: the same address, with /update for /query)
--save FILE            write the graphs of --install to a file, as N-Quads
--probe-updates        test whether updates are allowed, by deleting a statement that does not exist
--probe-timeout        test how the server stops an endless query; this costs it time
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATTERS))
    add_server_options(parser, timeout=30)
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    from ...errors import InputError

    graph = load_ontology(args)
    if args.save:
        from ...ontology.endpoint.contents import n_quads

        write_output(n_quads(graph), args.save)
    if args.endpoint:
        return _examine(args, graph)
    if args.install:
        raise InputError("no server to install on; give --endpoint URL, or --save FILE")
    if not args.save:
        write_output(format_rows([_cache()], list(_cache()), args.format), args.output)
    return 0


def _cache() -> dict[str, str]:
    """Where the cache is, its size, and what that means, in the columns of a probe."""
    from ...ontology.closure_cache import MAX_BYTES, cache_folder, entries

    size = sum(entry.size for entry in entries())
    return {
        "point": "cache",
        "found": f"{size / 1e6:,.1f} MB in {cache_folder()}",
        "means": f"from {MAX_BYTES / 1e6:,.0f} MB on, what was used longest ago is removed; "
        "all of it can be removed, and costs the time to infer it again",
    }


def _examine(args: argparse.Namespace, graph: Graph) -> int:
    from ...ontology.endpoint.client import Endpoint
    from ...ontology.endpoint.probes import Probe, probe

    with (
        Progress() as progress,
        Endpoint(
            args.endpoint,
            args.graph,
            graph,
            updates=args.update_endpoint,
            timeout=args.timeout,
            on_progress=progress,
        ) as endpoint,
    ):
        if args.install:
            endpoint.install()
        probes = probe(endpoint, args.probe_updates, args.probe_timeout)
    rows = [found._asdict() for found in probes]
    write_output(format_rows(rows, list(Probe._fields), args.format), args.output)
    return 0 if {"point": "our graphs", "found": "fresh"}.items() <= rows[1].items() else 1
