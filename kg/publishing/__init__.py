"""A graph as a folder to publish (:mod:`kg.publishing.package`), or put into a store (:mod:`kg.publishing.stores`)."""
