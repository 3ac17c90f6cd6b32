"""What an audit's report shows, and what must never act in it."""

import base64
import copy
import hashlib
import io
import re
from html.parser import HTMLParser

import openpyxl
import pytest

from mlops_roles import InputError
from mlops_roles.cli.views.page import LISTED
from mlops_roles.cli.views.people import format_with_the_rest
from mlops_roles.cli.views.report import audit_workbook, report
from mlops_roles.io.sections import WIDTH

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> "
    "[link](http://evil.example/) | `code` \u202egnp\x1b[31m"
)
VOID = {"meta", "wbr", "br", "img", "link", "input", "hr"}
FORMATS = ("table", "md", "html")


def _cover(people, **more):
    return {
        "people": people,
        "lacking": 0,
        "unrecorded": 0,
        "state": ("uncovered", "single", "covered")[min(people, 2)],
        **more,
    }


def _person(name, **missing):
    absent = {
        "holds": ["cook"],
        "lacking": [],
        "evidence": [],
        "unrecorded": [],
        "parts": [],
    } | missing
    return {"person": name, "line": 7, "verdict": "missing", "recorded": 1, "required": 4, **absent}


def _holder(name, **more):
    person = {"person": name, "line": 7, "unit": "Oven", "title": "Baker"}
    how = {"by": "title", "written": "Baker", "through": None}
    return person | how | {"recorded": 1, "evident": 1, "lacking": 1, "required": 4} | more


def _staff_member(name, **more):
    counts = {"recorded": 1, "evident": 1, "lacking": 1, "required": 4, "verdict": "missing"}
    missing = {"lacking": ["malting"], "evidence": ["kneading"], "unrecorded": ["tasting"]}
    parts = [{"role": "cook", "own": False, "recorded": 1, "required": 2}]
    roles = [
        {"role": "baker", "held": True, **counts, "missing": missing},
        {"role": "brewer", "held": False, **counts, "missing": missing, "parts": parts},
        {"role": "cook", "held": False, **counts, "verdict": "likely"},
    ]
    return {
        **{"person": name, "line": 7, "unit": "Oven", "title": "Baker", "status": "certain"},
        **{"meant": ["baker"], "similar": [], "broader": [], "roles": roles, "next": "brewer"},
    } | more


UNIT = {
    **{"unit": "Oven", "people": 9, "open_posts": 1, "roles": 1, "tasks": 1, "skills": 2},
    **{"single_tasks": 0, "single_skills": 1, "bus_factor": 5, "held": {"baker": 5}},
}
DATA = {
    "holders": {"baker": [_holder("Ann"), _holder("Ben")], "cook": [_holder("Cem")]},
    "people": [_staff_member("Ann"), _staff_member("Ben"), _staff_member("Cem")],
    "single_points": [
        {"person": "Cem", "line": 7, "unit": "Oven", "title": "Cook"}
        | {"alone": {"role": ["cook"], "task": ["stew"], "skill": ["stirring"]}}
    ],
    "units": [UNIT],
    "open_posts": [
        {"title": "Brewer", "unit": "Oven", "posts": 2, "status": "certain", "roles": ["brewer"]}
    ],
    "bus_factor": 1,
    "totals": {"units": 1, "single_points": 1, "open_posts": 1},
    "note": "An aid, to be reviewed.",
    "file": "staff.csv",
    "ontology": "9.9.9",
    "reading": {"file": "staff.csv", "layout": "one row a person", "columns": [], "left_out": {}},
    "rows": {"read": 4321, "used": 4310, "rejected": 11},
    "titles": {"certain": 4000, "ambiguous": 300, "none": 10},
    "unmatched_skills": {"Frobnicator": 17},
    "roles": {
        "baker": _cover(5, similar=2, able=3),
        "brewer": _cover(0, evidence=6),
        "cook": _cover(1),
    },
    "tasks": {"bake": _cover(5), "brew": _cover(0), "stew": _cover(1)},
    "skills": {
        "kneading": _cover(1234),
        "malting": _cover(0, evidence=8),
        "tasting": _cover(0),
        "stirring": _cover(1),
    },
    "steps": {
        "plan": {"people": 2345, "state": "covered"},
        "shop": {"people": 1, "state": "single"},
        "serve": {"people": 0, "state": "uncovered"},
    }
    | {"cool": {"people": 0, "state": "unassigned"}, "rise": {"people": 0, "state": "unassigned"}},
    "workflow": [
        {
            "zone": "a",
            "notation": "A",
            "label": "Kitchen",
            "steps": [
                {
                    "step": "plan",
                    "notation": "1",
                    "label": "Plan the menu",
                    "roles": {"acts": ["baker", "cook"]},
                },
                {
                    "step": "shop",
                    "notation": "2",
                    "label": "Buy flour",
                    "roles": {"either-or": ["baker", "cook"]},
                },
            ],
        },
        {
            "zone": "b",
            "notation": "B",
            "label": "Dining room",
            "steps": [
                {"step": "serve", "notation": "3", "label": "Serve", "roles": {"acts": ["brewer"]}},
                {"step": "cool", "notation": "X1", "label": "Let it cool", "roles": {}},
                {
                    "step": "rise",
                    "notation": None,
                    "label": None,
                    "roles": {"supports": ["baker"], "receives": ["cook"]},
                },
            ],
        },
    ],
    "marks": {"either-or": "either-or: one of some roles acts (ns:Choice)"},
    "open_titles": [
        {
            "title": "Chef?",
            "status": "ambiguous",
            "roles": ["baker", "cook"],
            "reasons": ["two roles"],
            "people": 13,
        }
    ],
    "nearest": {
        "baker": [
            _person("Ann", lacking=["malting"], evidence=["kneading"], unrecorded=["tasting"])
        ],
        "brewer": [],
        "cook": [],
    },
    "rejected": [{"file": "staff.csv", "line": 99, "reason": "no person", "fix": "fill it in"}],
    "labels": {
        "baker": "Master Baker",
        "brewer": "Brewer",
        "cook": "Cook",
        "malting": "malting of barley",
        "brew": "Brew the beer",
    },
    "requires": {
        "baker": ["kneading", "malting", "tasting"],
        "brewer": ["malting", "tasting"],
        "cook": ["stirring"],
    },
    "performs": {"baker": ["bake"], "brewer": ["brew"], "cook": ["stew"]},
}


class _Page(HTMLParser):
    """The tags of a page, its text, and whether each end tag closes the tag opened last."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()} closes another tag"

    def handle_data(self, data):
        self.words.append(data)


def _with(**changes):
    return copy.deepcopy(DATA) | changes


def _hostile():
    """The data with a hostile text wherever people write."""
    return _with(
        file=HOSTILE,
        reading={
            "file": HOSTILE,
            "layout": HOSTILE,
            "columns": [
                {"heading": HOSTILE, "column": HOSTILE, "how": HOSTILE},
                {"heading": HOSTILE, "column": None, "how": "not read", "why": "x", "fix": HOSTILE},
            ],
            "open_roles": {HOSTILE: 1},
            "notes": [HOSTILE],
            "left_out": {},
        },
        unmatched_skills={HOSTILE: 1},
        open_titles=[
            {"title": HOSTILE, "status": "none", "roles": [], "reasons": [HOSTILE], "people": 1}
        ],
        nearest={"baker": [_person(HOSTILE)]},
        holders={"baker": [_holder(HOSTILE, unit=HOSTILE, title=HOSTILE, written=HOSTILE)]},
        people=[_staff_member(HOSTILE, unit=HOSTILE, title=HOSTILE)],
        single_points=[
            {"person": HOSTILE, "line": 7, "unit": HOSTILE, "title": HOSTILE}
            | {"alone": {"role": ["baker"]}}
        ],
        units=[UNIT | {"unit": HOSTILE}],
        open_posts=[DATA["open_posts"][0] | {"title": HOSTILE, "unit": HOSTILE}],
        rejected=[{"file": HOSTILE, "line": 1, "reason": HOSTILE, "fix": HOSTILE}],
        labels={"baker": HOSTILE, "malting": HOSTILE, "brew": HOSTILE},
        workflow=[
            {
                "zone": "a",
                "notation": HOSTILE,
                "label": HOSTILE,
                "steps": [
                    DATA["workflow"][0]["steps"][0] | {"label": HOSTILE, "notation": HOSTILE}
                ],
            }
        ],
    )


def _empty():
    groups = (
        "unmatched_skills",
        "holders",
        "totals",
        "roles",
        "tasks",
        "skills",
        "steps",
        "nearest",
        "requires",
        "performs",
    )
    counts = {key: dict.fromkeys(DATA[key], 0) for key in ("rows", "titles")}
    names = (
        "open_titles",
        "rejected",
        "workflow",
        "people",
        "single_points",
        "units",
        "open_posts",
    )
    lists = {key: [] for key in names}
    return _with(**lists, **counts, **{key: {} for key in groups})


def test_hostile_text_adds_no_tag_or_attribute_to_html():
    page = _Page(report(_hostile(), "html"))
    assert {"table", "svg", "bdi"} <= set(page.tags)
    assert "img" not in page.tags
    assert page.tags.count("script") == 1
    assert [
        value for name, value in page.attributes if name == "href" and not value.startswith("#")
    ] == []
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "".join(page.words).count("<script>alert(1)</script>") >= 9


def test_hostile_text_is_escaped_in_markdown():
    text = report(_hostile(), "md")
    assert r"\<script\>" in text
    assert r"\[link\]" in text
    assert not re.search(r"(?<!\\)[<>`]", text), "a character that acts is not escaped"


@pytest.mark.parametrize("form", FORMATS)
def test_control_and_bidirectional_characters_never_reach_the_report(form):
    text = report(_hostile(), form)
    assert "\ufffd" in text
    assert not {"\u202e", "\x1b"} & set(text)


@pytest.mark.parametrize("form", FORMATS)
def test_long_text_is_truncated(form):
    text = report(_with(open_titles=[DATA["open_titles"][0] | {"title": "x" * 1_000_000}]), form)
    assert "x" * 60 in text.replace("\n", "")
    assert len(text) < 100_000


def test_a_table_lists_every_role_with_its_people():
    text = report(DATA, "table")
    rows = {
        label: re.search(rf"^{label} .*$", text, re.M)
        for label in ("Master Baker", "Brewer", "Cook")
    }
    assert all(rows.values()), rows
    assert rows["Master Baker"].group().split()[2:] == ["5", "2", "3", "0", "covered"]
    assert rows["Brewer"].group().split()[1:] == ["0", "0", "0", "6", "NOBODY"]


def test_markdown_lists_every_role_in_a_row():
    text = report(DATA, "md")
    assert "| Master Baker | 5 | 2 | 3 | 0 | covered |" in text
    assert "| Brewer | 0 | 0 | 0 | 6 | NOBODY |" in text
    assert "| Cook | 1 | 0 | 0 | 0 | one person |" in text


def test_html_lists_every_role_in_a_row():
    text = report(DATA, "html")
    rows = re.findall(
        r'<tr><th scope="row">(.*?)</th><td class="n" data-of="people">(.*?)</td>'
        r'\s*<td><span class="badge (\w+)"',
        text,
    )
    assert rows == [
        ("Master Baker", "5", "covered"),
        ("Brewer", "0", "uncovered"),
        ("Cook", "1", "single"),
    ]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "shown",
    [
        "4,321",
        "4,310",
        "9.9.9",
        "Frobnicator",
        "Chef?",
        "two roles",
        "Ann",
        "malting of barley",
        "Cem",
        "Oven",
        "Single points of failure",
        "Open posts",
        "fill it in",
        "An aid",
    ],
)
def test_the_data_is_shown_in_every_form(form, shown):
    assert shown in report(DATA, form)


def test_the_heat_map_colours_people_and_hatches_tools_alone():
    body = re.search(r'<table class="heat">.*?</table>', report(DATA, "html"), re.S).group()
    rows = dict(
        re.findall(
            r'<tr><th scope="row">(.*?)</th>\n(.*?)<td class="side">',
            body.replace("</td>\n", "</td>"),
        )
    )
    assert (
        rows["malting of barley"]
        == '<td class="hatched">+8</td><td class="hatched">+8</td><td></td>'
    )
    assert rows["kneading"] == '<td class="l3">1,234</td><td></td><td></td>'
    assert rows["tasting"] == '<td class="l0">0</td><td class="l0">0</td><td></td>'
    assert rows["stirring"] == '<td></td><td></td><td class="l1">1</td>'


def _cards(text):
    """The cards of the workflow as text: zone, number, state, step, who."""
    section = re.search(r'<section id="workflow".*?</section>', text, re.S).group()
    for zone in section.split('<div class="zone">')[1:]:
        for card in re.findall(r'<li class="step .*?</li>', zone, re.S):
            yield [
                re.search(r"<h3><b>(.*?)</b>", zone).group(1),
                *(" ".join(words.split()) for words in _Page(card).words if words.strip()),
            ]


def test_the_workflow_lists_in_words_who_covers_each_step():
    assert [card[:4] for card in _cards(report(DATA, "html"))] == [
        ["A", "1", "2,345 people", "Plan the menu"],
        ["A", "2", "one person", "Buy flour"],
        ["B", "3", "nobody", "Serve"],
        ["B", "X1", "no role", "Let it cool"],
        ["B", "no role", "rise", "supported by Master Baker"],
    ]


def test_a_step_names_its_roles_or_what_it_is_left_to():
    who = [card[4:] for card in _cards(report(DATA, "html"))]
    assert who[:4] == [
        ["Master Baker", "Cook"],
        ["either Master Baker or Cook"],
        ["Brewer"],
        ["left to machines"],
    ]
    assert who[4] == ["received by Cook"]


def test_the_workflow_is_counted_zone_by_zone_in_text():
    text = report(DATA, "md")
    assert "| A Kitchen | 2 | 1 | 1 | 0 | 0 |" in text
    assert "| B Dining room | 3 | 0 | 0 | 1 | 2 |" in text
    assert "Covered by nobody (1): 3 Serve" in text
    assert "left to machines or only supported (2): X1 Let it cool; rise" in text


def test_a_step_in_two_zones_is_listed_once_in_the_summary():
    zones = [zone | {"steps": DATA["workflow"][1]["steps"]} for zone in DATA["workflow"]]
    assert "Covered by nobody (1): 3 Serve" in report(_with(workflow=zones), "md")
    assert len(list(_cards(report(_with(workflow=zones), "html")))) == 6


def test_what_is_lacking_comes_before_what_is_not_recorded():
    many = [
        _person(
            "Ann", lacking=["malting"], unrecorded=["kneading", "tasting", "stirring", "a", "b"]
        )
    ]
    text = " ".join(report(_with(nearest={"baker": many}), "md").split())
    assert "lacking: malting of barley. not recorded: kneading; tasting … and 3 more" in text


@pytest.mark.parametrize("data", [DATA, _hostile(), _empty()], ids=["plain", "hostile", "empty"])
def test_html_is_balanced_and_loads_nothing(data):
    text = report(data, "html")
    page = _Page(text)
    assert page.open == []
    script = text.partition("<script>")[2].partition("</script>")[0]
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"script-src 'sha256-{allowed}'; img-src data:"
    assert (
        "content",
        f"default-src 'none'; style-src 'unsafe-inline'; {policy}",
    ) in page.attributes
    assert not [
        pair
        for pair in page.attributes
        if pair[0] in ("src", "srcset", "data", "action", "style") and "//" in (pair[1] or "")
    ]
    style = re.search(r"<style>.*?</style>", text, re.S).group()
    assert not re.search(r"url\(|@import|//", style)


@pytest.mark.parametrize("form", FORMATS)
def test_an_audit_without_people_has_a_report(form):
    text = report(_empty(), form)
    assert "An aid, to be reviewed." in text
    assert "Rejected rows" in text
    assert "Master Baker" not in text


def test_the_report_of_a_large_audit_is_short_and_counts_the_rest():
    title, row = DATA["open_titles"][0], DATA["rejected"][0]
    large = _with(
        open_titles=[title] * 5000,
        rejected=[row] * 7000,
        unmatched_skills={f"name {i}": 1 for i in range(9000)},
    )
    text = report(large, "table")
    assert {"… and 4,990 more", "… and 6,980 more", "… and 8,985 more"} <= set(
        re.findall(r"… and [\d,]+ more", text)
    )
    assert len(text.splitlines()) < 200
    page = report(large, "html")
    assert page.count("fill it in") == page.count("Chef?") == 200
    assert {"and 4,800 more", "and 6,800 more", "and 8,700 more"} <= set(
        re.findall(r"and [\d,]+ more", page)
    )


def _lists(n):
    """The data with n people, holders, single points and units, each of long names."""
    name = "Maximiliane von Hohenstein {}".format
    people = [_staff_member(name(i), line=i, unit=f"Division of unit {i}") for i in range(n)]
    parts = [{"role": "cook", "own": False, "recorded": 1, "required": 20}] * 6
    missing = {"lacking": ["kneading"] * 5, "evidence": [], "unrecorded": ["malting"] * 30}
    for person in people:
        person["roles"] = [row | {"parts": parts, "missing": missing} for row in person["roles"]]
    single = [
        {"person": p["person"], "line": p["line"], "unit": p["unit"], "title": "Cook"}
        | {"alone": {"skill": ["stirring"]}}
        for p in people
    ]
    return _with(
        people=people,
        holders={"baker": [_holder(p["person"], line=p["line"]) for p in people]},
        roles=DATA["roles"] | {"baker": _cover(n)},
        single_points=single,
        units=[UNIT | {"unit": f"Division of unit {i}"} for i in range(n)],
        totals={"units": n, "single_points": n, "open_posts": 1},
        rows=DATA["rows"] | {"used": n},
    )


def test_a_page_of_two_thousand_people_stays_small_and_points_to_the_workbook():
    page = report(_lists(2000), "html")
    assert len(page.encode()) < 1_000_000
    assert page.count("all are in the workbook") == 5
    assert "800 of 2,000 are shown" in page
    assert page.count('class="fold" id="p') == LISTED["pages"]


def test_each_person_of_a_page_is_linked_to_the_roles_and_gaps_of_the_person():
    page = report(_lists(3), "html")
    fold = re.search(r'<details class="fold" id="p1">.*?</details>', page, re.S).group()
    assert page.count('href="#p1"') == 3  # among the holders, the single points and the people
    assert re.search(r"Gaps as Master Baker</b>\s*<span class=\"lacking\">lacking: kneading", fold)
    assert "Cook 1 of 20" in fold
    assert "holds it" in fold


def test_words_of_a_page_lead_to_their_meaning():
    page = report(DATA, "html")
    words = set(re.findall(r'href="#(word-[\w-]+)"', page))
    assert {"word-able", "word-bus-factor", "word-next-role"} <= words
    assert words <= set(re.findall(r'<dt id="(word-[\w-]+)">', page))


def _sheets(data):
    book = openpyxl.load_workbook(io.BytesIO(audit_workbook(data)))
    return {sheet.title: list(sheet.values) for sheet in book}


def test_a_workbook_has_a_sheet_for_each_question_and_lists_them():
    sheets = _sheets(DATA)
    held = sheets["Who holds which role"]
    assert held[1][:4] == ("Master Baker", "Ann", 7, "Oven")
    assert sheets["Single points of failure"][1][3:5] == ("Cook", "stew")
    assert sheets["Units"][1][:2] == ("Oven", 9)
    listed = {row[1]: row[2] for row in sheets["Contents"][1:] if row[1]}
    assert listed == {name: len(rows) - 1 for name, rows in sheets.items() if name != "Contents"}


def test_nothing_in_a_workbook_is_a_formula():
    names = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "a; =1+1", "http://evil.example/")
    people = [_staff_member(name, unit=name, title=name) for name in names]
    data = _with(people=people, holders={"baker": [_holder(name, written=name) for name in names]})
    found = audit_workbook(data)
    book = openpyxl.load_workbook(io.BytesIO(found))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    shown = [row[0] for row in book["People"].iter_rows(min_row=2, values_only=True)]
    assert shown == [*(f"'{name}" for name in names[:4]), "a; '=1+1", names[5]]
    assert not [cell for cell in cells if cell.hyperlink]


def test_a_workbook_takes_any_text():
    odd = "\x00\ufffe\ud800 <b>&\u202e" + "x" * 40_000
    people = _sheets(_with(people=[_staff_member(odd)]))["People"]
    assert people[1][0].startswith("\ufffd\ufffd\ufffd <b>&\ufffd")
    assert len(people[1][0]) <= 32_767


def test_no_line_is_wider_than_a_terminal():
    title = DATA["open_titles"][0] | {"title": "wide " * 50, "reasons": ["because " * 20]}
    data = _with(open_titles=[title], rejected=[DATA["rejected"][0] | {"reason": "y" * 300}])
    assert max(map(len, report(data, "table").splitlines())) <= WIDTH


def test_twelve_roles_are_twelve_columns():
    roles = {f"role-{i}": _cover(i) for i in range(12)}
    text = report(_with(roles=roles, requires={r: ["malting"] for r in roles}, nearest={}), "html")
    assert 'class="heat many"' in text
    assert text.count('<td class="hatched">') == 12


def test_an_unknown_form_is_refused():
    with pytest.raises(InputError, match="use one of table, md, html"):
        report(DATA, "docx")


def test_html_of_a_large_framework_shows_the_roles_of_most_people_and_says_so():
    roles = {f"role-{n}": _cover(n % 500) for n in range(3000)}
    tasks = {f"task-{n}": _cover(n % 7) for n in range(12_000)}
    skills = {f"skill-{n}": _cover(n % 5) for n in range(14_000)}
    requires = {f"role-{n}": [f"skill-{(n + k) % 14_000}" for k in range(35)] for n in range(3000)}
    parts = {"roles": roles, "tasks": tasks, "skills": skills, "requires": requires}
    page = report(_with(**parts, performs={}, nearest={}), "html")
    assert len(page.encode()) < 2_000_000
    assert "40 of 3,000 roles, 400 of 12,000 tasks" in page
    assert '<th scope="row">role-2999</th>' in page
    assert '<th scope="row">role-1</th>' not in page


@pytest.mark.parametrize(
    ("shown", "total", "place"),
    [
        (800, 5_000, "all are in the workbook (--format xlsx)"),
        (800, 5_001, "the workbook (--format xlsx) has 5,000, CSV a row for each person"),
        (5_000, 6_000, "CSV (--format csv) has a row for each person"),
    ],
)
def test_a_list_that_is_cut_says_truly_format_with_the_rest(shown, total, place):
    assert format_with_the_rest(shown, total) == place


def test_a_page_of_many_people_does_not_send_readers_to_a_workbook_for_all():
    data = _lists(3) | {"rows": DATA["rows"] | {"used": 1_000_000}}
    page = report(data, "html")
    assert "the workbook (--format xlsx) has 5,000, CSV a row for each person" in page
    assert "3 of 1,000,000 are shown; all" not in page


def test_every_form_of_the_report_says_where_its_words_are_explained():
    assert report(DATA, "table").endswith("explained by: mlops-roles show --list words\n")
    assert report(DATA, "md").endswith("explained by: mlops-roles show --list words\n")
    book = openpyxl.load_workbook(io.BytesIO(audit_workbook(DATA)))
    assert "bus factor" in [row[0].value for row in book["Words"]]


def test_each_cell_of_a_stacked_table_says_what_it_is():
    """On a narrow screen the heading of a table is hidden."""
    page = report(DATA, "html")
    for name in ("roles", "tasks", "open titles"):
        table = re.search(rf'"Table of {name}"><table class="rows">(.*?)</table>', page, re.S)[1]
        assert table.count("data-of=") >= 3 * table.count('<th scope="row"')
    assert "<table>" not in page


def test_a_report_of_many_roles_lists_the_largest_and_counts_the_rest():
    rows = {f"r{i}": {"people": i % 50, "able": i // 50, "state": "covered"} for i in range(300)}
    one = next(iter(DATA["nearest"].values()))
    many = {f"r{i}": one for i in range(300)}
    text = report(_with(roles=rows, nearest=many, holders={}), "md")
    assert "and 100 roles of fewer people" in text
    listed = {line.split(" | ")[0] for line in text.splitlines() if line.startswith("| r")}
    assert {"| r249", "| r266", "| r216"} <= listed
    assert not {"| r0", "| r166"} & listed
