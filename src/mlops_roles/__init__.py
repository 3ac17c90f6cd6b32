"""The roles of machine-learning operations: an ontology, and what can be asked of it.

    >>> from mlops_roles import ask, resolve
    >>> resolve("Senior Data Engineer").roles
    ('data-engineer',)
    >>> [row["role"] for row in ask("roles-for-task", task="deploy-model")]
    ['role:devops-engineer', 'role:ml-engineer']

The public names are listed once, in `__init__.pyi`. Each is imported when it is first used:
`import mlops_roles` alone costs next to nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
