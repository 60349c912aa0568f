"""The build: papers from any source into the graph of a folder.

- :mod:`kg.builder.builder`: the steps of a run;
- :mod:`kg.builder.works`: the papers as the graph folder keeps them, and what a run changes in them.
"""

from kg.builder.builder import BuildReport, Progress, build_graph

__all__ = ["BuildReport", "Progress", "build_graph"]
