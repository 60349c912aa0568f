"""Extractors of other packages: spaCy factories, found by entry points.

A package offers one in its ``pyproject.toml``, and loading the entry point registers the factory::

    [project.entry-points."kg.extractors"]
    frog_names = "frogs.extractor"  # the module has @Language.factory("frog_names")

The component is added after the token patterns and appends :class:`~kg.extraction.document.Candidate` to
``doc._.candidates``, with its own name as ``extractor``. A candidate with confidence 1 is certain and is taken unless a
longer one contains it; any other is a hint that the tagger reads and decides about.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import KGError
from kg.extraction.document import Candidate
from kg.vocabulary import ENTITY_TYPES

GROUP = "kg.extractors"


@dataclass(frozen=True, slots=True)
class Plugin:
    """An extractor of another package; ``name`` is that of its factory."""

    name: str
    package: str
    version: str
    entry_point: EntryPoint

    def __str__(self) -> str:
        return f"{self.name} ({self.package} {self.version})"

    def add_to(self, nlp: Language, after: str) -> None:
        """Add the component to a pipeline.

        Raises:
            KGError: the entry point cannot be loaded, registers no factory of its name, or the factory fails.
        """
        try:
            self.entry_point.load()
            nlp.add_pipe(self.name, after=after)
        except Exception as error:
            problem = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise KGError(f"extractor {self}: cannot be added to the pipeline: {problem}") from error


def installed_plugins() -> tuple[Plugin, ...]:
    """The extractors of the installed packages, sorted by name."""
    return tuple(
        Plugin(point.name, point.dist.name if point.dist else "?", point.dist.version if point.dist else "?", point)
        for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    )


def check_candidates(doc: object) -> None:
    """Look at what the extractor of another package returned, because others would stumble over it later.

    Raises:
        TypeError: it is no Doc, or one of its candidates is no :class:`~kg.extraction.document.Candidate`.
        ValueError: a candidate has no tokens of the Doc, or a type, role or confidence that there is not.
    """
    if not isinstance(doc, Doc):
        raise TypeError(f"expected the Doc, found {type(doc).__name__}")
    for candidate in doc._.candidates:
        if not isinstance(candidate, Candidate):
            raise TypeError(f"expected candidates, found {type(candidate).__name__}")
        fits = 0 <= candidate.start < candidate.end <= len(doc) and 0 <= candidate.confidence <= 1
        if not fits or candidate.type not in ENTITY_TYPES or candidate.role not in (None, "introduced", "used"):
            raise ValueError(f"{candidate} does not fit a Doc of {len(doc)} tokens; see docs/plugins.md")
