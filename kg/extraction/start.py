"""Imports spaCy without its command line: nothing here uses it, and it takes a third of the time of the import."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


def import_spacy() -> None:
    """Import spaCy where it is not imported yet; its command line is imported when somebody asks for it.

    ``spacy/__init__.py`` takes ``spacy.info`` from there, which finds a stand-in in the meantime.
    """
    if "spacy" in sys.modules:
        return
    package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    module.__dict__["info"] = _info
    sys.modules |= {"spacy.cli": package, "spacy.cli.info": module}
    try:
        import_module("spacy")
    finally:
        del sys.modules["spacy.cli"], sys.modules["spacy.cli.info"]


def _info(*arguments: object, **options: object) -> object:
    return import_module("spacy.cli.info").info(*arguments, **options)


import_spacy()
