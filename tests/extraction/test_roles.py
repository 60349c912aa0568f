"""A paper introduces what it proposes; all forms of one thing share the role."""

import pytest

from kg.extraction.pipeline import Extractor
from kg.records import Paper


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def roles(extractor: Extractor, title: str, abstract: str) -> dict[str, str]:
    return {mention.text: mention.role for mention in extractor(Paper(id="1", title=title, abstract=abstract)).entities}


def test_a_proposed_name_is_introduced_and_a_listed_one_used(extractor: Extractor) -> None:
    found = roles(
        extractor,
        "PebbleNet: Small Convolutions for Image Classification",
        "We propose PebbleNet, a novel architecture. PebbleNet is compared with ResNet-50 on CIFAR-10.",
    )
    assert found["PebbleNet"] == "introduced"
    assert found["ResNet-50"] == "used"
    assert found["CIFAR-10"] == "used"


def test_short_and_long_form_share_the_role(extractor: Extractor) -> None:
    found = roles(
        extractor,
        "Faster sampling",
        "We propose Gradual Pebble Sampling (GPS), a new sampling method. GPS needs few steps.",
    )
    assert found["Gradual Pebble Sampling"] == found["GPS"] == "introduced"
