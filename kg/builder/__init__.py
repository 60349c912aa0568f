"""The build: papers of any source into the graph of a folder."""

from kg.builder.builder import BuildReport, Progress, build_graph

__all__ = ["BuildReport", "Progress", "build_graph"]
