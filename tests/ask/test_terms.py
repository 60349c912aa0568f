"""Terms that the vocabulary does not have."""

from __future__ import annotations

import pytest

from kg.ask.terms import unknown_terms
from kg.vocabulary import KG


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?p kg:usesDatasets ?d }", ["kg:usesDatasets; did you mean kg:usesDataset?"]),
        ("SELECT * { ?p a kg:dataset }", ["kg:dataset; did you mean kg:Dataset?"]),
        (f"SELECT * {{ ?p <{KG}hasCodes> ?d }}", ["kg:hasCodes; did you mean kg:hasCode?"]),
        (f"PREFIX v: <{KG}> SELECT * {{ ?p v:usesMetod ?m }}", ["kg:usesMetod; did you mean kg:usesMethod?"]),
        ("SELECT * { ?p kg:xyzzy ?d ; kg:Papers ?e ; kg:xyzzy 1 }", ["kg:xyzzy", "kg:Papers; did you mean kg:Paper?"]),
        ("PREFIX kg: <http://e/> SELECT * { ?p kg:nope ?d }", []),
        ("SELECT * { ?p kg:usesDataset ?d ; a kg:Paper ; schema:nope 'kg:nope' }  # kg:nope", []),
    ],
)
def test_unknown_terms_come_with_the_most_similar_one(query: str, expected: list[str]) -> None:
    assert unknown_terms(query) == [f"the vocabulary has no {rest}" for rest in expected]


def test_many_unknown_terms_are_counted() -> None:
    query = f"SELECT * {{ {' '.join(f'?s kg:xyzzy{n} ?o .' for n in range(30))} }}"
    lines = unknown_terms(query)
    assert len(lines) == 6
    assert lines[-1] == "the vocabulary has none of 25 further terms either"


def test_all_terms_of_the_shipped_queries_are_known() -> None:
    from kg.ask.named import named_queries

    assert [line for query in named_queries() for line in unknown_terms(query.text)] == []
