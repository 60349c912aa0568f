"""Mentions meet at one entity, whatever the papers call it and in whatever order they come."""

from itertools import permutations

from kg.records import EntityType, Extraction, Mention
from kg.resolution import Entity, Resolver, resolve_alone


def extraction(
    *names: str, type: EntityType = "Method", abbreviations: tuple[tuple[str, str], ...] = (), id: str = "1"
) -> Extraction:
    mentions = tuple(
        Mention(type=type, text=name, start=10 * i, end=10 * i + len(name), confidence=0.9, extractor="lexicon")
        for i, name in enumerate(names)
    )
    return Extraction(id=id, title="T", entities=mentions, abbreviations=abbreviations)


def resolved(*extractions: Extraction) -> tuple[list[list[str]], list[Entity]]:
    resolver = Resolver("http://x/")
    for found in extractions:
        resolver.add(found)
    iris = [[mention.entity or "" for mention in resolver.resolve(found).entities] for found in extractions]
    return iris, list(resolver.entities())


def test_spellings_meet_at_one_entity() -> None:
    iris, entities = resolved(
        extraction("CIFAR-10", "CIFAR10", type="Dataset"), extraction("cifar 10", "CIFAR-10", type="Dataset")
    )
    assert iris == [["http://x/dataset/cifar-10"] * 2] * 2
    assert entities == [Entity("http://x/dataset/cifar-10", "Dataset", "CIFAR-10", ("CIFAR10", "cifar 10"))]


def test_short_form_is_the_long_form_of_its_own_paper() -> None:
    pairs = (("SAM", "sharpness-aware minimization"),)
    iris, entities = resolved(extraction("sharpness-aware minimization", "SAM", abbreviations=pairs), extraction("SAM"))
    assert iris == [["http://x/method/sharpness-aware-minimization"] * 2, ["http://x/method/sam"]]
    assert [(entity.label, entity.other_labels) for entity in entities] == [
        ("SAM", ()),
        ("sharpness-aware minimization", ("SAM",)),
    ]


def test_short_form_found_alone_belongs_to_the_long_form() -> None:
    iris, entities = resolved(
        extraction("DMs", abbreviations=(("DMs", "diffusion models"),)), extraction("diffusion model")
    )
    assert iris == [["http://x/method/diffusion-model"], ["http://x/method/diffusion-model"]]
    assert [(entity.label, entity.other_labels) for entity in entities] == [
        ("diffusion model", ("DMs", "diffusion models"))
    ]


def test_short_form_without_its_long_form_keeps_apart_from_the_bare_name() -> None:
    pairs = (("AT", "adversarial training"),)
    iris, entities = resolved(extraction("AT", abbreviations=pairs), extraction("AT"))
    assert iris == [["http://x/method/adversarial-training"], ["http://x/method/at"]]
    assert [(entity.label, entity.other_labels) for entity in entities] == [
        ("adversarial training", ("AT",)),
        ("AT", ()),
    ]


def test_one_name_of_two_types_is_two_entities() -> None:
    iris, _ = resolved(extraction("SQuAD", type="Dataset"), extraction("SQuAD", type="Task"))
    assert iris == [["http://x/dataset/squad"], ["http://x/task/squad"]]


def test_commonest_name_is_the_label_whatever_the_order() -> None:
    papers = [
        extraction("Vision Transformer"),
        extraction("ReLU", abbreviations=(("VT", "vision transformers"),)),
        extraction("vision transformers"),
        extraction("vision transformers"),
        extraction("ViT", abbreviations=(("ViT", "vision transformer"),)),
    ]
    outcomes = {tuple(resolved(*order)[1]) for order in permutations(papers)}
    assert len(outcomes) == 1
    ((_, entity),) = outcomes
    assert (entity.label, entity.other_labels) == (
        "vision transformers",
        ("ViT", "Vision Transformer", "vision transformer"),
    )


def test_one_paper_alone() -> None:
    found = resolve_alone(extraction("Batch Normalization", "BN", abbreviations=(("BN", "Batch Normalization"),)))
    assert {mention.entity for mention in found.entities} == {"https://w3id.org/papers-kg/method/batch-normalization"}
