"""The errors that a user can fix.

::

    Exception
    └── KGError          any of those below, or an argument of the wrong type or value
        ├── InputError   a source, rule file, model or annotated file that cannot be read
        ├── GraphError   a graph folder that is absent, damaged, in use, or cannot be written
        └── QueryError   a query that cannot be parsed or answered

Catch :class:`KGError` for all. Anything else that a function raises is a fault of this package, or one that its
docstring names (``OSError`` where an output cannot be written).
"""

from __future__ import annotations


class KGError(Exception):
    """An error the user can fix: one line naming the place and what was expected there.

    The command line prints the line and exits with 1, or with 2 if it is about how a command was called.
    """


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

    # Copies are made from these two, not from the message, when the error of a worker process reaches its parent.
    def __reduce__(self) -> tuple[type[InputError], tuple[str, str]]:
        return type(self), (self.place, self.problem)


class GraphError(KGError):
    """A graph folder that is absent, damaged, in use, or cannot be written."""


class QueryError(KGError):
    """A query that cannot be parsed or answered."""
