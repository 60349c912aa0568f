"""Errors that a user can act on; the command line prints them as one line."""

from __future__ import annotations


class KGError(Exception):
    """Something that the user can mend. Its text is one line that names the place."""


class InputError(KGError):
    """An input that cannot be read.

    Args:
        place: the file, with the line where one is known ("pages.txt:12").
        problem: what is wrong there and what was expected.
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class GraphError(KGError):
    """A graph folder that is absent, damaged or in use."""


class QueryError(KGError):
    """A query that cannot be parsed or answered."""
