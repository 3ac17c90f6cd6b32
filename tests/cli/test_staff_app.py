"""The pages about people of `serve --staff`: behind a token, live, and without names if asked."""

import html
import re
from urllib.parse import quote_plus

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mlops_roles.cli.staff_app import staff_sub_app
from mlops_roles.cli.staff_pages import Staff
from mlops_roles.staff.privacy import Pseudonyms
from mlops_roles.staff.reading import ReadOptions

TOKEN, HOST = "a-token-that-is-long", "127.0.0.1:8000"
ROWS = """person,title,unit,skills,lacks
Ada Okafor,Data Scientist,Analytics,machine learning; statistics; Python,
Ben Lindqvist,ML Engineer,Platform,Python; SQL,model deployment
Cora Weiß,Data Engineer,Platform,SQL; Spark,
"""
NAMES = ("Ada Okafor", "Okafor", "Ben Lindqvist", "Lindqvist", "Cora Weiß", "Weiß")
PAGES = ("", "people", "roles", "role?role=ml-engineer", "units", "whatif", "report")


def client_of(staff):
    _, make = staff_sub_app(staff, TOKEN)
    app = Starlette(routes=make([HOST]).routes)
    return TestClient(app, base_url=f"http://{HOST}/staff/{TOKEN}/")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("staff") / "staff.csv"
    path.write_text(ROWS, "utf-8")
    return path


@pytest.fixture(scope="module")
def client(file, graph):
    return client_of(Staff(str(file), graph, ReadOptions()))


@pytest.fixture(scope="module")
def hidden(file, graph):
    return client_of(Staff(str(file), graph, ReadOptions(), Pseudonyms.random()))


def text_of(answer):
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_there_and_may_do_nothing(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy or page == "report"


def test_the_links_of_the_pages_lead_to_pages(client):
    seen = set()
    for page in PAGES:
        for link in re.findall(r'href="([^"#:]+)"', client.get(page).text):
            if link.partition("?")[0] not in {known.partition("?")[0] for known in seen}:
                seen.add(link)
                assert client.get(html.unescape(link)).status_code == 200, link
    assert len(seen) >= 7


def test_pages_say_what_the_commands_say(client):
    assert "Ben Lindqvist" in text_of(client.get("role?role=ml-engineer"))
    person = text_of(client.get("person?name=Ada Okafor"))
    assert "Data Scientist" in person
    certificate = text_of(client.get("certificate?person=ben lindqvist&role=ml-engineer"))
    assert "Ben Lindqvist" in certificate
    assert "no" in certificate.split()
    assert "Platform" in text_of(client.get("units"))
    assert "ML Engineer" in text_of(client.get("people"))


def test_a_role_that_a_title_may_mean_or_resembles_is_not_held(tmp_path, graph):
    path = tmp_path / "staff.csv"
    path.write_text("person,title\nAda,MLOps Engineer\nBen,Product Owner\nCora,Data Engineer\n")
    page = client_of(Staff(str(path), graph, ReadOptions())).get("people").text
    rows = [text_of_row.split("<bdi>")[-1] for text_of_row in page.split("</tr>")[1:-1]]
    assert [row.partition("<")[0] for row in rows] == [
        "ambiguous: DevOps Engineer or ML Engineer",
        "similar to Business Stakeholder",
        "Data Engineer",
    ]


def test_a_change_is_supposed_by_a_form(client):
    form = client.get("whatif").text
    assert '<form method="get" action="whatif">' in form
    assert "<option value=" in form
    found = text_of(client.get("whatif?person=Ada+Okafor&skill=sql&hire=&leave="))
    assert "Ada Okafor" in found
    assert "learns" in found
    assert "/staff.csv" not in found
    for wrong in ("leave=Nobody", "hire=juggler", "person=Ada+Okafor"):
        answer = client.get(f"whatif?{wrong}")
        assert 'role="alert"' in answer.text, wrong


@pytest.mark.parametrize(
    "path", [f"/staff/{TOKEN[:-1]}/", f"/staff/{TOKEN}x/people", "/staff//people", "/staff/x/y"]
)
def test_without_the_token_there_is_nothing(client, path):
    answer = client.get(f"http://{HOST}{path}")
    assert answer.status_code == 404
    assert not any(name in answer.text for name in NAMES)


def test_a_request_in_another_name_is_misdirected(client):
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:1"):
        assert client.get("people", headers={"Host": host}).status_code == 421


def test_a_token_is_new_and_long(file, graph):
    staff = Staff(str(file), graph, ReadOptions())
    paths = {staff_sub_app(staff)[0] for _ in range(10)}
    assert len(paths) == 10
    assert all(len(path) > len("staff//") + 30 for path in paths)


def test_no_page_has_a_name_if_people_have_pseudonyms(hidden):
    shown = re.findall(r"person-[0-9a-f]{16}", hidden.get("people").text)
    assert len(set(shown)) == 3
    more = [f"person?name={shown[0]}", f"certificate?person={shown[0]}&role=ml-engineer"]
    more += [f"whatif?leave={shown[0]}&person={shown[0]}&skill=sql"]
    asked = [f"person?name={quote_plus(name)}" for name in NAMES[:2]]
    for page in (*PAGES, *more, *asked):
        answer = hidden.get(page)
        assert not any(name in answer.text for name in NAMES), page
        assert answer.status_code == (404 if page in asked else 200), page


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    """A staff file of two units, one of which has under 5 people."""
    rows = [f"Nadia {n},Data Scientist,Large,Python" for n in range(7)]
    rows += [f"Omar {n},ML Engineer,Small,SQL" for n in range(3)]
    path = tmp_path_factory.mktemp("groups") / "of-omar.csv"
    path.write_text("\n".join(["person,title,unit,skills", *rows]), "utf-8")
    return path


@pytest.mark.parametrize("public", [False, True])
def test_small_groups_and_single_people_are_on_no_page(groups, graph, public):
    hidden = Pseudonyms.random() if public else None
    client = client_of(Staff(str(groups), graph, ReadOptions(), hidden, not public, public))
    shown = {page: client.get(page) for page in ("", "roles", "role?role=ml-engineer", "units")}
    shown["report"] = client.get("report")
    for page, answer in shown.items():
        assert answer.status_code == 200, page
        assert not re.search("Nadia|Omar|Small", answer.text), page
        assert ("of-omar" in answer.text) <= (not public), page
        assert ("Large" in answer.text) <= (not public), page
    assert "&lt;5" in shown["roles"].text
    assert "5+" in shown["units"].text
    nothing = ("people", "person?name=Omar 0", "certificate?person=Omar 0&role=R7", "whatif")
    for page in nothing:
        assert client.get(page).status_code == 404
        assert f'href="{page}"' not in shown[""].text
    command = client.get("role?role=ml-engineer").text
    assert "certificate?" not in command


def test_the_way_to_the_explorer_has_the_token_where_no_request_has_it(client):
    page = client.get("people")
    (link,) = re.findall(r'href="([^"]+)">Explorer<', page.text)
    assert link.partition("#")[0] == "../../mlops-roles"
    assert TOKEN not in link.partition("#")[0]
    assert all(client.get(path).headers["Referrer-Policy"] == "no-referrer" for path in PAGES)


def test_the_pages_follow_the_file(tmp_path, graph):
    path = tmp_path / "staff.csv"
    path.write_text(ROWS, "utf-8")
    client = client_of(Staff(str(path), graph, ReadOptions()))
    assert "Dan" not in client.get("people").text
    path.write_text(ROWS + "Dan Müller,Data Scientist,Analytics,,\n", "utf-8")
    assert "Dan Müller" in client.get("people").text
    path.unlink()
    assert client.get("people").status_code in (400, 503)
    assert str(tmp_path) not in client.get("people").text


def test_what_people_wrote_is_shown_as_text(tmp_path, graph):
    path = tmp_path / "staff.csv"
    path.write_text('person,title\n"<script>alert(1)</script>",Data Scientist\n', "utf-8")
    client = client_of(Staff(str(path), graph, ReadOptions()))
    for page in ("people", "role?role=data-scientist", "whatif?leave=<script>alert(1)</script>"):
        assert "<script>alert" not in client.get(page).text
    assert client.get("person?name=<b>x</b>").status_code == 404
