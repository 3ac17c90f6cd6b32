"""`python -m mlops_roles` is the command `mlops-roles`."""

import sys

from .cli import main

sys.exit(main())
