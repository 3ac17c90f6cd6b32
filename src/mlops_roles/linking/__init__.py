"""Links to other vocabularies: shipped alignments, and the kit that links a company's own terms to ours.

Mappings are kept as SSSOM, a table with a header that a person can read and edit; the RDF is
derived from it. Nothing is applied that nobody has reviewed.
"""

from .clashes import Clash, coherence
from .mappings import Mapping, MappingSet
from .mappings import read as read_mappings
from .merges import Merge
from .merges import apply as apply_mappings
from .merges import undo as undo_mappings
from .proposals import propose

__all__ = ["Clash", "Mapping", "MappingSet", "Merge", "apply_mappings", "coherence", "propose", "read_mappings", "undo_mappings"]
