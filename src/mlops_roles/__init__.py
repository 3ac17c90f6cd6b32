"""The roles of machine-learning operations: an ontology, and what can be asked of it.

    >>> from mlops_roles import ask, resolve
    >>> resolve("Senior Data Engineer").roles
    ('data-engineer',)
    >>> [row["role"] for row in ask("roles-for-task", task="deploy-model")]
    ['role:devops-engineer', 'role:ml-engineer']

The public names are listed once, in `__init__.pyi`. Each is imported when it is first used:
`import mlops_roles` alone costs next to nothing.
"""

import re
from pathlib import Path

import lazy_loader

# attach_stub would do the same, but imports ast for it: 5 ms of the 125 ms of `show R7`
_names: dict[str, list[str]] = {}
for _module, _name in re.findall(
    r"^from \.(\S+) import (\w+)", Path(__file__).with_suffix(".pyi").read_text("utf-8"), re.M
):
    _names.setdefault(_module, []).append(_name)
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_names)
