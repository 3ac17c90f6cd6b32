"""Names of terms as they are compared and shown."""

from __future__ import annotations

import unicodedata


def slug(curie: str) -> str:
    """`role:ml-engineer` as `ml-engineer`; a name of another namespace as it is."""
    prefix, _, local = curie.partition(":")
    return local if prefix in ("role", "words", "task", "skill", "tool", "step", "zone") else curie


def fold_name(name: str) -> str:
    """Skill and tool names as they are compared: lower case, with white space and - _ . as one space."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(" " if c in "-_." else c for c in text).split())
