"""What an assistant can ask of a graph: one tool for each question of the command line.

Tools are made from what the command line is made from: the methods of :class:`kg.KnowledgeGraph`, with their parameters
and what the docstrings say of these, and the shipped queries with theirs. An answer is JSON of bounded size. With what
it claims it has the sentences that prove it, with IRIs and offsets (:mod:`kg.ask.evidence`).
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from kg.api import KnowledgeGraph
from kg.ask.evidence import Proof, RowProofs, paper_proofs, result_proofs
from kg.ask.named import NAMED, NamedQuery, Parameter, named_queries
from kg.ask.origins import ORIGIN, ORIGINS, takes_origin
from kg.ask.questions import reported_on
from kg.errors import KGError, QueryError
from kg.graph.reader import GraphReader
from kg.jsonrecord import as_dict
from kg.text.names import one_line
from kg.vocabulary import KG, KINDS

Json: TypeAlias = dict[str, Any]

LONGEST_ANSWER = 40_000
"""Characters of an answer as JSON; lists are cut until it has no more."""

_TIMEOUT = 20.0  # seconds for a query
_LONGEST_TEXT = 2_000  # characters of one text of an answer, and of a name that is asked for
_LONGEST_QUERY = 20_000  # characters of a SPARQL query
_ROWS, _MOST_ROWS = 20, 100
_OFFER = re.compile(r"; allow (it|more) with --.*")
_PAPERS = 20  # that a list has unless more are asked for
_ORIGIN = {
    "enum": [*ORIGINS],
    "description": "whose statements to ask for: extracted from texts, curated in an imported catalogue, or both",
    "default": ORIGINS[0],
}
_SINCE = 'a date as "2025-03-11", "2025-03" or "2025"'
_LIMIT = {"type": "integer", "minimum": 1, "maximum": _MOST_ROWS, "description": "maximum number of rows"}
_NAME = {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT}
_QUERY = {"type": "string", "minLength": 1, "maxLength": _LONGEST_QUERY, "description": "the query"}
_PROFILE = _NAME | {"description": 'the vocabulary of the query, if it is not the graph\'s own: "lpwc"'}
_NAMES = {"anyOf": [_NAME, {"type": "array", "items": _NAME, "maxItems": 20}]}
_SWITCH: Json = {"type": "boolean", "default": False}
_YEAR = {"anyOf": [_NAME, {"type": "integer"}]}
_YEARS = {"anyOf": [*_YEAR["anyOf"], {"type": "array", "items": _YEAR, "maxItems": 20}]}

# The types of parameters of the library, as JSON Schema (2020-12).
_TYPES: dict[str, Json] = {
    "str": _NAME,
    "str | None": _NAME,
    "bool": {"type": "boolean"},
    "int | None": _LIMIT,
    "Kind | None": {"type": "string", "enum": [*KINDS]},
    "Origin": {"enum": [*ORIGINS], "default": "both"},
    "str | Sequence[str]": _NAMES,
    "str | int | Sequence[str | int]": _YEARS,
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A question that can be asked: its name, what it is for, its parameters as JSON Schema, and what answers it."""

    name: str
    description: str
    parameters: Json
    answer: Callable[[KnowledgeGraph, Json], Json]

    def __call__(self, graph: KnowledgeGraph, given: Mapping[str, Any]) -> Json:
        """Answer the question; the answer is cut to :data:`LONGEST_ANSWER`.

        Raises:
            KGError: an argument is wrong, or the question cannot be answered.
        """
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import best_match

        if problem := best_match(Draft202012Validator(self.parameters).iter_errors(given)):
            place = ".".join(map(str, problem.absolute_path)) or "arguments"
            raise KGError(f"{self.name}: {place}: {_end_of(one_line(problem.message))}")
        try:
            return bounded(self.answer(graph, dict(given)))
        except QueryError as error:  # an assistant cannot allow more than this, as the message offers to others
            raise QueryError(_OFFER.sub("", str(error))) from None


def _end_of(message: str) -> str:
    """The end of a message that begins with a value, which may be long."""
    return message if len(message) <= 200 else f"…{message[-150:]}"


def known_tools(earlier: Path | None = None) -> dict[str, Tool]:
    """All tools by name.

    Args:
        earlier: a folder with an earlier state of the graph, to compare with.
    """
    said = _texts()["tools"]
    answers: dict[str, tuple[Json, Callable[[KnowledgeGraph, Json], Json]]] = {
        "lookup": (_method_schema(KnowledgeGraph.lookup), _lookup),
        "card": (_method_schema(KnowledgeGraph.card, without="whole"), _card),  # the whole is longer than an answer
        "papers": (_method_schema(KnowledgeGraph.papers), _papers),
        "new": (_schema({"since": _NAME | {"description": _SINCE}, "limit": _LIMIT}, "since"), _new),
        "path": (_method_schema(KnowledgeGraph.paths), _path),
        "sparql": (
            _schema(
                {"sparql": _QUERY, "profile": _PROFILE, ORIGIN: _ORIGIN, "limit": _LIMIT | {"default": _ROWS}}, "sparql"
            ),
            _sparql,
        ),
        "stats": (
            _schema(
                {
                    "agreement": _SWITCH | {"description": "also compare a catalogue with the texts of papers"},
                    "provenance": _SWITCH | {"description": "also list the runs that built the graph"},
                }
            ),
            _stats,
        ),
        "merges": (
            _schema(
                {
                    "words": _NAME | {"description": "a name or title, in any spelling"},
                    "of": {
                        "enum": ["entities", "papers"],
                        "description": "names of entities (default), or entries of papers",
                    },
                }
            ),
            _merges,
        ),
    }
    if earlier:
        answers["diff"] = _schema({}), partial(_diff, earlier)
    found = [Tool(name, one_line(said[name]), *answer) for name, answer in answers.items()]
    found += map(_asking, named_queries())
    return {tool.name: tool for tool in found}


def instructions() -> str:
    """What an assistant is told of the server as a whole."""
    return one_line(_texts()["instructions"])


def _texts() -> dict[str, Any]:
    return tomllib.loads((files("kg.server") / "tools.toml").read_text("utf-8"))


# Parameters -----------------------------------------------------------------------------------------------------------


def _schema(properties: Mapping[str, Json], *required: str) -> Json:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*required],
        "additionalProperties": False,
    }


def _method_schema(method: Callable[..., object], *, without: str = "") -> Json:
    """The parameters of a method of the library, without one of them, described by its docstring."""
    meanings = _argument_meanings(inspect.getdoc(method) or "")
    parameters = [one for one in inspect.signature(method).parameters.values() if one.name not in ("self", without)]
    properties = {
        parameter.name: {"description": meanings[parameter.name]} | _TYPES[str(parameter.annotation)]
        for parameter in parameters
    }
    return _schema(properties, *(one.name for one in parameters if one.default is inspect.Parameter.empty))


def _argument_meanings(docstring: str) -> dict[str, str]:
    """What the "Args" section of a docstring says of each argument.

    >>> _argument_meanings("Find.\\n\\nArgs:\\n    words: a name,\\n        or ``two``.\\n\\nRaises:")
    {'words': 'a name, or two.'}
    """
    _, _, section = docstring.partition("Args:\n")
    lines = re.split(r"\n(?=\S)", section)[0]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", lines, re.MULTILINE)
    return {name: " ".join(text.replace("``", "").split()) for name, text in found}


def _asking(query: NamedQuery) -> Tool:
    """The tool for a shipped query."""
    parameters = {parameter.name: _parameter_schema(parameter) for parameter in query.parameters}
    if query.profile is None and ORIGIN not in parameters and takes_origin(query.text):
        parameters[ORIGIN] = _ORIGIN
    required = [parameter.name for parameter in query.parameters if parameter.default is None]
    description = (
        f"{query.description}. Rows come with the sentences that prove them; `meant` says what names stand for."
    )
    return Tool(
        f"ask_{query.name.replace('-', '_')}", description, _schema(parameters, *required), partial(_ask, query.name)
    )


def _parameter_schema(parameter: Parameter) -> Json:
    if parameter.type == "integer":
        schema: Json = {"type": "integer", "minimum": 0}
        default: str | int | None = parameter.default and int(parameter.default)
    else:
        schema, default = _NAME, parameter.default
        if "|" in parameter.type:
            schema = {"type": "string", "enum": parameter.type.split("|")}
    known = " (a name in any spelling, or an IRI)" if parameter.type in (*NAMED, "papers") else ""
    schema = schema | {"description": f"{parameter.meaning}{known}"}
    return schema if default is None else schema | {"default": default}


# Answers --------------------------------------------------------------------------------------------------------------


def _lookup(graph: KnowledgeGraph, given: Json) -> Json:
    origin = given.get(ORIGIN, "both")
    found = graph.lookup(given["words"], type=given.get("type"), limit=given.get("limit", 10), origin=origin)
    card = _card(graph, {"iri": found.winner.iri, ORIGIN: origin}) if found.winner else None
    return {**found.as_dict(), "card": card}


def _card(graph: KnowledgeGraph, given: Json) -> Json:
    reader = GraphReader(graph.store)
    origin = given.get(ORIGIN, "both")
    card = graph.card(given["iri"], origin=origin).as_dict()
    if origin == "curated":
        return card
    if card["type"] == "paper":
        card["evidence"] = _dicts([*paper_proofs(reader, given["iri"]).values(), *result_proofs(reader, given["iri"])])
    elif card["type"] != "code":
        papers = dict.fromkeys(line["iri"] for line in (*card["introducing"], *card["using"]))
        proofs = [paper_proofs(reader, paper).get(given["iri"]) for paper in islice(papers, _PAPERS)]
        card["evidence"] = _dicts(filter(None, proofs))
        for line in (*card["results"], *(best["result"] for best in card["best"])):
            proofs_of_paper = result_proofs(reader, line["paper"])
            same = [one for one in proofs_of_paper if (one.name, one.sentence) == (line["value"], line["sentence"])]
            line["evidence"] = _dicts(same[:1])
    return card


def _papers(graph: KnowledgeGraph, given: Json) -> Json:
    reader = GraphReader(graph.store)
    conditions: Any = {"limit": _PAPERS} | given
    found = graph.papers(**conditions)
    asked = [name.match.iri for name in found.meant if name.match]
    wanted = {entity for iri in asked for entity in (iri, *reader.narrower(iri))}
    answer = found.as_dict()
    for paper in answer["papers"] if wanted else ():
        proofs = paper_proofs(reader, paper["iri"])
        paper["evidence"] = _dicts(proof for entity, proof in proofs.items() if entity in wanted)
    return answer


def _new(graph: KnowledgeGraph, given: Json) -> Json:
    reader = GraphReader(graph.store)
    answer = graph.papers(new_since=given["since"], limit=given.get("limit", _PAPERS)).as_dict()
    for paper in answer["papers"]:
        introduced = reader.objects(paper["iri"], KG + "introduces")
        proofs = paper_proofs(reader, paper["iri"])
        paper["introduces"] = _dicts(proof for entity, proof in proofs.items() if entity in introduced)
    return answer


def _path(graph: KnowledgeGraph, given: Json) -> Json:
    reader = GraphReader(graph.store)
    found = graph.paths(given["source"], given["target"], limit=given.get("limit", 10))
    ends = {iri: {iri, *reader.narrower(iri)} for iri in (found.source.iri, found.target.iri)}
    chains = []
    for chain in found.chains:
        steps = [as_dict(step) for step in chain]
        for number, step in enumerate(chain):
            if step.type == "paper":
                proofs = paper_proofs(reader, step.iri)
                near = [other.iri for other in (chain[number - 1], chain[number + 1])]
                wanted = {entity for iri in near for entity in ends.get(iri, {iri})}
                steps[number]["evidence"] = _dicts(proof for entity, proof in proofs.items() if entity in wanted)
        chains.append(steps)
    return {**found.as_dict(), "chains": chains}


def _ask(name: str, graph: KnowledgeGraph, given: Json) -> Json:
    question = graph.question(name, {key: str(value) for key, value in given.items()})
    answer = graph.answer(question, timeout=_TIMEOUT)
    asked = [meant.match.iri for meant in question.meant.values() if meant.match]
    found = _shown(graph, answer, asked, _MOST_ROWS)
    said = {key: as_dict(meant) for key, meant in question.meant.items()}
    remark = {"remark": question.nothing + reported_on(graph.reader, question)} if answer.is_empty else {}
    return {"meant": said, **found, **remark, "sparql": question.sparql}


def _sparql(graph: KnowledgeGraph, given: Json) -> Json:
    from kg.ask.terms import unknown_terms

    origin = given.get(ORIGIN, ORIGINS[0])
    answer = graph.query(given["sparql"], profile=given.get("profile"), origin=origin, timeout=_TIMEOUT)
    found = _shown(graph, answer, [], given.get("limit", _ROWS))
    remarks = [] if "profile" in given else [*unknown_terms(given["sparql"], graph.base)]
    return {**found, "remark": "; ".join(remarks)} if remarks else found


def _shown(graph: KnowledgeGraph, answer: Any, asked: Iterable[str], limit: int) -> Json:
    """An answer to a query, its rows with the IRIs of what they name and what proves them."""
    if answer.kind == "ask":
        return {"answer": answer.truth}
    if answer.kind == "graph":
        triples = answer.triples()
        more = {"more": f"there are more than {limit} triples"} if len(triples) > limit else {}
        return {"triples": [str(triple) for triple in triples[:limit]], **more}
    proofs = RowProofs(GraphReader(graph.store), asked)
    records = list(islice(answer.records(), limit + 1))
    rows = [
        {"values": record, "iris": proofs.things(record), "evidence": _dicts(proofs.of(record))}
        for record in records[:limit]
    ]
    more = {"more": f"there are more than {limit} rows"} if len(records) > limit else {}
    return {"columns": [*answer.variables], "rows": rows, **more}


def _stats(graph: KnowledgeGraph, given: Json) -> Json:
    from kg.ask.agreement import find_agreement

    said = {**graph.stats().as_dict(), "settings": graph.settings.as_dict()}
    if given.get("agreement"):
        said["agreement"] = find_agreement(graph.reader).as_dict()
    if given.get("provenance"):
        said["runs"] = [run.as_dict() for run in graph.provenance()]
    return said


def _merges(graph: KnowledgeGraph, given: Json) -> Json:
    from kg.ask.merges import recorded_merges

    record = graph.generation.merged_papers if given.get("of") == "papers" else graph.generation.merges
    rows = recorded_merges(record, given.get("words"))
    found = list(islice(rows, _MOST_ROWS + 1))
    more = {"more": f"there are more than {_MOST_ROWS}; give a name"} if len(found) > _MOST_ROWS else {}
    return {"merges": found[:_MOST_ROWS], **more}


def _diff(earlier: Path, graph: KnowledgeGraph, given: Json) -> Json:
    from kg.ask.diff import compare_graphs

    return compare_graphs(earlier, graph.folder).as_dict()


def _dicts(proofs: Iterable[Proof | None]) -> list[Json]:
    return [proof.as_dict() for proof in proofs if proof]


# Size -----------------------------------------------------------------------------------------------------------------


def bounded(answer: Json, longest: int = LONGEST_ANSWER) -> Json:
    """An answer cut to a number of characters: long texts first, then half of the longest list until it fits.

    What was cut is counted under "left_out".
    """
    answer = _with_short_texts(answer)
    left_out: dict[str, int] = {}
    while len(json.dumps(answer, ensure_ascii=False)) > longest:
        size, place, items = max(_lists(answer), key=lambda found: found[0], default=(0, "", []))
        if size == 0:
            raise QueryError("the answer is too long; ask for less")
        kept = len(items) // 2
        left_out[place] = left_out.get(place, 0) + len(items) - kept
        del items[kept:]
    return answer if not left_out else {**answer, "left_out": left_out}


def _with_short_texts(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {key: _with_short_texts(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_short_texts(item) for item in value]
    return value


def _lists(value: Any, place: str = "") -> Iterable[tuple[int, str, list[Any]]]:
    """The lists in an answer that have items, each with its size as JSON and the names that lead to it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lists(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value:
        yield len(json.dumps(value, ensure_ascii=False)), place, value
        for item in value:
            yield from _lists(item, place)
