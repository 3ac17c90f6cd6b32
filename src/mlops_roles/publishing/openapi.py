"""What the web application can be asked, as OpenAPI 3.1, made from the catalogue of questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..io.resources import resource_dir
from ..ontology.catalogue import Question, catalogue
from ..ontology.graph import Graph
from .publishing_data import publishing_rows

ROWS = {
    "type": "object",
    "required": ["columns", "rows"],
    "properties": {
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}
ERROR = {"description": "why there is no answer", "content": {"text/plain": {}}}


def openapi_description(graph: Graph) -> dict[str, Any]:
    """The description of the application over a graph, with its questions, as plain data."""
    questions = {f"/ask/{q.name}": _question(q) for q in catalogue(graph).values()}
    others = {row["path"]: _path_from_row(row) for row in publishing_rows("addresses")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MLOps Roles",
            "version": graph.version,
            "license": {"name": "CC BY 4.0"},
        },
        "paths": {**others, **questions},
    }


def question_times(graph: Graph) -> tuple[tuple[str, int], ...]:
    """What changes when a question is added or changed: each file with the time of its change."""
    added = (path for path in graph.added if path.suffix == ".rq")
    paths = [*resource_dir("queries").glob("*.rq"), *added]
    return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(paths))


def _question(question: Question) -> dict[str, Any]:
    """The address of a question; the first row that it must have is the example."""
    example = next(iter(question.bindings("expect")), {}) if "given" not in question.headers else {}
    parameters = [
        _parameter(name, text)
        | ({"example": example[name]} if _is_term(example.get(name, "")) else {})
        for name, text in question.parameters.items()
    ]
    path_item = _path_item(f"ask-{question.name}", question.summary, parameters)
    content = path_item["get"]["responses"]["200"]["content"]
    content["application/json"] = {"schema": ROWS}
    content |= {"text/csv": {}, "text/markdown": {}}
    return path_item


def _is_term(value: str) -> bool:
    return ":" in value and not value.startswith(("<", '"'))


def _path_item(name: str, summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    answer = {"description": "the answer", "content": {"application/json": {}}}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {"200": answer, "400": ERROR, "404": ERROR, "406": ERROR},
        }
    }


def _parameter(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _path_from_row(row: Mapping[str, str]) -> dict[str, Any]:
    """An address that is no question, from a row of `addresses.csv`."""
    parameter = _parameter(row["parameter"], row["description"])
    parameter |= {"required": row["required"] == "yes", "example": row["example"]}
    return _path_item(row["path"].strip("/"), row["summary"], [parameter])
