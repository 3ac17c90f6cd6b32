"""The proposals of a mapping set as one page of HTML, in which a person decides on them."""

from __future__ import annotations

from pathlib import Path

from ...io.sssom import COLUMNS, format_header
from ...io.text import counted
from ...matching.evidence import MATCH_ORDER
from ...matching.proposals import Survey
from ...ontology.graph import load
from .page import Markup, environment, hash_of


def review_page(survey: Survey) -> str:
    """A page that shows proposals, takes decisions on them, and writes them as SSSOM.

    It is one file, which loads and sends nothing; without its script it shows the proposals.
    """
    found = survey.proposals
    here = Path(__file__).parent
    rows = [dict.fromkeys(COLUMNS, "") | mapping.cells for mapping in found.mappings]
    script = (here / "review.js").read_text("utf-8")
    style = "".join((here / f"{name}.css").read_text("utf-8") for name in ("audit", "review"))
    file = f"{found.name.removesuffix('.sssom.tsv')}.sssom.tsv"
    prefixes = load().prefixes | found.header["curie_map"]  # a row may be changed to any term
    data = {
        "header": format_header(found.header | {"curie_map": prefixes}),
        "columns": COLUMNS,
        "rows": rows,
        "predicates": [f"skos:{match}" for match in MATCH_ORDER],
        "file": file,
    }
    terms = len({mapping.subject for mapping in found.mappings})
    template = environment().get_template("review.html.j2")
    return template.render(
        name=found.name,
        version=load().version,
        summary=f"{counted(len(rows), 'proposal')} for {counted(terms, 'term')}",
        rows=rows,
        objects=sorted({row["object_id"] for row in rows}),
        data=data,
        file=file,
        style=Markup(style),
        script=Markup(script),
        script_hash=hash_of(script),
    )
