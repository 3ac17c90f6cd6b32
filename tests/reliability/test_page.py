"""The page of reliability says what was measured, and what was measured keeps the promises."""

import pytest

from tests.reliability.__main__ import PAGE, is_kept, page, promises
from tests.reliability.figures import Figure, figures

PROMISED = [figure for promise in promises() for figure in promise["figures"]]


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.reliability"


def test_each_figure_is_promised_and_has_a_name_of_its_own():
    names = [figure["name"] for figure in PROMISED]
    assert len(names) == len(set(names)) > 25
    assert set(figures()) <= set(names)


@pytest.mark.parametrize("promised", PROMISED, ids=lambda promised: promised["name"])
def test_what_was_measured_is_as_promised(promised):
    figure = figures().get(promised["name"])
    assert figure is None or is_kept(promised, figure)


def test_a_figure_below_its_promise_is_not_kept():
    figure = Figure("x", "94", "100", "cases", "", "2026-11-29", "")
    assert is_kept({"least": 94}, figure)
    assert not is_kept({"least": 95}, figure)
    assert not is_kept({"most": 93}, figure)
