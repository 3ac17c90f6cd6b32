"""`docs/architecture.md` is up to date: its picture, tables, functions and files."""

import importlib
import re
import runpy
import xml.etree.ElementTree as ET
from functools import cache

import pytest
from support.asserted import ROOT

from mlops_roles import ask

PAGE = ROOT / "docs" / "architecture.md"
SOURCE = ROOT / "src" / "mlops_roles"
MAPS = runpy.run_path(str(ROOT / "docs" / "draw_rooms.py"))


@cache
def drawn():
    return MAPS["drawn"]()


@pytest.mark.parametrize("name", ["rooms.svg", "architecture.md"])
def test_the_map_is_up_to_date(name):
    """Run `python docs/draw_rooms.py` if this fails."""
    path = ROOT / "docs" / name
    assert path.read_text("utf-8") == drawn()[path]


def test_the_picture_of_the_roles_is_up_to_date():
    """Run `python docs/draw_roles.py` if this fails."""
    picture = runpy.run_path(str(ROOT / "docs" / "draw_roles.py"))["picture"]()
    assert (ROOT / "docs" / "roles.svg").read_text("utf-8") == picture
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.count('class="name"') == len(ask("roles"))
    assert picture.count('class="arrow"') == len(ask("roles-incorporated"))


def test_the_picture_shows_every_room_and_an_arrow_for_every_import():
    picture, imports = drawn()[ROOT / "docs" / "rooms.svg"], MAPS["imports"]()
    arrows = MAPS["reduced"](imports)
    names = re.findall(r'class="name".*?>(\w+)<', picture)
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert sorted(names) == sorted(room for rank in MAPS["ranks"]() for room in rank)
    assert picture.count('class="arrow"') == len(arrows)
    implied = set(arrows)
    while more := {(a, d) for a, b in implied for c, d in implied if b == c} - implied:
        implied |= more
    assert set(arrows) <= set(imports) <= implied


def names_in_prose():
    """The functions and modules that the page names as `room.module.function`."""
    rooms = "|".join(room for rank in MAPS["ranks"]() for room in rank)
    return sorted(set(re.findall(rf"`((?:{rooms})\.(?!py\b)[\w.]+)`", PAGE.read_text("utf-8"))))


def test_the_page_names_functions():
    assert len(names_in_prose()) > 25


@pytest.mark.parametrize("name", names_in_prose())
def test_a_function_named_on_the_page_exists(name):
    parts = ["mlops_roles", *name.split(".")]
    module = max(n for n in range(1, len(parts) + 1) if is_module(parts[:n]))
    found = importlib.import_module(".".join(parts[:module]))
    for part in parts[module:]:
        found = getattr(found, part)
    assert found is not None


def is_module(parts):
    path = SOURCE.parent.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").exists()


def paths_named():
    """The paths that a page of the documentation names, as (page, path)."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    folders = "src|tests|docs|bench|examples|ontology|shapes|queries"
    return [
        (page.name, path)
        for page in pages
        for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text("utf-8"))
    ]


def test_every_file_or_folder_named_in_the_documentation_exists():
    assert len(paths_named()) > 20
    assert [(page, path) for page, path in paths_named() if not (ROOT / path).exists()] == []


def test_every_link_between_pages_leads_to_a_file():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    ]
    assert len(links) > 50
    assert [(p.name, link) for p, link in links if not (p.parent / link).exists()] == []
