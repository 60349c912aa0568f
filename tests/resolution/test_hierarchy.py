"""Broader entities follow from names and the curated files."""

from kg.resolution.curated import Curated, CuratedEntity, Identity
from kg.resolution.hierarchy import broader_entities
from kg.resolution.spelling import entity_key
from kg.vocabulary import EntityType


def broader(entity_type: EntityType, *names: str, curated: tuple[CuratedEntity, ...] = ()) -> dict[str, list[str]]:
    known = Curated((entity.name, entity) for entity in curated)

    def identity(kind: EntityType, name: str) -> Identity:
        return known.identity(kind, name)

    called = {identity(entity_type, name): [name] for name in names}
    labels = {one: name for one, (name,) in called.items()}
    found = broader_entities(called, known, identity)
    return {labels[one]: sorted(labels[wide] for wide in wider) for one, wider in found.items()}


def test_head_of_a_name_is_broader() -> None:
    assert broader("Task", "few-shot image classification", "image classification", "segmentation") == {
        "few-shot image classification": ["image classification"]
    }
    assert broader("Method", "Latent Diffusion Models", "diffusion model") == {
        "Latent Diffusion Models": ["diffusion model"]
    }


def test_only_the_next_broader_is_stated() -> None:
    assert broader("Task", "classification", "image classification", "few-shot image classification") == {
        "image classification": ["classification"],
        "few-shot image classification": ["image classification"],
    }


def test_what_follows_a_preposition_is_not_the_head() -> None:
    assert broader("Method", "mixture of experts", "experts") == {}
    assert broader("Task", "image classification with noisy labels", "image classification", "noisy labels") == {
        "image classification with noisy labels": ["image classification"]
    }


def test_prefix_that_negates_does_not_make_a_name_narrower() -> None:
    assert broader("Method", "semi supervised learning", "supervised learning") == {}
    assert broader("Method", "self-supervised learning", "supervised learning") == {}


def test_version_and_size_make_a_method_narrower() -> None:
    assert broader("Method", "ResNet", "ResNet-50", "BERT-base", "BERT", "GPT4", "GPT") == {
        "ResNet-50": ["ResNet"],
        "BERT-base": ["BERT"],
        "GPT4": ["GPT"],
    }


def test_dataset_begins_with_what_it_was_made_from() -> None:
    assert broader("Dataset", "ImageNet", "ImageNet-1K", "Fashion-MNIST", "MNIST", "Human3.6M", "Human") == {
        "ImageNet-1K": ["ImageNet"]
    }


def test_curated_statement_replaces_the_name() -> None:
    cat = CuratedEntity(type="Method", name="Cat DINO", broader=())
    dog = CuratedEntity(type="Method", name="Dog DINO", broader=("animal",))
    assert broader("Method", "Cat DINO", "Dog DINO", "DINO", "animal", curated=(cat, dog)) == {"Dog DINO": ["animal"]}


def test_broader_entity_that_is_absent_is_skipped_for_its_own_broader_one() -> None:
    kitten = CuratedEntity(type="Task", name="kitten", broader=("cat",))
    cat = CuratedEntity(type="Task", name="cat", broader=("animal",))
    assert broader("Task", "kitten", "animal", curated=(kitten, cat)) == {"kitten": ["animal"]}


def test_names_never_close_a_circle() -> None:
    wide = CuratedEntity(type="Task", name="detection", broader=("fast detection",))
    assert broader("Task", "detection", "fast detection", curated=(wide,)) == {"detection": ["fast detection"]}


def test_vague_entity_is_never_broader() -> None:
    known = Curated()
    names = {("Method", entity_key(name)): [name] for name in ("efficient SAM", "SAM")}
    vague = [("Method", "sam")]
    assert broader_entities(names, known, known.identity, vague) == {}  # type: ignore[arg-type]


def test_a_dataset_made_from_a_known_one_is_narrower() -> None:
    known = (CuratedEntity(name="ImageNet", type="Dataset"),)
    assert broader("Dataset", "Hard ImageNet", "ImageNet 64x64", "ImageNet-C", "ImageNet", curated=known) == {
        "Hard ImageNet": ["ImageNet"],
        "ImageNet 64x64": ["ImageNet"],
        "ImageNet-C": ["ImageNet"],
    }
    assert broader("Dataset", "Lily Pads", "Pads") == {}
