"""The links between the files of a site: each leads to a file of it, and to a place in that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from urllib.parse import unquote

_TARGET = re.compile(rb'\s(?:href|src)="([^"]*)"')
_ID = re.compile(rb'\sid="([^"]*)"')
_OUTSIDE = re.compile(r"[a-z][a-z+.-]*:|//", re.I)


def broken_links(files: Mapping[str, bytes]) -> Iterator[str]:
    """A line for each link in a page of HTML that leads to nothing, with the page and the target.

    Not looked at are addresses on the web, and what is after '#' if it has a '=': that is for the
    script of the page.
    """

    @cache
    def places(path: str) -> set[str]:
        return {unescape(found.decode()) for found in _ID.findall(files[path])}

    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        for found in dict.fromkeys(_TARGET.findall(content)):
            target = unescape(found.decode())
            if _OUTSIDE.match(target):
                continue
            file, fragment = resolved(path, target)
            if file not in files:
                yield f"{path}: {target!r} leads to {file}, which is not built; correct the link"
            elif fragment and "=" not in fragment and fragment not in places(file):
                yield f"{path}: {target!r} leads to no place in {file}; correct what is after '#'"


def resolved(path: str, target: str) -> tuple[str, str]:
    """The file that a link in a file leads to, and the place in it; '' for the whole."""
    address, _, fragment = target.partition("#")
    address = unquote(address.partition("?")[0])
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), address)) if address else path
    return file, unquote(fragment)
