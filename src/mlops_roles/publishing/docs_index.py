"""Which pages the documentation has, in which order: those that `docs/index.toml` lists."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError

FOLDER = "docs"  # of the pages, in the repository and in the site
INDEX = f"{FOLDER}/index.toml"


class DocsPage(NamedTuple):
    """A page of the documentation."""

    source: str  # the path of its Markdown in the repository; empty for a page that is made
    path: str  # its path in the site, relative to the folder of the version
    kind: str  # the title of its kind, such as 'How to'
    text: str  # its Markdown

    @property
    def place(self) -> str:
        """Where its text can be changed, for messages."""
        return self.source or self.path


class DocsKind(NamedTuple):
    """A kind of pages: its title, a sentence about it, and its pages."""

    title: str
    about: str
    pages: list[DocsPage]


def read_index(docs: Path, made: Mapping[str, str]) -> list[DocsKind]:
    """The kinds of pages with their pages: those in a folder, and the Markdown of those made.

    Raises InputError if the index cannot be read, or lists a page that is not there.
    """
    try:
        kinds = tomllib.loads((docs / "index.toml").read_text("utf-8"))["kinds"]
        return [
            DocsKind(
                kind["title"],
                kind["about"],
                [_page(docs, made, name, kind["title"]) for name in kind["pages"]],
            )
            for kind in kinds
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"{INDEX}: cannot be read ({type(error).__name__}: {error}); "
            "give each [[kinds]] a title, a sentence under about, and pages"
        ) from None


def _page(docs: Path, made: Mapping[str, str], name: str, kind: str) -> DocsPage:
    """A page that is made, or that is in a file below the folder or next to it."""
    if "." not in name:
        if name not in made:
            raise InputError(f"{INDEX}: no page {name!r} is made; there are {', '.join(made)}")
        return DocsPage("", f"{FOLDER}/{name}.html", kind, made[name])
    source = posixpath.normpath(posixpath.join(FOLDER, name))
    path = docs.parent / source if docs.name == FOLDER else docs / name
    if not path.is_file():
        raise InputError(f"{INDEX}: no file {source}; correct its name, or leave it out")
    return DocsPage(source, f"{FOLDER}/{path.stem.lower()}.html", kind, path.read_text("utf-8"))


def unlisted(docs: Path, kinds: list[DocsKind]) -> Iterator[str]:
    """A line for each page in the folder that the index does not list."""
    listed = {page.source for kind in kinds for page in kind.pages}
    for path in sorted(docs.glob("*.md")):
        if f"{FOLDER}/{path.name}" not in listed:
            yield f"{FOLDER}/{path.name}: not in {INDEX}; list it there under a kind"
