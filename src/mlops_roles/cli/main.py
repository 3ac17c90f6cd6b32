"""The entry point of the command line: parsers, output, errors and exit codes.

Each module in `commands/` is a command, imported only when it is called. Its docstring is its
help: a summary in the first line, then examples and notes. `add_arguments(parser, argv)` declares
its arguments; `run(args)` does the work and returns the exit code: 0 answered, 1 findings,
2 could not run.
"""

from __future__ import annotations

import argparse
import codecs
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import IO, NoReturn

from ..errors import InputError, UnknownPerson
from . import commands

DESCRIPTION = """\
Ask who holds which role of machine-learning operations, what is uncovered, and how that is known.

commands:
"""
EPILOG = """\
examples:
  mlops-roles show R7
  mlops-roles ask tasks-of-role R7
  mlops-roles resolve "Senior Data Engineer" "MLOps Engineer"
  mlops-roles audit staff.csv --format html --output report.html

exit codes: 0 answered (no, unknown and none are answers), 1 findings, 2 could not run
"""


ZIP_MAGIC = b"PK\x03\x04"  # the first bytes of a ZIP archive, which a workbook is


class _Parser(argparse.ArgumentParser):
    """A parser that reports a wrong argument as this package reports any wrong input."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError."""
        raise InputError(f"{message}; see {self.prog} --help")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """A formatter whose width is known: argparse imports more to find it, for each argument."""

    def __init__(self, prog: str):
        from .output import terminal_width

        super().__init__(prog, width=(terminal_width() or 80) - 2)


def command_names() -> list[str]:
    """The names of all commands, sorted."""
    modules = (path for folder in commands.__path__ for path in Path(folder).glob("*.py"))
    return sorted({path.stem for path in modules} - {"__init__"})


def load_command(name: str) -> ModuleType:
    """Import the module of a command."""
    return importlib.import_module(f"{commands.__name__}.{name}")


def docstring_of(module: ModuleType) -> str:
    """The docstring of a module; read from its file when Python runs without docstrings (-OO)."""
    if module.__doc__ is None:
        import ast

        return ast.get_docstring(ast.parse(Path(str(module.__file__)).read_bytes())) or ""
    return module.__doc__


def build_parser(name: str, argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of one of `command_names()`.

    `ask` declares the parameters of the question that is among the arguments, `argv`.
    """
    module = load_command(name)
    summary, examples, *notes = docstring_of(module).strip().split("\n\n")
    if not examples.startswith(" "):  # a docstring of examples alone is not indented
        examples = "\n".join(f"  {line}" for line in examples.splitlines())
    parser = _Parser(
        prog=f"mlops-roles {name}",
        description=summary,
        epilog="\n\n".join([f"examples:\n{examples}", *notes]),
        formatter_class=_HelpFormatter,
    )
    module.add_arguments(parser, argv)
    parser.set_defaults(run=module.run)
    return parser


def overview_parser() -> argparse.ArgumentParser:
    """The parser of `mlops-roles` without a command; its help lists the commands."""
    summaries = {name: docstring_of(load_command(name)).splitlines() for name in command_names()}
    parser = _Parser(
        prog="mlops-roles",
        description=DESCRIPTION + "\n".join(f"  {n:<12}{s[0]}" for n, s in summaries.items()),
        epilog=EPILOG,
        formatter_class=_HelpFormatter,
        usage="mlops-roles COMMAND [options]\n       mlops-roles COMMAND --help",
    )
    version = "print the version of the ontology and of this tool"
    parser.add_argument("--version", action="store_true", help=version)
    return parser


def write_output(text: str | bytes, output: str | None) -> None:
    """Write an answer to standard output, or to a file, which appears only when it is complete.

    Control characters in it have no effect: in a text they are replaced, in RDF (bytes) they are
    written as escapes. A workbook (bytes, too) is written as it is. Raises InputError if it cannot
    be written.
    """
    from ..io.text import escape_control, without_control

    if isinstance(text, str):
        text = without_control(text)
    elif not text.startswith(ZIP_MAGIC):
        text = escape_control(text)
    elif not output and sys.stdout.isatty():
        raise InputError("a workbook is no text for a terminal; name a file with --output")
    if output:
        from ..io.atomic import atomic_write

        with atomic_write(output, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        return
    try:
        sys.stdout.flush()
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        fix = "free some space, or name a file elsewhere with --output"
        why = error.strerror or "it is closed"
        raise InputError(f"standard output: {why}; {fix}") from None


class Progress:
    """Shows the current stage on standard error, if that is a terminal, after one second."""

    def __init__(self, stream: IO[str] | None = None):
        import time

        self._clock, self._stream = time.monotonic, stream or sys.stderr
        self._start = self._clock()

    def __call__(self, stage: str) -> None:
        """Show the stage that begins."""
        from ..io.text import single_line

        if self._stream.isatty() and self._clock() - self._start > 1:
            self._stream.write(f"\r\x1b[K{single_line(stage)} …")
            self._stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.done()

    def done(self) -> None:
        """Clear the line."""
        if self._stream.isatty():
            self._stream.write("\r\x1b[K")


def print_note(text: str) -> None:
    """Write one line to standard error; control characters in it have no effect."""
    from ..io.text import single_line

    with suppress(OSError, ValueError):  # a full disk, or a stream that is closed
        sys.stderr.write(f"{single_line(text)}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with some arguments; by default those of the process.

    Returns the exit code: 0, 1 or 2, whatever happens; 130 if the user interrupts.
    """
    parsed = argparse.Namespace()
    with warnings.catch_warnings():
        try:
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = _warning_printer()
            return _run(list(sys.argv[1:] if argv is None else argv), parsed)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            print_note("mlops-roles: interrupted")
            return 130
        except (SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of the engine is no Exception
            return report_error(error, parsed)


def _warning_printer() -> Callable[..., None]:
    """A function that prints each warning of the library in one line, and once."""
    shown = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        text = " ".join(str(message).split())
        if text not in shown:
            shown.add(text)
            print_note(f"mlops-roles: {text}")

    return show


def _run(args: list[str], parsed: argparse.Namespace) -> int:
    """Run the command line; what it says is written to `parsed`."""
    _replace_closed_streams()
    write_any_character()
    if not args or args[0].replace("-", "_") not in command_names():
        return _run_overview(args)
    build_parser(args[0].replace("-", "_"), args[1:]).parse_args(args[1:], parsed)
    if not all(map(str.isascii, args)):
        from .paths import decode_texts

        decode_texts(parsed)
    if len(args) > 2:  # else there is no option with a value
        from .paths import check_paths

        check_paths(parsed)
    if getattr(parsed, "format", "") is None:
        parsed.format = _default_format(parsed)
    if getattr(parsed, "base", None) is None:
        code: int = parsed.run(parsed)
    else:
        from ..io.rdf import relative_to

        with relative_to(parsed.base):
            code = parsed.run(parsed)
    sys.stdout.flush()
    return code


def _default_format(parsed: argparse.Namespace) -> str:
    """The format without --format: that of the suffix of --output, or the first."""
    first: str = parsed.formats[0]
    if not parsed.output or any(getattr(parsed, name, None) for name in ("apply", "undo")):
        return first  # what is applied or undone is an RDF file
    from .output import format_of

    return format_of(parsed.output, parsed.formats)


def report_error(error: BaseException, parsed: argparse.Namespace | None = None) -> int:
    """Report an exception in one line; returns the exit code."""
    from .failures import describe_failure, traceback_of

    if isinstance(error, UnknownPerson) and parsed is not None:
        _print_suggestions(error, parsed)
    with suppress(OSError, ValueError):
        sys.stderr.write(traceback_of(error))
    print_note(f"mlops-roles: {describe_failure(error)}")
    return 2


def _replace_closed_streams() -> None:
    """Replace each standard stream that is closed: no answer can be written, and notes are lost."""
    for name, mode in (("stdin", "r"), ("stdout", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # stays open
            setattr(sys, name, stream)


def write_any_character() -> None:
    """Let standard output take each character.

    One that its encoding lacks is written as an escape of JSON, such as `\\u00e9`: data in JSON
    stays as it is.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "") != "utf8" and isinstance(sys.stdout, TextIOWrapper):
        codecs.register_error("mlops_roles.escape", _escape)
        sys.stdout.reconfigure(errors="mlops_roles.escape")


def _escape(error: UnicodeError) -> tuple[str, int]:
    """The characters that an encoding lacks, as escapes of JSON."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    escapes = (f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
    return "".join(escapes), error.end


def _print_suggestions(error: UnknownPerson, args: argparse.Namespace) -> None:
    """Print the names most similar to an unknown one, unless pseudonyms are asked for.

    They go to standard output, because standard error is often logged.
    """
    from ..io.json_text import to_json
    from ..io.text import single_line

    given = vars(args)
    if not error.nearest or given.get("pseudonymise") or given.get("key_file"):
        return
    if given.get("format") == "json":
        write_output(to_json({"nearest": error.nearest}), None)
    else:
        write_output(single_line(f"nearest names: {'; '.join(error.nearest)}") + "\n", None)


def _run_overview(args: list[str]) -> int:
    """The program without a known command: its help, its version, or a suggestion."""
    parser = overview_parser()
    if args and not args[0].startswith("-"):
        import difflib

        similar = difflib.get_close_matches(args[0], command_names(), n=1)
        fix = f"did you mean {similar[0]}?" if similar else "see mlops-roles --help"
        raise InputError(f"no command {args[0][:80]!r}; {fix}")
    if parser.parse_args(args).version:
        from ..ontology.graph import load

        write_output(f"mlops-roles {load().version}\n", None)
    else:
        parser.print_help()
    return 0
