"""Known titles whose spelling is similar to that of a title that names no role: suggestions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from .lexicon import Lexicon, sort_words

MAX_NEAREST = 3
CHUNK = 10_000  # titles that are compared at once
MIN_SIMILARITY_APART = 60  # of the words that two titles do not share
MIN_SIMILARITY = 65  # of 100, how alike a nearest title is written


def nearest_titles(words: Lexicon, titles: Sequence[str]) -> list[list[str]]:
    """For each title, the role titles with the most similar spelling, the most similar first."""
    from rapidfuzz import fuzz, process

    texts = [sort_words(title[:100]) for title in titles]
    known, display = words.display_titles.keys(), list(words.display_titles.values())
    options: dict[str, Any] = {"scorer": fuzz.ratio, "score_cutoff": MIN_SIMILARITY}
    if len(texts) <= 1:
        found = (process.extract(text, known, limit=MAX_NEAREST, **options) for text in texts)
        near = [[at for _, _, at in row] for row in found]
    else:
        near = [
            columns
            for start in range(0, len(texts), CHUNK)
            for columns in _top_columns(
                process.cdist(texts[start : start + CHUNK], known, workers=-1, **options)
            )
        ]
    names = list(known)
    return [
        [display[at] for at in columns if _is_alike(text, names[at])]
        for text, columns in zip(texts, near, strict=True)
    ]


def _is_alike(title: str, name: str) -> bool:
    """Whether two titles are similar also without the words that they share.

    'platform engineer' and 'etl engineer' share a word that many titles have, and nothing else.
    """
    from rapidfuzz import fuzz

    ours, theirs = (set(text.split()) for text in (title, name))
    apart = (" ".join(sorted(words)) for words in (ours - theirs, theirs - ours))
    rest, other = apart
    return not (rest and other) or fuzz.ratio(rest, other) >= MIN_SIMILARITY_APART


def _top_columns(scores: Any) -> list[list[int]]:
    """For each row of scores (titles x names), the columns of the highest above zero."""
    import numpy as np

    best: list[list[int]] = [[] for _ in range(len(scores))]
    rows = np.flatnonzero(scores.any(axis=1))
    order = np.argsort(-scores[rows], axis=1, kind="stable")[:, :MAX_NEAREST]
    above = np.take_along_axis(scores[rows], order, axis=1) > 0
    for row, columns, is_above in zip(rows.tolist(), order.tolist(), above.tolist(), strict=True):
        best[row] = list(itertools.compress(columns, is_above))
    return best
