"""The result of a check: findings, and the report with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..io.result import Result

SECONDS = 60  # default time limit of a company's shapes
SEVERITIES = ("Violation", "Warning", "Info")  # the most severe first


def severity_rank(severity: str) -> int:
    """The place of a severity, the most severe first; a company's own severity is before all."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


@dataclass(frozen=True)
class Finding:
    """One violated rule.

    Attributes:
        severity: 'Violation', 'Warning' or 'Info', or the CURIE of a severity that a shape defines.
        shape: CURIE of the shape, or name of the rule.
        focus: the node that violates it.
        value: the value that violates it, or None if the rule is not about single values.
        message: the rule and how to fix the data.

    Example:
        >>> from mlops_roles import Finding
        >>> Finding("Warning", "shape:x", "role:y", None, "A role has a task. Add one.").severity
        'Warning'
    """

    severity: str
    shape: str
    focus: str
    value: str | None
    message: str


@dataclass(frozen=True)
class Report(Result):
    """The findings of a check, the most severe first.

    Attributes:
        findings: one for each violated rule and node.
        checked: number of focus nodes in the data, by CURIE of the shape.

    Example:
        >>> from mlops_roles import Report
        >>> Report(findings=[], checked={"shape:x": 3}).to_dict()
        {'conforms': True, 'checked': {'shape:x': 3}, 'findings': []}
    """

    findings: list[Finding]
    checked: dict[str, int] = field(repr=False)

    @property
    def conforms(self) -> bool:
        """Whether no finding is more severe than Info."""
        return all(f.severity == "Info" for f in self.findings)

    @property
    def nodes(self) -> int:
        """Number of focus nodes; a focus node of several shapes is counted for each."""
        return sum(self.checked.values())

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return list(Finding.__dataclass_fields__)

    def to_rows(self) -> list[dict[str, Any]]:
        """The findings, one a row."""
        return [asdict(finding) for finding in self.findings]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {"conforms": self.conforms, "checked": self.checked, "findings": self.to_rows()}
