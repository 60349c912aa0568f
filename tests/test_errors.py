"""Every error of the package is one line that names its place, and survives the way between processes."""

from __future__ import annotations

import pickle

import pytest

from kg import errors
from kg.errors import GraphError, InputError, KGError, QueryError


@pytest.mark.parametrize("kind", [InputError, GraphError, QueryError])
def test_all_errors_are_caught_as_one(kind: type[KGError]) -> None:
    assert issubclass(kind, KGError)


def test_the_drawing_shows_every_error() -> None:
    kinds = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)}
    drawn = {line.split()[1] for line in (errors.__doc__ or "").splitlines() if "── " in line}
    assert drawn == kinds


def test_an_input_error_names_place_and_problem() -> None:
    error = InputError("pages.txt:12", "is not UTF-8 text")
    assert str(error) == "pages.txt:12: is not UTF-8 text"
    assert (error.place, error.problem) == ("pages.txt:12", "is not UTF-8 text")


def test_an_input_error_of_a_worker_process_reaches_the_parent() -> None:
    error = pickle.loads(pickle.dumps(InputError("pages.txt:12", "is not UTF-8 text")))
    assert (type(error), error.place, str(error)) == (InputError, "pages.txt:12", "pages.txt:12: is not UTF-8 text")
