"""spaCy is imported without its commands, and they can still be used."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTED = """
import sys
import kg.extraction
print({"spacy.cli", "weasel", "httpx"} & sys.modules.keys())
import spacy, spacy.cli
print(spacy.info(silent=True)["spacy_version"] == spacy.__version__)
"""


@pytest.mark.slow
def test_the_command_line_of_spacy_is_imported_only_when_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\nTrue\n"
