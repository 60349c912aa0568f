"""What the text of a SPARQL query uses: its tokens, whether it names its own dataset, whether it calls services.

The store's parser does not say any of this, and it reads the text without separating words: ``1SERVICE<http://e/>{}``
and ``FILTER(?a<'>')SERVICE ...`` are calls to it. So the text is split here as that parser splits it. The one difficult
character is ``<``: an operator after an operand of an expression, otherwise the beginning of an IRI.

>>> calls_service("SELECT * { ?s kg:SERVICE 'SERVICE' }  # SERVICE")
False
>>> names_dataset("SELECT * FROM <https://example.org/graph> { ?s ?p ?o }")
True
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

Star: TypeAlias = tuple[int, Sequence[str]]
"""Where the star of a ``SELECT *`` is, and the names of the variables in the order in which the query names them."""
Kind = Literal["iri", "name", "variable", "text", "number", "word", "mark"]

SERVICE_REFUSED = "SERVICE would send requests to another server, which is not allowed"
"""The error for a query that asks other services, where they are not allowed."""

_DEEPEST = 200  # brackets; the parser's stack of 8 MB overflows at about 3,000
_OPERATORS = 2000  # of a query; a chain such as 1+1+1 overflows between 5,000 and 20,000
_IRI = re.compile(r"<[^<>\"{}|^`\\\x00-\x20]*>")
_TOKEN = re.compile(
    r"""(?:\s|\#[^\n\r]*)+
    |(?P<text>"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*"{3}|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'|@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<variable>[?$]\w+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>(?:[^\W\d](?:[\w.\-·]{0,100}[\w\-·])?)?:
        (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
           (?:(?:[\w.:\-·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
              (?:[\w:\-·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<mark><<\(?|\)?>>|\^\^|.)""",
    re.VERBOSE | re.DOTALL,
)
_FROM = re.compile(r"(?<![^\W\d])FROM(?:NAMED)?(?!\w)", re.IGNORECASE)  # wherever it can be a word
_OPERANDS = frozenset(("iri", "name", "variable", "text", "number"))


class Token(NamedTuple):
    """A token of a query, where it starts, and what it is in: "pattern", "query" (a SELECT), "list" or "expression".

    Language tags count as text, blank nodes as names.
    """

    kind: Kind
    text: str
    start: int = 0
    inside: str = "query"

    @property
    def end(self) -> int:
        """Where the token ends."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


class _Nesting:
    """The brackets that are open, each by what is inside: "pattern", "query" (a SELECT), "list" or "expression"."""

    def __init__(self) -> None:
        self.open: list[str] = ["query"]

    def in_expression(self) -> bool:
        return self.open[-1] == "expression"

    def take(self, token: Token, before: Token, earlier: Token) -> None:
        """Follow a token, given the two in front of it."""
        if token.is_word("SELECT") and self.open[-1] == "pattern":
            self.open[-1] = "query"
        elif token.kind != "mark":
            return
        elif token.text == "{":
            self.open.append("pattern")
        elif token.text == "(":
            self.open.append("expression" if self._begins_expression(before, earlier) else "list")
        elif token.text in ("<<", "<<("):
            self.open.append("list")
        elif token.text in ("}", ")", ">>", ")>>") and len(self.open) > 1:
            self.open.pop()

    def _begins_expression(self, before: Token, earlier: Token) -> bool:
        if self.open[-1] in ("expression", "query"):
            return not before.is_word("VALUES")
        if self.open[-1] == "list":
            return False
        if before.kind == "word":
            return not before.is_word("VALUES", "A", "TRUE", "FALSE")
        return before.kind in ("iri", "name") and earlier.is_word("FILTER")


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query, without blanks and comments, up to a string that does not end.

    Text that is not SPARQL gives some tokens too. The time grows with the length of the text, whatever it is.
    """
    nesting = _Nesting()
    before = earlier = Token("mark", "")
    position = 0
    while position < len(query):
        token = None
        if query[position] == "<":
            ends_operand = before.kind in _OPERANDS or before.text in (")", "}") or before.is_word("TRUE", "FALSE")
            if nesting.in_expression() and ends_operand:
                token = Token("mark", "<", position, nesting.open[-1])
            elif iri := _IRI.match(query, position):
                token = Token("iri", iri[0], position, nesting.open[-1])
        if token is None:
            match = _TOKEN.match(query, position)
            assert match, "the last alternative is any character"
            if match.lastgroup is None:
                position = match.end()
                continue
            text = match[0]
            if text in ("'", '"'):
                return  # a string that does not end; the store refuses the query
            if match.lastgroup == "mark" and text == ")>>" and nesting.in_expression():
                text = ")"  # the end of an expression, then operators
            kind = cast(Kind, match.lastgroup)  # the groups are called like the kinds
            token = Token(kind, text, position, nesting.open[-1])
        nesting.take(token, before, earlier)
        earlier, before = before, token
        position += len(token.text)
        yield token


def names_dataset(query: str) -> bool:
    """Whether a query chooses its graphs itself, with FROM or FROM NAMED."""
    if "FROM" not in query.upper() or not _FROM.search(query):  # the quick one first
        return False
    return any(token.is_word("FROM", "FROMNAMED") for token in tokens(query))


def calls_service(query: str) -> bool:
    """Whether a query asks other SPARQL endpoints, with SERVICE.

    The store's parser takes ``SERVICE`` also without a blank after it, so a word that contains it counts, and so does
    a prefixed name that could be read as the keyword and a shorter name: ``SERVICEkg:x {``.
    """
    if "SERVICE" not in query.upper():
        return False
    before = earlier = Token("mark", "")
    for token in tokens(query):
        if token.kind == "word" and "SERVICE" in token.text.upper():
            return True
        glued = before.kind == "name" and "SERVICE" in before.text.partition(":")[0].upper()
        if token.text == "{" and glued and not earlier.is_word("GRAPH"):
            return True
        earlier, before = before, token
    return False


def star(query: str) -> Star | None:
    """Where the columns of a ``SELECT *`` go, and what they are called, in the order of their first appearance.

    ``None`` for every other query, and for one that asks other endpoints.

    >>> star("SELECT * { ?paper kg:usesDataset ?dataset }")
    (7, ['paper', 'dataset'])
    """
    if "*" not in query or calls_service(query):
        return None
    place: int | None = None
    names: dict[str, None] = {}
    selects = False  # right behind SELECT, and not in COUNT(DISTINCT *)
    for token in tokens(query):
        if token.kind == "variable":
            names.setdefault(token.text[1:])
        elif place is None and token.text == "{":
            return None
        elif selects and token.text == "*":
            place = token.start
        selects = place is None and (token.is_word("SELECT") or (selects and token.is_word("DISTINCT", "REDUCED")))
    return None if place is None else (place, [*names])


def is_too_deep(query: str) -> bool:
    """Whether a query could overflow the stack of the store's parser, which ends the process.

    What counts are the brackets that are open at a time, and the operators, which are read as nested (1+1+1).
    """
    depth = operators = 0
    for token in tokens(query):
        if token.kind == "mark":
            depth += (token.text in ("{", "(", "[", "<<", "<<(")) - (token.text in ("}", ")", "]", ">>", ")>>"))
            operators += token.text in "*/|&!^" or (token.text in "+-" and token.inside == "expression")
        operators += token.is_word("UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "GRAPH")
        if depth > _DEEPEST or operators > _OPERATORS:
            return True
    return False


def named_iris(query: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """The IRIs of a query, those of prefixed names in full; the declarations of prefixes are not among them.

    Args:
        query: SPARQL.
        prefixes: namespaces by prefix, for those that the query does not declare.
    """
    known = dict(prefixes)
    before = earlier = Token("mark", "")
    for token in tokens(query):
        if token.kind == "iri":
            if earlier.is_word("PREFIX") and before.kind == "name":
                known[before.text.removesuffix(":")] = token.text[1:-1]
            elif not before.is_word("BASE"):
                yield token.text[1:-1]
        elif token.kind == "name" and not before.is_word("PREFIX"):
            prefix, _, local = token.text.partition(":")
            if prefix in known:
                yield known[prefix] + re.sub(r"\\(.)", r"\1", local)
        earlier, before = before, token


def without_comments(query: str) -> str:
    """The query with a blank in place of each comment."""
    pieces, end = [], 0
    for token in tokens(query):
        gap = query[end : token.start]
        pieces += [" " if "#" in gap else gap, token.text]
        end = token.end
    return "".join(pieces)


def prebound(query: str, values: Mapping[str, str]) -> str:
    """A query with terms in place of variables, as SHACL binds them before (SHACL, section 5.3.1).

    A variable that the query selects stays a column, with the term as its value. In a sub-select the column gets a name
    that nothing else has, because it must not be bound twice.

    >>> prebound("SELECT $this { FILTER NOT EXISTS { $this ?p 1 } }", {"this": "<http://e/a>"})
    'SELECT (<http://e/a> AS ?this) { FILTER NOT EXISTS { <http://e/a> ?p 1 } }'

    Args:
        query: a SELECT or ASK.
        values: the terms by the names of the variables.
    """
    pieces: list[str] = []
    end, clause, selects = 0, "", 0
    bound = before = earlier = Token("mark", "")
    for token in tokens(query):
        pieces.append(query[end : token.start])
        end = token.end
        if token.is_word("SELECT", "GROUP", "ORDER"):
            clause = token.text.upper()
            selects += clause == "SELECT"
        elif token.is_word("WHERE", "HAVING") or token.text == "{":
            clause = ""
        name = token.text[1:]
        if token.kind != "variable" or name not in values:
            closes = before is bound and token.text == ")" and bool(bound.text)
            pieces.append("" if closes else token.text)
        elif before.text == "(" and earlier.is_word("BOUND"):
            pieces[-4:] = ["true"]  # BOUND, a gap, the bracket, a gap; the closing bracket is left out next
            bound = token
        elif clause and token.inside == "query":
            column = f" AS ?{name}" + (f"__{selects}" if selects > 1 else "")
            pieces.append(f"({values[name]}{column if clause == 'SELECT' else ''})")
        else:
            pieces.append(f" {values[name]}" if before.text == "<" else values[name])
        earlier, before = before, token
    return "".join(pieces)
