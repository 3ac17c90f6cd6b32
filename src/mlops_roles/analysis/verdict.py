"""What follows from what is known of a person's skills: yes, no, likely or unknown.

Nothing but sets of skills enters, so no name, unit or other attribute can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

Verdict = Literal["yes", "no", "likely", "unknown"]
State = Literal["recorded", "lacking", "tool", "unrecorded"]


def verdict(
    required: Collection[str],
    recorded: Collection[str],
    lacking: Collection[str] = (),
    tools: Collection[str] = (),
    accept_tools: bool = False,
) -> Verdict:
    """Can someone act as a role, as far as is known?

    Args:
        required: the skills that the role requires; a role that requires none cannot be judged.
        recorded: the skills recorded or assessed as present.
        lacking: the skills recorded as lacking.
        tools: the skills that tools in use speak for.
        accept_tools: whether a tool counts as a record of the skills it speaks for.

    Returns 'no' if a required skill is lacking; 'yes' if all are recorded; 'likely' if tools
    speak for all that are not; else 'unknown'.
    """
    found = set(states(required, recorded, lacking, tools).values())
    if "lacking" in found:
        return "no"
    if not found or "unrecorded" in found:
        return "unknown"
    return "yes" if accept_tools or "tool" not in found else "likely"


def states(
    required: Iterable[str],
    recorded: Collection[str],
    lacking: Collection[str] = (),
    tools: Collection[str] = (),
) -> dict[str, State]:
    """What is known of each required skill: 'lacking' goes before 'recorded', and that before 'tool'."""
    return {
        s: "lacking"
        if s in lacking
        else "recorded"
        if s in recorded
        else "tool"
        if s in tools
        else "unrecorded"
        for s in required
    }
