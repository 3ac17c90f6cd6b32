"""The command line: a face of the library.

Each module in `commands/` is a command, loaded only when it is called. It has a docstring
(its help), `add_arguments(parser, argv)` for its arguments and `run(args)` for its work, which returns
an exit code: 0 answered, 1 findings, 2 could not run.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from ..errors import InputError, MlopsRolesError, UnknownPerson
from . import commands

if TYPE_CHECKING:
    from ..staff.privacy import Pseudonyms

EPILOG = """
exit codes: 0 answered (no, unknown and none are answers), 1 findings, 2 could not run

  mlops-roles show R7
  mlops-roles ask tasks-of-role R7
  mlops-roles resolve "Senior Data Engineer" "MLOps Engineer"
  mlops-roles audit staff.csv --format html --output report.html
"""


def command_names() -> list[str]:
    """The commands that there are."""
    return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def load_command(name: str) -> ModuleType:
    """The module of a command."""
    return importlib.import_module(f"{commands.__name__}.{name}")


def build_parser(name: str, argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of one command."""
    module = load_command(name)
    summary, _, rest = (module.__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog=f"mlops-roles {name}",
        description=summary,
        epilog=rest.strip("\n").rstrip() or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser, argv)
    parser.set_defaults(run=module.run)
    return parser


def overview_parser() -> argparse.ArgumentParser:
    """The parser of the command as a whole: the list of commands."""
    listed = "\n".join(
        f"  {n:<12}{(load_command(n).__doc__ or '').splitlines()[0]}" for n in command_names()
    )
    parser = argparse.ArgumentParser(
        prog="mlops-roles",
        description="Ask who holds which role of machine-learning operations, what is uncovered, and how that is known.\n\ncommands:\n"
        + listed,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="mlops-roles COMMAND [options]\n       mlops-roles COMMAND --help",
    )
    parser.add_argument(
        "--version", action="store_true", help="print the version of the ontology and of this tool"
    )
    return parser


def add_common(parser: argparse.ArgumentParser, formats: Sequence[str], data: bool = False) -> None:
    """The options that every command has."""
    parser.add_argument(
        "--with",
        dest="added",
        action="append",
        default=[],
        metavar="FILE",
        help="add a company's own roles, skills, tools, titles, shapes or questions, or alignment:NAME (repeatable)",
    )
    if data:
        parser.add_argument(
            "--data",
            action="append",
            default=[],
            metavar="FILE",
            help="RDF about people, for the question to be asked of (repeatable)",
        )
    parser.add_argument(
        "--format",
        choices=formats,
        default=formats[0],
        help=f"form of the answer (default: {formats[0]})",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="write the answer to a file instead of standard output"
    )


def add_privacy(parser: argparse.ArgumentParser) -> None:
    """The options of every command that names people."""
    parser.add_argument(
        "--pseudonymise",
        action="store_true",
        help="put stable pseudonyms in place of the names of people and units",
    )
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        help="the key of the pseudonyms, which only you hold (else MLOPS_ROLES_KEY); implies --pseudonymise",
    )


def pseudonyms(args: argparse.Namespace) -> Pseudonyms | None:
    """The pseudonyms that these options ask for."""
    from ..staff.privacy import Pseudonyms

    return Pseudonyms.from_file(args.key_file) if args.pseudonymise or args.key_file else None


def pseudonymiser(args: argparse.Namespace) -> Callable[[Any], Any]:
    """What puts pseudonyms in place of the names in an answer, if these options ask for it."""
    hidden = pseudonyms(args)
    return hidden.hide if hidden else lambda answer: answer


def write_output(text: str | bytes, output: str | None) -> None:
    """Write an answer to standard output, or to a file that appears only when complete."""
    if output:
        from ..io.atomic import atomic_write

        with atomic_write(output, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
    else:
        try:
            sys.stdout.flush()
            (sys.stdout.buffer if isinstance(text, bytes) else sys.stdout).write(text)  # type: ignore[arg-type]
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(
                f"standard output: {error.strerror}; make room, or name a file elsewhere with --output"
            ) from None


class Progress:
    """A line on a terminal's standard error, once work has taken over a second."""

    def __init__(self, stream: IO[str] | None = None):
        import time

        self._clock, self._stream = time.monotonic, stream or sys.stderr
        self._start = self._clock()

    def __call__(self, stage: str) -> None:
        """Show a stage of the work."""
        if self._stream.isatty() and self._clock() - self._start > 1:
            self._stream.write(f"\r\x1b[K{stage} …")
            self._stream.flush()

    def done(self) -> None:
        """Clear the line."""
        if self._stream.isatty():
            self._stream.write("\r\x1b[K")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    gc.set_threshold(
        1_000_000, 50, 50
    )  # a command makes much and drops little: looking for cycles in it took a sixth of an audit
    args = list(sys.argv[1:] if argv is None else argv)
    parsed = argparse.Namespace()
    try:
        if args and args[0].replace("-", "_") in command_names():
            parsed = build_parser(args[0].replace("-", "_"), args[1:]).parse_args(args[1:])
            code: int = parsed.run(parsed)
            sys.stdout.flush()
            return code
        return _run_overview(args)
    except MlopsRolesError as error:
        if isinstance(error, UnknownPerson):
            _print_suggestions(error, parsed)
        sys.stderr.write(f"mlops-roles: {_one_line(str(error))}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("mlops-roles: interrupted\n")
        return 130


def _print_suggestions(error: UnknownPerson, args: argparse.Namespace) -> None:
    """The names nearest to an unknown one: on standard output, as standard error is logged; under pseudonyms none."""
    from ..io.text import single_line, to_json

    given = vars(args)
    nearest = [] if given.get("pseudonymise") or given.get("key_file") else error.nearest
    if nearest:
        write_output(
            to_json({"nearest": nearest})
            if given.get("format") == "json"
            else single_line(f"nearest names: {'; '.join(nearest)}") + "\n",
            None,
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _run_overview(args: list[str]) -> int:
    parser = overview_parser()
    if args and not args[0].startswith("-"):
        import difflib

        close = difflib.get_close_matches(args[0], command_names(), n=1)
        sys.stderr.write(
            f"mlops-roles: no command {args[0][:80]!r}; {f'did you mean {close[0]}?' if close else 'see mlops-roles --help'}\n"
        )
        return 2
    if parser.parse_args(args).version:
        from ..ontology.graph import load

        sys.stdout.write(f"mlops-roles {load().version}\n")
    else:
        parser.print_help()
    return 0
