"""Rule files: spaCy's pattern format, one JSON object a line, ``{"label", "pattern", "id"?}``.

A file's name says what it holds:

- ``*.jsonl`` with labels Method, Dataset, Metric, Task: names (a string is a phrase, a list is a spaCy token pattern).
- other labels are the data of single components, documented in ``rules/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kg.errors import InputError

Rule = dict[str, Any]


def shipped_rules() -> Path:
    """The folder of the rules that ship with the package (beside it in a checkout)."""
    package = Path(__file__).parent.parent
    return next(folder for folder in (package / "rules", package.parent / "rules") if folder.is_dir())


def rule_files(folders: Iterable[Path] = ()) -> list[Path]:
    """The rule files of the shipped folder and then of ``folders``, each folder's in name order.

    Raises:
        InputError: a folder is absent.
    """
    files: list[Path] = []
    for folder in (shipped_rules(), *folders):
        if not folder.is_dir():
            raise InputError(str(folder), "is not a folder of rule files")
        files.extend(sorted(folder.glob("*.jsonl")))
    return files


def load_rules(folders: Iterable[Path] = ()) -> list[Rule]:
    """All rules of :func:`rule_files`.

    Raises:
        InputError: a folder is absent, or a line is not a rule.
    """
    rules: list[Rule] = []
    for path in rule_files(folders):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(str(path), f"cannot be read ({error})") from None
        rules += [_rule(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    return rules


def _rule(line: str, place: str) -> Rule:
    try:
        rule = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(place, f"is not JSON ({error.msg})") from None
    if not isinstance(rule, dict) or not isinstance(rule.get("label"), str) or "pattern" not in rule:
        raise InputError(place, 'is not a rule; expected {"label": …, "pattern": …}')
    return rule
