"""The example of docs/sources.md makes a paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_example_makes_a_clean_paper() -> None:
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    paper = names["paper"]
    assert (paper.title, paper.abstract, paper.authors) == ("Frogs", "They hop.", ("Ada One", "Bo Two"))
    assert paper.id == "doi:10.1234/frog"
