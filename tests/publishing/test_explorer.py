"""The explorer shows what the data say: the picture, the matrices, the comparisons, the proofs."""

import importlib.util
import json
import posixpath
import re
import shutil
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from support.asserted import ROOT, links, members

from mlops_roles import InputError, ask
from mlops_roles.ontology.graph import INFERRED
from mlops_roles.publishing import role_picture

ROLES = sorted(members("mlops:Role"))


def required_skills():
    """The skills of each role, by its tasks and by the roles that it takes in."""
    own = {
        role: {
            skill
            for owner in (role, *links("mlops:performs").get(role, ()))
            for skill in links("mlops:requiresSkill").get(owner, ())
        }
        for role in ROLES
    }
    taken = links("mlops:incorporates")
    return {role: own[role].union(*(own[part] for part in taken.get(role, ()))) for role in ROLES}


def script_value(content):
    """The value that a script of data gives to its variable."""
    return json.loads(re.fullmatch(rb"var \w+=(.*);\n", content, re.S)[1])


def slug(curie):
    return curie.partition(":")[2]


# the picture ---------------------------------------------------------------------------------


def test_the_layouts_have_the_boxes_and_arrows_of_the_data():
    whole = links("mlops:incorporates")
    arrows = {f"{part} {role}" for role, parts in whole.items() for part in parts}
    assert len(arrows) == 5
    assert sorted(role_picture.layouts()) == ["narrow", "wide"]
    for layout in role_picture.layouts().values():
        assert sorted(layout["boxes"]) == ROLES
        assert set(layout["arrows"]) == arrows


def test_a_layout_of_other_roles_fails_the_build_with_the_fix(graph, monkeypatch):
    found = role_picture.role_graph(graph)
    stale = {"wide": {"boxes": {"role:data-scientist": []}, "arrows": {}}}
    monkeypatch.setattr(role_picture, "layouts", lambda: stale)
    with pytest.raises(InputError, match=r"role-layout\.json: the wide .*layout_roles\.py"):
        role_picture.check_layout(found)


@pytest.mark.skipif(
    not (shutil.which("node") and (ROOT / "site" / "node_modules" / "elkjs").exists()),
    reason="ELK is not installed: npm ci --prefix site",
)
def test_the_layout_is_what_elk_answers_byte_for_byte():
    place = ROOT / "docs" / "layout_roles.py"
    spec = importlib.util.spec_from_file_location("layout_roles", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = ROOT / "ontology" / "publishing" / role_picture.LAYOUT
    assert module.layout() == kept.read_text("utf-8")


def test_each_box_and_arrow_of_the_picture_opens_a_page(files):
    text = files["index.html"].decode()
    pictures = re.findall(r'<svg class="roles.*?</svg>', text, re.S)
    assert len(pictures) == 2
    for picture in pictures:
        found = re.findall(r'<a href="([^"]+)"', picture)
        assert sorted(f for f in found if f.startswith("role/")) == [
            f"role/{slug(role)}.html" for role in ROLES
        ]
        (whole,) = links("mlops:incorporates")
        assert {f for f in found if f.startswith("compare/")} == {
            f"compare/{slug(whole)}.html#{slug(part)}"
            for part in links("mlops:incorporates")[whole]
        }


# matrices and workflow -----------------------------------------------------------------------


def cells(text, pattern):
    """The cells of a matrix that a pattern finds, by the slugs of row and column."""
    head = re.search(r"<thead>(.*?)</thead>", text, re.S)[1]
    columns = re.findall(r'href="\.\./role/([\w-]+)\.html"', head)
    for row in re.findall(
        r"<tr>(.*?)</tr>", re.search(r"<tbody>(.*?)</tbody>", text, re.S)[1], re.S
    ):
        name = re.search(r'<th scope="row">.*?/([\w-]+)\.html"', row, re.S)[1]
        shown = re.findall(r"<td(?! class).*?</td>", row, re.S)
        assert len(shown) == len(columns)
        for column, cell in zip(columns, shown, strict=True):
            yield from ((name, column, found) for found in re.findall(pattern, cell))


def test_the_matrix_of_skills_has_every_required_skill_and_no_other(files):
    found = cells(files["matrix/index.html"].decode(), r'data-value="([^"]+)"')
    shown = {(column, row) for row, column, _ in found}
    assert shown == {
        (slug(role), slug(skill)) for role, skills in required_skills().items() for skill in skills
    }


def test_the_matrix_of_steps_has_every_way_of_acting(files, graph):
    found = cells(files["matrix/steps.html"].decode(), r'class="way".*?>(\w)<span class="rest">')
    rows = ask("steps-of-role", graph)
    assert {(row, column, kind) for row, column, kind in found} == {
        (slug(row["step"]), slug(row["role"]), row["kind"][0]) for row in rows
    }


def test_each_lane_of_the_workflow_has_its_steps_with_roles_and_components(files):
    text = files["workflow/index.html"].decode()
    lanes = dict(re.findall(r'<section class="lane" id="(\w+)"(.*?)</section>', text, re.S))
    zones = links("mlops:inZone")
    assert set(lanes) == {slug(zone) for found in zones.values() for zone in found}
    for step, found in zones.items():
        for zone in found:
            card = re.search(rf'title="{step}".*?(?=<li>\n<h3>|</ol>)', lanes[slug(zone)], re.S)[0]
            for component in links("mlops:usesComponent").get(step, ()):
                assert f'title="{component}"' in card
    for role, steps in links("mlops:performsStep").items():
        assert all(f'title="{step}"' in text for step in steps), role
    assert "contradictory" in text


def test_every_mark_opens_its_definition(files):
    checked = 0
    for name, content in files.items():
        if name.endswith(".html"):
            for target in re.findall(r'class="mark" href="([^"]+)"', content.decode()):
                page, _, anchor = target.replace("../", "").partition("#")
                assert f'id="{anchor}"' in files[page].decode(), (name, target)
                checked += 1
    assert checked > 100


# comparisons ---------------------------------------------------------------------------------


def test_what_a_role_lacks_for_another_is_the_difference_of_their_skills(files):
    skills = required_skills()
    data = script_value(files["data/roles.js"])
    assert {role: set(found) for role, found in data["skills"].items()} == skills
    for role in ROLES:
        text = files[f"compare/{slug(role)}.html"].decode()
        blocks = dict(re.findall(r'<section class="term" id="([\w-]+)"(.*?)</section>', text, re.S))
        assert sorted(blocks) == sorted(slug(other) for other in ROLES if other != role)
        for start in ROLES:
            if start != role:
                lacks, shared = blocks[slug(start)].split("<dt>Both require</dt>")
                assert set(re.findall(r'title="(skill:[\w-]+)"', lacks)) == (
                    skills[role] - skills[start]
                )
                assert set(re.findall(r'title="(skill:[\w-]+)"', shared)) == (
                    skills[role] & skills[start]
                )


def test_the_comparison_without_a_script_is_a_table_of_all_pairs(files):
    text = files["compare/index.html"].decode()
    assert '<div id="compare" hidden>' in text
    table = text[text.index('class="matrix"') :]
    assert len(re.findall(r'href="[\w-]+\.html#[\w-]+"', table)) == len(ROLES) * (len(ROLES) - 1)


# proofs --------------------------------------------------------------------------------------


class Marks(HTMLParser):
    """The anchors of a page, and its marks, each with where it leads."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.marks = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.anchors += [found["id"]] if "id" in found else []
        if {"follows", "mark"} & set((found.get("class") or "").split()):
            self.marks.append((tag, found.get("href")))


def test_every_mark_is_a_link_to_an_anchor_that_exists(files):
    pages = {name: Marks(text.decode()) for name, text in files.items() if name.endswith(".html")}
    assert len(pages) > 1000
    proofs = set()
    for name, page in pages.items():
        assert len(page.anchors) == len(set(page.anchors)), name
        for tag, href in page.marks:
            assert (tag, bool(href)) == ("a", True), (name, tag, href)
            target, _, anchor = href.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            assert not anchor or unquote(anchor) in pages[path].anchors, (name, href)
            proofs.add((path, anchor))
    assert len(proofs) > 500


def test_every_inferred_statement_about_a_term_has_its_proof(files, graph):
    """Its object is a heading of the proof page of its subject, and premises follow."""
    heading = re.compile(r'<div id="[^"]+"><dt>(.+?)</dt><dd><ul class="because"><li>', re.S)
    found = Counter(
        (name, unescape((re.findall(r'title="(.+?)"', shown) or [re.sub("<.*?>", "", shown)])[0]))
        for name, content in files.items()
        if name.startswith("proof/") and name != "proof/index.html"
        for shown in heading.findall(content.decode())
    )
    expected = Counter(
        (f"proof/{path}.html", graph.format_term(quad.object))
        for quad in graph.store.quads_for_pattern(None, None, None, INFERRED)
        if "/" in (path := quad.subject.value.partition("/mlops-roles/")[2].replace("#", "/"))
    )
    assert sum('"' in shown for _, shown in expected) > 1000
    assert {(name, shown.strip()): n for (name, shown), n in found.items()} == expected


def test_the_page_of_a_term_says_how_many_statements_follow_and_opens_their_proofs(files):
    for name, marker in (
        ("tool/mlflow.html", "proof/tool/mlflow.html"),
        ("source/curation.html", "proof/source/curation.html"),
        ("ns/index.html", "proof/ns/requiresSkill.html"),
    ):
        assert re.search(rf'href="\.\./{marker}">\d+ statement', files[name].decode()), name


def test_a_comparison_marks_what_follows_on_both_sides(files):
    text = files["compare/ml-engineer.html"].decode()
    for skill in re.findall(r'title="(skill:[\w-]+)">[^<]*</a>(?! <a class="follows)', text):
        assert skill in links("mlops:requiresSkill").get("role:ml-engineer", ()), skill
    proofs = script_value(files["data/roles.js"])["proofs"]
    for role, skills in required_skills().items():
        assert set(proofs[role]) == skills - links("mlops:requiresSkill").get(role, set())


def test_what_is_asserted_is_not_marked_as_following(files):
    """R7 takes in R4, which is written; that it requires SQL follows from it."""
    text = files["role/ml-engineer.html"].decode()
    follows = set(re.findall(r'title="([\w:-]+)"[^>]*>[^<]*</a>\s*<a class="follows[^"]*"', text))
    assert "skill:sql" in follows
    assert not follows & links("mlops:incorporates")["role:ml-engineer"]
    assert not follows & links("mlops:performs")["role:ml-engineer"]


def test_a_proof_ends_in_sources_or_in_other_proofs(files):
    text = files["proof/role/ml-engineer.html"].decode()
    premises = re.findall(r'<div id="requiresSkill-sql">(.*?)</div>', text, re.S)
    assert len(premises) == 1
    taken_in, required = re.findall(r"<li>(.*?)</li>", premises[0], re.S)
    assert "../../source/kreuzberger-2022-r7.html" in taken_in
    part = re.search(r'title="(role:[^"]+)"', required)[1]
    assert part in links("mlops:incorporates")["role:ml-engineer"]
    assert f'href="../../proof/role/{slug(part)}.html#requiresSkill-sql"' in required


# names and indexes ---------------------------------------------------------------------------


def test_every_preferred_label_is_a_name_with_a_source(files):
    text = {kind: files[f"names/{kind}.html"].decode() for kind in ("role", "task", "skill")}
    for term, labels in links("skos:prefLabel").items():
        kind = term.partition(":")[0]
        for label in labels if kind in text else ():
            written, _, language = label.rpartition("@")
            name = ox.Literal(written[1:-1]).value.replace("'", "&#39;").replace("&", "&amp;")
            name = name.replace("&amp;#39;", "&#39;")
            row = re.search(
                rf'<tr><th scope="row"[^>]*>{re.escape(name)}</th><td>{language}</td>'
                r".*?/source/.*?</tr>",
                text[kind],
            )
            assert row, label


def test_the_labels_that_a_page_switches_to_are_those_of_the_data(files):
    found = script_value(files["data/labels.js"])
    assert set(found) == {"de", "fr", "es"}
    labels = links("skos:prefLabel")["role:data-engineer"]
    for language, by_term in found.items():
        assert f'"{by_term["role:data-engineer"]}"@{language}' in labels


def test_a_long_kind_is_shown_in_closed_groups(files):
    text = files["tool/index.html"].decode()
    groups = re.findall(r'<details class="group">(.*?)</details>', text, re.S)
    assert 5 < len(groups) < 20
    shown = {slug for group in groups for slug in re.findall(r'title="tool:([^"]+)"', group)}
    assert shown == {slug(tool) for tool in members("mlops:Tool")}


def test_the_tree_of_skills_has_every_skill_below_its_broader_ones(files):
    text = files["skill/index.html"].decode()
    shown = re.findall(r'(?:title|data-term)="(skill:[^"]+)"', text)
    assert set(shown) == members("mlops:Skill")
    for skill, broader in links("skos:broader").items():
        for above in broader if skill.startswith("skill:") else ():
            start = text.index(f'<summary><span data-term="{above}">')
            assert f'="{skill}"' in text[start:]
            assert f"../skill/{slug(above)}.html" in text[start:]


# pages as a whole ----------------------------------------------------------------------------


def test_a_page_of_a_term_links_its_data(files):
    text = files["role/ml-engineer.html"].decode()
    for suffix in ("ttl", "jsonld", "rdf", "nt", "json"):
        assert f'href="ml-engineer.{suffix}"' in text
        assert f"role/ml-engineer.{suffix}" in files
