"""Rule files: spaCy's pattern format, one JSON object a line, ``{"label", "pattern", ...}``.

The label says what a rule is and which component takes it; ``rules/README.md`` says what each one means. Rules are
checked here, where file and line are known, so that components can rely on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args, get_type_hints

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, TypeAdapter, ValidationError

from kg.errors import InputError
from kg.text.files import path_text
from kg.text.lines import JsonLine, json_lines_of
from kg.text.names import quoted
from kg.vocabulary import Better, EntityType, LinkKind, Role

OF_RESOLUTION = ("entities*.jsonl", "senses*.jsonl")
"""Files in the rule folders that hold no rules: see :mod:`kg.resolution.curated` and :mod:`kg.resolution.senses`."""

CERTAIN = 1.0  # the confidence of a rule that gives none

Text = Annotated[str, StringConstraints(min_length=1)]

Correction = Literal["entity", "no entity", "result", "no result"]
"""What a person says that some words of a paper are."""

CORRECTED_FIELDS: dict[Correction, tuple[str, ...]] = {
    "entity": ("type", "role"),
    "no entity": (),
    "result": ("metric", "dataset", "method", "task", "baseline", "relative"),
    "no result": (),
}
"""What a correction can change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Base of the rules: ``place`` is the file and line of a rule, as errors name it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule(_Placed):
    """A name (text) or a spaCy token pattern (list) of an entity type.

    ``key`` is the name's key in the lexicon (:func:`kg.extraction.lexicon.lexicon_key`), stored in mined files because
    making it takes time; ``id`` is allowed because spaCy's patterns have it, and is not used.
    """

    label: EntityType
    pattern: Text | list[dict[str, Any]]
    id: str | None = None
    key: Text | None = None
    name: tuple[int, int] | None = None
    role: Role | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = CERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRule(_Placed):
    """A word or phrase; its label alone says what it does."""

    label: Literal[
        "GENERIC", "MEASURED", "NOT_DATASET", "SIMULATOR", "INTRODUCES", "NAMES", "INTERRUPTS", "LinkShortener"
    ]
    pattern: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule(_Placed):
    """The kind of thing that a host, a folder or a word points to."""

    label: Literal["LinkHost", "LinkPath", "LinkWord"]
    pattern: Text
    id: LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRule(_Placed):
    """A unit of measure; ``id`` says whether it is always whole, may have a prefix, or is what a rate is given for."""

    label: Literal["ResultUnit"]
    pattern: Text
    id: Literal["whole", "prefixed", "rate"] = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule(_Placed):
    """A word that states a factor, a fraction ("1/3") or a number, which is ``id``."""

    label: Literal["ResultFactorWord", "ResultNumberWord"]
    pattern: Text
    id: Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,9}|/[1-9]\d?)?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionRule(_Placed):
    """Words before or after a number that is not a result."""

    label: Literal["ResultExclusion"]
    pattern: Text
    id: Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule(_Placed):
    """A word for a change; ``id`` says of which kind: a noun, a verb, or an adjective that compares."""

    label: Literal["ResultChangeWord"]
    pattern: Text
    id: Literal["rise", "fall", "raise", "lower", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRule(_Placed):
    """A token pattern of words that state a setting of results; ``id`` is its kind, of which a result has one."""

    label: Literal["ResultSetting"]
    pattern: list[dict[str, Any]]
    id: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterRule(_Placed):
    """Which values of the metrics with this name, or a name that ends with it, are better."""

    label: Literal["BETTER"]
    pattern: Text
    id: Better


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRule(_Placed):
    """What a person says of words (``pattern``) of one paper (``paper``: its title or id).

    ``id`` says what they are. The other fields change what they name, in entities ``type`` and ``role``, in results the
    others, where an empty text means none.
    """

    label: Literal["CORRECTION"]
    pattern: Text
    paper: Text
    id: Correction
    type: EntityType | None = None
    role: Role | None = None
    metric: str | None = None
    dataset: str | None = None
    method: str | None = None
    task: str | None = None
    baseline: str | None = None
    relative: bool | None = None

    @property
    def changes(self) -> dict[str, str | bool]:
        """What it says, by field."""
        said = {name: getattr(self, name) for name in CORRECTED_FIELDS[self.id]}
        return {name: value for name, value in said.items() if value is not None}

    def __str__(self) -> str:
        """What it says, for people.

        >>> str(CorrectionRule(label="CORRECTION", pattern="5%", paper="Frogs", id="result", metric="error", method=""))
        '"5%" in "Frogs" is a result (metric: error, method: none)'
        """
        kind = {"entity": "an entity", "result": "a result"}.get(self.id, self.id)
        changes = ", ".join(f"{name}: {_spoken(value)}" for name, value in self.changes.items())
        return f'"{self.pattern}" in "{self.paper}" is {kind}' + (f" ({changes})" if changes else "")


def _spoken(value: str | bool) -> str:
    return value or "none" if isinstance(value, str) else "yes" if value else "no"


Rule = (
    CorrectionRule
    | NameRule
    | WordRule
    | LinkRule
    | UnitRule
    | NumberRule
    | ExclusionRule
    | ChangeRule
    | SettingRule
    | BetterRule
)

_ADAPTER: TypeAdapter[Rule] = TypeAdapter(Annotated[Rule, Discriminator("label")])
_TOGETHER: TypeAdapter[list[Rule]] = TypeAdapter(list[Annotated[Rule, Discriminator("label")]])
_LABELS: tuple[str, ...] = tuple(label for rule in get_args(Rule) for label in get_args(get_type_hints(rule)["label"]))
_LEARNED = ("ROLE", "SEEN")  # labels of rules in earlier versions
_ANNOTATIONS = frozenset({"LEMMA", "POS", "TAG", "DEP", "MORPH", "ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"})
"""What a token pattern cannot ask for, because nothing writes it before the patterns are matched."""


def shipped_rules() -> Path:
    """The folder of the shipped rules: inside the package, or next to it in a checkout."""
    package = Path(__file__).parent
    return next(folder for folder in (package / "rules", package.parent / "rules") if folder.is_dir())


def rule_folders(folders: Iterable[Path] = ()) -> list[Path]:
    """The shipped folder and then ``folders``.

    Raises:
        InputError: a folder is absent.
    """
    found = [shipped_rules(), *folders]
    for folder in found:
        if not folder.is_dir():
            raise InputError(str(folder), "is not a folder of rule files")
    return found


def rule_files(folders: Iterable[Path] = ()) -> list[Path]:
    """The rule files of :func:`rule_folders` and their subfolders, each folder's in name order.

    The files that resolution reads (:data:`OF_RESOLUTION`) are left out.

    Raises:
        InputError: a folder is absent.
    """
    return [path for folder in rule_folders(folders) for path in _files(folder)]


def load_rules(folders: Iterable[Path] = ()) -> list[Rule]:
    """All rules of :func:`rule_files`.

    Raises:
        InputError: a folder is absent, or a line is not a rule.
    """
    shipped = shipped_rules()
    rules: list[Rule] = []
    for path in rule_files(folders):
        rules += _unchanged_rules_of(path, _stamp(path)) if path.is_relative_to(shipped) else _rules_of(path)
    return rules


def _rules_of(path: Path) -> list[Rule]:
    return [_rule(line) for line in json_lines_of(path, "a rule")]


@lru_cache(maxsize=32)
def _unchanged_rules_of(path: Path, stamp: tuple[int, int]) -> list[Rule]:
    """The rules of a shipped file, which are many, read once as long as its stamp is the same.

    They are validated together, in half the time; if one is wrong, line by line, which names it.
    """
    try:
        lines = enumerate(path.read_bytes().split(b"\n"), 1)
        placed = (line.replace(b"{", _opening(path, number), 1) for number, line in lines if line.strip())
        rules = _TOGETHER.validate_json(b"[%s]" % b",".join(placed))
    except (OSError, ValidationError):
        return _rules_of(path)
    for rule in rules:
        _refuse_annotations(rule)
    return rules


def _opening(path: Path, number: int) -> bytes:
    """What a line with an object begins with if the object has its place, too."""
    return b'{"place": %s, ' % json.dumps(f"{path_text(path)}:{number}").encode()


def _stamp(path: Path) -> tuple[int, int]:
    """When a file was changed (nanoseconds), and its size in bytes."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def corrections_in(folders: Iterable[Path]) -> list[CorrectionRule]:
    """The CORRECTION rules of some folders, which need not exist; no other rule is checked.

    Raises:
        InputError: a line is not a complete JSON object, or a CORRECTION that is wrong.
    """
    lines = (line for folder in folders for path in _files(folder) for line in json_lines_of(path, "a rule"))
    found = (_rule(line) for line in lines if line.fields.get("label") == "CORRECTION")
    return [rule for rule in found if isinstance(rule, CorrectionRule)]


def _files(folder: Path) -> list[Path]:
    """The rule files of a folder and its subfolders."""
    return [path for path in sorted(folder.rglob("*.jsonl")) if not any(map(path.match, OF_RESOLUTION))]


def _rule(line: JsonLine) -> Rule:
    label = line.fields.get("label")
    if label in _LEARNED:
        raise InputError(line.place, f'"label": {label} is not a rule; such data is in a model\'s roles.json')
    if label not in _LABELS:
        found = f"found {quoted(label)}" if "label" in line.fields else "found none"
        raise InputError(line.place, f'is not a rule; "label": expected one of {", ".join(_LABELS)}; {found}')
    try:
        rule = _ADAPTER.validate_python({**line.fields, "place": line.place})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # The location begins with the label, and ends, for a pattern of either form, with the form's name.
        field = next((part for part in first["loc"][1:] if isinstance(part, str)), "label")
        raise InputError(line.place, f'is not a rule; "{field}": {first["msg"]}') from None
    _refuse_annotations(rule)
    return rule


def _refuse_annotations(rule: Rule) -> None:
    if isinstance(rule, NameRule | SettingRule) and isinstance(rule.pattern, list):
        asked = sorted(key for token in rule.pattern for key in token if key.upper() in _ANNOTATIONS)
        if asked:
            problem = f'is not a rule; "pattern": {asked[0]} needs a tagger or parser, and there is none'
            raise InputError(rule.place, problem)
