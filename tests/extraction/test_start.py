"""spaCy is imported without its commands, and they can still be used."""

from __future__ import annotations

from collections.abc import Callable

import pytest

IMPORTED = """
import sys
print({"spacy.cli", "weasel", "httpx"} & sys.modules.keys())
import spacy, spacy.cli
print(spacy.info(silent=True)["spacy_version"] == spacy.__version__)
"""


@pytest.mark.slow
def test_the_command_line_of_spacy_is_imported_only_when_it_is_asked_for(
    in_another_process: Callable[[str], str],
) -> None:
    assert in_another_process(IMPORTED) == "set()\nTrue\n"
