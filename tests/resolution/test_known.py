"""Names of a catalogue lead to its entities where it is clear which, whatever the order of papers and entities."""

from __future__ import annotations

from itertools import permutations

import pytest

from kg.records import Extraction, Mention
from kg.resolution import Curated, KnownNames, Resolver
from kg.resolution.curated import CuratedEntity, Different
from kg.resolution.known import Listed, is_whole_name
from kg.vocabulary import EntityType

HOPPER = Listed("Method", "HOPR", "Heuristic Optimal Pond Routing")
PONDS = Listed("Dataset", "Ponds-10", "Ten Quiet Ponds", ("ponds10", "Ponds-10 (Krizhevsky)", "Ponds-10, 40 labels"))


def paper(*names: str, type: EntityType = "Method", defines: tuple[tuple[str, str], ...] = ()) -> Extraction:
    mentions = tuple(
        Mention(type=type, text=name, start=10 * i, end=10 * i + len(name), confidence=0.9, extractor="lexicon")
        for i, name in enumerate(names)
    )
    return Extraction(id="1", title="T", entities=mentions, abbreviations=defines)


def entities(
    papers: list[Extraction], *listed: Listed, curated: Curated | None = None
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The labels and other names of all entities by the last part of their IRI."""
    curated = curated or Curated()
    resolver = Resolver("http://x/", curated, known=KnownNames(listed, curated))
    for each in papers:
        resolver.add(each)
    return {one.iri.rpartition("/")[2]: (one.label, one.other_labels) for one in resolver.entities()}


def test_a_name_and_its_full_name_are_one_entity() -> None:
    papers = [paper("HOPR"), paper("heuristic optimal pond routing")]
    assert len(entities(papers)) == 2
    assert entities(papers, HOPPER) == {"heuristic-optimal-pond-routing": ("heuristic optimal pond routing", ("HOPR",))}


def test_why_it_was_merged_is_said() -> None:
    resolver = Resolver("http://x/", known=KnownNames([HOPPER], Curated()))
    for each in (paper("HOPR"), paper("heuristic optimal pond routing")):
        resolver.add(each)
    assert [(merge.name, merge.why) for merge in resolver.merges()] == [("HOPR", "name in a catalogue")]


def test_other_spellings_and_references_mean_the_dataset_and_parts_do_not() -> None:
    names = ("Ponds-10", "PONDS10", "Ponds-10 (Krizhevsky)", "ten quiet ponds", "Ponds-10, 40 labels")
    found = entities([paper(*names, type="Dataset")], PONDS)
    assert sorted(len(others) for _, others in found.values()) == [0, 3]
    assert next(label for label, others in found.values() if not others) == "Ponds-10, 40 labels"


def test_a_short_form_that_a_paper_defines_otherwise_means_that_there() -> None:
    otherwise = paper("HOPR", "hidden order prior", defines=(("HOPR", "hidden order prior"),))
    found = entities([otherwise, paper("Heuristic Optimal Pond Routing")], HOPPER)
    assert found["hidden-order-prior"][1] == ("HOPR",)
    # And where no paper says which it is, it is neither.
    found = entities([otherwise, paper("HOPR"), paper("Heuristic Optimal Pond Routing")], HOPPER)
    assert {"hopr", "hidden-order-prior", "heuristic-optimal-pond-routing"} == found.keys()


def test_a_short_form_that_papers_define_so_means_it() -> None:
    pair = (("HOPR", "heuristic optimal pond routings"),)
    assert len(entities([paper("HOPR", defines=pair), paper("HOPR")], HOPPER)) == 1


@pytest.mark.parametrize(("defined", "count"), [((), 2), ((("FP", "Frog Paths"),), 1)])
def test_two_letters_need_a_paper_that_defines_them(defined: tuple[tuple[str, str], ...], count: int) -> None:
    papers = [paper("FP"), paper("frog paths", defines=defined)]
    assert len(entities(papers, Listed("Method", "FP", "Frog Paths"))) == count


def test_a_word_in_small_letters_is_no_short_form() -> None:
    listed = Listed("Method", "LEAP", "Learned Embeddings of Amphibian Paths")
    papers = [paper("leap"), paper("learned embeddings of amphibian paths")]
    assert len(entities(papers, listed)) == 2


def test_a_name_of_two_entities_joins_nothing() -> None:
    other = Listed("Method", "HOPR", "Hidden Order Prior")
    papers = [paper("HOPR"), paper("hidden order prior"), paper("heuristic optimal pond routing")]
    for listed in permutations([HOPPER, other]):
        assert len(entities(papers, *listed)) == 3
    known = KnownNames([HOPPER, other], Curated())
    assert known.called("Method", "HOPR", "Hidden Order Prior") == "Hidden Order Prior"


def test_a_full_name_that_another_is_called_by_joins_nothing() -> None:
    listed = (Listed("Method", "FrogNet-2", "FrogNet"), Listed("Method", "FrogNet"))
    assert len(entities([paper("FrogNet"), paper("FrogNet-2")], *listed)) == 2
    both = (Listed("Method", "FrogNet-A", "Frog Network"), Listed("Method", "FrogNet-B", "Frog Network"))
    assert len(entities([paper("FrogNet-A"), paper("FrogNet-B"), paper("frog network")], *both)) == 3


def test_of_two_lines_on_one_name_the_full_name_counts() -> None:
    papers = [paper("HOPR"), paper("Heuristic Optimal Pond Routing")]
    assert len(entities(papers, HOPPER, Listed("Method", "HOPR"))) == 1


def test_names_of_another_type_join_nothing() -> None:
    papers = [paper("HOPR", type="Dataset"), paper("Heuristic Optimal Pond Routing", type="Dataset")]
    assert len(entities(papers, HOPPER)) == 2


def test_the_curated_files_come_first() -> None:
    lines = [CuratedEntity(type="Method", name="HOPR", aliases=("hidden order prior",))]
    curated = Curated(("f:1", line) for line in lines)
    papers = [paper("HOPR"), paper("heuristic optimal pond routing")]
    assert set(entities(papers, HOPPER, curated=curated)) == {"hopr", "heuristic-optimal-pond-routing"}
    named = Curated([("f:1", CuratedEntity(type="Method", name="HOPR", aliases=("hopper",)))])
    papers = [paper("hopper"), paper("heuristic optimal pond routing")]
    assert set(entities(papers, HOPPER, curated=named)) == {"hopr"}
    papers = [paper("HOPR"), paper("heuristic optimal pond routing")]
    named = Curated(
        [("f:1", CuratedEntity(type="Method", name="HOPR", aliases=("heuristic optimal pond routing net",)))]
    )
    assert set(entities(papers, HOPPER, curated=named)) == {"hopr"}
    apart = Curated([("f:1", Different(type="Method", different=("HOPR", "Heuristic Optimal Pond Routing")))])
    assert len(entities(papers, HOPPER, curated=apart)) == 2


def test_the_order_of_papers_makes_no_difference() -> None:
    papers = [paper("HOPR"), paper("HOPR", "X-Net"), paper("Heuristic Optimal Pond Routing"), paper("HOPR model")]
    assert len({str(entities(list(order), HOPPER, PONDS)) for order in permutations(papers)}) == 1


@pytest.mark.parametrize(
    ("name", "names", "whole"),
    [
        ("ponds 10", ["Ponds-10"], True),
        ("Ponds (Lin et al., 2014)", ["Ponds"], True),
        ("Ponds (2019)", ["Ponds"], False),
        ("Ponds (English)", ["Ponds"], False),
        ("Ponds (test)", ["Ponds"], False),
        ("Quiet Ponds (QP)", ["QP", "Quiet Ponds"], True),
        ("SQuAD", ["Stanford Question Answering Dataset"], True),
        ("SQuAD2.0", ["SQuAD", "Stanford Question Answering Dataset"], False),
        ("MNIST-full", ["MNIST"], False),
        ("Oxford Flowers", ["Oxford 102 Flowers"], False),
    ],
)
def test_a_name_of_the_whole_dataset_is_told_from_that_of_a_part(name: str, names: list[str], whole: bool) -> None:
    assert is_whole_name(name, names) is whole
