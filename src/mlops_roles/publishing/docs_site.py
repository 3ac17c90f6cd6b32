"""The pages of `docs/` in a site: those that are written, and the reference, which is made.

A link that leads to nothing, a page that is not listed, a name that does not exist, and what has
no description are problems, which stop the build.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..io.resources import resource_dir
from . import reference
from .command_help import CommandHelp
from .docs_index import FOLDER, DocsKind, DocsPage, read_index, unlisted
from .markdown import Rendered, anchor_of_name, render
from .python_api import public_names

if TYPE_CHECKING:
    from .documentation import Documentation

COMMANDS, QUESTIONS, PYTHON = "commands", "questions", "python"  # the pages that are made
README = "README.md"
MAX_PROBLEMS = 3  # problems in one message
GLOBAL_OPTIONS = {"--help", "--version"}  # options of every command, and of the tool itself
OTHER_PROGRAMS = (
    "python",
    "pip",
    "pytest",
    "bash",
    "uvx",
    "node",
    "npm",
    "git",
)  # with own options
_COMMANDS = "mlops_roles.cli.reference"  # a room above: found by name, when a site is built
_WEB = re.compile(r"[a-z][a-z+.-]*:", re.I)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_CALL = re.compile(r"(\w+)(?:\(|$)")
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)+")


class DocsSite:
    """The documentation of a site.

    Args:
        documentation: the pages of terms, to which the names of terms are linked.
        commands: the help of the commands; by default those of this package.
        docs: the folder of the written pages.
    """

    def __init__(
        self,
        documentation: Documentation,
        commands: Sequence[CommandHelp] | None = None,
        docs: Path | None = None,
    ):
        self.documentation = documentation
        if commands is None:
            commands = import_module(_COMMANDS).command_reference()
        self.commands = {command.name: command for command in commands}
        self.docs = docs or resource_dir(FOLDER)
        self.names = {name.name: name for name in public_names()}
        self.problems: list[str] = []
        self._headings: list[tuple[str, str, str]] = []  # place, page and heading of each link

    def files(self) -> dict[str, bytes]:
        """Content of each file by its path. Raises InputError if there is a problem."""
        questions = self.documentation.questions.values()
        self.problems += unlisted(self.docs, self.kinds)
        self.problems += reference.undocumented(
            self.commands.values(), questions, self.names.values()
        )
        pages = {page.path: page for kind in self.kinds for page in kind.pages}
        content = {path: self._render(page) for path, page in pages.items()}
        if (readme := self.docs.parent / README).is_file():  # it links to the pages, and is none
            self._render(DocsPage(README, README, "", readme.read_text("utf-8")))
        self.problems += self._missing_headings(content)
        raise_problems(self.problems)
        show = partial(self._show, content)
        built = {f"{FOLDER}/{p.name}": p.read_bytes() for p in sorted(self.docs.glob("*.svg"))}
        built[f"{FOLDER}/index.html"] = show("docs_index.html.j2")
        return built | {path: show("docs.html.j2", page) for path, page in pages.items()}

    def _show(
        self, content: dict[str, Rendered], template: str, page: DocsPage | None = None
    ) -> bytes:
        """A page of HTML."""
        before, after = self._neighbours(page)
        return self.documentation.render(
            template,
            page.path if page else f"{FOLDER}/index.html",
            kind=FOLDER,
            docs=self.kinds,
            content=content,
            page=page,
            before=before,
            after=after,
        )

    def _neighbours(self, page: DocsPage | None) -> tuple[DocsPage | None, DocsPage | None]:
        """The pages before and after a page."""
        pages = [page for kind in self.kinds for page in kind.pages]
        place = pages.index(page) if page else -1
        before = pages[place - 1] if place > 0 else None
        return before, pages[place + 1] if place + 1 < len(pages) else None

    @cached_property
    def kinds(self) -> list[DocsKind]:
        """The kinds of pages with their pages."""
        questions = self.documentation.questions.values()
        made = {
            QUESTIONS: reference.questions_page(questions),
            PYTHON: reference.python_page(list(self.names.values())),
            COMMANDS: reference.commands_page(list(self.commands.values())),
        }
        return read_index(self.docs, made)

    # links --------------------------------------------------------------------------------------

    def _render(self, page: DocsPage) -> Rendered:
        return render(
            page.text, partial(self._resolve_link, page), partial(self._link_of_code, page)
        )

    def _missing_headings(self, content: dict[str, Rendered]) -> list[str]:
        """A line for each link to a heading that is not on its page."""
        found = {path: {h.anchor for h in page.headings} for path, page in content.items()}
        return [
            f"{place}: {path} has no heading #{heading}; link to one of its headings"
            for place, path, heading in self._headings
            if heading not in found[path]
        ]

    @cached_property
    def _by_source(self) -> dict[str, str]:
        """The path in the site of each page and picture, by its path in the repository."""
        pages = {page.source: page.path for kind in self.kinds for page in kind.pages}
        pictures = {f"{FOLDER}/{path.name}" for path in self.docs.glob("*.svg")}
        return pages | {path: path for path in pictures}

    def _resolve_link(self, page: DocsPage, target: str, line: int) -> str | None:
        """The URL of a link on a page; None if it leads to a file that the site does not have."""
        if _WEB.match(target):
            return target
        address, _, heading = target.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), address))
        path = self._by_source.get(file) if address else page.path
        if path is None:
            name = Path(file).stem
            if file == f"queries/{name}.rq" and name in self.documentation.questions:
                return _relative(page, f"{_path(QUESTIONS)}#{name}")
            if not self._is_in_repository(file):
                self._report(page, line, f"no file {file}; correct the link")
            return None
        if heading:
            self._headings.append((f"{page.place}, line {line}", path, heading))
        url = _relative(page, path) if address else ""
        return f"{url}#{heading}" if heading else url

    def _is_in_repository(self, file: str) -> bool:
        """Whether the repository has a file; true in an installed package, which cannot tell."""
        root = self.docs.parent
        return (root / file).exists() or not (root / "pyproject.toml").is_file()

    def _report(self, page: DocsPage, line: int, problem: str) -> None:
        self.problems.append(f"{page.place}, line {line}: {problem}")

    # names --------------------------------------------------------------------------------------

    def _link_of_code(self, page: DocsPage, code: str, line: int) -> str | None:
        """The URL of what a piece of code in a sentence names: a term, question, command, class."""
        if page.source.startswith(f"{FOLDER}/"):
            for problem in self._unknown_names(code):
                self._report(page, line, problem)
        terms = self.documentation.terms
        if code in terms:
            return _relative(page, terms[code].href)
        words = code.removeprefix("mlops-roles ").split()
        question = words[1] if words[:1] == ["ask"] and len(words) > 1 else code
        if question in self.documentation.questions and ("-" in question or question != code):
            return _relative(page, f"{_path(QUESTIONS)}#{anchor_of_name(question)}")
        if words and words[0] in self.commands:
            return _relative(page, f"{_path(COMMANDS)}#{anchor_of_name(words[0])}")
        call = _CALL.match(code)
        if call and call[1] in self.names and (call[0] != call[1] or call[1][0].isupper()):
            return _relative(page, f"{_path(PYTHON)}#{anchor_of_name(call[1])}")
        return None

    def _unknown_names(self, code: str) -> Iterator[str]:
        """A problem for each command, option, question or term that code names and that is not."""
        program, name = [*code.split(), "", ""][:2]
        is_command = program == "mlops-roles" and name not in ("", "COMMAND")
        if is_command and name not in self.commands:
            yield f"no command {name!r}; correct the name"
        if not program.startswith(OTHER_PROGRAMS):
            for option in sorted(set(_OPTION.findall(code)) - self._options):
                yield f"no command has the option {option}; correct the name"
        is_question = program == "ask" and _NAME.fullmatch(name)
        if is_question and name not in self.documentation.questions:
            yield f"no question {name!r}; correct the name"
        if re.fullmatch(r"mlops:\w+", code) and code not in self.documentation.terms:
            yield f"no term {code} in the vocabulary; correct the name"

    @cached_property
    def _options(self) -> set[str]:
        """The options of all commands."""
        arguments = (a for command in self.commands.values() for a in command.arguments)
        return GLOBAL_OPTIONS | {name for argument in arguments for name in argument.names}


def raise_problems(problems: Sequence[str]) -> None:
    """Raise InputError with the first problems, if there are any."""
    if problems:
        more = (
            f" (and {len(problems) - MAX_PROBLEMS:,} more)" if len(problems) > MAX_PROBLEMS else ""
        )
        raise InputError(" | ".join(problems[:MAX_PROBLEMS]) + more)


def _path(name: str) -> str:
    """The path of a page that is made."""
    return f"{FOLDER}/{name}.html"


def _relative(page: DocsPage, path: str) -> str:
    """The URL of a file of the site on a page."""
    return posixpath.relpath(path, posixpath.dirname(page.path))
