"""Decide by a person's skills whether the person can act as a role: yes, no, likely or unknown.

The only arguments are sets of skills, so that no name, unit or other attribute has an effect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

Verdict = Literal["yes", "no", "likely", "unknown"]
State = Literal["recorded", "lacking", "tool", "unrecorded"]
SKILL_STATES: tuple[State, ...] = ("recorded", "tool", "lacking", "unrecorded")


def verdict(
    required: Collection[str],
    recorded: Collection[str],
    lacking: Collection[str] = (),
    tools: Collection[str] = (),
    accept_tools: bool = False,
) -> Verdict:
    """Decide whether a person can act as a role, as far as is known.

    Returns 'no' if a required skill is lacking; 'yes' if all are recorded; 'likely' if tools are
    evidence for all that are not; else, and if no skill is required, 'unknown'. With `accept_tools`
    a tool counts as a record of the skills it is evidence for.
    """
    states = skill_states(required, recorded, lacking, tools)
    return verdict_of_states(states.values(), accept_tools)


def verdict_of_states(states: Iterable[State], accept_tools: bool = False) -> Verdict:
    """The verdict if these are the states of all required skills."""
    found = set(states)
    if "lacking" in found:
        return "no"
    if not found or "unrecorded" in found:
        return "unknown"
    return "yes" if accept_tools or "tool" not in found else "likely"


def skill_states(
    required: Iterable[str],
    recorded: Collection[str],
    lacking: Collection[str] = (),
    tools: Collection[str] = (),
) -> dict[str, State]:
    """What is known of each required skill: the first of lacking, recorded, tool that has it."""
    known: tuple[tuple[State, Collection[str]], ...] = (
        ("lacking", lacking),
        ("recorded", recorded),
        ("tool", tools),
    )
    return {
        skill: next((state for state, skills in known if skill in skills), "unrecorded")
        for skill in required
    }


def tally_states(required: Collection[str], states: Mapping[str, State]) -> dict[str, int]:
    """How many skills are required, and how many of these are in each state."""
    counts = Counter(states[skill] for skill in required)
    return {"required": len(required), **{state: counts[state] for state in SKILL_STATES}}


def share_known(recorded: int, evident: int, required: int) -> tuple[float, float, int]:
    """A key that orders the roles of a person by what is known of the skills that they require.

    First the share that is recorded, then the share for which a tool alone is evidence, then the
    number that are recorded.
    """
    whole = required or 1
    return recorded / whole, evident / whole, recorded
