"""The extraction pipeline: the tokenizer, the components in order, and records made from Docs."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

from kg.extraction import abbreviations, corrections, lexicon, links, patterns, roles, settings, settle  # noqa: F401 (factories)
from kg.extraction.document import Candidate, PlainTokenizer, make_doc, original_span, original_text
from kg.extraction.model import SHIPPED, Model
from kg.extraction.plugins import Plugin, check_candidates, installed_plugins
from kg.extraction.results import component as results  # noqa: F401
from kg.extraction.tagger import component as tagger  # noqa: F401
from kg.extraction.tagger.crf import batched
from kg.records import Extraction, Mention, Paper
from kg.rulefiles import load_rules
from kg.text.names import one_line
from kg.text.plain import unwrapped

# Links first: nothing is looked for inside an address. Every extractor of entities comes before `settle`.
READ_BY_TAGGER = ("links", "abbreviations", "lexicon", "patterns")
LEARNED = frozenset(["ner", "roles", "results"])  # the components that read a model
COMPONENTS = (*READ_BY_TAGGER, "ner", "settle", "roles", "results", "settings", "corrections", "spans")
_INFIXES = (
    r"(?<=[^\W_])[-‐-―/~=+×](?=[^\W_])",
    r"(?<=[^\W_])[:;,()\[\]](?=[^\W\d_])",
    r"(?<=\d)/(?=-\d)",  # "CIFAR-10/-100"
    r"[)\]](?=[-‐-―/(\[])|(?<=[)\]])[-‐-―/]",  # "(DNN)-based"
    r"(?<=[^\W_]%)[-‐-―~](?=[+-]?\d)",  # "12%–67%"
)
_SUFFIXES = (
    r"(?<=[0-9][a-z])\.|(?<=[0-9a-z@][A-Z])\.",  # "on ADE20K.", "as in DiT.", "pass@N."
    r"(?<=[A-Za-z0-9]{2}[-+][A-Z])\.|(?<=[^\w.])\.",  # "DALL-E.", "RGB+D.", "in C++.", "to ∞."
    r"[↑↓]",  # "FID↓"
)
_ABBREVIATED = ("a.k.a.", "abbr.")  # their full stop ends no sentence
_LONGEST_REASON = 500  # characters
_EMOTICON = re.compile(r"[^A-Za-z]*[A-Za-z]?[^A-Za-z]*|[xX][dD]+")  # "):" closes a bracket here


def build_pipeline(
    rules: Iterable[Path] = (),
    model: Path | None = None,
    components: Sequence[str] = COMPONENTS,
    plugins: Sequence[Plugin] = (),
) -> Language:
    """A spaCy pipeline with the shipped rules and those of further folders.

    Args:
        rules: folders of rule files that are read after the shipped ones.
        model: the folder of a model that decides alone about the entities, in place of the shipped one; the rules are
            then only hints that it reads.
        components: which of :data:`COMPONENTS` to build.
        plugins: extractors of other packages, added after the token patterns in this order.

    Raises:
        kg.errors.InputError: a rule file or a model cannot be read, with its line or folder.
    """
    with _uncollected():
        return _built(rules, model, components, plugins)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage, which takes a fifth of the time in which tens of thousands of rules are read."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _built(rules: Iterable[Path], model: Path | None, components: Sequence[str], plugins: Sequence[Plugin]) -> Language:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.PlainTokenizer.v1"}}})
    loaded = load_rules(rules) if components else []
    learned = Model.load(model or SHIPPED) if LEARNED.intersection(components) else None
    for name in components:
        if model is None or name != "settle":  # another model, perhaps of other guidelines, decides alone
            nlp.add_pipe(f"kg_{name}", name=name)
            component: Any = nlp.get_pipe(name)
            if hasattr(component, "add_rules"):
                component.add_rules(loaded)
            if learned and name == "ner":
                component.tagger, component.decides = learned.tagger, model is not None
            elif learned and name == "roles":
                component.learned = learned.roles
            elif learned and name == "results":
                component.weights = learned.results
    for plugin in reversed(plugins):
        plugin.add_to(nlp, after="patterns")
    return nlp


@registry.tokenizers("kg.PlainTokenizer.v1")  # type: ignore[untyped-decorator]
def plain_tokenizer() -> Callable[[Language], PlainTokenizer]:
    """English tokens, but split at more joints of technical names than spaCy splits at, and without emoticons."""

    def make(nlp: Language) -> PlainTokenizer:
        defaults = nlp.Defaults
        return PlainTokenizer(
            Tokenizer(
                nlp.vocab,
                rules={
                    text: parts
                    for text, parts in (defaults.tokenizer_exceptions or {}).items()
                    if not _EMOTICON.fullmatch(text)
                }
                | {text: [{"ORTH": text}] for text in _ABBREVIATED},
                prefix_search=compile_prefix_regex(defaults.prefixes or ()).search,
                suffix_search=compile_suffix_regex([*(defaults.suffixes or ()), *_SUFFIXES]).search,
                infix_finditer=compile_infix_regex([*(defaults.infixes or ()), *_INFIXES]).finditer,
                token_match=defaults.token_match,
                url_match=defaults.url_match,
            )
        )

    return make


class Failure(NamedTuple):
    """What is said of a paper that cannot be extracted: why, in one line."""

    reason: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """What is said of a paper whose extraction raised an error."""
        said = one_line(f"{type(error).__name__}: {error}".removesuffix(": "))
        notes = f" ({'; '.join(error.__notes__)})" if hasattr(error, "__notes__") else ""
        return cls(said[:_LONGEST_REASON] + notes)


class Extractor:
    """Finds entities, abbreviations, links and results in papers.

    Args:
        rules: folders of rule files that are read after the shipped ones.
        model: folder of a model in place of the shipped one.

    >>> extractor = Extractor()
    >>> found = extractor(Paper(id="1", title="Residual networks", abstract="We train ResNet-50 on CIFAR-10."))
    >>> [mention.text for mention in found.entities if mention.type == "Dataset"]
    ['CIFAR-10']
    """

    def __init__(self, rules: Iterable[Path] = (), model: Path | None = None) -> None:
        self.rules = tuple(rules)
        self.model = model

    @cached_property
    def nlp(self) -> Language:
        """The spaCy pipeline, built when it is first needed."""
        return build_pipeline(self.rules, self.model, plugins=self.plugins)

    @cached_property
    def plugins(self) -> tuple[Plugin, ...]:
        """The extractors of other packages that are installed; as text, each says its package's name and version."""
        return installed_plugins()

    def model_files(self) -> list[Path]:
        """The files of the model, sorted."""
        return sorted(path for path in (self.model or SHIPPED).rglob("*") if path.is_file())

    def __call__(self, paper: Paper) -> Extraction:
        """Extract from one paper."""
        return next(self.pipe([paper]))

    def pipe(self, papers: Iterable[Paper], batch_size: int = 64) -> Iterator[Extraction]:
        """Extract from a stream of papers, one record each, in order.

        A batch goes through one component after another, not each paper through all of them: what a component needs
        then stays in the processor's cache, which is a sixth faster than ``nlp.pipe``.
        """
        others = {plugin.name for plugin in self.plugins}
        for batch in batched(papers, batch_size):
            docs = [make_doc(self.nlp, paper) for paper in batch]
            for name, component in self.nlp.pipeline:
                if name == "spans":  # shows in a Doc what a record has without it
                    continue
                try:
                    docs = [*component.pipe(docs)] if hasattr(component, "pipe") else [*map(component, docs)]
                    if name in others:
                        for doc in docs:
                            check_candidates(doc)
                except Exception as error:
                    error.add_note(f"in the component {name!r}")
                    raise
            yield from map(record, docs)

    def each(self, papers: Iterable[Paper], batch_size: int = 64) -> Iterator[Extraction | Failure]:
        """What :meth:`pipe` gives, with the reason in its place where a paper makes a component fail.

        Of a batch that fails, each paper is extracted alone.
        """
        for batch in batched(papers, batch_size):
            _ = self.nlp  # what is wrong with rules or a model is not the fault of a paper
            try:
                found: list[Extraction | Failure] = [*self.pipe(batch, batch_size)]
            except Exception as error:
                found = [Failure.of(error)] if len(batch) == 1 else [*self.each(batch, 1)]
            yield from found


def record(doc: Doc) -> Extraction:
    """The record of a Doc that went through the pipeline, all offsets in the text as given."""
    paper: Paper = doc._.paper
    pairs = {(a.short.text, unwrapped(original_text(doc, a.long.start, a.long.end))): None for a in doc._.abbreviations}
    return Extraction(
        id=paper.id,
        title=paper.title,
        entities=tuple(_mention(doc, entity) for entity in doc._.entities),
        abbreviations=tuple(pairs),
        links=tuple(doc._.links),
        results=tuple(doc._.results),
    )


def _mention(doc: Doc, entity: Candidate) -> Mention:
    start, end = original_span(doc, entity.start, entity.end)
    return Mention(
        type=entity.type,
        text=doc._.plain.original[start:end],
        start=start,
        end=end,
        role=entity.role or "used",
        confidence=round(entity.confidence, 2),
        extractor=entity.extractor,
    )
