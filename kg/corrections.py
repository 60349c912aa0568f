"""Writing down what is wrong in a paper, so that no build reads it wrongly again.

A correction is one line of a file ``corrections.jsonl``: in a folder of rules that the graph is built with, or, if it
is built with the shipped rules alone, in the folder ``corrections`` of the graph folder, which builds read too.
``rules/README.md`` says what the lines mean; :mod:`kg.extraction.corrections` applies them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import pyoxigraph as ox

from kg.ask.merges import titles_of_entries
from kg.ask.questions import meant
from kg.errors import InputError, KGError
from kg.graph.index import IndexedReader
from kg.graph.reader import GraphReader
from kg.graph.store import Settings, existing
from kg.jsonrecord import Record
from kg.rulefiles import CORRECTED_FIELDS, Correction, CorrectionRule, corrections_in, rule_folders
from kg.text.files import CORRECTIONS, path_text, reason, writing
from kg.text.names import one_line, quoted, title_key
from kg.vocabulary import DCTERMS, ENTITY_TYPES, KG, OA, SCHEMA, Role

FILE = "corrections.jsonl"
_LOCK = ".corrections.lock"
_PATIENCE = 10  # seconds to wait for another writer
_LONGEST = 300  # characters of a name
_SHOWN = 8  # names in an error


@dataclass(frozen=True, slots=True)
class Corrected(Record):
    """A correction that was written down.

    Args:
        file: where it is now.
        paper: the IRI of the paper.
        title: its title.
        guessed: whether what was given is not the whole title or id of the paper, but similar or a part of it.
        line: the correction as it stands in the file.
        says: the same in words.
        before: what the graph says about these words, which holds until the next build.
        replaced: the corrections that were taken out of the file, in words.
        kept: whether builds of the graph read the file by themselves. If not, its folder must be given once.
    """

    file: str
    paper: str
    title: str
    guessed: bool
    line: dict[str, str | bool]
    says: str
    before: tuple[str, ...]
    replaced: tuple[str, ...]
    kept: bool


def correct_paper(
    reader: IndexedReader,
    folder: Path,
    settings: Settings,
    paper: str,
    words: str,
    says: Correction,
    changes: Mapping[str, str | bool],
    *,
    rules: Path | None = None,
    replace: bool = False,
) -> Corrected:
    """Write a correction down; several writers at a time wait for each other.

    Args:
        reader: the graph.
        folder: its folder.
        settings: what it is built with.
        paper: the title, an id or the IRI of a paper, in any spelling that a look-up understands.
        words: the exact words of the paper; of a result its value.
        says: what they are.
        changes: the fields of the entities or results with these words that are to change (:data:`CORRECTED_FIELDS`).
        rules: the folder of rules to write into, made if it is absent.
        replace: take corrections that say otherwise out of the file.

    Raises:
        QueryError: several papers may be meant.
        KGError: there is no such paper, it does not have the words, or the correction says nothing, something that
            cannot be said, what another says already, or the opposite of another.
        InputError: the file cannot be read or written, or the folder of rules that the graph is built with is gone.
    """
    known = _folders(folder, settings)
    own = folder / CORRECTIONS
    target = rules or (settings.rules[-1] if settings.rules else own)
    if not rules and target.resolve() != own.resolve():
        rule_folders([target])
    found = meant(reader, paper, ("paper",), settings.base)
    if found.match is None:
        raise KGError(found.unknown)
    subject = _Paper(reader, found.match.iri, titles_of_entries(existing(folder)))
    rule = CorrectionRule(label="CORRECTION", pattern=words, paper=subject.name, id=says, **checked(says, changes))
    folders = sorted({path.resolve() for path in (*known, target)})
    before = subject.before(rule, subject.about(words, folders))
    file = target / FILE
    with _locked(target):
        contrary = _contrary(rule, subject.about(words, folders), target.resolve() / FILE, replace)
        _write(file, rule, contrary)
    return Corrected(
        file=path_text(file),
        paper=subject.iri,
        title=subject.title,
        guessed=found.guessed,
        line=line_of(rule),
        says=str(rule),
        before=before,
        replaced=tuple(map(str, contrary)),
        kept=target.resolve() in {path.resolve() for path in known},
    )


def noted(folder: Path, settings: Settings) -> list[CorrectionRule]:
    """The corrections that the next build of a graph reads.

    Raises:
        InputError: a file of rules is damaged.
    """
    return corrections_in(_folders(folder, settings))


def _folders(folder: Path, settings: Settings) -> list[Path]:
    """The folders of rules that builds of a graph read, whether they exist or not, each once."""
    return list({path.resolve(): path for path in (*settings.rules, folder / CORRECTIONS)}.values())


def checked(says: Correction, changes: Mapping[str, str | bool]) -> dict[str, Any]:
    """The changes, if a correction of this kind can say them.

    Raises:
        KGError: it cannot; names the change.
    """
    fields = CORRECTED_FIELDS.get(says)
    if fields is None:
        raise KGError(f"says: expected one of {', '.join(CORRECTED_FIELDS)}, found {_quoted(says)}")
    for name, value in changes.items():
        if name not in fields:
            raise KGError(f"{name}: cannot be said of {_quoted(says)}, only {', '.join(fields) or 'nothing'}")
        choices = {"type": ENTITY_TYPES, "role": get_args(Role), "relative": (True, False)}.get(name)
        if choices and value not in choices:
            raise KGError(f"{name}: expected one of {', '.join(map(str, choices))}, found {_quoted(value)}")
        if isinstance(value, str) and (len(value) > _LONGEST or value != one_line(value) or not value.isprintable()):
            raise KGError(f"{name}: expected a name of up to {_LONGEST} characters, found {_quoted(value)}")
    if fields and not changes:
        raise KGError(f"{says}: expected at least one of {', '.join(fields)}")
    return dict(changes)


class _Paper:
    """What the graph says about one paper."""

    def __init__(self, reader: GraphReader, iri: str, titles: Mapping[str, Sequence[str]]) -> None:
        self.iri = iri
        self._titles = titles  # of entries
        self._reader = reader
        self.title = reader.value(iri, SCHEMA + "name") or ""
        self._text = f"{self.title}\n{reader.value(iri, SCHEMA + 'abstract') or ''}"
        self._ids = reader.objects(iri, DCTERMS + "identifier")

    @property
    def name(self) -> str:
        """What corrections call it: its title, or its id if another paper has the same title."""
        rows = self._reader.rows(f"SELECT ?paper ?title WHERE {{ ?paper a <{KG}Paper> ; <{SCHEMA}name> ?title }}")
        entries = ((paper, title) for paper, titles in self._titles.items() for title in titles)
        titles = chain(((paper, title) for paper, title in rows), entries)
        shared = any(paper != self.iri and title_key(title) == title_key(self.title) for paper, title in titles)
        return self._ids[0] if shared and len(self._ids) == 1 else self.title

    def about(self, words: str, folders: Iterable[Path]) -> list[CorrectionRule]:
        """The corrections of these words of the paper in some folders of rules."""
        names = set(map(title_key, (self.title, *self._ids, *self._titles.get(self.iri, ()))))
        return [rule for rule in corrections_in(folders) if rule.pattern == words and title_key(rule.paper) in names]

    def before(self, rule: CorrectionRule, others: Sequence[CorrectionRule]) -> tuple[str, ...]:
        """What the graph has by the words of a correction.

        Raises:
            KGError: the paper does not have the words, or nothing that the correction could change.
        """
        words = rule.pattern
        if not words or words not in self._text:
            raise KGError(f"the paper {_quoted(self.title)} does not have the words {_quoted(words)}, exactly so")
        gone = any(other.id.startswith("no ") and not _are_of_two_kinds(rule, other) for other in others)
        if rule.id in ("result", "no result"):
            results = self._by(self._reader.objects(self.iri, KG + "reports"), KG + "valueText")
            if words in results:
                return tuple(map(self._result, results[words]))
            added = rule.metric or any(other.metric for other in others)
            hint = " (a metric adds one)" if rule.id == "result" else ""
            missing = f"no result with the value {_quoted(words)}{hint}, only {_listed(results)}"
        else:
            mentions = self._by(self._reader.subjects(OA + "hasTarget", ox.NamedNode(self.iri)), OA + "exact")
            if words in mentions:
                return tuple(sorted({self._mention(mention, len(mentions[words])) for mention in mentions[words]}))
            added = rule.type or any(other.type for other in others)
            hint = " (a type adds one)" if rule.id == "entity" else ""
            missing = f"no entity {_quoted(words)}{hint}, only {_listed(mentions)}"
        if not added and not gone:
            raise KGError(f"the paper has {missing}")
        if not gone and not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", self._text):
            raise KGError(f"the paper has {_quoted(words)} only as parts of words")
        return ()

    def _by(self, nodes: Iterable[str], predicate: str) -> dict[str, list[str]]:
        """Nodes by their text."""
        found: dict[str, list[str]] = {}
        for node in nodes:
            for text in self._reader.objects(node, predicate):
                found.setdefault(text, []).append(node)
        return found

    def _mention(self, mention: str, number: int) -> str:
        entity = self._reader.value(mention, OA + "hasBody") or ""
        kind = self._reader.kind(entity) or "entity"
        return (
            f"{kind}, {self._reader.value(mention, KG + 'role')}, {number} {'mention' if number == 1 else 'mentions'}"
        )

    def _result(self, result: str) -> str:
        entities = {"dataset": "onDataset", "method": "ofMethod", "task": "onTask", "baseline": "againstBaseline"}
        named = {name: self._reader.value(result, KG + predicate) for name, predicate in entities.items()}
        shown = {name: entity for name, entity in named.items() if entity or name in ("dataset", "method")}
        parts = [f"metric {self._reader.value(result, KG + 'metricText') or 'none'}"]
        parts += [f"{name} {self._reader.name(entity) if entity else 'none'}" for name, entity in shown.items()]
        parts += ["relative"] if self._reader.value(result, KG + "relative") == "true" else []
        return f"result, {', '.join(parts)}"


def _contrary(
    rule: CorrectionRule, others: Sequence[CorrectionRule], file: Path, replace: bool
) -> list[CorrectionRule]:
    """The corrections that say otherwise, all of them in one file.

    Raises:
        KGError: another one says all of it already, or one says otherwise and is not to be replaced.
    """
    contrary = [other for other in others if _is_contrary(rule, other)]
    for other in others:
        if other.id == rule.id and rule.changes.items() <= other.changes.items() and not contrary:
            raise KGError(f"{other.place}: says so already: {other}")
    for other in contrary:
        if not replace or not other.place.startswith(f"{path_text(file)}:"):
            how = "take that line out" if replace else "replace it (--replace), or take that line out"
            raise KGError(f"{other.place}: says otherwise: {other}; {how}")
    return contrary


def _is_contrary(rule: CorrectionRule, other: CorrectionRule) -> bool:
    if _are_of_two_kinds(rule, other):
        return False
    shared = rule.changes.keys() & other.changes.keys()
    return rule.id != other.id or any(rule.changes[name] != other.changes[name] for name in shared)


def _are_of_two_kinds(rule: CorrectionRule, other: CorrectionRule) -> bool:
    """Whether one is about entities, the other about results."""
    return rule.id.removeprefix("no ") != other.id.removeprefix("no ")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make a folder, if it is absent, and keep other writers of corrections out of it."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=_PATIENCE):
            yield
    except Timeout:
        raise InputError(path_text(folder), "another program is writing corrections here; try again") from None
    except OSError as error:
        raise InputError(path_text(folder), f"cannot be written ({reason(error)})") from None


def _quoted(text: object) -> str:
    return quoted(text, _LONGEST)


def _listed(names: Iterable[str]) -> str:
    """The first of some names, for an error."""
    every = sorted(names)
    shown = ", ".join(map(_quoted, every[:_SHOWN]))
    return (f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown) or "none"


def line_of(rule: CorrectionRule) -> dict[str, str | bool]:
    """A correction as the object on its line."""
    return {"label": rule.label, "paper": rule.paper, "pattern": rule.pattern, "id": rule.id, **rule.changes}


def _write(file: Path, rule: CorrectionRule, contrary: Iterable[CorrectionRule]) -> None:
    """Add a correction to a file, without those that it replaces; the file changes in one step."""
    out = {int(other.place.rpartition(":")[2]) for other in contrary}
    try:
        old = file.read_bytes().removesuffix(b"\n").split(b"\n") if file.exists() else []
        kept = [line for number, line in enumerate(old, start=1) if number not in out and (line or number > 1)]
        with writing(file) as stream:
            stream.write(b"\n".join([*kept, json.dumps(line_of(rule), ensure_ascii=False).encode(), b""]))
    except OSError as error:
        raise InputError(path_text(file), f"cannot be written ({reason(error)})") from None
