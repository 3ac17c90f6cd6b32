"""Evidence that a term of another vocabulary may be one of ours, and a proposal made of it.

`ontology/matching/evidence.csv` has the kinds of evidence with their weights.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ..io.resources import resource_rows

MATCH_ORDER = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
NAME = "name"  # all names of a term, in any language, are one piece of evidence


class EvidenceKind(NamedTuple):
    """What a kind of evidence is worth."""

    weight: float  # from 0 to 1, the share of such pairs that match if nothing else is known
    # the SKOS relation that it speaks for, from source to target; '' if each piece of evidence has
    # its own
    relation: str
    justification: str  # how it is found, in the words of SSSOM


@cache
def evidence_kinds() -> dict[str, EvidenceKind]:
    """The kinds of evidence by name."""
    return {
        row["kind"]: EvidenceKind(float(row["weight"]), row["relation"], row["justification"])
        for row in resource_rows("ontology", "matching/evidence")
    }


@dataclass(frozen=True)
class Reason:
    """Why a term of another vocabulary may be one of ours."""

    kind: str  # a kind of evidence
    # what it rests on; of several reasons with the same evidence the strongest counts
    evidence: str
    text: str  # the reason for a reader
    relation: str = ""  # the SKOS relation that it speaks for, if not that of its kind

    @property
    def match(self) -> str:
        """The local name of the SKOS relation that it speaks for."""
        return self.relation or evidence_kinds()[self.kind].relation

    @property
    def weight(self) -> float:
        """The weight of its kind."""
        return evidence_kinds()[self.kind].weight

    @property
    def is_close(self) -> bool:
        """Whether it speaks for an exact or close match."""
        return self.match in MATCH_ORDER[:2]


@dataclass(frozen=True)
class Proposal:
    """A term of another vocabulary (`source`) that may be one of ours (`target`), and why."""

    source: str
    target: str
    reasons: list[Reason]

    @property
    def _strongest(self) -> dict[str, Reason]:
        """The strongest reason of each piece of evidence; of equal ones, the closest relation."""
        by_evidence: dict[str, list[Reason]] = defaultdict(list)
        for reason in self.reasons:
            by_evidence[reason.evidence].append(reason)
        return {
            evidence: min(reasons, key=lambda r: (-r.weight, MATCH_ORDER.index(r.match)))
            for evidence, reasons in by_evidence.items()
        }

    @property
    def confidence(self) -> float:
        """How likely at least one piece of evidence is right, taken as independent."""
        weights = [reason.weight for reason in self._strongest.values()]
        return round(1 - math.prod(1 - weight for weight in weights), 2)

    @property
    def relation(self) -> str:
        """The closest SKOS relation of its evidence; exact only on two pieces of evidence."""
        counted = list(self._strongest.values())
        if sum(reason.is_close for reason in counted) > 1:
            return "exactMatch"
        closest = min((r.match for r in counted), key=MATCH_ORDER.index)
        return "closeMatch" if closest == "exactMatch" else closest

    @property
    def justification(self) -> str:
        """How it was found, in the words of SSSOM."""
        found = {evidence_kinds()[r.kind].justification for r in self.reasons}
        return found.pop() if len(found) == 1 else "CompositeMatching"
