"""Answers that the index of a graph keeps ready, to those shipped questions which would count through the whole graph.

Such a question has beside its ``.rq`` file, which any SPARQL endpoint answers, an ``.sql`` file that gets the same rows
from the index (:data:`kg.graph.index.SCHEMA`). Its first line names the columns with their types, and ``:name`` is a
parameter of the question; one that is the name of an entity comes as the number of its node, or as null if the graph
has no such entity::

    -- columns: name text, papers integer
    SELECT ... LIMIT :limit

The answer that a catalogue gives is in ``NAME.curated.sql``, that of texts and catalogues in ``NAME.both.sql``.
The types are ``text``, ``iri``, ``integer``, ``decimal``, ``boolean`` and ``year``.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from importlib.resources import files
from typing import cast

from kg.ask.named import named_query
from kg.ask.questions import Question
from kg.ask.sparql import Answer
from kg.graph.index import GraphIndex
from kg.text.files import answer_file
from kg.vocabulary import DEFAULT_BASE, XSD

_COLUMNS = re.compile(r"-- columns: (.*)\n")
_DATATYPES = {
    **{name: XSD + name for name in ("integer", "decimal", "boolean")},
    "year": XSD + "gYear",
}


def kept_answer(index: GraphIndex, question: Question, base: str = DEFAULT_BASE) -> Answer | None:
    """The answer to a shipped question, if the index has it.

    Args:
        index: of the graph.
        question: with parameters that are whole numbers or one of several words.
        base: the base IRI of the graph's resources.
    """
    origin = "" if question.origin == "extracted" else f".{question.origin}"
    file = files("kg.ask") / "queries" / f"{question.name}{origin}.sql"
    if not file.is_file() or (origin and not index.total("curated")):
        return None
    text = file.read_text("utf-8")
    found = _COLUMNS.match(text)
    assert found
    columns = dict(cast("list[tuple[str, str]]", [column.split() for column in found[1].split(", ")]))
    values: dict[str, object] = {}
    for parameter in named_query(question.name).parameters:
        if parameter.name in question.meant:
            match = question.meant[parameter.name].match
            node = index.node(match.iri) if match else None
            values[parameter.name] = node and node.id
        else:
            values[parameter.name] = question.values.get(parameter.name, parameter.default or "").strip().lower()
    rows = [
        {
            column: _term(value, kind)
            for (column, kind), value in zip(columns.items(), row, strict=True)
            if value is not None
        }
        for row in index.rows(text, values)
    ]
    content = answer_file()
    answer = {"head": {"vars": [*columns]}, "results": {"bindings": rows}}
    content.write(json.dumps(answer, ensure_ascii=False).encode())
    return Answer("select", (*columns,), base, content)


def _term(value: str | float, kind: str) -> dict[str, str]:
    """A value as SPARQL's JSON has it; numbers and truth values are written as the store writes them."""
    if kind == "iri":
        return {"type": "uri", "value": str(value)}
    if isinstance(value, float):
        text = format(Decimal(repr(value)).normalize(), "f")
    else:
        text = f"{value:04d}" if kind == "year" else str(value)
    return {"type": "literal", "value": text} | ({"datatype": _DATATYPES[kind]} if kind in _DATATYPES else {})
