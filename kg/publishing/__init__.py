"""A graph as a folder to publish (:mod:`kg.publishing.package`)."""
