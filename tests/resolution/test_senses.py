"""A short form has a clear sense only if the papers agree on one."""

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.resolution.senses import Sense, Senses, are_variants, read_senses


def senses(short: str, **papers: int) -> Senses:
    found = Senses()
    for long, count in papers.items():
        for _ in range(count):
            found.add(short, long.replace("_", " "))
    return found


@pytest.mark.parametrize(
    ("short", "papers", "clear"),
    [
        ("SAM", {"sharpness_aware_minimization": 2}, None),
        ("SAM", {"sharpness_aware_minimization": 3}, (3, 3)),
        ("SAM", {"sharpness_aware_minimization": 4, "segment_anything_model": 1}, (4, 5)),
        ("SAM", {"sharpness_aware_minimization": 3, "segment_anything_model": 1}, None),
        ("ARMS", {"adaptive_rate_minimal_steps": 2}, (2, 2)),
        ("FeNet", {"fern_network": 1}, None),
        ("FeNet", {"fern_network": 2}, (2, 2)),
    ],
)
def test_clear_sense_needs_papers_and_their_agreement(
    short: str, papers: dict[str, int], clear: tuple[int, int] | None
) -> None:
    found = senses(short, **papers).clear(short)
    assert found == (clear and Sense(next(iter(papers)).replace("_", " "), *clear))


def test_variants_count_as_one_sense() -> None:
    found = senses("CNN", convolutional_neural_networks=2, convolution_neural_network=1)
    assert found.clear("CNN") == Sense("convolutional neural networks", 3, 3)
    assert found.known("CNN") == ["convolutional neural networks"]


def test_counts_from_elsewhere_need_more() -> None:
    elsewhere = {"QX": (11, {"quick x": 10}), "QY": (9, {"quick y": 9}), "QZ": (10, {"quick z": 8, "quiet zoo": 2})}
    found = Senses(elsewhere)
    assert found.clear("QX") is None
    assert found.clear_elsewhere("QXs") == Sense("quick x", 10, 11)
    assert found.clear_elsewhere("QY") is None
    assert found.clear_elsewhere("QZ") is None
    assert found.known("QZ") == ["quick z", "quiet zoo"]


def test_papers_here_outweigh_counts_from_elsewhere() -> None:
    found = Senses({"QX": (10, {"quick x": 10})})
    found.add("QX", "quadratic extension")
    found.add("QX", "quadratic extension")
    assert found.clear_elsewhere("QX") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("graph neural network", "gated neural network"),
        ("contrastive learning", "continual learning"),
        ("semi-supervised learning", "self-supervised learning"),
        ("micro average", "macro average"),
        ("language model", "large language model"),
    ],
)
def test_other_words_are_not_variants(one: str, other: str) -> None:
    assert not are_variants(one, other)


def test_shipped_counts_keep_what_is_ambiguous_apart() -> None:
    found = Senses(read_senses())
    assert found.clear_elsewhere("SAM") is None
    assert found.clear_elsewhere("DP") is None
    clear = found.clear_elsewhere("GNN")
    assert clear and clear.long.lower() == "graph neural networks"


def test_wrong_line_is_refused_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "senses.jsonl").write_text('{"short": "A", "papers": 0, "senses": {}}\n')
    with pytest.raises(InputError, match=r'senses\.jsonl:1: "papers"'):
        read_senses([tmp_path])
