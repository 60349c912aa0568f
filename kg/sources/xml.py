"""XML of arXiv (Atom, RSS, OAI-PMH), of repositories (oai_dc), PubMed and DBLP, and the headers of GROBID's TEI.

Which elements are entries, and where their fields are, is in ``formats.toml``, with a link to the description of each
format. What a table cannot say is a function here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from kg.records import Paper
from kg.sources import arxiv
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.fields import NO_ABSTRACTS, NotAPaperError
from kg.sources.formats import tables_of
from kg.sources.markup import Texts, unescaped
from kg.sources.reader import Reader, Source, Warn
from kg.sources.xmlfields import Fields, fields_of, first, text_of, values
from kg.sources.xmlstream import parts
from kg.text.addresses import on_github

_ROOTS = frozenset(tables_of("xml-roots")["outermost"]["names"])
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<(?:\?[^>]*|!--(?:(?!-->).)*+--|!DOCTYPE(?:[^>\[]|\[[^\]]*\])*)>\s*)*<([A-Za-z][\w:-]*)",
    re.S,
)
_ABSTRACT_LENGTH = 150  # characters; comments are mostly shorter
_CITATION = re.compile(
    r"(?!(?:https?|urn|issn|isbn|oai|doi|hdl|arxiv|pmid)\b|10\.)(?=.*\d).*\s.*", re.IGNORECASE | re.DOTALL
)


def _atom(entry: Element, fields: Fields) -> None:
    """An error of arXiv's interface looks like an entry, and is refused."""
    if "/api/errors" in (first(entry, ["id"]) or ""):
        raise NotAPaperError("is a message of arXiv about an error")


def _rss(entry: Element, fields: Fields) -> None:
    """People have an element each, or one for all, in old feeds with links; what arXiv adds to texts is taken off."""
    people = [unescaped(re.sub(r"<[^<>]*>", "", text)) for text in values(entry, "creator") or values(entry, "author")]
    fields["authors"] = people if len(people) > 1 else arxiv.names(people[0]) if people else None
    fields |= arxiv.announced(fields.get("title", ""), fields.get("abstract", ""))


def _oai(entry: Element, fields: Fields) -> None:
    """arXiv's own formats: people may be one text; a repository in the comments is that of the paper."""
    if isinstance(fields.get("authors"), str):
        fields["authors"] = arxiv.names(fields["authors"])
    fields["keywords"] = fields.get("categories", "").split()
    fields["links"] = [*on_github(fields.get("notes", ()))]


def _dc(entry: Element, fields: Fields) -> None:
    """Dublin Core has one element for abstract and comments, and one for addresses, DOIs and citations."""
    texts = values(entry, "description")
    comments = [text for text in texts if re.match(r"\s*Comments?:", text)]
    others = [text for text in texts if text not in comments]
    abstract = next((text for text in others if len(text) >= _ABSTRACT_LENGTH), others[0] if others else None)
    own = [text.strip() for text in values(entry, "identifier")]
    names = [*own, *(text.strip() for text in values(entry, "relation"))]
    fields["abstract"] = abstract
    fields["notes"] = [text for text in texts if text != abstract]
    fields["date"] = sorted(text.strip() for text in values(entry, "date"))
    fields["url"] = next((name for name in names if name.startswith("http")), None)
    fields["doi"] = [name for name in names if re.match(r"(?i)doi:|https?://(?:dx\.)?doi\.org/|10\.", name)]
    fields["arxiv"] = next((name for name in names if "arxiv.org/" in name.lower()), None)
    fields["venue"] = fields.get("venue") or next((name for name in own if _CITATION.fullmatch(name)), None)
    rights = values(entry, "rights")
    fields["licence"] = next((text for text in rights if text.startswith("http")), next(iter(rights), None))


def _pubmed(entry: Element, fields: Fields) -> None:
    """Abstracts in labelled parts, dates in parts; a title that was translated stands beside the original one."""
    table = tables_of("xml")["pubmed"]
    found = next(filter(None, map(entry.findall, table["abstract"])), [])
    fields["abstract"] = " ".join(map(_labelled, found)) or None
    fields["date"] = [_date(element) for path in table["date"] for element in entry.findall(path)]
    fields["identifiers"] = {"pmid": fields.get("pmid"), "pmcid": fields.get("pmcid")}
    if fields.get("title", "").startswith("[Not Available]"):
        fields["title"] = first(entry, table["title"][1:])


def _labelled(part: Element) -> str:
    label = part.get("Label", "").strip(" :")
    return f"{label}: {text_of(part)}" if label and label != "UNLABELLED" else text_of(part)


def _date(element: Element) -> str:
    parts = [text for name in ("Year", "Month", "Day") for text in values(element, name)]
    return (" " if len(parts) > 1 and parts[1].isalpha() else "-").join(parts) or text_of(element)


def _tei(entry: Element, fields: Fields) -> None:
    """The headings within an abstract are labels of its parts."""
    abstract = entry.find("profileDesc/abstract")
    for head in abstract.iter("head") if abstract is not None else ():
        label = (head.text or "").strip(" :.")
        head.text = f"{label}: " if label and label.lower() not in ("abstract", "summary") else ""
    fields["abstract"] = text_of(abstract) if abstract is not None else None


def _dblp(entry: Element, fields: Fields) -> None:
    """DBLP has no abstracts; "CoRR", which it calls the journal of a preprint, is arXiv and no venue."""
    fields["abstract"] = NO_ABSTRACTS
    if fields.get("venue") == "CoRR":
        del fields["venue"]


_CHANGES: dict[str, Callable[[Element, Fields], None]] = {
    "atom": _atom,
    "rss": _rss,
    "arxiv": _oai,
    "dc": _dc,
    "pubmed": _pubmed,
    "tei": _tei,
    "dblp": _dblp,
}


def recognises(head: bytes, name: str) -> bool:
    """Whether an input is XML whose outermost element is one of those that are read."""
    found = _ROOT.match(head)
    if not found:
        return False
    root = found[1].decode().rpartition(":")[2]
    return root in _ROOTS or (root == "RDF" and b"purl.org/rss/" in head)


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a document.

    Raises:
        InputError: it has no entries, or is broken before the first one; or none of them is a paper.
    """
    kinds = {name: (kind, table.get("root")) for kind, table in tables_of("xml").items() for name in table["entry"]}

    def wanted(name: str, root: str) -> bool:
        kind, inside = kinds.get(name, ("", None))
        return bool(kind) and inside in (None, root)

    def entries(skip: Warn) -> Iterator[Entry]:
        for part in parts(source, wanted, warn):
            kind, _ = kinds[part.element.tag]
            try:
                fields = fields_of(part.element, kind)
                is_whole = len(fields) > 1 or "abstract" not in tables_of("xml")[kind]
                if is_whole and (change := _CHANGES.get(kind)):
                    change(part.element, fields)
                yield entry_of(source, part.line, fields)
            except NotAPaperError as error:
                skip(f"{source.place}:{part.line}: {error}")

    return cleaned_papers(source, warn, entries, Texts(final_stop=True), "XML")


READER = Reader("XML of arXiv, PubMed, DBLP, GROBID or OAI-PMH", recognises, read)
