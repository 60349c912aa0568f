"""Rule files: spaCy's pattern format, one JSON object a line, ``{"label", "pattern", ...}``.

The label says what a rule is and which component takes it; what each means is told in ``rules/README.md``. Rules are
checked here, where file and line are known, so that components can rely on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from kg.errors import InputError
from kg.vocabulary import Better, EntityType, LinkKind, Role

Rule = dict[str, Any]
"""One of the kinds below, with ``place``: the file and line that it stands on."""

OF_RESOLUTION = ("entities*.jsonl", "senses*.jsonl")
"""Files in the rule folders that hold no rules: see :mod:`kg.resolution.curated` and :mod:`kg.resolution.senses`."""

Text = Annotated[str, StringConstraints(min_length=1)]


class NameRule(TypedDict):
    """A name (text) or a spaCy token pattern (list) of an entity type."""

    label: EntityType
    pattern: Text | list[dict[str, Any]]
    id: NotRequired[str]
    name: NotRequired[tuple[int, int]]
    role: NotRequired[Role]
    confidence: NotRequired[Annotated[float, Field(ge=0, le=1)]]


class WordRule(TypedDict):
    """A word or phrase whose label says it all."""

    label: Literal[
        "GENERIC",
        "MEASURED",
        "INTRODUCES",
        "NAMES",
        "INTERRUPTS",
        "LinkShortener",
        "ResultUnit",
        "ResultMeasure",
        "ResultModifier",
    ]
    pattern: Text


class RoleRule(TypedDict):
    """The weight of something seen of a name, for being introduced."""

    label: Literal["ROLE"]
    pattern: Text
    weight: float


class SeenRule(TypedDict):
    """In how many other papers a name was found; the pattern is its key (:func:`kg.extraction.settle.span_key`)."""

    label: Literal["SEEN"]
    pattern: Text
    papers: Annotated[int, Field(ge=1)]


class LinkRule(TypedDict):
    """What kind of address a host, a folder or a word speaks for."""

    label: Literal["LinkHost", "LinkPath", "LinkWord"]
    pattern: Text
    id: LinkKind


class FactorRule(TypedDict):
    """A word that states a factor."""

    label: Literal["ResultFactorWord"]
    pattern: Text
    id: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]


class ResultWordRule(TypedDict):
    """A word between value and measure."""

    label: Literal["ResultWord"]
    pattern: Text
    id: Literal["bridge", "change", "win", "barrier"]


class ComparativeRule(TypedDict):
    """A word that ends measures' names, and a comparative that is said of what they measure."""

    label: Literal["ResultComparative"]
    pattern: Text
    id: Text


class OutsideRule(TypedDict):
    """A word that is never part of a measure's name, or may stand within one and is no measure itself."""

    label: Literal["ResultOutside"]
    pattern: Text
    id: Literal["never", "within"]


class ExclusionRule(TypedDict):
    """Words beside a number that is no result."""

    label: Literal["ResultExclusion"]
    pattern: Text
    id: Literal["before", "after"]


class BetterRule(TypedDict):
    """Which values of the metrics with this name, or a name that ends so, are the better ones."""

    label: Literal["BETTER"]
    pattern: Text
    id: Better


_ADAPTER: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        NameRule
        | WordRule
        | RoleRule
        | SeenRule
        | LinkRule
        | FactorRule
        | ResultWordRule
        | ComparativeRule
        | OutsideRule
        | ExclusionRule
        | BetterRule,
        Discriminator("label"),
    ],
    config=ConfigDict(extra="forbid"),
)


def shipped_rules() -> Path:
    """The folder of the rules that ship with the package (beside it in a checkout)."""
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

    Those that resolution reads (:data:`OF_RESOLUTION`) are not among them.

    Raises:
        InputError: a folder is absent.
    """
    return [
        path
        for folder in rule_folders(folders)
        for path in sorted(folder.rglob("*.jsonl"))
        if not any(map(path.match, OF_RESOLUTION))
    ]


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
        return {**_ADAPTER.validate_json(line), "place": place}
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise InputError(place, "is not a complete JSON object") from None
        # The path begins with the label, and ends, for a pattern of either form, with the form's name.
        field = next((part for part in first["loc"][1:] if isinstance(part, str)), "label")
        raise InputError(place, f'is not a rule; "{field}": {first["msg"]}') from None
