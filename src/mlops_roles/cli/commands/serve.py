"""Serve a built release on this machine: pages, IRIs, a SPARQL endpoint, questions.

  mlops-roles serve                        the pages, built or to be built
  mlops-roles serve dist --port 8000 --with ours.ttl
  mlops-roles serve --staff staff.csv      and pages about people, at an address with a secret
  curl -L -H 'Accept: text/turtle' http://127.0.0.1:8000/mlops-roles/role/ml-engineer
  curl 'http://127.0.0.1:8000/sparql?query=SELECT+*+%7B+?role+a+mlops:Role+%7D'
  curl -H 'Accept: text/csv' 'http://127.0.0.1:8000/ask/tasks-of-role?role=R7'

Open http://127.0.0.1:8000/ in a browser. The IRIs redirect as they do on the web; /openapi.json
describes the questions, and agents find them at /mcp. With --staff, agents find people at mcp below
the secret address, by pseudonyms unless --names is given. Read-only, on the loopback interface;
stop it with Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...io.text import counted
from ..main import print_note
from ..options import PRIVACY, PUBLIC, add_ontology_options, declare, load_ontology, pseudonyms
from ..staff_options import add_reading_options, read_options

if TYPE_CHECKING:
    from ...ontology.graph import Graph
    from ...publishing.server_options import SubApp

ARGUMENTS = """
folder DIR?      the built folder (default: dist if it is one, else pages are built when asked for)
--staff FILE     a staff file: pages about its people, below an address that nobody can guess
--names          give agents the names of people, not pseudonyms
--timeout S      seconds until a query is stopped
--origin URL...  an origin whose pages may ask, such as https://editor.example (default: none)
--port PORT      the port; 0 for any free one (default: 8000)
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    declare(parser, ARGUMENTS, timeout=10.0, port=8000)
    add_ontology_options(parser)
    add_reading_options(parser, saves=False)
    declare(parser, PRIVACY + PUBLIC)


def run(args: argparse.Namespace) -> int:
    from ...publishing.server import serve
    from ...publishing.server_options import ServerOptions
    from ..mcp_http import mcp_sub_app

    graph, folder = load_ontology(args), args.folder
    if folder is None and (Path("dist") / "SHA256SUMS").is_file():
        folder = "dist"
    sub_apps, paths = [mcp_sub_app(graph)], [""]
    if args.staff:
        more, sub_app = _staff(args, graph)
        sub_apps, paths = [*sub_apps, sub_app], [*paths, *more]
    options = ServerOptions(folder is None, args.origin, sub_apps)
    with serve(folder, args.port, graph, args.timeout, options) as server:
        for path in paths:
            sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/{path}\n")
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all is tidied up
        with contextlib.suppress(KeyboardInterrupt):  # which not every signal leads to
            server.serve_forever()
        sys.stderr.write("stopped\n")
    return 0


def _staff(args: argparse.Namespace, graph: Graph) -> tuple[list[str], Callable[..., SubApp]]:
    """The addresses about people, and what makes them."""
    from ...analysis.evidence import Records
    from ...staff.privacy import Pseudonyms
    from ..mcp_http import LazyTools
    from ..staff_app import staff_sub_app
    from ..staff_pages import Staff

    options, hidden = read_options(args), pseudonyms(args)
    if args.public:
        hidden = hidden or Pseudonyms.random()
    staff = Staff(args.staff, graph, options, hidden, args.small_groups, args.public)
    found = staff.data["rows"]["used"]  # a file that cannot be read is an error before serving
    print_note(f"{counted(found, 'person', 'people')} in {args.staff}")
    if staff.groups_only:
        path, part = staff_sub_app(staff)
        return [path], part
    of_agents = None if args.names else hidden or Pseudonyms.random()
    records = Records(args.staff, graph, options, of_agents)
    path, part = staff_sub_app(staff, tools=LazyTools(graph, records))
    return [path, f"{path}mcp"], part
