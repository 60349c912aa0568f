"""Resolution: mentions to entities, so that papers meet at one node whatever they call a thing.

- :mod:`kg.resolution.resolver`: names of all papers in, the entity of each mention out;
- :mod:`kg.resolution.curated`: what people have written down of the best-known entities, checked;
- :mod:`kg.resolution.senses`: what short forms stand for, and when one sense is clear;
- :mod:`kg.resolution.hierarchy`: which entity is broader than which.
"""

from kg.resolution.curated import Curated, read_curated
from kg.resolution.directions import Directions
from kg.resolution.resolver import Resolver, resolve_alone
from kg.resolution.senses import read_senses

__all__ = ["Curated", "Directions", "Resolver", "read_curated", "read_senses", "resolve_alone"]
