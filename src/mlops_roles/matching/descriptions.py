"""How alike two definitions are: the rare words that they have in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from .label_reader import languages_of, read_label


class Descriptions:
    """The definitions of terms, compared by their stems; a stem counts more the rarer it is.

    Args:
        texts: term, text and language tag of each definition.
    """

    def __init__(self, texts: Iterable[tuple[str, str, str]]):
        self._stems: dict[str, dict[str, set[str]]] = {}
        for term, text, tag in texts:
            language = languages_of(tag)[0]
            stems = read_label(text[:600], language).stems
            self._stems.setdefault(term, {}).setdefault(language, set()).update(stems)
        counts = Counter(
            (language, stem)
            for by_language in self._stems.values()
            for language, stems in by_language.items()
            for stem in stems
        )
        total = max(1, len(self._stems))
        self._weights = {key: math.log(1 + total / count) ** 2 for key, count in counts.items()}

    def likeness(self, one: str, other: str) -> float | None:
        """From 0 to 1, the cosine of the two in the language they share; None without one."""
        first, second = self._stems.get(one, {}), self._stems.get(other, {})
        found = [
            self._cosine(language, first[language], second[language])
            for language in first.keys() & second.keys()
        ]
        return max(found, default=None)

    def _cosine(self, language: str, first: set[str], second: set[str]) -> float:
        common, norm_1, norm_2 = (
            sum(self._weights[language, stem] for stem in stems)
            for stems in (first & second, first, second)
        )
        return common / math.sqrt(norm_1 * norm_2) if norm_1 and norm_2 else 0.0
