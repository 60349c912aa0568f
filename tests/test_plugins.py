"""Objects of other packages, found by their entry points."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.errors import KGError
from kg.plugins import load_plugins


def test_objects_come_by_the_name_of_their_entry_point(install_plugin: Callable[[str, str, str], None]) -> None:
    install_plugin("kg.tests", "toad", "PLUGIN = 7\n")
    install_plugin("kg.tests", "frog", "PLUGIN = 5\n")
    assert list(load_plugins("kg.tests", int).items()) == [("frog", 5), ("toad", 7)]
    assert load_plugins("kg.other", int) == {}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("PLUGIN = 'text'\n", r"^plugin frog \(kg\.tests: .*\): expected an object of class int, found str$"),
        ("1 / 0\n", r"^plugin frog \(kg\.tests: .*\) cannot be loaded: division by zero$"),
        ("raise ValueError\n", r"^plugin frog \(kg\.tests: .*\) cannot be loaded: ValueError$"),
        ("", r"^plugin frog \(kg\.tests: .*\) cannot be loaded: .*PLUGIN"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_an_error_that_names_it(
    install_plugin: Callable[[str, str, str], None], code: str, problem: str
) -> None:
    install_plugin("kg.tests", "frog", code)
    with pytest.raises(KGError, match=problem):
        load_plugins("kg.tests", int)
