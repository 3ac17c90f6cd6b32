"""Reports of sections: text that fits a terminal, Markdown, HTML."""

import re

import pytest

from mlops_roles.io.sections import format_sections
from mlops_roles.io.text import counted, format_rows

ROWS = [
    {"name": "Ada <b>", "note": "one two three four five six " * 5, "n": 1},
    {"name": "Ben", "note": "", "n": 20},
]
COLUMNS = ["name", "note", "n"]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 98, 200])
def test_a_table_fits_a_terminal_and_loses_no_word(width):
    text = format_rows(ROWS, COLUMNS, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("four") == 5
    assert {"Ada", "Ben", "20"} <= set(text.split())


@pytest.mark.parametrize("width", [60, 66, 72])
def test_a_column_stays_as_wide_as_its_longest_word(width):
    row = {"skills": "for infrastructure; containerisation", "unit": "Data"}
    row |= {f"tasks{i}": "a b c " * 20 for i in range(3)}
    words = format_rows([row], list(row), width=width).split()
    assert {"infrastructure;", "containerisation"} <= set(words)


def test_a_table_without_a_width_has_a_line_for_each_row():
    assert len(format_rows(ROWS, COLUMNS).splitlines()) == 4


def test_many_columns_in_little_space_become_blocks():
    row = {f"column{i}": f"value{i}" for i in range(30)}
    text = format_rows([row, row], list(row), width=60)
    assert text.splitlines()[0] == "column0: value0"
    assert text.count("\n\n") == 1


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_a_report_has_headings_sentences_and_cells(form):
    text = format_sections([("Title", ["A sentence."], ROWS), ("Empty", [], [])], form)
    for part in ("Title", "A sentence.", "Empty", "Ben"):
        assert part in text


def test_html_is_escaped_and_loads_nothing():
    text = format_sections([("A <i>", ["<script>alert(1)</script>"], ROWS)], "html")
    assert "Ada &lt;b&gt;" in text
    assert not re.search(r"<script|<i>|<b>|src=|https?://", text)
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_a_part_of_a_page_has_no_style_of_its_own():
    part = format_sections([("A", [], ROWS)], "html", whole=False)
    assert "<table" in part
    assert not re.search(r"<style|<html|<body", part)


def test_a_number_has_its_noun():
    assert [counted(n, "person", "people") for n in (0, 1, 2)] == [
        "0 people",
        "1 person",
        "2 people",
    ]
