from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from kg.site.files import Name, index_scripts, neighbours_part, part_of, words_of


def entries(script: str) -> list[list[object]]:
    loaded: list[list[object]] = arguments(script)[1]
    return loaded


@cache
def arguments(script: str) -> list[Any]:
    found = re.fullmatch(r"kgIndex\((.*)\)\n", script, re.DOTALL)
    assert found
    loaded: list[Any] = json.loads(f"[{found[1]}]")
    return loaded


def script_for(scripts: dict[str, str], word: str) -> str:
    """The script that the page reads for a word that someone types."""
    part = part_of(word, 2)
    divisions = (arguments(scripts[part])[2:] or [[]])[0]
    at = ""
    for letter in word[2:]:
        if not any(one.startswith(at) and one != at for one in divisions):
            break
        at += letter if at + letter in divisions else "_"
    return f"{part}-{at}" if at else part


def brief(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr("kg.site.files._ONE_PART", 0)
    monkeypatch.setattr("kg.site.files._LARGE", large)


def test_a_small_index_is_one_script() -> None:
    names = [
        Name("FrogNet", "method", 3, "method/frognet.html", ("Frog network",)),
        Name("A title", "paper", 1, "p.html"),
    ]
    scripts = dict(index_scripts(names))
    assert scripts.keys() == {"about", "all"} and "[0]" in scripts["about"]
    assert entries(scripts["all"])[0] == ["FrogNet", "m", 3, "method/frognet.html", "Frog network"]


@pytest.mark.slow
def test_a_large_index_has_each_name_under_the_beginning_of_each_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.site.files._ONE_PART", 200_000)
    names = [Name(f"frog network {number}", "method", 1, "x" * 20) for number in range(5000)]
    scripts = dict(index_scripts(names))
    assert "[2]" in scripts["about"] and len(entries(scripts["fr"])) == len(entries(scripts["ne"])) == 5000
    assert len(entries(scripts["42"])) == 1 + 10 + 100


NAMES = [
    *(Name(f"Convolutional network {number}", "method", 1, f"m/{number}") for number in range(100)),
    *(Name(f"{word} control with Re-Nets", "task", 2, f"t/{word}") for word in ("Robot", "Fuzzy", "Noisy", "Café")),
    *(Name("Editorial", "paper", 1, f"p/{number}") for number in range(100)),
    Name("COCO-Stuff", "dataset", 7, "d/stuff", ("Common Objects in Context",)),
    Name("CONV", "metric", 1, "e/conv"),
    Name("A con β-VAE", "method", 3, "m/vae"),
    Name("Con", "method", 2, "m/con"),
]


@pytest.mark.slow
def test_a_large_part_is_divided_by_further_letters_and_loses_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    brief(monkeypatch, 2000)
    scripts = dict(index_scripts(NAMES))
    assert scripts == dict(index_scripts(NAMES))
    alike = {"ed-itorial_"}  # no further letter tells these names apart
    assert {script for script in scripts if len(entries(scripts[script])) > 60} == alike
    for name in NAMES:
        for text in (name.name, *name.others):
            words = words_of(text)
            typed = [*words, *("".join(words[place:]) for place in range(len(words)) if words[place] != "a")]
            for word in typed:
                for end in range(2, len(word) + 1):
                    found = entries(scripts[script_for(scripts, word[:end])])  # 60: a list of what comes first
                    assert len(found) == 60 or any(entry[3] == name.url for entry in found), (text, word[:end])


def test_a_divided_part_has_first_what_the_search_shows_first(monkeypatch: pytest.MonkeyPatch) -> None:
    brief(monkeypatch, 2000)
    scripts = dict(index_scripts(NAMES))
    _, first, divisions = arguments(scripts["co"])
    assert len(first) == 60 and {"n", "nv"} < set(divisions)
    assert [entry[3] for entry in first[:4]] == ["d/stuff", "m/con", "e/conv", "m/0"]
    assert [entry[3] for entry in arguments(scripts["co-n"])[1][:3]] == ["m/con", "e/conv", "m/0"]
    assert {script.partition("-")[0] for script in scripts} > {"co", "ed"}
    assert not {"con", "all"} & scripts.keys()


def test_parts_that_are_not_large_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    brief(monkeypatch, 10**9)
    undivided = dict(index_scripts(NAMES))
    brief(monkeypatch, 2000)
    divided = dict(index_scripts(NAMES))
    assert not any("-" in script for script in undivided) and undivided.keys() < divided.keys()
    assert {part for part in undivided if divided[part] != undivided[part]} == {"co", "ed", "ne"}


def test_words_are_plain_and_their_scripts_have_plain_names() -> None:
    assert words_of("β-VAE, Schrödinger's_cat") == ["β", "vae", "schrodinger", "s", "cat"]
    assert [part_of("schrodinger", 2), part_of("β", 2), part_of("x", 0)] == ["sc", "other", "all"]


def test_entities_are_spread_over_the_scripts_of_surroundings() -> None:
    parts = {neighbours_part(f"method/m-{number}", 7) for number in range(200)}
    assert parts == set(range(7))
