"""What a person sees of a correction."""

from __future__ import annotations

from pathlib import Path

from kg.corrections import Corrected
from kg.terminal.corrections import render_corrected

CORRECTED = Corrected(
    file="mine/corrections.jsonl",
    paper="https://example.org/paper/frogs",
    title="Frogs",
    guessed=False,
    line={},
    says='"5%" in "Frogs" is no result',
    before=("result, metric error",),
    replaced=(),
    kept=True,
)


def test_the_words_as_they_are_and_will_be_and_the_command_that_makes_them_so() -> None:
    assert render_corrected(CORRECTED, Path("out")).splitlines() == [
        "now: result, metric error",
        'correction: "5%" in "Frogs" is no result',
        "written to mine/corrections.jsonl; applied by: kg build -g out",
    ]


def test_what_is_new_guessed_replaced_or_elsewhere_is_said() -> None:
    changed = {"guessed": True, "before": (), "replaced": ("it is one",), "kept": False}
    assert render_corrected(Corrected(**{**CORRECTED.as_dict(), **changed}), Path("out")).splitlines() == [
        "taken for: Frogs",
        "now: nothing",
        'correction: "5%" in "Frogs" is no result',
        "replaced: it is one",
        "written to mine/corrections.jsonl; applied by: kg build -g out --rules mine",
    ]
