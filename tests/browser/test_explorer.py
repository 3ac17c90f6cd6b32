"""The explorer in Chromium: the picture, tables that sort and filter, languages."""

import threading

import pytest
from support.asserted import links

from mlops_roles.cli.staff_app import staff_sub_app
from mlops_roles.cli.staff_pages import Staff
from mlops_roles.publishing.server import serve
from mlops_roles.publishing.server_options import ServerOptions
from mlops_roles.staff.reading import ReadOptions

pytestmark = pytest.mark.thorough


def rows(page):
    return [row.inner_text() for row in page.locator("tbody tr:visible").all()]


def label(term, language):
    (found,) = (v for v in links("skos:prefLabel")[term] if v.endswith(f"@{language}"))
    return found.rpartition("@")[0].strip('"')


def test_the_picture_is_used_by_keyboard(open_page, disk):
    page = open_page(f"{disk}index.html")
    page.locator("svg.roles.wide a[href^=compare]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/ml-engineer.html#*")
    page.go_back()
    page.click("svg.roles.wide a[href$='ml-engineer.html']:has(text)")
    page.wait_for_url("**/role/ml-engineer.html")


def test_a_small_screen_has_its_own_picture(open_page, disk):
    page = open_page(f"{disk}index.html", viewport={"width": 390, "height": 844})
    assert page.locator("svg.roles.narrow").is_visible()
    assert not page.locator("svg.roles.wide").is_visible()


def test_a_matrix_sorts_and_filters(open_page, disk):
    page = open_page(f"{disk}matrix/index.html")
    first = rows(page)
    sort = page.get_by_role("button", name="Sort by ML Engineer")
    column = page.locator("thead th:has(a[title='role:ml-engineer'])")
    sort.click()
    assert column.get_attribute("aria-sort") == "ascending"
    filled = page.locator("tbody tr td:nth-child(8)").all_inner_texts()
    assert filled == sorted(filled, key=lambda text: not text)
    assert set(filled[:3]) == {"◉"}
    sort.click()
    assert column.get_attribute("aria-sort") == "descending"
    sort.click()
    assert rows(page) == first
    page.get_by_label("Filter skills").fill("data eng")
    left = rows(page)
    assert 0 < len(left) < 20
    assert all("data" in row.lower() and "eng" in row.lower() for row in left)
    assert page.locator("output").inner_text() == f"{len(left)} of {len(first)}"


def test_a_long_index_is_filtered_and_its_groups_open(open_page, disk):
    page = open_page(f"{disk}tool/index.html")
    assert page.locator("dl.list > div:visible").count() == 0
    page.get_by_label("Filter tools").fill("kafka")
    (found,) = page.locator("dl.list > div:visible").all_inner_texts()
    assert "Apache Kafka" in found
    page.get_by_label("Filter tools").fill("")
    assert page.locator("dl.list > div:visible").count() == 0


def test_labels_are_in_the_language_that_one_chose(open_page, disk):
    page = open_page(f"{disk}matrix/index.html")
    page.select_option("#language", "de")
    german = label("skill:api-design", "de")
    page.wait_for_selector(f"tbody th a:text-is('{german}')")
    assert page.get_attribute("a[title='skill:api-design']", "lang") == "de"
    page.goto(f"{disk}role/data-engineer.html")
    page.wait_for_selector(f"h1:has-text('{label('role:data-engineer', 'de')}')")
    page.select_option("#language", "en")
    assert page.locator("h1 span").first.inner_text() == "Data Engineer"


def test_the_comparison_without_script_leads_to_what_is_lacking(chromium, disk):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{disk}compare/index.html")
    assert not page.locator("#compare").is_visible()
    page.click("table a[href='ml-engineer.html#data-scientist']")
    assert page.locator("#data-scientist").is_visible()
    context.close()


def test_the_explorer_leads_back_to_the_pages_about_people(open_page, folder, graph, tmp_path):
    """The secret comes in the fragment, leaves the address, and is known to this tab alone."""
    path = tmp_path / "staff.csv"
    path.write_text("person,title\nAda Okafor,Data Scientist\n")
    secret, part = staff_sub_app(Staff(str(path), graph, ReadOptions()))
    with serve(folder, graph=graph, options=ServerOptions(sub_apps=[part])) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_address[1]}/"
        page = open_page(f"{root}{secret}people")
        page.click("text=Explorer")
        page.wait_for_url(f"**/{graph.version}/index.html")
        page.click("nav[aria-label=Site] a:text('Roles')")
        assert page.evaluate("document.referrer") == ""
        page.click("nav[aria-label=Site] a:text('Staff')")
        assert page.url == f"{root}{secret}"
        assert open_page(f"{root}mlops-roles").locator("text=Staff").count() == 0
        server.shutdown()
