"""The records that the stages hand to one another.

The JSON lines contract is these models: ``kg extract`` reads :class:`Paper` and writes :class:`Extraction`.
All ``start`` and ``end`` are character offsets (end exclusive) into :attr:`Paper.text`.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

EntityType = Literal["Method", "Dataset", "Metric", "Task"]
Role = Literal["introduced", "used"]
TYPES: tuple[EntityType, ...] = get_args(EntityType)
LinkKind = Literal["code", "data", "project"]
Better = Literal["higher", "lower"]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Paper(Record):
    """One listing entry: what a source says of a paper.

    ``source`` and ``line`` name the file and the line (counted from 1) that the entry was read from.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    github: str | None = None
    source: str | None = None
    line: int | None = None

    @field_validator("id", mode="before")
    @classmethod
    def _number_as_id(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value

    @field_validator("authors", mode="before")
    @classmethod
    def _absent_authors(cls, value: object) -> object:
        return () if value is None else value

    @property
    def text(self) -> str:
        """Title and abstract as one string, the frame of every offset."""
        return f"{self.title}\n{self.abstract}"


class Mention(Record):
    """A span of the text that names an entity. ``entity`` is the resolved IRI, absent before resolution."""

    type: EntityType
    text: str
    start: int
    end: int
    role: Role = "used"
    confidence: float = Field(ge=0, le=1)
    extractor: str
    entity: str | None = None


class Link(Record):
    """An address in the text, cleaned; ``start`` and ``end`` enclose it as written there."""

    url: str
    kind: LinkKind
    start: int
    end: int


class Result(Record):
    """A reported number with its measure.

    ``value`` is the text as written ("65.03%"), ``number`` what it says (65.03), ``unit`` "%", "x" or a unit of
    measure. ``relative`` marks improvements and factors, as against absolute scores. ``start`` and ``end`` enclose
    the value.
    """

    metric: str | None
    value: str
    number: float | None
    unit: str | None = None
    dataset: str | None = None
    method: str | None = None
    relative: bool = False
    start: int
    end: int


class Extraction(Record):
    """All that was found in one paper, sorted by offset; one line of ``kg extract``."""

    id: str
    title: str
    entities: tuple[Mention, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    results: tuple[Result, ...] = ()
