from __future__ import annotations

import json
import re

from kg.site.files import Name, index_scripts, neighbours_part, part_of, words_of


def entries(script: str) -> list[list[object]]:
    found = re.fullmatch(r'kgIndex\("\w+",(\[.*\])\)\n', script, re.DOTALL)
    assert found
    loaded: list[list[object]] = json.loads(found[1])
    return loaded


def test_a_small_index_is_one_script() -> None:
    names = [
        Name("FrogNet", "method", 3, "method/frognet.html", ("Frog network",)),
        Name("A title", "paper", 1, "p.html"),
    ]
    scripts = dict(index_scripts(names))
    assert scripts.keys() == {"about", "all"} and "[0]" in scripts["about"]
    assert entries(scripts["all"])[0] == ["FrogNet", "m", 3, "method/frognet.html", "Frog network"]


def test_a_large_index_has_each_name_under_the_beginning_of_each_word() -> None:
    names = [Name(f"frog network {number}", "method", 1, "x" * 300) for number in range(5000)]
    scripts = dict(index_scripts(names))
    assert "[2]" in scripts["about"] and len(entries(scripts["fr"])) == len(entries(scripts["ne"])) == 5000
    assert len(entries(scripts["42"])) == 1 + 10 + 100


def test_words_are_plain_and_their_scripts_have_plain_names() -> None:
    assert words_of("β-VAE, Schrödinger's_cat") == ["β", "vae", "schrodinger", "s", "cat"]
    assert [part_of("schrodinger", 2), part_of("β", 2), part_of("x", 0)] == ["sc", "other", "all"]


def test_entities_are_spread_over_the_scripts_of_surroundings() -> None:
    parts = {neighbours_part(f"method/m-{number}", 7) for number in range(200)}
    assert parts == set(range(7))
