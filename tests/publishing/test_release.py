"""Every document holds its graph, every IRI leads somewhere, every build is the same."""

import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import PREFIXES, ROOT, facts, links, members
from support.published import VARIANTS, smallest_of_each_kind

import mlops_roles
from mlops_roles import InputError
from mlops_roles.io.resources import resource_rows
from mlops_roles.ontology.term_page import every_page, show
from mlops_roles.publishing import documents, jsonld, publishing_data, release
from mlops_roles.publishing.documentation import Documentation
from mlops_roles.publishing.redirects import Redirects
from mlops_roles.publishing.term_pages import TermPages

BASE = "https://w3id.org/mlops-roles"
FORMATS = {f.suffix: f for f in publishing_data.formats() if f.rdf}
LEXICON = f"<{BASE}/words/"


def parsed(content, form):
    return list(ox.parse(content, format=form.rdf))


def statements(content, form):
    return documents.canonicalize(q.triple for q in parsed(content, form))


# documents --------------------------------------------------------------------------------


def outline(content, form) -> tuple[set, Counter]:
    """The statements without blank nodes, and the number of the others by predicate.

    It is read in a fraction of the time that it takes to name blank nodes canonically.
    """
    ground, others = set(), Counter()
    for quad in ox.parse(content, format=form.rdf):
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            others[quad.predicate] += 1
        else:
            ground.add(quad.triple)
    return ground, others


def assert_formats_agree(files, names, read):
    """What `read` finds in a document is the same in each format, and is not nothing."""
    for name in sorted(names):
        first, *others = (read(files[f"{name}.{suffix}"], form) for suffix, form in FORMATS.items())
        assert first, name
        assert all(other == first for other in others), name


def test_every_format_of_the_ontology_has_the_same_outline(files):
    names = {name.rpartition(".")[0] for name in files if name.endswith(".nt")}
    assert {*VARIANTS, "shapes", "shapes/people", "void", "modules/roles"} <= names
    assert_formats_agree(files, VARIANTS[:1], outline)


def test_every_format_of_a_document_of_each_kind_holds_the_same_graph(files):
    """The long run compares all documents."""
    usual = smallest_of_each_kind(files, "nt")
    kinds = {name.partition("/")[0] for name in files if name.endswith(".nt")}
    assert {name.partition("/")[0] for name in usual} == kinds - {f"{v}.nt" for v in VARIANTS}
    names = {name.removesuffix(".nt") for name in usual}
    assert {"shapes", "void"} <= names
    assert_formats_agree(files, names, statements)


@pytest.mark.long
def test_every_format_of_a_document_holds_the_same_graph(files):
    names = {name.rpartition(".")[0] for name in files if name.endswith(".nt")}
    assert_formats_agree(files, names, statements)


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_a_number_keeps_its_lexical_form(graph, form):
    """Confidences of mappings are decimals or doubles, which serializers often rewrite."""
    kinds = [
        ("0.9", "double"),
        ("9e-01", "double"),
        ("3", "decimal"),
        ("0.90", "decimal"),
        ("007", "integer"),
        ("true", "boolean"),
        ("2026-11-23", "date"),
    ]
    values = [
        ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind)) for text, kind in kinds
    ]
    given = documents.canonicalize(
        ox.Triple(ox.NamedNode(f"{BASE}/x"), ox.NamedNode("https://example.org/p"), value)
        for value in values
    )
    assert statements(documents.serialize(graph, given, form), form) == given


@pytest.mark.parametrize(
    ("suffix", "form"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"), ("nt", "nt")]
)
def test_another_parser_reads_the_same_from_each_format(files, suffix, form):
    other = rdflib.Graph().parse(data=files[f"modules/vocabulary.{suffix}"], format=form)
    again = ox.parse(other.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    assert documents.canonicalize(q.triple for q in again) == statements(
        files[f"modules/vocabulary.{suffix}"], FORMATS[suffix]
    )


def test_an_owl_tool_reads_the_classes_and_properties_from_rdf_xml(files, tmp_path):
    owlready2 = pytest.importorskip("owlready2")
    (tmp_path / "o.owl").write_bytes(files["mlops-roles.rdf"])
    found = owlready2.World().get_ontology((tmp_path / "o.owl").as_uri()).load()
    ours = {
        c.iri
        for c in [*found.classes(), *found.properties(), *found.individuals()]
        if c.iri.startswith(BASE)
    }
    kinds = (
        "owl:Class",
        "owl:ObjectProperty",
        "owl:DatatypeProperty",
        "owl:AnnotationProperty",
        "owl:NamedIndividual",
    )
    declared = {term for kind in kinds for term in members(kind)}
    expanded = {
        PREFIXES[t.partition(":")[0]] + t.partition(":")[2]
        for t in declared
        if t.partition(":")[0] in PREFIXES
    }
    assert len(ours) > 600
    assert ours - {f"{BASE}/authors"} == {
        iri for iri in expanded if iri.startswith(BASE) and not iri.startswith(f"{BASE}/words/")
    }


def test_a_published_ontology_is_the_asserted_one_as_one_file_with_labels(files):
    found = {
        tuple(map(str, t))
        for t in statements(files["mlops-roles.nt"], FORMATS["nt"])
        if not isinstance(t.subject, ox.BlankNode)
    }
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    preferred = {(s, o) for s, p, o in found if p.endswith("core#prefLabel>")}
    assert len(preferred) > 600
    assert {(s, o) for s, p, o in found if p == label} >= preferred
    assert not [t for t in found if "owl#imports" in t[1]]
    assert [t[0] for t in found if t[2].endswith("owl#Ontology>")] == [f"<{BASE}>"]
    ours = {s for s, p, _ in facts() if p == "rdfs:isDefinedBy" and not s.startswith("words:")}
    assert len({t[0] for t in found if t[1].endswith("isDefinedBy>")}) == len(ours)


def test_each_variant_holds_more_and_has_a_version_iri_of_its_own(files, graph):
    inferred, asserted, aligned = (
        set(statements(files[f"{name}.nt"], FORMATS["nt"])) for name in VARIANTS
    )
    version_iris = [
        [t.object.value for t in found if t.predicate == documents.VERSION_IRI]
        for found in (inferred, asserted, aligned)
    ]
    assert version_iris == [
        [f"{BASE}/{graph.version}{suffix}"] for suffix in ("", "/asserted", "/aligned")
    ]
    shipped = {
        q.triple
        for q in ox.parse(path=str(ROOT / "ontology" / "closure.nt"), format=ox.RdfFormat.N_TRIPLES)
    }
    closed = {
        t
        for t in inferred - asserted
        if t.predicate != documents.VERSION_IRI and not any(isinstance(n, ox.BlankNode) for n in t)
    }
    assert closed == {t for t in shipped - asserted if not str(t.subject).startswith(LEXICON)}
    assert len(closed) > 300


def test_an_alignment_to_an_upper_ontology_is_a_separate_document(graph, tmp_path, monkeypatch):
    for name, more in (("plain", ""), ("upper", "; mlops:commitsTo <https://example.org/upper>")):
        head = f"@prefix mlops: <{PREFIXES['mlops']}> . @prefix skos: <{PREFIXES['skos']}> .\n"
        text = (
            f"<{BASE}/alignments/{name}> a <http://www.w3.org/2002/07/owl#Ontology> {more} "
            f". mlops:Role skos:closeMatch <https://example.org/{name}> ."
        )
        (tmp_path / f"{name}.ttl").write_text(head + text)
    monkeypatch.setattr(documents, "alignment_files", lambda: sorted(tmp_path.glob("*.ttl")))
    found = dict(documents.rdf_documents(graph))
    objects = {
        name: {str(t.object) for t in found[name]}
        for name in (*VARIANTS, "alignments/plain", "alignments/upper")
    }
    assert (
        "<https://example.org/plain>"
        in objects["mlops-roles-aligned"] & objects["alignments/plain"]
    )
    assert "<https://example.org/upper>" in objects["alignments/upper"]
    assert (
        "<https://example.org/upper>" not in objects["mlops-roles-aligned"] | objects["mlops-roles"]
    )


# JSON-LD --------------------------------------------------------------------------------------


def test_json_ld_survives_expansion_and_compaction_with_its_context(files, graph):
    document, context = json.loads(files["mlops-roles.jsonld"]), json.loads(files["context.jsonld"])
    assert document["@context"] == context["@context"]
    expanded = statements(json.dumps(document | context), FORMATS["jsonld"])
    assert expanded == statements(files["mlops-roles.nt"], FORMATS["nt"])
    assert jsonld.to_jsonld(graph, expanded) == files["mlops-roles.jsonld"]


def test_the_context_reads_what_people_write(files):
    text = {
        "id": "https://acme.example/ada",
        "holdsRole": ["role:ml-engineer"],
        "hasSkill": "skill:sql",
        "jobTitle": "MLE",
        "type": "foaf:Agent",
        "skos:prefLabel": {"de": "Ada"},
    }
    found = {
        tuple(map(str, q.triple))
        for q in parsed(json.dumps(text | json.loads(files["context.jsonld"])), FORMATS["jsonld"])
    }
    ada, ns = "<https://acme.example/ada>", PREFIXES["mlops"]
    assert (ada, f"<{ns}holdsRole>", f"<{BASE}/role/ml-engineer>") in found
    assert (ada, f"<{ns}hasSkill>", f"<{BASE}/skill/sql>") in found
    assert (ada, f"<{PREFIXES['skos']}prefLabel>", '"Ada"@de') in found
    assert (ada, f"<{ns}jobTitle>", '"MLE"') in found
    assert len(found) == 5


NODES = st.sampled_from(
    [
        ox.NamedNode(f"{BASE}/role/ml-engineer"),
        ox.NamedNode("https://acme.example/a b".replace(" ", "%20")),
        ox.NamedNode("urn:x:y"),
        ox.BlankNode("b1"),
    ]
)
LITERALS = st.one_of(
    st.builds(
        ox.Literal, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
    ),
    st.builds(
        lambda t, g: ox.Literal(t, language=g),
        st.text("ab", max_size=3),
        st.sampled_from(["en", "de-at"]),
    ),
    st.sampled_from(
        [ox.Literal(3), ox.Literal("2026-11-23", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))]
    ),
)
NAMES = ("performs", "title", "jobTitle", "stepNumber", "word", "rejects", "noSuch")
PREDICATES = st.sampled_from(
    [ox.NamedNode(PREFIXES["mlops"] + n) for n in NAMES]
    + [ox.NamedNode(jsonld.TYPE), ox.NamedNode("https://acme.example/p")]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.builds(ox.Triple, NODES, PREDICATES, st.one_of(NODES, LITERALS)), max_size=8))
def test_any_statement_survives_compaction(graph, triples):
    legal = [
        t
        for t in triples
        if t.predicate.value != jsonld.TYPE or not isinstance(t.object, ox.Literal)
    ]
    again = ox.parse(jsonld.to_jsonld(graph, legal), format=ox.RdfFormat.JSON_LD)
    assert documents.canonicalize(q.triple for q in again) == documents.canonicalize(legal)


# the description -----------------------------------------------------------------------------


def test_the_description_counts_and_measures_what_was_built(files, graph):
    void = rdflib.Graph().parse(data=files["void.ttl"], format="turtle")
    ns = {
        "v": "http://rdfs.org/ns/void#",
        "d": "http://www.w3.org/ns/dcat#",
        "s": "http://spdx.org/rdf/terms#",
        "t": str(rdflib.DCTERMS),
    }
    question = """SELECT ?triples ?url ?media ?size ?sum ?licence WHERE {
        ?set v:triples ?triples ; v:dataDump ?url ; d:distribution ?file .
        ?file d:downloadURL ?url ; d:mediaType ?media ; d:byteSize ?size ;
            s:checksum/s:checksumValue ?sum ; t:license ?licence }"""
    rows = list(void.query(question, initNs=ns))
    assert len(rows) >= 4 * len(VARIANTS)
    for triples, url, media, size, checksum, licence in rows:
        name = url.removeprefix(f"{BASE}/{graph.version}/")
        form = FORMATS[name.rpartition(".")[2]]
        assert int(triples) == len(parsed(files[name], form))
        assert int(size) == len(files[name])
        assert str(checksum).lower() == hashlib.sha256(files[name]).hexdigest()
        assert media.endswith(form.media_types[0])
        assert str(licence) == "https://creativecommons.org/licenses/by/4.0/"
        assert Redirects(graph.version).resolve(url.removeprefix(f"{BASE}/"), "*/*") == (
            303,
            f"{graph.version}/{name}",
        )


def test_the_checksums_are_those_of_every_file(built):
    sums = dict(reversed(line.split("  ")) for line in built["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in built.items()
        if name != "SHA256SUMS"
    }
    assert len(sums) > 650


@pytest.mark.thorough
def test_two_builds_are_the_same_byte_for_byte(built, other_build):
    sums, _ = other_build.communicate()
    assert other_build.returncode == 0
    changed = set(sums.decode().splitlines()) ^ set(built["SHA256SUMS"].decode().splitlines())
    assert changed == set()


def test_no_prefix_of_a_build_is_made_up(built):
    made_up = [
        name
        for name, content in built.items()
        if name.endswith(".ttl") and re.search(rb"@prefix ns\d", content)
    ]
    assert made_up == [], "prefixes that rdflib makes up are numbered as chance has it"


# redirects -----------------------------------------------------------------------------------


def iris(files):
    """Our IRIs in the documents, without parts of a file such as #asserted."""
    for name in (
        "mlops-roles",
        "mlops-roles-aligned",
        "shapes",
        *(f"alignments/{path.stem}" for path in documents.alignment_files()),
    ):
        for triple in statements(files[f"{name}.nt"], FORMATS["nt"]):
            yield from (
                t.value
                for t in triple
                if isinstance(t, ox.NamedNode)
                and (t.value + "/").startswith((f"{BASE}/", f"{BASE}/ns#"))
            )


def test_every_iri_leads_people_to_a_page_and_machines_to_a_document_about_it(files, graph):
    known = {
        name: {
            str(term)
            for t in statements(files[name], FORMATS[name.rpartition(".")[2]])
            for term in t
        }
        for name in files
        if name.endswith(".nt")
    }
    checked = 0
    for iri in sorted(set(iris(files))):
        path, _, fragment = iri[len(BASE) :].lstrip("/").partition("#")
        if re.match(r"\d", path) and not path.startswith(graph.version):
            continue  # an earlier release has a folder of its own
        status, there = Redirects(graph.version).resolve(path, "text/html")
        name, _, anchor = there.removeprefix(f"{graph.version}/").partition("#")
        assert (status, name in files) == (303, True), iri
        if anchor or fragment:
            assert f'id="{anchor or fragment}"' in files[name].decode(), iri
        status, there = Redirects(graph.version).resolve(path, "application/n-triples")
        assert (status, there.startswith(f"{graph.version}/")) == (303, True), iri
        if not re.search(r"/\d|/closure$", iri):
            assert f"<{iri}>" in known[there.removeprefix(f"{graph.version}/")], iri
        checked += 1
    assert checked > 700


def test_what_the_front_door_imports_leads_to_the_file(files, graph):
    imported = links("owl:imports")[f"<{BASE}>"]
    assert len(imported) >= 8
    for iri in imported:
        path = iri.strip("<>").removeprefix(f"{BASE}/")
        assert Redirects(graph.version).resolve(path, "text/turtle") == (
            303,
            f"{graph.version}/modules/{path}.ttl",
        )
        assert f"modules/{path}.ttl" in files


def test_every_row_of_the_table_is_reached(graph):
    """A row that an earlier one hides would never be used."""
    samples = {
        "{version}": "0.0.9",
        "{file}": "a/b.ttl",
        "{kind}": "roles",
        "{slug}": "a-b",
        "{path}": "x/1.2",
        "{form}": "nt",
    }
    for row in resource_rows("ontology", "publishing/redirects"):
        path = re.sub(r"{\w+}", lambda place: samples[place[0]], row["iri"])
        for accept, target, suffix in (
            ("text/html", row["people"], "html"),
            ("application/ld+json", row["machines"], "jsonld"),
        ):
            wanted = re.sub(
                r"{\w+}",
                lambda place, suffix=suffix: {**samples, "{suffix}": suffix}[place[0]],
                target,
            )
            folder = "0.0.9" if row["iri"].startswith("{version}") else graph.version
            assert Redirects(graph.version).resolve(path, accept) == (303, f"{folder}/{wanted}"), (
                row
            )


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("0.0.9", "0.0.9/index.html"),
        ("0.0.9/role/ml-engineer", "0.0.9/role/ml-engineer.html"),
        ("0.0.9/void", "0.0.9/index.html"),
        ("role/ml-engineer", "{}/role/ml-engineer.html"),
    ],
)
def test_an_iri_with_a_version_stays_in_it_another_leads_to_the_current(graph, path, there):
    assert Redirects(graph.version).resolve(path, "text/html") == (303, there.format(graph.version))


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "role/../x",
        "role/ML",
        "0.1/ns",
        "role/a/b",
        "ns\n",
        "0.1.0/../x.ttl",
        "0.1.0/.htaccess",
        "%2e%2e/x",
        "role/é",
        "//evil.example",
    ],
)
def test_a_path_that_is_no_iri_of_ours_leads_nowhere(graph, path):
    assert Redirects(graph.version).resolve(path, "text/html") == (404, "")


# pages ---------------------------------------------------------------------------------------


class Html(HTMLParser):
    """The links, ids, headings and tags of a page; its tags must be closed in order."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}  # noqa: RUF012

    def __init__(self, text):
        super().__init__()
        self.stack, self.links, self.ids, self.tags, self.attributes = [], [], [], [], []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        told = dict(attrs)
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told[a] for a in ("href", "src") if a in told]
        if tag not in self.VOID and tag not in ("path", "rect"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "rect", *self.VOID):
            assert self.stack.pop() == tag, (tag, self.getpos())


@pytest.fixture(scope="module")
def html(files):
    return {
        name: Html(content.decode()) for name, content in files.items() if name.endswith(".html")
    }


def test_every_link_of_every_page_leads_to_a_file_and_a_place_in_it(files, html):
    assert len(html) > 550
    for name, told in html.items():
        assert len(told.ids) == len(set(told.ids)), name
        for link in told.links:
            if urlsplit(link).scheme:
                assert urlsplit(link).scheme in ("http", "https"), (name, link)
                continue
            there, _, anchor = (
                urljoin(f"http://x/{name}", link).removeprefix("http://x/").partition("#")
            )
            assert there in files, (name, link)
            is_state = "=" in anchor  # what a script of the page reads
            assert not anchor or is_state or anchor in html[there].ids, (name, link)


def test_a_page_needs_no_network_and_no_script_of_its_own(files, html):
    for name, told in html.items():
        assert not {"iframe", "object", "embed", "style", "base"} & set(told.tags), name
        assert not [a for a in told.attributes if a.startswith("on") or a == "style"], name
        text = files[name].decode()
        assert re.findall(r"<script(?! src=\"[./\w-]+\.js\" defer></script>).{0,50}", text) == []
        assert [
            t for t in re.findall(r'<link [^>]*href="([^"]*)"', files[name].decode()) if "://" in t
        ] == []
    assert not re.search(r"url\(|@import", files["static/style.css"].decode())


def test_a_page_is_accessible(files, html):
    """A language, a unique title, one h1, a skip link, a name for each scrolling region."""
    titles = {}
    for name, told in html.items():
        text = files[name].decode()
        assert '<html lang="en">' in text
        assert (told.tags.count("h1"), told.tags.count("main")) == (1, 1), name
        assert 'href="#main"' in text
        titles.setdefault(
            (re.search(r"<title>(.*?)</title>", text)[1], name.split("/")[0]), []
        ).append(name)
        assert text.count('tabindex="0" role="region"') == len(
            re.findall(r'tabindex="0" role="region" aria-label', text)
        )
    assert len([n for n in titles.values() if len(n) > 1]) == 0


def test_a_page_of_a_term_shows_all_its_statements(files, graph):
    found = show("R6", graph)
    text = files["role/devops-engineer.html"].decode()
    assert all(
        value.replace("'", "&#39;") in text
        for key, values in found.about.items()
        for value in values
        if "role:" not in value and key not in ("type", "source")
    )
    assert all(
        f">{section.heading}</h2>" in text
        for section in found.sections
        if section.heading != "Sources"
    )
    assert "<svg" in text
    (german,) = (v for v in links("skos:prefLabel")["role:devops-engineer"] if v.endswith("@de"))
    assert f'<td lang="de">{german[1:-4]}</td>' in text
    assert "Where it is used" in files["task/deploy-model.html"].decode()


def test_a_vocabulary_term_shows_an_example_or_is_never_used(files, graph):
    text = files["ns/index.html"].decode()
    blocks = dict(re.findall(r'<section id="(\w+)"(.*?)</section>', text, re.S))
    without = sorted(name for name, block in blocks.items() if "<dt>Examples</dt>" not in block)
    used = {p for s, p, _ in facts() if not s.startswith("_:")} | {
        o for _, p, o in facts() if p == "rdf:type"
    }
    assert len(blocks) > 50
    assert not {f"mlops:{name}" for name in without} & used


def test_all_pages_together_are_the_same_as_each_alone(graph):
    found = list(every_page(graph))
    assert len(found) > 600
    for one in found[::25]:
        assert show(one.term, graph) == one


def test_a_kind_without_a_title_is_named_with_the_fix(tmp_path):
    path = tmp_path / "gadget.ttl"
    head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    about = 'a owl:NamedIndividual , mlops:Tool ; skos:prefLabel "Gadget"@en'
    path.write_text(f"{head}<{BASE}/gadget/one> {about} ; rdfs:isDefinedBy <{BASE}> .")
    with pytest.raises(InputError, match=r"kinds\.csv: no row for gadget; add"):
        _ = Documentation(mlops_roles.load(path)).terms


def test_markup_in_a_label_is_escaped(graph, tmp_path):
    evil = tmp_path / "evil.ttl"
    head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    names = """skos:prefLabel "<script>alert(1)</script>"@en ;
        skos:definition "\\"><img src=x onerror=alert(1)>"@en"""
    more = (
        f"mlops:evidenceFor skill:sql ; dcterms:source <javascript:alert(1)> ; "
        f"rdfs:isDefinedBy <{BASE}>"
    )
    evil.write_text(f"{head}tool:evil a owl:NamedIndividual , mlops:Tool ; {names} ; {more} .")
    told = TermPages(Documentation(mlops_roles.load(evil)))
    text = "".join(
        told.render_term(told.doc.terms[name]).decode() for name in ("tool:evil", "skill:sql")
    )
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text


# building ------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch):
    """A build of two files, for what concerns the folder alone."""
    monkeypatch.setattr(
        release,
        "release_files",
        lambda graph, site: {"SHA256SUMS": b"", "0.1.0/index.html": site.encode()},
    )


def test_a_build_replaces_an_earlier_one_as_a_whole(small, tmp_path):
    (tmp_path / "dist").mkdir()
    assert release.publish(tmp_path / "dist", "https://one.example") == tmp_path / "dist"
    (tmp_path / "dist" / "stale.html").write_text("old")
    release.publish(tmp_path / "dist", "https://two.example")
    assert [p.name for p in tmp_path.iterdir()] == ["dist"]
    assert sorted(p.name for p in (tmp_path / "dist").iterdir()) == ["0.1.0", "SHA256SUMS"]
    assert (tmp_path / "dist" / "0.1.0" / "index.html").read_text() == "https://two.example"


def test_a_build_that_fails_leaves_what_was_there(small, tmp_path, monkeypatch):
    release.publish(tmp_path / "dist", "https://one.example")
    broken = type(tmp_path).rename
    monkeypatch.setattr(
        type(tmp_path),
        "rename",
        lambda self, to: (
            broken(self, to) if self.name != "new" else (_ for _ in ()).throw(OSError("no"))
        ),
    )
    with pytest.raises(InputError, match="cannot be written"):
        release.publish(tmp_path / "dist", "https://two.example")
    assert [p.name for p in tmp_path.iterdir()] == ["dist"]
    assert (tmp_path / "dist" / "0.1.0" / "index.html").read_text() == "https://one.example"


@pytest.mark.parametrize("where", ["mine", "mine/letter.txt", "nowhere/dist"])
def test_a_folder_that_is_no_build_is_left_alone(small, tmp_path, where):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match=r"not an earlier build|no such folder"):
        release.publish(tmp_path / where, "https://one.example")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(
    "site",
    [
        "ftp://x",
        "https://x.example/ y",
        'https://x.example/"',
        "https://x.example/$1",
        "https://x.example/%{ENV:A}",
        "x",
        "https://u@x.example",
        "https://x.example/\nRewriteEngine Off",
    ],
)
def test_a_site_that_is_harmful_in_a_configuration_is_rejected(graph, site):
    with pytest.raises(InputError, match="not the address of a site"):
        release.release_files(graph, site)
