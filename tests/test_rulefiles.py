"""Rules are checked when they are read; errors name file, line and field in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.rulefiles import (
    BetterRule,
    LinkRule,
    NameRule,
    NumberRule,
    Rule,
    UnitRule,
    WordRule,
    load_rules,
    rule_files,
    shipped_rules,
)

NOT_FINITE = (b"NaN", b"1e999", b"Infinity", b"-Infinity", b"-1e999")
ANNOTATIONS = (b"LEMMA", b"lemma", b"POS", b"TAG", b"DEP", b"MORPH", b"ENT_TYPE")


def own_rules(folder: Path, content: bytes, name: str = "own.jsonl") -> list[Rule]:
    """What is read from a file, in a folder that is read in place of the shipped rules, which are many."""
    (folder / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.rulefiles.shipped_rules", lambda: folder)
        return load_rules()


def test_a_rule_has_its_fields_and_its_place(tmp_path: Path) -> None:
    name = b'{"label": "Task", "pattern": "pond mapping", "confidence": 0.5, "id": "x"}'
    assert own_rules(tmp_path, name + b'\n\n{"label": "NAMES", "pattern": "y"}') == [
        NameRule(label="Task", pattern="pond mapping", confidence=0.5, id="x", place=f"{tmp_path / 'own.jsonl'}:1"),
        WordRule(label="NAMES", pattern="y", place=f"{tmp_path / 'own.jsonl'}:3"),
    ]


def test_a_rule_without_confidence_is_certain(tmp_path: Path) -> None:
    [rule] = own_rules(tmp_path, b'{"label": "Task", "pattern": [{"LOWER": "x"}], "name": [0, 0], "role": "used"}')
    assert isinstance(rule, NameRule)
    assert (rule.confidence, rule.pattern, rule.name, rule.role) == (1.0, [{"LOWER": "x"}], (0, 0), "used")


def test_a_unit_is_whole_unless_it_says_otherwise(tmp_path: Path) -> None:
    lines = [
        b'{"label": "ResultUnit", "pattern": "%s"%s}' % unit for unit in ((b"FPS", b""), (b"Hz", b', "id": "prefixed"'))
    ]
    units = own_rules(tmp_path, b"\n".join(lines))
    assert [(unit.pattern, unit.id) for unit in units if isinstance(unit, UnitRule)] == [
        ("FPS", "whole"),
        ("Hz", "prefixed"),
    ]


def test_words_that_state_a_number_have_it_as_their_id(tmp_path: Path) -> None:
    factor = b'{"label": "ResultFactorWord", "pattern": "thrice", "id": "3"}'
    number = b'{"label": "ResultNumberWord", "pattern": "half a", "id": "0.5"}'
    found = [rule for rule in own_rules(tmp_path, factor + b"\n" + number) if isinstance(rule, NumberRule)]
    assert [(rule.label, rule.id) for rule in found] == [("ResultFactorWord", "3"), ("ResultNumberWord", "0.5")]


def test_byte_order_marks_line_separators_and_gzip_are_read(tmp_path: Path) -> None:
    line = '{"label": "BETTER", "pattern": "pond\u2028depth", "id": "lower"}\n'
    content = b"\xef\xbb\xbf" + line.encode()
    for name, written in (("one.jsonl", content), ("two.jsonl", gzip.compress(content))):
        rule = own_rules(tmp_path, written, name)[-1]
        assert rule == BetterRule(label="BETTER", pattern="pond\u2028depth", id="lower", place=f"{tmp_path / name}:1")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"label"', "is not a complete JSON object"),
        (b"[1]", "is not a JSON object; expected a rule"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b'{"pattern": "x"}', 'is not a rule; "label": expected one of CORRECTION, Method, Dataset, Metric, Task, '),
        (b'{"pattern": "x"}', ", BETTER; found none"),
        (b'{"label": "Datset", "pattern": "x"}', ", BETTER; found 'Datset'"),
        (b'{"label": ["Dataset"], "pattern": "x"}', ", BETTER; found \"['Dataset']\""),
        (b'{"label": {"a": 1}, "pattern": "x"}', ", BETTER; found "),
        (b'{"label": null, "pattern": "x"}', ", BETTER; found 'None'"),
        (b'{"label": "Dataset"}', '"pattern": Field required'),
        (b'{"label": "Dataset", "pattern": ""}', '"pattern": '),
        (b'{"label": "Dataset", "pattern": [1]}', '"pattern": '),
        (b'{"label": "Dataset", "pattern": "x", "confidence": 7}', '"confidence": '),
        (b'{"label": "Dataset", "pattern": "x", "colour": "red"}', '"colour": '),
        *((b'{"label": "Dataset", "pattern": "x", "confidence": %s}' % n, '"confidence": ') for n in NOT_FINITE),
        *((b'{"label": "Dataset", "pattern": [{"LOWER": "x"}, {"%s": "y"}]}' % k, k.decode()) for k in ANNOTATIONS),
        (b'{"label": "ResultFactorWord", "pattern": "x", "id": "%s"}' % (b"9" * 400), '"id": '),
        (b'{"label": "LinkHost", "pattern": "x", "id": "toad"}', '"id": '),
        (b'{"label": "LinkWord", "pattern": "x"}', '"id": Field required'),
        (b'{"label": "ResultFactorWord", "pattern": "thrice", "id": "three"}', '"id": '),
        (b'{"label": "ResultNumberWord", "pattern": "three"}', '"id": Field required'),
        (b'{"label": "ResultNumberWord", "pattern": "three", "id": "-3"}', '"id": '),
        (b'{"label": "ResultUnit", "pattern": "ms", "id": "half"}', '"id": '),
        (b'{"label": "ResultUnit", "pattern": ""}', '"pattern": '),
        (b'{"label": "ResultMeasure", "pattern": "error rate"}', "ResultMeasure"),
        (b'{"label": "SEEN", "pattern": "x", "papers": 3}', "SEEN is not a rule"),
        (b'{"label": "ROLE", "pattern": "x", "weight": 1}', "roles.json"),
    ],
)
def test_a_line_that_is_not_a_rule_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    with pytest.raises(InputError) as error:
        own_rules(tmp_path, b'{"label": "Dataset", "pattern": "x"}\n' + line)
    assert str(error.value).startswith(f"{tmp_path / 'own.jsonl'}:2: ")
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_a_shipped_file_that_changed_is_read_again(tmp_path: Path) -> None:
    [rule] = own_rules(tmp_path, b'{"label": "NAMES", "pattern": "called"}')
    assert own_rules(tmp_path, b'{"label": "NAMES", "pattern": "called"}') == [rule]
    [rule] = own_rules(tmp_path, b'{"label": "NAMES", "pattern": "named"}')
    assert rule.pattern == "named"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder of rule files"):
        load_rules([tmp_path / "absent"])


def test_subfolders_are_read_and_the_files_of_resolution_are_not(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    rule: dict[str, Any] = {"label": "LinkHost", "pattern": "git.pond.example", "id": "code"}
    for name in ("entities.jsonl", "senses-own.jsonl", "more/links.jsonl"):
        (tmp_path / name).write_text(json.dumps(rule) + "\n")
    assert [path for path in rule_files([tmp_path]) if tmp_path in path.parents] == [tmp_path / "more" / "links.jsonl"]
    place = f"{tmp_path / 'more' / 'links.jsonl'}:1"
    assert load_rules([tmp_path])[-1] == LinkRule(label="LinkHost", pattern="git.pond.example", id="code", place=place)


def test_scripts_write_into_a_folder_of_their_own() -> None:
    names = {str(path.relative_to(shipped_rules())) for path in rule_files()}
    assert {name for name in names if "/" in name} == {"mined/lexicon-annotated.jsonl", "mined/lexicon-datasets.jsonl"}
