"""What the web application can be asked, as OpenAPI 3.1, made from the catalogue of questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..io.resources import resource_dir
from ..ontology.catalogue import Question, catalogue
from ..ontology.graph import Graph
from .documents import publishing_rows

ROWS = {
    "type": "object",
    "required": ["columns", "rows"],
    "properties": {
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}
ERROR = {"description": "why there is no answer", "content": {"text/plain": {}}}


def describe(graph: Graph) -> dict[str, Any]:
    """The description of the application over a graph, with its questions, as plain data."""
    asked = {f"/ask/{q.name}": _question(q) for q in catalogue(graph).values()}
    others = {row["path"]: _other(row) for row in publishing_rows("faces")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MLOps Roles",
            "version": graph.version,
            "license": {"name": "CC BY 4.0"},
        },
        "paths": {**others, **asked},
    }


def state_of_questions(graph: Graph) -> tuple[tuple[str, int], ...]:
    """What changes when a question is added or changed: each file with the time of its change."""
    added = (path for path in graph.added if path.suffix == ".rq")
    paths = [*resource_dir("queries").glob("*.rq"), *added]
    return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(paths))


def _question(asked: Question) -> dict[str, Any]:
    """The address of a question; the first row that it must have is the example."""
    example = next(iter(asked.bindings("expect")), {}) if "given" not in asked.headers else {}
    parameters = [
        _parameter(name, text)
        | ({"example": example[name]} if _is_term(example.get(name, "")) else {})
        for name, text in asked.parameters.items()
    ]
    face = _face(f"ask-{asked.name}", asked.summary, parameters)
    content = face["get"]["responses"]["200"]["content"]
    content["application/json"] = {"schema": ROWS}
    content |= {"text/csv": {}, "text/markdown": {}}
    return face


def _is_term(value: str) -> bool:
    return ":" in value and not value.startswith(("<", '"'))


def _face(name: str, summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
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


def _other(row: Mapping[str, str]) -> dict[str, Any]:
    """An address that is no question, from a row of `faces.csv`."""
    parameter = _parameter(row["parameter"], row["description"])
    parameter |= {"required": row["required"] == "yes", "example": row["example"]}
    return _face(row["path"].strip("/"), row["summary"], [parameter])
