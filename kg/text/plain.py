"""The text as it reads: a plain view of a text, with the way back to the text as given.

Abstracts come with line breaks at 79 characters, words broken at a line's end, LaTeX (``$\\beta$-VAE``, ``na\\"ive``,
``20\\%``), HTML, JATS and MathML tags, entities (``&lt;``), invisible characters and section labels ("RESULTS:").
Extraction reads the plain view; offsets and words in the output go on referring to the text as given.

The view is made by a few replacements, one after another (:data:`_STEPS`). Each keeps, for every character of the view,
the span of the original that it comes from.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import TypeVar

from kg.text.names import one_line, title_key
from kg.text.sentences import sentence_spans

Found = TypeVar("Found")

_OFFSET = "l"  # the type code of offsets in :mod:`array`
_MARKED = re.compile("[<{}$]")  # what can open or close a part of a text


@dataclass(frozen=True, slots=True)
class PlainText:
    """A plain view of a text.

    Args:
        text: the view: words, one blank between them, a line break only where the title or a paragraph ends.
        original: the text as given.
        offsets: for each character of the view the offset in the original where what it stands for begins.
        ends: for each the offset where that ends, exclusive.
    """

    text: str
    original: str
    offsets: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets for a non-empty span of the view.

        A span that would have only one of two tags, braces or dollar signs that belong together gets the other one too,
        if that is next to it: "<i>k</i>-means", "81.2_{\\pm 0.3}", "$k$-NN".
        """
        first, last = self.offsets[start], self.ends[end - 1]
        if not _MARKED.search(self.original, first, last):
            return first, last
        first, last = _paired(self.original, first, last)
        if self.original.count("$", first, last) % 2:
            if self.original[first - 1 : first] == "$":
                first -= 1
            elif self.original[last : last + 1] == "$":
                last += 1
        return first, last

    def plain_span(self, start: int, end: int) -> tuple[int, int]:
        """The view's offsets for a span of the original."""
        return bisect_left(self.offsets, start), bisect_left(self.offsets, end)

    def pieces(self, found: Iterable[tuple[int, int, Found]]) -> Iterator[tuple[str, Found | None]]:
        """The view cut at some spans of the original: each piece with what is found there, or ``None``.

        Of two spans that overlap, such as those of two extractors, the first counts.

        Args:
            found: start and end of each span in the original, end exclusive, and what is found there.

        >>> list(plain_text("We use CIFAR-10.").pieces([(7, 15, "dataset")]))
        [('We use ', None), ('CIFAR-10', 'dataset'), ('.', None)]
        """
        spans = [(*self.plain_span(start, end), what) for start, end, what in found]
        done = 0
        for start, end, what in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start < done or end <= start:
                continue
            if start > done:
                yield self.text[done:start], None
            yield self.text[start:end], what
            done = end
        if done < len(self.text):
            yield self.text[done:], None

    def sentences(self) -> list[tuple[int, int]]:
        """Start and end offsets, in the original, of the sentences."""
        return [self.span(start, end) for start, end in sentence_spans(self.text)]


def plain_text(text: str, title_end: int | None = None, *, labels: bool = False) -> PlainText:
    """The plain view of a text.

    Args:
        text: as given.
        title_end: the offset of the line break between title and abstract, which stays one; ``None`` where there is no
            title.
        labels: whether labels of sections stay.

    >>> plain_text('ans\\\\"atze reach\\n20\\\\%').text
    'ansätze reach 20%'
    """
    view = _with_lists_of_numbers(PlainText(text, text, range(len(text)), range(1, len(text) + 1)))
    for may_match, pattern, replacement in _STEPS:
        if may_match(view.text):
            view = _replaced(view, pattern, replacement)
    view = _on_one_line(view, -1 if title_end is None else title_end)
    return view if labels or not _may_have_label(view.text) else _replaced(view, _LABELS, _label)


def without_markup(text: str) -> str:
    """The words of a short text, such as a name, as they read: no LaTeX, no tags, no ligatures, one line."""
    return one_line(plain_text(text, labels=True).text)


def paper_key(title: str) -> str:
    r"""The paper key, by which records are sorted: that of a title (:func:`kg.text.names.title_key`) without markup.

    >>> paper_key(r"$\beta$-Frogs") == paper_key("β-frogs")
    True
    """
    return title_key(without_markup(title))


def unwrapped(text: str) -> str:
    """A text on one line, with the words that a line break or a blank broke in two made whole; markup stays.

    >>> unwrapped("Multi-\\nHead  $k$-NN")
    'Multi-Head $k$-NN'
    """
    if _MAY_BE_BROKEN.search(text):
        whole = PlainText(text, text, range(len(text)), range(1, len(text) + 1))
        text = _replaced(whole, _BROKEN, _mended).text
    return one_line(text)


Replacement = Callable[["re.Match[str]"], "str | None"]
"""What a match is replaced by; ``None`` leaves it as it is."""


def _replaced(view: PlainText, pattern: re.Pattern[str], replacement: Replacement) -> PlainText:
    """The view with every match of a pattern replaced.

    What the old and the new text begin with in common is kept; any other new character stands for all of the match.
    """
    parts: list[str] = []
    offsets, ends = array(_OFFSET), array(_OFFSET)
    position = 0
    for match in pattern.finditer(view.text):
        new = replacement(match)
        if new is None:
            continue
        start, end = match.span()
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(match[0], new, strict=False)))
        parts += (view.text[position:start], new)
        offsets.extend(view.offsets[position : start + kept])
        ends.extend(view.ends[position : start + kept])
        offsets.extend([view.offsets[min(start + kept, end - 1)]] * (len(new) - kept))
        ends.extend([view.ends[end - 1]] * (len(new) - kept))
        position = end
    if not position:
        return view
    parts.append(view.text[position:])
    offsets.extend(view.offsets[position:])
    ends.extend(view.ends[position:])
    return PlainText("".join(parts), view.original, offsets, ends)


# --- characters ------------------------------------------------------------------------------------------------------

_CHARACTERS = re.compile(
    r"""
    (?P<entity>&(?:amp;)*(?:\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)
  | (?P<composed>[^\W\d_][\u0300-\u036f]+)
  | (?P<variant>[\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff])
  | (?P<hyphen>(?:\u00ad|\(cid:173\))\s*(?=[a-z]))
  | (?P<invisible>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]
      |\(cid:\d{1,5}\))
  | (?P<blank>[\u00a0\u2000-\u200a\u202f\u205f\u3000])
    """,
    re.VERBOSE,
)


def _character(match: re.Match[str]) -> str | None:
    if match["entity"]:
        read = html.unescape(html.unescape(match[0]))
        return None if read == match[0] else _CHARACTERS.sub(lambda inner: _character(inner) or "", read)
    if match["composed"]:
        return unicodedata.normalize("NFC", match[0])
    if match["variant"]:  # a ligature, a full-width form, a letter as in formulas
        return unicodedata.normalize("NFKC", match[0])
    return " " if match["blank"] else ""


# --- tags ------------------------------------------------------------------------------------------------------------

_INLINE = (
    "a|abbr|alternatives|b|bdi|bold|cite|code|del|disp-formula|em|email|emph|ext-link|fn|font|formula|i|inf|"
    "inline-formula|ins|it|italic|kbd|mark|math|monospace|named-content|q|roman|s|samp|sb|sc|scp|small|sp|span|strike|"
    "strong|styled-content|sub|sup|tex|tex-math|tt|u|underline|uri|var|wbr|xref"
)
_MATHML = (
    "maction|menclose|merror|mfenced|mfrac|mi|mmultiscripts|mn|mo|mover|mpadded|mphantom|mroot|mrow|ms|mspace|msqrt|"
    "mstyle|msub|msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover|semantics"
)
_BLOCK = "abstract|blockquote|br|center|dd|div|dl|dt|h[1-6]|hr|label|li|list|list-item|ol|p|pre|sec|section|title|ul"
_PREFIX = r"(?:[a-z]{1,8}:)?"
_TAGS = re.compile(
    # A formula that is there a second time, in TeX.
    rf"<{_PREFIX}annotation(?:-xml)?\b[^<>]*>[^<>]*</{_PREFIX}annotation(?:-xml)?>\s*"
    rf"|<{_PREFIX}tex-math\b[^<>]*>[^<>]*</{_PREFIX}tex-math>\s*(?=<{_PREFIX}math\b)"
    rf"|</?{_PREFIX}(?:(?P<block>{_BLOCK})|(?P<mathml>{_MATHML})|{_INLINE})"
    rf"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[\w#.-]+))*\s*/?>(?(mathml)\s*)"
    r"|<!--.{0,500}?-->",
    re.IGNORECASE | re.DOTALL,
)


def _tag(match: re.Match[str]) -> str:
    return "\n\n" if match["block"] else ""


def without_tags(text: str) -> str:
    """A text without its HTML, JATS and MathML tags; a blank line is where a paragraph or another block ends."""
    return _TAGS.sub(_tag, text) if "<" in text else text


# What opens or closes a part of a text, and the opening one right before a place.
_PAIRS = re.compile(rf"{_TAGS.pattern}|(?P<brace>(?<!\\)[{{}}])", re.IGNORECASE | re.DOTALL)
_OPENING = re.compile(r"(?:<[A-Za-z][^<>]*(?<!/)>|(?:\\[A-Za-z]+\s*)?\{(?:\\[A-Za-z]+\s*)?)\s*\Z")
_CLOSING = re.compile(r"\s*</[A-Za-z][^<>]*>|\}")
_FARTHEST = 300  # characters of an opening tag
_DEEPEST = 20  # tags and braces that a span is widened by


def _paired(text: str, first: int, last: int) -> tuple[int, int]:
    """A span, widened by the tags and braces next to it that belong to those within it."""
    for _ in range(_DEEPEST):
        opened = closed = 0
        for found in _PAIRS.finditer(text, first, last):
            if found[0] == "}" or found[0].startswith("</"):
                closed, opened = closed + (not opened), max(0, opened - 1)
            elif not found[0].rstrip().endswith(("/>", "-->")):
                opened += 1
        if closed and (before := _OPENING.search(text, max(0, first - _FARTHEST), first)):
            first = before.start()
        elif opened and (after := _CLOSING.match(text, last)):
            last = after.end()
        else:
            break
    return first, last


# --- LaTeX -----------------------------------------------------------------------------------------------------------

_ACCENTS = {
    '"': "\N{COMBINING DIAERESIS}",
    "'": "\N{COMBINING ACUTE ACCENT}",
    "`": "\N{COMBINING GRAVE ACCENT}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "~": "\N{COMBINING TILDE}",
    "=": "\N{COMBINING MACRON}",
    ".": "\N{COMBINING DOT ABOVE}",
    "c": "\N{COMBINING CEDILLA}",
    "d": "\N{COMBINING DOT BELOW}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}",
    "k": "\N{COMBINING OGONEK}",
    "r": "\N{COMBINING RING ABOVE}",
    "u": "\N{COMBINING BREVE}",
    "v": "\N{COMBINING CARON}",
}
_WORDS = {"eg": "e.g.", "ie": "i.e.", "etal": "et al.", "sim": "~", "texttimes": "×", "sqrt": "√", "textbackslash": ""}
_LETTERS = frozenset({"o", "O", "l", "L", "ss", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j", "dh", "th", "DH", "TH"})
_LATEX = re.compile(
    r"""
    (?=[\\_^$~{}*\-ixuehtm\n]  # what the rest can begin with, found more quickly
      |[^\S\n](?:\n|[^\S\n](?<=\w..)[^\S\n]*\n))(?:
    (?P<accent>\\(?P<mark>["'`^~=.]|[cdHkruv](?=\s*\{|\s+[A-Za-z]))\s*
      (?:\{\s*\\?(?P<braced>[A-Za-z])\s*\}|\\(?P<dotless>[ij])(?![A-Za-z])|(?P<bare>[A-Za-z])))
  | (?P<sign>\\(?P<escaped>[%&$\#_{}]))
  | (?P<space>\\[,;:!\ /\\])
  | (?P<delimiter>\\[()\[\]])
  | \\[dt]?frac\s*\{(?P<numerator>[^{}]*)\}\s*\{(?P<denominator>[^{}]*)\}
  | (?P<deviation>[_^]\s*+(?:\{\s*+)?(?:\\pm(?![A-Za-z])|±)\s*)
  | (?P<preamble>\\documentclass[^$]{0,2000}\\begin\{document\})
  | (?P<unread>\\(?:cite[a-z]*|ref|eqref|label|begin|end|vspace|hspace|color|textcolor|colorbox|includegraphics)\*?
      \s*+(?:\[[^\]\n]{0,1000}+\]\s*+){0,9}\{[^{}\n]*\})
  | \\(?P<name>[A-Za-z]+)(?:(?P<abbreviation>(?<=eg|ie)\.|(?<=etal)\.)|(?P<opens>\s?\{)|(?P<after>\ ?))
  | (?P<tabbed>(?<=[\d\s$])imes\b)
  | (?P<bareword>\b(?:url|e?mph|t?ext(?:bf|it|tt|sc)|href|mathcal|mathbb|mathrm)\{)  # "mph{": "\e" was an escape
  | (?P<codepoint>\bx(?P<hex>20[0-2][0-9A-Fa-f])\b|(?<=[a-z])x(?P<glued>201\d)(?=[a-z]))
  | (?P<dollar>\$)
  | (?P<tie>(?<=[A-Za-z.,)}])~(?=[A-Za-z\d(\\$\[])|(?<=\d)~(?=[\\%A-Za-z$]))
  | (?P<dash>(?<=\d)--(?=\d)|(?<=[a-zß-ÿ}])--(?=\{?(?:[A-ZÀ-Þ](?:[a-zß-ÿ]|\\["'`^~Hcv])|\\["'`^~])))
  | (?P<pause>(?<=\w)---?(?=[^\S\n]*+\n\s*+\w))\s*
  | (?<=\w)[^\S\n]*\n[^\S\n]*(?P<hung>---?)(?=\w)
  | (?P<bold>\*\*(?=\S)|(?<=\w)\*\*)
  | (?P<script>(?<=[_^])\{)
  | (?P<fraction>(?<=\d)(?<!\b10)\{(?=\d+\}))  # what is left of "\frac{8}{255}": "8{255}"
  | (?P<between>\}\{|(?<=\w)\{(?=\w))
  | (?P<brace>[{}])
    )
    """,
    re.VERBOSE,
)


@cache
def _symbols() -> dict[str, str]:
    """The character that each LaTeX command stands for: the table of pylatexenc, and a few of our own."""
    from pylatexenc.latex2text import get_default_latex_context_db

    known = get_default_latex_context_db()
    found = {spec.macroname: spec.simplify_repl for spec in known.iter_macro_specs()}
    short = {name: sign for name, sign in found.items() if isinstance(sign, str) and "%" not in sign}
    return {name: sign for name, sign in short.items() if name.isalpha()} | _WORDS


def _latex(match: re.Match[str]) -> str:
    if match["accent"]:
        letter = match["braced"] or match["dotless"] or match["bare"]
        return unicodedata.normalize("NFC", letter + _ACCENTS[match["mark"]])
    if match["sign"]:
        return match["escaped"]
    if match["space"]:
        return "" if match["space"] in ("\\,", "\\/", "\\!") else " "
    if match["name"]:
        return _command(match)
    if match["tabbed"]:  # "\\times" whose "\\t" was read as a tab
        return "×"
    if match["codepoint"]:
        return chr(int(match["hex"] or match["glued"], 16))
    if match["unread"] or match["preamble"]:  # a citation's key, a colour: nothing that is read
        return ""
    if match["denominator"]:
        return "/".join(_LATEX.sub(_latex, part) for part in (match["numerator"], match["denominator"]))
    if match["deviation"]:
        return "±"
    if match["fraction"]:
        return "/"
    if match["dash"]:
        return "–"
    if match["pause"] or match["hung"]:
        return match["pause"] or match["hung"]
    return " " if match["tie"] or match["between"] else ""


STRIPPED = re.compile(
    r"(?<=\d)times(?=\s?\d)|(?:long)?(?:left)?rightarrow|(?:long)?leftarrow|\bell(?=_)"
    r"|(?<![A-Za-z])(?:infty|varepsilon)(?![A-Za-z])|(?<![A-Za-z])(?:cdots?|[lgn]eq|ldots|[lr]angle)(?![A-Za-z_])"
)
"""What a source that drops backslashes leaves of LaTeX commands ("64times 64", "ell_2"): no part of an English word."""
_PARTS_OF_STRIPPED = ("times", "tarrow", "ell_", "infty", "epsilon", "cdot", "leq", "geq", "neq", "ldots", "angle")


def _stripped(match: re.Match[str]) -> str | None:
    return _symbols().get(match[0])


def _command(match: re.Match[str]) -> str:
    name = match["name"]
    sign = _symbols().get(name)
    if sign is None or match["opens"]:
        return sign or ""
    swallowed = name in _LETTERS or not sign  # "J\\o rgensen" is one word
    return sign if swallowed else sign + (match["after"] or "")


# What a dollar sign opens and closes (https://pandoc.org/MANUAL.html#math): "$k$", but not "$10 or $20".
_MATH = re.compile(r"(?<!\\)(\$\$?)(?=[^\s$])((?:\\.|[^$\\])*?(?<!\s))\1(?!\d)", re.DOTALL)
_DASHES = {"--": "–", "---": "—"}


def without_latex(text: str, *, dashes: bool = False) -> str:
    """A text with its LaTeX commands read and the dollar signs of its formulas dropped.

    Unlike the plain view it keeps all that may not be LaTeX: "$10 or $20", "x**2", "1--3".

    Args:
        text: as given.
        dashes: whether "--" and "---" are dashes, as they are in BibTeX.

    >>> without_latex('20\\\\% of $k \\\\leq 4$ na\\\\"ive runs for $10')
    '20% of k ≤ 4 naïve runs for $10'
    """
    if not _TEX_SIGNS.search(text):
        return text
    text = _LATEX.sub(_given_latex, _MATH.sub(r"\2", text))
    return re.sub("---?", lambda dash: _DASHES[dash[0]], text) if dashes else text


_TEX_SIGNS = re.compile(r"[\\$~{}]|--")
_AS_GIVEN = ("tabbed", "codepoint", "dollar", "dash", "pause", "hung", "bold")


def _given_latex(match: re.Match[str]) -> str:
    if any(match[name] for name in _AS_GIVEN):
        return match[0]
    if match["space"]:
        return " "
    if match["between"] or match["fraction"]:
        return ""
    return "§" + (match["after"] or "") if match["name"] == "S" else _latex(match)


# --- lists of numbers ---------------------------------------------------------------------------------------------

_NUMBER = r"\d++\w?+"
_NUMBERS = re.compile(
    rf"(?:(?<=[A-Za-z-])\\?\{{|(?<=[A-Za-z]-)[(\[])\s*+{_NUMBER}(?:\s*+[,/]\s*+-?{_NUMBER})++\s*+(?:\\?\}}|[)\]])"
)
_BLANKS = r"(?:(?<!\s)\s++)?"  # all that are before something
_IN_NUMBERS = re.compile(rf"(?P<brace>\\?[{{(\[]\s*|{_BLANKS}\\?[}})\]])|{_BLANKS}[,/]\s*")


def _with_lists_of_numbers(view: PlainText) -> PlainText:
    """The view with "CIFAR-10/100" for "CIFAR-{10, 100}"."""
    if "{" not in view.text and "-(" not in view.text and "-[" not in view.text:
        return view
    inside = {place for found in _NUMBERS.finditer(view.text) for place in range(*found.span())}
    if not inside:
        return view

    def read(match: re.Match[str]) -> str | None:
        return None if match.start() not in inside else "" if match["brace"] else "/"

    return _replaced(view, _IN_NUMBERS, read)


# --- words broken in two ---------------------------------------------------------------------------------------------

_MAY_BE_BROKEN = re.compile(r"[-‐][\sa-z]")
_BROKEN = re.compile(
    r"(?<![\w‐-])(?P<start>[A-Za-z]+[a-z])[-‐](?=(?P<rest>[a-z]{2,})(?![\w‐-]))"
    r"|(?P<left>(?<![A-Za-z])[A-Za-z]++|\d)[-‐](?:[^\S\n]++(?=(?P<right>[a-z]+|\d))|[^\S\n]*+\n\s*+(?=(?P<below>\w+)))"
)
_NEAR = 2_000  # characters around a word in two
_SUSPENDED = frozenset({"and", "or", "to", "vs", "versus", "nor", "but", "as"})  # "semi- and self-supervised"


@cache
def known_words() -> frozenset[str]:
    """Frequent English words of abstracts, and frequent pairs of words with a hyphen, from ``words.txt``."""
    return frozenset((files("kg.text") / "words.txt").read_text(encoding="utf-8").split())


def _mended(match: re.Match[str]) -> str | None:
    if start := match["start"]:
        return start if _was_broken(start.lower(), match["rest"], match) else None
    left, right = match["left"], match["right"] or match["below"]
    after = match.end() + len(right)
    if right in _SUSPENDED and match.string[after : after + 1] not in ("-", "‐"):  # but "black- and-white"
        return None
    return left if _is_one_word(left, right) else f"{left}-"


def _was_broken(start: str, rest: str, match: re.Match[str]) -> bool:
    """Whether a hyphen within a line once broke a word: "trajec-tory"; "in-formation" where "information" is near."""
    known, word = known_words(), start + rest
    if word not in known or f"{start}-{rest}" in known:
        return False
    if not known.issuperset((start, rest)):
        return True
    return f" {word}" in match.string[max(0, match.start() - _NEAR) : match.end() + _NEAR].lower()


def _is_one_word(left: str, right: str) -> bool:
    """Whether a hyphen between two parts only broke a word: "classi- fication", but not "multi- task"."""
    if not left[-1].islower() or not right.isalpha() or not right.islower():
        return False
    known = known_words()
    lower = left.lower()
    if f"{lower}-{right}" in known:
        return False
    return lower + right in known or known.isdisjoint((lower, right))


# --- labels of sections ----------------------------------------------------------------------------------------------

_SECTION = (
    "abstract|advances in knowledge|aims?|aim and objectives?|approach|availability(?: and implementation)?|background|"
    "background and (?:aims?|objectives?|purpose)|case presentation|conclusions?|contact|context|"
    "contributions?|data|design|discussion|evaluation|experiments?|findings?|funding|highlights?|implications?|importance|"
    "interpretation|introduction|index terms|key ?words|key points?|"
    "(?:clinical )?(?:relevance|significance)|limitations|main results|"
    "(?:materials?|patients|participants|subjects|data)(?: and|,) methods|materials|methodology|methods?|"
    "methods and (?:materials|results)|motivation|novelty|(?:main )?objectives?|originality|practical implications|"
    "problem|purpose|results?|results and (?:conclusions?|discussion)|setting|significance|summary|"
    "supplementary (?:information|material)|tl;?dr|(?:content |trigger )?warning|"
    "disclaimer|caution|design, setting,? and participants|(?:main|primary) outcomes?(?: and|,)? measures?|"
    "conclusions and relevance|exposures?|interventions?|measurements|participants|patients|study design|"
    "trial registration|what is (?:already )?known|what this study adds"
)
_MARKS = r"[\s*_#\u26a0\ufe0f\[\]]*+"
_LABEL = (
    rf"(?P<words>(?i:{_SECTION}))(?:"
    rf"(?P<sign>{_MARKS}:[*_]*+(?!\S*//)|[*_]*+(?:\s++[-–—](?=\s)|—(?=\s?[A-Z])|\.(?=\s+[A-Z])|\]|(?=\n)))"
    r"|[*_]*+(?=\s++(?:[A-Z][a-z]*+\b(?!:)|(?!(?:AND|OR|OF|IN|FOR|WITH)\b)[^\WA-Z]*+[A-Z][\w-]*+\s+[a-z])))\s*"
)
# Marks without a label after them match too, so that they are passed, and not read again from each line break in them.
_LABELS = re.compile(rf"(?:(?<=\n)|(?<=[.!?]\s)|(?<=[.!?][)\]\"”]\s)|\A){_MARKS}(?:{_LABEL})?")


# Where a sentence ends, found more quickly than the label that may follow it.
_LABEL_PLACES, _LABEL_THERE = re.compile(rf"(?:\n|[.!?][)\]\"”]?\s){_MARKS}"), re.compile(_LABEL)


def _may_have_label(text: str) -> bool:
    first = _LABELS.match(text)
    if first and first["words"]:
        return True
    return any(_LABEL_THERE.match(text, place.end()) for place in _LABEL_PLACES.finditer(text))


def _label(match: re.Match[str]) -> str | None:
    """A label is dropped where a sign follows, where it is alone on a line, or where it alone is in capitals."""
    if not match["words"]:
        return None
    dropped = match["sign"] is not None or (match["words"].isupper() and len(match["words"]) > 3)
    return "" if dropped else None


# No name is in a long run of signs, or is so long a word, and tokenizers take quadratic time over them.
_LONGEST_RUN = 100
_RUNS = re.compile(r"[^\w\s]{101,}|_{101,}|[^\W_]{101,}")


def _has_stripped(text: str) -> bool:
    """Whether a text may have what :data:`STRIPPED` matches, many times as fast as a search for it."""
    return any(map(text.__contains__, _PARTS_OF_STRIPPED))


# The first function of each step finds quickly whether a text has anything that the pattern may match.
_STEPS: tuple[tuple[Callable[[str], object], re.Pattern[str], Replacement], ...] = (
    (re.compile(r"[&\x00-\x08\x0e-\x1f\x7f-\U0010ffff]|\(cid:").search, _CHARACTERS, _character),
    (re.compile("<").search, _TAGS, _tag),
    (re.compile(r"[\\_^$~{}]|--|\*\*|imes\b|x20[0-2]").search, _LATEX, _latex),
    (_has_stripped, STRIPPED, _stripped),
    (_MAY_BE_BROKEN.search, _BROKEN, _mended),
    (re.compile(r"(?<!\S)\S{101}").search, _RUNS, lambda match: match[0][:_LONGEST_RUN]),
)


# --- lines -----------------------------------------------------------------------------------------------------------

_GAP = re.compile(r" \s+|[^\S ]\s*")  # not one blank, which stays
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\u2029")


def _on_one_line(view: PlainText, title_end: int) -> PlainText:
    """The view with one blank for each run of blanks and line breaks.

    A line break stays where the title ends, and one stands for each blank line.
    """

    def gap(match: re.Match[str]) -> str | None:
        start, end = match.span()
        holds_title_end = view.offsets[start] <= title_end < view.ends[end - 1]
        new = "\n" if holds_title_end or _BLANK_LINE.search(match[0]) else " "
        return None if new == match[0] else new

    return _replaced(view, _GAP, gap)
