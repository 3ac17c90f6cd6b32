"""Show a built release on this machine: its pages, and its persistent IRIs, which redirect as on the web.

  mlops-roles serve                     what `mlops-roles build` built
  mlops-roles serve dist --port 8000

Open http://127.0.0.1:8000/ in a browser, or ask like a machine:
  curl -L -H 'Accept: text/turtle' http://127.0.0.1:8000/mlops-roles/role/ml-engineer
Read-only, on loopback; stop it with Ctrl-C.
"""

import argparse
import sys
from collections.abc import Sequence


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        default="dist",
        metavar="DIR",
        help="the folder that was built (default: dist)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        help="the port to listen on, 0 for a free one (default: 8000)",
    )


def run(args: argparse.Namespace) -> int:
    from ...publishing.server import serve

    with serve(args.folder, args.port) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stderr.write("stopped\n")
    return 0
