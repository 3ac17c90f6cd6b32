"""The page in which a person decides on proposed mappings."""

import json
import re
from pathlib import Path

import pytest

from mlops_roles import read_mappings
from mlops_roles.cli.main import main

SOURCE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix v: <urn:v:> .
v:job a org:Role ; skos:prefLabel "Data Scientist"@en .
v:plumber a org:Role ; skos:prefLabel "Data Engineer"@en ;
  skos:altLabel "</script><script>alert(1)</script>"@en .
v:odd a org:Role ; skos:prefLabel "Machine Learning Engineer"@en , "<b>Ingenieur</b>"@de .
"""
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    (folder / "jobs.ttl").write_text(SOURCE)
    assert main(["link", str(folder / "jobs.ttl"), "--output", str(folder / "review.html")]) == 0
    return folder / "review.html"


def test_the_page_holds_the_proposals_and_only_its_own_script(page):
    html = page.read_text()
    assert html.count("<script") == 2, "its data and its script"
    assert "alert(1)</script>" not in html
    assert "<b>Ingenieur" not in html
    assert "unsafe-inline' script" not in html
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.S)[1])
    assert {row["subject_id"] for row in data["rows"]} >= {"v:job", "v:plumber"}
    assert {"tool:", "role:"} <= {
        f"{line[3:].split(':')[0]}:" for line in data["header"].split("\n")
    }


def test_decisions_by_keyboard_are_saved_as_a_mapping_set(page, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=options)
        shown = browser.new_page()
        problems = []
        shown.on("console", lambda message: problems.append(message.text))
        shown.on("pageerror", lambda error: problems.append(str(error)))
        shown.goto(page.as_uri())
        shown.fill("#reviewer", "Ann")
        shown.focus("tbody tr:first-child")
        for key in ("a", "r", "c"):
            shown.keyboard.press(key)
        shown.keyboard.press("Tab")
        shown.keyboard.type("tool:php")
        shown.keyboard.press("Enter")
        count = shown.inner_text("#state")
        with shown.expect_download() as saved:
            shown.click("text=Save as")
        saved.value.save_as(tmp_path / "jobs.sssom.tsv")
        browser.close()
    assert problems == []
    found = read_mappings(tmp_path / "jobs.sssom.tsv")
    assert count == f"3 of {len(found.mappings)} decided"
    decided = found.reviewed
    assert [row.negated for row in decided] == [False, True, False]
    assert {row.decided_by for row in decided} == {"Ann"}
    assert decided[2].cells["object_id"] == "tool:php"
    assert decided[2].cells["object_label"] == ""
