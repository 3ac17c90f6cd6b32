"""Judgements about people that can be trusted: a verdict, what it rests on, and what would change it.

They rest on skills, tools and assessments alone. Each is an aid to be reviewed by a human.
"""

from .certificates import Certificate, certify
from .evidence import Conflict, Records
from .gaps import Gap, gap, nearest_roles
from .verdicts import State, Verdict, states, verdict

__all__ = ["Certificate", "Conflict", "Gap", "Records", "State", "Verdict", "certify", "gap", "nearest_roles", "states", "verdict"]
