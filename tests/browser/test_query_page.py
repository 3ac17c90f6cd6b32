"""The query page, clicked through."""

import csv
import io
import json
import re

import pytest

from mlops_roles import ask

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("needs_engine")]
STATUS, ROWS = "[data-part=status]", "[data-part=table] tbody tr"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
NO_WORKER = "window.Worker = class { constructor() { throw new Error('refused') } };"


def wait_for(page, text):
    expect(page.locator(STATUS)).to_contain_text(text, timeout=60_000)


def rows(page):
    return [row.split("\t") for row in page.locator(ROWS).all_inner_texts()]


def write(page, text):
    """Write a query into the editor."""
    page.locator("[data-part=editor] .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def download(page, part):
    with page.expect_download() as found:
        page.locator(f"[data-part={part}]").click()
    return found.value.path().read_text("utf-8")


def test_a_question_of_the_menu_is_answered_and_its_link_repeats_it(open_page, disk, web):
    page = open_page(f"{disk}query/index.html")
    page.select_option("#question", "tasks-of-role")
    page.fill("#parameter-role", "R7")
    page.click("[data-part=run]")
    wait_for(page, "rows in")
    expected = ask("tasks-of-role", role="R7").rows
    assert [row[1] for row in rows(page)] == [row["task"] for row in expected]
    assert [r["task"] for r in csv.DictReader(io.StringIO(download(page, "csv")))] == [
        row["task"] for row in expected
    ]
    assert json.loads(download(page, "json")) == expected
    link = page.get_attribute("[data-part=link]", "href")
    assert link == "#question=tasks-of-role&role=R7"
    again = open_page(f"{web}query/index.html{link}")
    wait_for(again, "rows in")
    assert rows(again) == rows(page)
    again.select_option("#parameter-how", "manages")
    again.click("[data-part=run]")
    expect(again.locator(ROWS)).to_have_count(2, timeout=60_000)
    assert {row[3] for row in rows(again)} == {"manages"}
    again.click(f"{ROWS}:first-child td:nth-child(2) a")
    again.wait_for_url("**/task/*.html")


def test_an_own_query_is_answered_or_its_mistake_named(open_page, disk):
    page = open_page(f"{disk}query/index.html")
    write(page, "SELECT ?role { ?role a mlops:Role ")
    page.keyboard.press("Control+Enter")
    wait_for(page, "expected")
    assert "error" in page.get_attribute(STATUS, "class")
    write(page, "SELECT ?role { ?role a mlops:Role ; skos:notation 'R7' }")
    page.click("[data-part=run]")
    wait_for(page, "1 row in")
    assert rows(page) == [["role:ml-engineer"]]
    again = open_page(f"{disk}query/index.html{page.get_attribute('[data-part=link]', 'href')}")
    wait_for(again, "1 row in")
    assert rows(again) == [["role:ml-engineer"]]


def test_the_editor_completes_terms(open_page, disk):
    page = open_page(f"{disk}query/index.html")
    write(page, "SELECT * { role:ml-e")
    page.keyboard.type("n")
    page.locator(".cm-tooltip-autocomplete li", has_text="role:ml-engineer").click()
    assert "role:ml-engineer" in page.locator(".cm-content").inner_text()


def test_a_graph_is_drawn_and_leads_to_the_pages_of_terms(open_page, disk):
    page = open_page(f"{disk}role/ml-engineer.html")
    page.click("text=Ask about this")
    wait_for(page, "rows in")
    assert page.locator(".picture rect").count() > 10
    page.wait_for_selector("[data-part=suggested] a:text('skills-of-role')")
    assert "<https://w3id.org" in download(page, "triples")
    page.locator(".picture a", has_text="Data Engineer").first.click()
    page.wait_for_url("**/role/data-engineer.html")
    page.go_back()
    wait_for(page, "rows in")
    page.click("[data-part=suggested] a:text('skills-of-role')")
    wait_for(page, "rows in")
    assert page.input_value("#question") == "skills-of-role"


def test_a_query_is_stopped_and_the_next_one_runs(open_page, disk):
    page = open_page(f"{disk}query/index.html")
    write(page, SLOW)
    page.click("[data-part=run]")
    wait_for(page, "Running")
    page.click("[data-part=stop]")
    wait_for(page, "Stopped")
    write(page, "ASK { ?x a mlops:Role }")
    page.click("[data-part=run]")
    wait_for(page, "1 row in")
    assert rows(page) == [["true"]]


def test_without_a_worker_the_query_runs_in_the_page(open_page, disk):
    page = open_page(f"{disk}query/index.html#question=roles", NO_WORKER)
    wait_for(page, "allows no worker")
    assert len(rows(page)) == len(ask("roles"))


def test_the_page_asks_the_endpoint_of_a_server(open_page, served):
    page = open_page(f"{served}query/index.html#question=tasks-of-role&role=R7")
    wait_for(page, "rows in")
    here = rows(page)
    page.check("[value=endpoint]")
    page.click("[data-part=run]")
    wait_for(page, "from the endpoint")
    assert rows(page) == here
    page.goto(f"{served}query/index.html#about=role:ml-engineer")
    wait_for(page, "rows in")
    page.check("[value=endpoint]")
    page.click("[data-part=run]")
    wait_for(page, "from the endpoint")
    assert page.locator(".picture rect").count() > 10


def test_a_value_that_no_term_has_is_named(open_page, disk):
    page = open_page(f"{disk}query/index.html#question=tasks-of-role&role=R99")
    wait_for(page, 'no role is called "R99"')
    assert page.get_attribute("#parameter-role", "aria-invalid") == "true"


def test_the_engine_is_loaded_on_this_page_only(files):
    script = re.compile(rb"<script src=[^>]*vendor/")
    with_vendor = [path for path in files if path.endswith(".html") and script.search(files[path])]
    assert with_vendor == ["query/index.html"]
