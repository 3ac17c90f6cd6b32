"""The public names of the library, as its stub lists them, with their docstrings.

The sources are read and not imported, so that a page of reference loads no package.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
PACKAGE = Path(__file__).resolve().parents[1]
_PART = re.compile(r"^(Args|Attributes|Returns|Raises|Example|Examples|Yields): *(.*)$")
WIDTH = 88  # characters of a signature in one line


class DocumentedName(NamedTuple):
    """A public class, function or method."""

    name: str  # its name; of a method the name after that of its class
    place: str  # the file and line of its definition
    kind: str  # 'class', 'function', 'method' or 'property'
    signature: str  # how it is called
    text: str  # its docstring as Markdown; empty if it has none
    # the public methods and properties of a class, with those of its bases
    members: tuple[DocumentedName, ...] = ()


def public_names(stub: Path = PACKAGE / "__init__.pyi") -> list[DocumentedName]:
    """Every public name, in the order of the stub."""
    return [
        _documented(*_defined(_file_of(stub.parent, node), alias.name))
        for node in _parse_file(stub).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


@cache
def _parse_file(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _file_of(folder: Path, imported: ast.ImportFrom) -> Path:
    """The file that a relative import in a folder reads."""
    for _ in range(imported.level - 1):
        folder = folder.parent
    path = folder.joinpath(*(imported.module or "").split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _defined(path: Path, name: str) -> tuple[Path, Definition]:
    """The definition of a name in a file, or in the file that it is imported from."""
    for node in _parse_file(path).body:
        if isinstance(node, Definition) and node.name == name:
            return path, node
        if isinstance(node, ast.ImportFrom) and node.level and name in _imported_names(node):
            return _defined(_file_of(path.parent, node), name)
    raise LookupError(f"{path}: no definition of {name}, which mlops_roles/__init__.pyi lists")


def _imported_names(imported: ast.ImportFrom) -> list[str]:
    return [alias.name for alias in imported.names]


def _documented(path: Path, node: Definition, owner: str = "") -> DocumentedName:
    """A definition, with the members of a class."""
    kind = "function"
    members: tuple[DocumentedName, ...] = ()
    if isinstance(node, ast.ClassDef):
        kind, members = "class", tuple(_members(path, node))
    elif owner:
        is_property = any("property" in ast.unparse(d) for d in node.decorator_list)
        kind = "property" if is_property else "method"
    name = f"{owner}.{node.name}" if owner else node.name
    place = f"{path.relative_to(PACKAGE.parent).as_posix()}, line {node.lineno}"
    text = as_markdown(ast.get_docstring(node) or "")
    return DocumentedName(name, place, kind, _signature(node, name, bool(owner)), text, members)


def _members(path: Path, node: ast.ClassDef) -> Iterator[DocumentedName]:
    """The public methods and properties of a class, its own before those of its bases."""
    seen: set[str] = set()
    for file, part in _class_and_bases(path, node):
        functions = (n for n in part.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        for member in functions:
            if not member.name.startswith("_") and member.name not in seen:
                seen.add(member.name)
                yield _documented(file, member, node.name)


def _class_and_bases(path: Path, node: ast.ClassDef) -> Iterator[tuple[Path, ast.ClassDef]]:
    """A class and its bases, as far as they are in this package."""
    yield path, node
    for base in node.bases:
        if isinstance(base, ast.Name):
            try:
                file, found = _defined(path, base.id)
            except LookupError:  # of another package
                continue
            if isinstance(found, ast.ClassDef):
                yield from _class_and_bases(file, found)


def _signature(node: Definition, name: str, owned: bool) -> str:
    """How a function is called, or a class is made, an argument a line if they are many."""
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        return f"class {name}({bases})" if bases else f"class {name}"
    arguments = list(_arguments(node.args))
    if owned and not any(ast.unparse(d) == "staticmethod" for d in node.decorator_list):
        del arguments[0]
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"{name}({', '.join(arguments)}){answer}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in arguments), f"){answer}"])


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    """The arguments as they are written, with the marks '/' and '*'."""
    named = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(named) - len(arguments.defaults)) + list(arguments.defaults)
    for i, (arg, default) in enumerate(zip(named, defaults, strict=True), 1):
        yield _argument(arg, default)
        if i == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield f"*{ast.unparse(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(arg, default)
    if arguments.kwarg:
        yield f"**{ast.unparse(arguments.kwarg)}"


def _argument(arg: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return ast.unparse(arg)
    equals = " = " if arg.annotation else "="
    return f"{ast.unparse(arg)}{equals}{ast.unparse(default)}"


def as_markdown(docstring: str) -> str:
    """A docstring of this package as Markdown: its arguments as a list, its example as code."""
    blocks = [block for block in re.split(r"\n(?=\S)", docstring) if block.strip()]
    return "\n".join(_block(block) for block in blocks).strip()


def _block(block: str) -> str:
    """A paragraph, or a part such as 'Args:' with what is below it."""
    first, _, below = block.partition("\n")
    part = _PART.match(first)
    if not part:
        return block
    if part[1].startswith("Example"):
        code = textwrap.dedent(below).strip()
        return f"\n**Example**\n\n```python\n{code}\n```\n"
    return f"\n**{part[1]}**\n\n{part[2]}\n{_items(textwrap.dedent(below))}\n"


def _items(text: str) -> str:
    """Lines such as 'time: in minutes.' as a list; text without names as it is."""
    return re.sub(r"(?m)^([\w*, ]+?): ", r"- `\1`: ", text)
