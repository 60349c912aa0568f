"""Titles and abstracts of other formats as they read: without markup, on one line, without what is not theirs.

Our own formats keep texts as given, since offsets count their characters; files of other programs are read through
:func:`clean_title` and :func:`clean_abstract`. What formats do differently is a :class:`Texts`.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from kg.text.names import one_line
from kg.text.plain import without_latex, without_tags


class Texts(NamedTuple):
    """How the texts of a format are written.

    Args:
        latex: whether they may have LaTeX ("$k$", ``\\%``); currency is left as it is.
        dashes: whether "--" is a dash, as in BibTeX.
        markdown: whether they may have Markdown.
        final_stop: whether titles end with a full stop that is not theirs, as in PubMed.
    """

    latex: bool = True
    dashes: bool = False
    markdown: bool = False
    final_stop: bool = False


_HEADING = re.compile(r"<(?:\w+:)?(title|h[1-6])(?:\s[^<>]*)?>(?P<text>[^<>]*)</(?:\w+:)?\1\s*>", re.IGNORECASE)
_LONGEST_HEADING = 100  # characters
_OTHER_TAGS = re.compile(
    r"</?[a-z]{2,8}:[a-z-]+(?:\s[^<>]*)?>|<!\[CDATA\[|\]\]>|</?(?:img|graphic|inline-graphic)\b[^<>]*>", re.I
)
_MARKDOWN = re.compile(  # strong words that do not end are given up where others begin
    r"!?\[(?P<words>[^\[\]]*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<bold>(?:(?!(?<=\s)(?P=strong)\S).){1,2000}?)(?<=\S)(?P=strong)"
    r"|(?<![\w*])(?P<weak>[*_])(?=[^\s*_])(?P<slanted>[^*_\n]+?)(?<=\S)(?P=weak)(?![\w*])"
    r"|(?P<ticks>`++)(?:(?P<code>[^`]++)(?P<closing>(?P=ticks)|`++))?"
    r"|^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+(?=\S))",
    re.MULTILINE | re.DOTALL,
)
_ABSTRACT = re.compile(
    r"\s*(?i:abstract|summary)\s*(?:[:.—–-]+\s+|[:—]|[.–-]+(?=[A-Z]))"
    r"|\s*ABSTRACT\s+(?=[A-Z])"
    r"|\s*Abstract(?=[A-Z][a-z]*\b)"
    r"|\s*Abstract\s+(?=[A-Z])"
    # What "Abstract" belongs to where a capital follows: "Abstract Meaning Representation is".
    r"(?!Algebra|Arg|Art\b|Categor|Class|Concept|Data|Dialect|Domain|Interp|Machine|Meaning|Reason|Rewrit|Scene|Sem|State|"
    r"Summar|Syntax|Text|Visual|Wiki)"
)
_FIRST_LINE = re.compile(r"\A\W*abstract\W*\n", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d"
_COPYRIGHT = re.compile(
    rf"\s*(?:Copyright\s*)?(?:©|\(c\)(?=\s*{_YEAR}))\s*(?:Copyright\s*)?(?:{_YEAR}|The Authors?)[^©]{{0,300}}$"
    rf"|^\s*©\s*{_YEAR}[^.]{{0,100}}"
    r"(?:All rights reserved|Ltd|B\.V|Inc|IEEE|ACM|Springer[^.]{0,60}|The Authors?)\.\s*",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\[?\s*(?:no abstract(?: is)?(?: available| provided)?|abstract (?:is )?not available)\s*\.?\s*\]?\.?",
    re.IGNORECASE,
)
_DIGITS = re.compile("(?<=&#)[0-9]{9,}")
_KIND = re.compile(r"^\[(?:PDF|HTML|BOOK|B|C|CITATION|DOC)\]\s*", re.IGNORECASE)


def unescaped(text: str) -> str:
    """A text with its entities and character references read, numbers of any length among them."""
    if "&#" in text:  # of more digits than a number may have in Python, so many are of no character either
        text = _DIGITS.sub(lambda digits: digits[0].lstrip("0")[:8] or "0", text)
    return html.unescape(text)


def clean_text(text: str, texts: Texts = Texts()) -> str:  # noqa: B008 (a tuple, which nothing can change)
    """A text on one line, without tags, escapes, LaTeX and Markdown.

    >>> clean_text("A&amp;amp;B  <i>x</i>\\n is\\u00a0$k$")
    'A&B x is k'
    """
    if "&" in text:
        text = unescaped(unescaped(text))
    if "<" in text or "]]>" in text:
        text = _OTHER_TAGS.sub("", without_tags(_HEADING.sub(_headed, text)))
    if texts.markdown:
        text = _MARKDOWN.sub(_unmarked, text)
    if texts.latex:
        text = without_latex(text, dashes=texts.dashes)
    return one_line(text.replace("\ufeff", ""))


def clean_title(text: str, texts: Texts = Texts()) -> str:  # noqa: B008
    """A title as it reads, without the signs around it that catalogues add.

    >>> clean_title("[Frogs of the pond.]"), clean_title("[PDF] Frogs"), clean_title("Frogs.", Texts(final_stop=True))
    ('Frogs of the pond', 'Frogs', 'Frogs')
    """
    title = _KIND.sub("", clean_text(text, texts))
    if translated := re.fullmatch(r"\[([^\[\]]*)\]\.?", title):
        title = translated[1].removesuffix(".")
    if texts.final_stop and title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    return title.strip()


def clean_abstract(text: str, texts: Texts = Texts()) -> str:  # noqa: B008
    """An abstract as it reads, without a heading "Abstract" and a publisher's © line; "" where it says there is none.

    >>> clean_abstract("<jats:title>Abstract</jats:title><jats:p>Frogs hop. © 2026 The Pond Press.</jats:p>")
    'Frogs hop.'
    """
    abstract = clean_text(_FIRST_LINE.sub("", text, count=1), texts)
    if _ABSENT.fullmatch(abstract):
        return ""
    if heading := _ABSTRACT.match(abstract):
        abstract = abstract[heading.end() :]
    return _COPYRIGHT.sub("", abstract).strip()


def _headed(match: re.Match[str]) -> str:
    """A heading within an abstract as its label: "Background: "; that of the abstract is left out."""
    heading = match["text"].strip()
    if len(heading) > _LONGEST_HEADING:
        return match[0]
    heading = heading.rstrip(" :.")
    return f" {heading}: " if heading and heading.casefold() != "abstract" else " "


def _unmarked(match: re.Match[str]) -> str:
    if ticks := match["ticks"]:  # code, in as many of them as close it
        return ticks[len(match["closing"] or "") :] + (match["code"] or "")
    return next((words for name in ("words", "bold", "slanted") if (words := match[name]) is not None), "")
