"""Draws the map of the rooms into `docs/`, from the imports and the docstrings of the package.

    python docs/draw_rooms.py

Writes `rooms.svg`, and in `architecture.md` the tables between the comments `<!-- … -->`. The
picture is an SVG file of its own, because every code host and every browser shows one, offline
too; Mermaid text would be a picture only where a script may draw it. `tests/test_architecture.py`
fails when either file is out of date.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from textwrap import wrap

import grimp

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "src" / "mlops_roles"
PAGE, PICTURE = DOCS / "architecture.md", DOCS / "rooms.svg"
WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP = 960, 280, 92, 46  # pixels
WRAPPER = {"errors", "io", "ontology", "validation"}  # the rooms that know no person
STYLE = """\
<style>
  text { font: 14px system-ui, sans-serif; fill: #1b2430; text-anchor: middle }
  .name { font-weight: 700; font-size: 17px }
  .box { fill: #eef6f5; stroke: #12706d; stroke-width: 1.5 }
  .wrapper { fill: #fbf0d6; stroke: #7a5200 }
  .arrow { stroke: #56616f; stroke-width: 1.5; marker-end: url(#head) }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0 8 4 0 8z" fill="#56616f"/></marker></defs>
"""
Imports = Counter[tuple[str, str]]  # (importing room, imported room): number of module pairs


def ranks() -> list[list[str]]:
    """The rooms, rank by rank from the top, as the import rule in pyproject.toml lists them."""
    settings = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    return [[room.strip() for room in rank.split("|")] for rank in layers]


def imports() -> Imports:
    """How many modules of each room each room imports."""
    graph = grimp.build_graph(PACKAGE.name, cache_dir=None)
    pairs = (
        (module.split(".")[1], imported.split(".")[1])
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if module.count(".") and imported.count(".")
    )
    rooms = {room for rank in ranks() for room in rank}
    return Counter((a, b) for a, b in pairs if a != b and {a, b} <= rooms)


def reduced(found: Imports) -> list[tuple[str, str]]:
    """The arrows to draw: an import is left out where a way through other rooms implies it."""
    below = {a: {y for x, y in found if x == a} for a, _ in found}

    def reaches(a: str, b: str) -> bool:
        return b in below.get(a, ()) or any(reaches(c, b) for c in below.get(a, ()))

    return [(a, b) for a, b in sorted(found) if not any(reaches(c, b) for c in below[a] - {b})]


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z])", paragraph)[0].rstrip(":.") + "."


def room_file(room: str) -> Path:
    """The file whose docstring says what a room is for."""
    package = PACKAGE / room / "__init__.py"
    return package if package.exists() else PACKAGE / f"{room}.py"


def picture(found: Imports) -> str:
    """The rooms as SVG: one rank below the other, an arrow from a room to what it imports."""
    place = {
        room: (WIDTH * (2 * column + 1) // (2 * len(rank)), row * (BOX_HEIGHT + GAP) + 10)
        for row, rank in enumerate(ranks())
        for column, room in enumerate(rank)
    }
    height = max(y for _, y in place.values()) + BOX_HEIGHT + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>The rooms of mlops_roles, and which imports which</title>",
        STYLE + f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *(_arrow(*place[a], *place[b]) for a, b in reduced(found)),
        *(line for room, (x, y) in place.items() for line in _box(room, x, y)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    shift = (x2 - x1) // 8  # arrows leave a box side by side, and arrive side by side
    start, end = f'x1="{x1 + shift}" y1="{y1 + BOX_HEIGHT}"', f'x2="{x2 - shift}" y2="{y2}"'
    return f'<line class="arrow" {start} {end}/>'


def _box(room: str, x: int, y: int) -> Iterator[str]:
    left = x - BOX_WIDTH // 2
    kind = "box wrapper" if room in WRAPPER else "box"
    size = f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}"'
    yield f'<rect class="{kind}" x="{left}" y="{y}" {size} rx="6"/>'
    yield f'<text class="name" x="{x}" y="{y + 24}">{room}</text>'
    for number, line in enumerate(wrap(first_sentence(room_file(room)), 34)[:3]):
        yield f'<text x="{x}" y="{y + 45 + 18 * number}">{escape(line)}</text>'


def import_table(found: Imports) -> str:
    """How many imports lead from each room (row) to each other (column)."""
    rooms = [room for rank in ranks() for room in rank]
    lines = [
        f"| imports from | {' | '.join(rooms[1:])} |",
        f"|---|{'--:|' * (len(rooms) - 1)}",
        *(
            f"| **{room}** | {' | '.join(str(found[room, other] or '') for other in rooms[1:])} |"
            for room in rooms[:-1]
        ),
    ]
    return "\n".join(lines)


def module_tables() -> str:
    """For each room its purpose, and a table of its modules with theirs."""
    return "\n\n".join(_module_table(room) for rank in ranks() for room in rank)


def _module_table(room: str) -> str:
    lines = [f"### {room}", "", first_sentence(room_file(room))]
    modules = [p for p in sorted((PACKAGE / room).rglob("*.py")) if p.name != "__init__.py"]
    if modules:
        lines += ["", "| module | purpose |", "|---|---|"]
    for path in modules:
        name = path.relative_to(PACKAGE / room).with_suffix("").as_posix()
        link = f"../src/mlops_roles/{room}/{name}.py"
        lines.append(f"| [`{name}`]({link}) | {first_sentence(path).replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def drawn() -> dict[Path, str]:
    """The files as they should be."""
    found = imports()
    page = PAGE.read_text("utf-8")
    for name, text in (("imports", import_table(found)), ("modules", module_tables())):
        between = rf"(?s)(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)"
        page = re.sub(between, lambda _, text=text: f"\n{text}\n\n", page)
    return {PICTURE: picture(found), PAGE: page}


if __name__ == "__main__":
    for path, text in drawn().items():
        path.write_text(text, encoding="utf-8", newline="\n")
