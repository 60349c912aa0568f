"""Resolution: mentions to entities, so that different names for one thing lead to one node of the graph.

- :mod:`kg.resolution.resolver`: names of all papers in, the entity of each mention out;
- :mod:`kg.resolution.curated`: what people have written about the best-known entities, checked;
- :mod:`kg.resolution.known`: the names that imported catalogues have for entities;
- :mod:`kg.resolution.senses`: the senses of short forms, and when one of them is clear;
- :mod:`kg.resolution.hierarchy`: which entity is broader than which;
- :mod:`kg.resolution.directions`: which values of a metric are better.
"""

from kg.resolution.curated import Curated, read_curated
from kg.resolution.directions import Directions
from kg.resolution.known import KnownNames
from kg.resolution.resolver import Resolver, resolve_alone
from kg.resolution.senses import read_senses

__all__ = ["Curated", "Directions", "KnownNames", "Resolver", "read_curated", "read_senses", "resolve_alone"]
