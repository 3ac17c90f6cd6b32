"""The files among the arguments of a command: no value is empty, and no input is overwritten."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..errors import InputError

READ_ARGUMENTS = (
    *("added", "apply", "certificate", "connect", "data", "decisions", "exceptions", "files"),
    *("folder", "join", "key_file", "mapping", "mappings", "new", "old", "only", "ontology"),
    *("previous", "question", "questions", "reviewed", "staff", "store", "theirs", "undo"),
    "update",
)  # the arguments that are files to read
WRITTEN_ARGUMENTS = ("output", "save", "save_mapping")  # those whose file is replaced
MAY_BE_EMPTY = ("author", "date", "term", "title", "values")
OPTIONS = {"added": "--with"}  # of those arguments that are not called after their option


def decode_texts(args: argparse.Namespace) -> None:
    """Read the arguments that are no files as UTF-8, where Python is set to read ASCII."""
    for name, value in list(vars(args).items()):
        if name in READ_ARGUMENTS or name in WRITTEN_ARGUMENTS:
            continue  # the name of a file is kept as the system gave it
        if isinstance(value, str):
            setattr(args, name, _decoded(value))
        elif isinstance(value, list):
            setattr(args, name, [_decoded(v) if isinstance(v, str) else v for v in value])


def _decoded(text: str) -> str:
    """A text without lone surrogates, which stand for bytes that were not decoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # half of a pair of UTF-16, which no bytes are behind
        return text.encode("utf-8", "replace").decode()


def check_paths(args: argparse.Namespace) -> None:
    """Raise InputError for an empty value of an option, and for an output that is an input.

    A file is known by what it is, not by its name: as an input it may have another path, or be
    reached by a link.
    """
    arguments = vars(args)
    for name, value in arguments.items():
        if name not in MAY_BE_EMPTY and not name.startswith("fix_") and "" in _texts(value):
            raise InputError(f"{_option(name)}: empty; give it a value, or leave it out")
    for name in WRITTEN_ARGUMENTS:
        for output in _texts(arguments.get(name)):
            _check_output(name, output, arguments)


def _check_output(name: str, output: str, arguments: Mapping[str, object]) -> None:
    """Raise InputError if the file to write, or a file in the folder to write, is an argument."""
    for other, text in _files(arguments):
        is_written = other in WRITTEN_ARGUMENTS
        if other == name or not (
            _is_same_file(text, output) or (not is_written and _is_inside(text, output))
        ):
            continue
        what = (
            f"{_option(other)} writes it, too" if is_written else f"it is an input, {text[:200]!r}"
        )
        raise InputError(f"{_option(name)} {output[:200]!r}: {what}; name another file")


def _files(arguments: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The arguments that name files; a question of the catalogue is none."""
    for name in (*READ_ARGUMENTS, *WRITTEN_ARGUMENTS):
        for text in _texts(arguments.get(name)):
            if name != "question" or text.endswith((".rq", ".sparql")):
                yield name, text


def _is_same_file(one: str, other: str) -> bool:
    """Whether two paths, or the address of a database and a path, are of the same file."""
    path, written = Path(one.partition("://")[2] or one), Path(other)
    try:
        if path.exists() and written.exists():
            return path.samefile(written)
        return os.path.realpath(path) == os.path.realpath(written)
    except (OSError, ValueError):  # such as a name with a NUL, which is refused later
        return False


def _is_inside(text: str, folder: str) -> bool:
    """Whether a path is of a file in a folder that is going to be replaced."""
    try:
        return (
            Path(folder).is_dir()
            and Path(text).is_file()
            and Path(os.path.realpath(text)).is_relative_to(os.path.realpath(folder))
        )
    except (OSError, ValueError):
        return False


def _texts(value: object) -> Iterator[str]:
    """The texts of an argument: one, several or none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (text for text in value if isinstance(text, str))


def _option(name: str) -> str:
    return OPTIONS.get(name, f"--{name.replace('_', '-')}")
