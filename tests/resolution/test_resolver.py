"""Mentions of one thing lead to one entity, whatever the papers call it and in whatever order they come."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from kg.records import Entity, Extraction, Mention, Merge
from kg.resolution import Curated, Directions, Resolver, resolve_alone
from kg.resolution.curated import CuratedEntity, Different, Padding
from kg.resolution.kept import KeptNames
from kg.vocabulary import ENTITY_TYPES, EntityType


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


def test_spellings_lead_to_one_entity() -> None:
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


@pytest.mark.slow
def test_commonest_name_is_the_label_whatever_the_order() -> None:
    papers = [
        extraction("Vision Transformer"),
        extraction("ReLU", abbreviations=(("VT", "vision transformers"),)),
        extraction("vision transformers"),
        extraction("vision transformers"),
        extraction("ViT", abbreviations=(("ViT", "vision transformer"),)),
    ]
    outcomes = {tuple(resolved(*order)[1]) for order in dict.fromkeys(permutations(papers))}
    assert len(outcomes) == 1
    ((_, entity),) = outcomes
    assert (entity.label, entity.other_labels) == (
        "Vision Transformer",
        ("ViT", "vision transformer", "vision transformers"),
    )


def test_labels_are_rather_singular_and_not_as_in_titles() -> None:
    def label(*names: str, type: EntityType) -> str:
        _, [entity] = resolved(*(extraction(name, type=type) for name in names))
        return entity.label

    assert label("frog nets", "frog nets", "frog net", type="Method") == "frog net"
    assert label("frog nets", "frog nets", type="Method") == "frog nets"
    assert label("FLOPs", "FLOPs", "FLOP", type="Metric") == "FLOPs"
    assert label("Frog Detection", "Frog Detection", "frog detection", type="Task") == "frog detection"
    assert label("Frog Detection", "Frog Detection", "frog detection", type="Method") == "Frog Detection"
    assert label(*["Frog Detection"] * 9, "frog detection", type="Task") == "Frog Detection"


def test_a_label_is_rather_written_without_the_signs_of_a_formula() -> None:
    _, [entity] = resolved(extraction("L2 distance"), extraction("ell_2 distance"))
    assert entity.label == "L2 distance"


def test_one_paper_is_resolved_alone() -> None:
    found = resolve_alone(extraction("Batch Normalization", "BN", abbreviations=(("BN", "Batch Normalization"),)))
    assert {mention.entity for mention in found.entities} == {"https://w3id.org/papers-kg/method/batch-normalization"}


def placed(resolver: Resolver, *names: str, type: EntityType = "Method") -> list[str]:
    return [resolver.identity(type, name)[1] for name in names]


def corpus(*extractions: Extraction, curated: Curated | None = None) -> Resolver:
    resolver = Resolver("http://x/", curated)
    for found in extractions:
        resolver.add(found)
    return resolver


SHARP = extraction("SAM", abbreviations=(("SAM", "sharpness-aware minimization"),))
SEGMENT = extraction("SAM", abbreviations=(("SAM", "Segment Anything Model"),))
BARE = extraction("SAM")


def test_short_form_takes_the_clear_sense_of_the_corpus() -> None:
    iris, entities = resolved(SHARP, SHARP, SHARP, BARE)
    assert iris[3] == ["http://x/method/sharpness-aware-minimization"]
    assert [entity.ambiguous for entity in entities] == [False]


def test_short_form_of_many_senses_is_a_node_of_its_own_and_marked() -> None:
    iris, entities = resolved(SHARP, SHARP, SHARP, SEGMENT, BARE)
    assert iris[4] == ["http://x/method/sam"]
    (sam,) = (entity for entity in entities if entity.ambiguous)
    assert sam.may_mean == ("http://x/method/segment-anything-model", "http://x/method/sharpness-aware-minimization")


def test_no_chain_of_short_forms_joins_two_long_forms() -> None:
    both = (("SAM", "sharpness-aware minimization"), ("SAM", "Segment Anything Model"))
    resolver = corpus(SHARP, SHARP, SHARP, SEGMENT, SEGMENT, SEGMENT, BARE, extraction("SAM", abbreviations=both))
    assert len(set(placed(resolver, "SAM", "sharpness-aware minimization", "Segment Anything Model"))) == 3


@pytest.mark.parametrize("pairs", [[("VXMs", "VXM models")], [("VXM", "VXMM model"), ("VXMM", "VXM model")]])
def test_a_sense_that_is_a_short_form_and_a_word_that_adds_nothing_is_followed_no_further(
    pairs: list[tuple[str, str]],
) -> None:
    padding = Padding(type="Method", padding=("model",))
    names = [name for pair in pairs for name in pair]
    papers = [extraction(*names, abbreviations=tuple(pairs))] * 3 + [extraction(*names)]
    resolver = corpus(*papers, curated=Curated([("here", padding)]))
    assert len(set(placed(resolver, *names))) == len(pairs)


def test_definitions_of_another_type_do_not_count() -> None:
    task = extraction("VQA", type="Task", abbreviations=(("VQA", "visual question answering"),))
    resolver = corpus(task, task, task)
    assert placed(resolver, "VQA", type="Task") == ["visualquestionanswering"]
    assert placed(resolver, "VQA", type="Dataset") == ["vqa"]


LEAP = extraction("LOT detection", "ToadNet", type="Task", abbreviations=(("LOT", "leaping of toads"),))
LEAP_IN_FULL = extraction("Leaping-of-Toads Detection", type="Task")


def test_a_name_with_a_short_form_in_it_is_the_name_with_the_long_form() -> None:
    papers = LEAP, LEAP_IN_FULL, extraction("LOT Detection", type="Task"), extraction("LOT-detection", type="Task")
    for order in permutations(papers):
        resolver = corpus(*order)
        entity, _ = resolver.entities()
        assert entity.label == "Leaping-of-Toads Detection"
        assert entity.other_labels == ("LOT Detection", "LOT detection", "LOT-detection")
    assert {(merge.name, merge.why, merge.detail) for merge in resolver.merges()} == {
        (name, "short form in name", "leaping of toads detection (1 of 1 papers)") for name in entity.other_labels
    }


def test_a_name_with_a_short_form_in_it_stays_if_no_paper_of_its_type_has_the_long_name() -> None:
    for other in ("leaping of toads", "leaping of toads tracking"):
        _, entities = resolved(LEAP, extraction(other, type="Task"))
        assert ("LOT detection", ()) in [(entity.label, entity.other_labels) for entity in entities]
    resolver = corpus(LEAP, extraction("leaping of toads detection"))
    assert placed(resolver, "LOT detection", type="Task") == ["lotdetection"]


def test_a_name_with_a_short_form_in_it_stays_if_papers_disagree() -> None:
    pairs = (("LOT", "list of toads"),)
    resolver = corpus(LEAP, LEAP_IN_FULL, extraction("LOT detection", type="Task", abbreviations=pairs))
    assert placed(resolver, "LOT detection", type="Task") == ["lotdetection"]
    assert not any(entity.ambiguous for entity in resolver.entities())


def test_a_short_form_in_a_name_may_be_known_from_elsewhere_alone() -> None:
    resolver = Resolver("http://x/", elsewhere={"LOT": (20, {"leaping of toads": 19})})
    for paper in (LEAP_IN_FULL, extraction("LOT detection", type="Task")):
        resolver.add(paper)
    assert placed(resolver, "LOT detection", type="Task") == ["leapingoftoaddetection"]


def test_the_definition_of_a_name_is_not_overruled_by_that_of_a_short_form_in_it() -> None:
    pairs = (("FNX", "frog net"),)
    whole = extraction("2D FNX", abbreviations=(("2D FNX", "two-sided frog nets"),))
    resolver = corpus(whole, whole, *[extraction("2D FNX", "2D frog net", abbreviations=pairs)] * 3)
    assert placed(resolver, "2D FNX") == ["2sidedfrognet"]


def test_a_name_that_has_no_word_beside_a_short_form_has_none_in_it() -> None:
    pairs = (("FNXs", "frog nets"),)
    resolver = corpus(extraction("pond FNXs", "PondFNX", "pond frog nets", abbreviations=pairs))
    assert placed(resolver, "pond FNX", "PondFNX") == ["pondfrognet", "pondfnx"]


def test_a_short_form_of_a_name_with_a_short_form_in_it_is_the_name_in_full() -> None:
    pairs = (("FN", "frog net"), ("DFN", "deep FN"))
    paper = extraction("DFN", "deep FN", "deep frog nets", "FN", "FNX-FN", abbreviations=pairs)
    resolver = corpus(paper, extraction("DFN"))
    assert [entity.label for entity in resolver.entities()] == ["deep frog nets", "DFN", "FNX-FN", "frog net"]
    assert len({mention.entity for mention in resolver.resolve(paper).entities[:3]}) == 1


def test_initials_of_a_name_in_the_same_paper_decide_the_sense() -> None:
    iris, _ = resolved(extraction("quiet random search", "QRS"), extraction("QRS"))
    assert iris == [["http://x/method/quiet-random-search"] * 2, ["http://x/method/qrs"]]


def test_capitals_that_end_in_s_are_not_a_plural() -> None:
    iris, _ = resolved(extraction("DARTS", "DART", "GANs", "GAN"))
    assert iris == [["http://x/method/darts", "http://x/method/dart", *["http://x/method/gan"] * 2]]


FROG = CuratedEntity(type="Method", name="FrogNet", aliases=("frog network", "FN"), wikidata="Q7", broader=("network",))


def test_curated_entity_has_its_name_and_all_aliases() -> None:
    resolver = corpus(extraction("Frog Networks"), extraction("FN"), curated=Curated([("here", FROG)]))
    (entity,) = resolver.entities()
    assert (entity.iri, entity.label) == ("http://x/method/frognet", "FrogNet")
    assert entity.other_labels == ("FN", "Frog Networks", "frog network")
    assert entity.pages == ("http://www.wikidata.org/entity/Q7",)


def test_a_name_means_an_entity_only_if_a_paper_names_it() -> None:
    resolver = corpus(extraction("Frog Networks"), curated=Curated([("here", FROG)]))
    assert resolver.iri_of("Method", "frognets") == "http://x/method/frognet"
    assert resolver.iri_of("Method", "ToadNet") is None
    assert resolver.iri_of("Dataset", "FrogNet") is None


def test_own_paper_counts_more_than_the_curated_alias() -> None:
    paper = extraction("FN", abbreviations=(("FN", "fuzzy negation"),))
    resolver = corpus(paper, curated=Curated([("here", FROG)]))
    assert resolver.identity("Method", "FN", paper) == ("Method", "fuzzynegation")
    assert resolver.identity("Method", "FN") == ("Method", "frognet")


def test_long_form_that_agrees_with_a_curated_name_is_one() -> None:
    paper = extraction("FN", abbreviations=(("FN", "deep frog network"),))
    resolver = corpus(paper, extraction("deep frog networks"), curated=Curated([("here", FROG)]))
    assert placed(resolver, "deep frog network") == ["frognet"]


def test_word_that_adds_nothing_is_left_out_of_a_proper_name() -> None:
    padding = Padding(type="Method", padding=("model",))
    resolver = corpus(curated=Curated([("here", FROG), ("there", padding)]))
    assert placed(resolver, "frog network models", "ToadNet model", "diffusion model") == [
        "frognet",
        "toadnet",
        "diffusionmodel",
    ]


def test_names_curated_as_different_stay_apart() -> None:
    different = Different(type="Method", different=("FrogNet", "FN", "frog network", "Frog-Net"))
    resolver = corpus(curated=Curated([("here", FROG), ("there", different)]))
    names = ("FrogNet", "FN", "frog network", "Frog-Net")
    assert len(set(placed(resolver, *names))) == 4
    assert placed(resolver, "FrogNet", "frognets") == ["frognet", "frognet"]


def test_entities_of_one_spelling_have_different_iris() -> None:
    different = Different(type="Method", different=("FrogNet", "Frog-Net"))
    resolver = corpus(extraction("FrogNet", "Frog-Net", "frog net"), curated=Curated([("there", different)]))
    iris = [entity.iri for entity in resolver.entities()]
    assert len(iris) == len(set(iris)) == 2


def test_number_of_an_iri_is_not_that_of_another_entity() -> None:
    different = Different(type="Method", different=("FrogNet", "FROGNET"))
    resolver = corpus(extraction("FrogNet", "FROGNET", "FrogNet 2"), curated=Curated([("there", different)]))
    assert sorted(entity.iri for entity in resolver.entities()) == [
        "http://x/method/frognet",
        "http://x/method/frognet-2",
        "http://x/method/frognet-2-2",
    ]


def test_merges_say_why() -> None:
    padding = Padding(type="Method", padding=("model",))
    resolver = corpus(
        SHARP, SHARP, SHARP, BARE,
        extraction("Sharpness-Aware Minimization"),
        extraction("sharpness aware minimization"),
        extraction("Sharpness-Aware Minimization"),
        extraction("FN"),
        extraction("FrogNet model"),
        curated=Curated([("here", FROG), ("there", padding)]),
    )  # fmt: skip
    assert {(merge.name, merge.papers, merge.why, merge.detail) for merge in resolver.merges()} == {
        ("SAM", 3, "abbreviation in paper", "sharpness-aware minimization"),
        ("SAM", 1, "dominant sense", "sharpness-aware minimization (3 of 3 papers)"),
        ("sharpness aware minimization", 1, "spelling", ""),
        ("FN", 1, "curated alias", "FrogNet"),
        ("FrogNet model", 1, "word that adds nothing", "FrogNet"),
    }


@pytest.mark.slow
def test_outcome_does_not_depend_on_the_order() -> None:
    papers = [SHARP, SHARP, SHARP, SEGMENT, BARE, extraction("Segment anything model")]
    outcomes = {tuple(corpus(*order).entities()) for order in dict.fromkeys(permutations(papers))}
    assert len(outcomes) == 1


def introduced(title: str, *names: str, abbreviations: tuple[tuple[str, str], ...]) -> Extraction:
    """A paper that introduces its first name, which is where the title starts if it has it."""
    found = extraction(*names, abbreviations=abbreviations)
    return replace(
        found, title=title, entities=tuple(replace(mention, role="introduced") for mention in found.entities)
    )


def test_a_coined_name_is_the_label_whether_the_title_has_it_or_not() -> None:
    pairs = (("ToadLeap", "leaping of toads"),)
    for title in ("ToadLeap: Leaping of Toads", "Toads that Leap"):
        _, [entity] = resolved(introduced(title, "ToadLeap", "leaping of toads", abbreviations=pairs))
        assert (entity.label, entity.other_labels) == ("ToadLeap", ("leaping of toads",))
        assert entity.iri == "http://x/method/leaping-of-toad"


def test_a_title_that_opens_with_a_name_in_tags_explains_it() -> None:
    found = introduced(
        "<b>LOT</b>: Leaping of Toads", "LOT", "leaping of toads", abbreviations=(("LOT", "leaping of toads"),)
    )
    first, *others = found.entities
    found = replace(found, entities=(replace(first, start=3, end=6), *others))
    _, [entity] = resolved(found)
    assert entity.label == "LOT"


def test_capitals_are_the_label_only_where_the_title_explains_them() -> None:
    pairs = (("LOT", "leaping of toads"),)
    labels = []
    for title in ("LOT: Leaping of Toads", "Leaping Toads"):
        _, [entity] = resolved(introduced(title, "LOT", "leaping of toads", abbreviations=pairs))
        labels.append(entity.label)
    assert labels == ["LOT", "leaping of toads"]


def test_a_name_that_is_frequent_in_full_keeps_its_full_name() -> None:
    pairs = (("ToadLeap", "leaping of toads"),)
    papers = [introduced("Toads", "ToadLeap", "leaping of toads", abbreviations=pairs)]
    _, [entity] = resolved(*papers, *(extraction("leaping of toads") for _ in range(3)))
    assert entity.label == "leaping of toads"


@pytest.mark.parametrize(
    ("long", "short", "label"),
    [
        ("LEaping of Amphibians in Ponds", "LEAP", "LEAP"),
        ("suPervised Object Nudging", "PON", "PON"),
        ("HOPs to the eXtreme", "HOPx", "HOPx"),
        ("Leaping of Amphibians", "LA", "Leaping of Amphibians"),  # no capital within a word
        ("FrogNet Search", "FNS", "FrogNet Search"),  # within a name that is no word
        ("LEaping of Amphibians", "LOA", "LEaping of Amphibians"),  # other letters
    ],
)
def test_a_short_form_is_the_label_of_a_name_written_to_spell_it(long: str, short: str, label: str) -> None:
    _, (entity,) = resolved(extraction(long, short, abbreviations=((short, long),)))
    assert {entity.label, *entity.other_labels} == {long, short}
    assert entity.label == label
    _, (entity,) = resolved(
        extraction(long, short, abbreviations=((short, long),)),
        *(extraction(long.lower(), id=str(number)) for number in range(3)),
    )
    assert entity.label == long.lower()


def test_labels_show_no_markup_and_other_labels_keep_it_on_one_line() -> None:
    _, [entity] = resolved(extraction("$\\beta$-VAE"))
    assert (entity.label, entity.other_labels) == ("β-VAE", ("$\\beta$-VAE",))
    _, [entity] = resolved(extraction('na\\"ive toad\nclassi\ufb01er', 'na\\"ive\ntoad classi-\nfier'))
    assert entity.label == "naïve toad classifier"
    assert entity.other_labels == ('na\\"ive toad classifier', 'na\\"ive toad classi\ufb01er')
    assert entity.iri == "http://x/method/naïve-toad-classifier"


def test_singular_and_plural_are_one_entity_of_every_type() -> None:
    for kind in ENTITY_TYPES:
        _, entities = resolved(extraction("pond ratio", "pond ratios", "pond matrix", "pond matrices", type=kind))
        assert [entity.label for entity in entities] == ["pond matrix", "pond ratios"]


def test_a_number_after_a_name_with_a_number_is_the_full_name() -> None:
    spans = (("CIFAR-{10", 0), ("100", 10), ("ResNet-50", 40), ("100", 60))
    mentions = tuple(
        Mention(type="Dataset", text=text, start=start, end=start + len(text), confidence=0.9, extractor="ner")
        for text, start in spans
    )
    [iris], entities = resolved(Extraction(id="1", title="T", entities=mentions))
    assert [iri.rpartition("/")[2] for iri in iris] == ["cifar-10", "cifar-100", "resnet-50", "100"]
    assert [(entity.label, entity.other_labels) for entity in entities if "cifar" in entity.iri] == [
        ("CIFAR-10", ()),
        ("CIFAR-100", ()),
    ]


WORDS = ("pond", "frog", "net", "fire", "newt", "deep", "Non", "HopNet-2", "croak")
ENDS = ("", "", " task", " dataset", " model", " model method", " score", "s", "-v2", "-50", " net", " NET")
AFTER = (" pond", "-pond", " net", " pond model", " PF", " task")
SHORT = ("FN", "FP", "PF", "FNet", "DFN")
LONG = ("frog net", "frog nets", "fire newt", "pond frog", "fire newt model", "FN model", "deep frog net", "DFN")
INVENTED = Curated(
    [
        ("1", CuratedEntity(type="Method", name="frog net", aliases=("FN", "net of frogs"))),
        ("2", CuratedEntity(type="Method", name="deep frog net", broader=("frog net",))),
        ("3", CuratedEntity(type="Dataset", name="HopNet", aliases=("HopNet-2",))),
        ("4", Different(type="Method", different=("deep net", "deep nets", "DFN"))),
        ("5", Padding(type="Method", padding=("model", "method"))),
        ("6", Padding(type="Dataset", padding=("dataset", "net"))),
    ]
)


def invented(random: Random) -> Extraction:
    """A paper with names that share words, of which some are short forms that it may define."""
    names = [" ".join(random.choices(WORDS, k=random.choice((1, 1, 2, 3)))) + random.choice(ENDS) for _ in range(5)]
    names += random.choices(SHORT, k=2) + random.choices(LONG, k=2)
    names += [random.choice(SHORT + LONG) + random.choice(AFTER) for _ in range(3)]
    random.shuffle(names)
    mentions = tuple(
        Mention(
            type=random.choice(ENTITY_TYPES[:2]) if random.random() < 0.3 else "Method",
            text=name,
            start=100 * place,
            end=100 * place + len(name),
            role=random.choice(("introduced", "used")),
            confidence=0.9,
            extractor="lexicon",
        )
        for place, name in enumerate(names)
    )
    pairs = tuple((random.choice(SHORT), random.choice(LONG)) for _ in range(random.choice((0, 0, 1, 2))))
    return Extraction(id="1", title=names[0], entities=mentions, abbreviations=pairs)


def lines(merges: Iterable[Merge]) -> Iterator[str]:
    return (f"{merge}\n" for merge in merges)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_resolver_that_goes_on_from_what_was_kept_is_one_that_counts_all(
    seed: int, tmp_path: Path, kept_names: Callable[[Path], dict[str, list[object]]]
) -> None:
    random = Random(seed)
    elsewhere = {"PF": (20, {"pond frogs": 19}), "DFN": (12, {"deep frog net model": 12})}

    def resolver() -> Resolver:
        return Resolver("http://x/", INVENTED, elsewhere, Directions([("score", "higher")]))

    def kept_anew(path: Path, papers: Iterable[Extraction]) -> Resolver:
        anew = resolver()
        for paper in papers:
            anew.add(paper)
        with KeptNames(path, new=True) as kept:
            assert [*anew.keep(kept, lines)] == [*anew.entities()] == [one.entity for one in kept.entities()]
            assert "".join(kept.merged()) == "".join(lines(anew.merges()))
        return anew

    papers = [invented(random) for _ in range(random.choice((3, 10, 40)))]
    anew = kept_anew(tmp_path / "kept", papers)
    for step in range(3):
        before = [anew.resolve(paper) for paper in papers]
        with KeptNames(tmp_path / "kept", change=True) as kept:
            entities = {one.entity for one in kept.entities()}
            going_on = resolver()
            going_on.take(kept)
            gone = random.choice((0, 1, 2))
            for paper in papers[:gone]:
                going_on.remove(paper)
            new = [invented(random) for _ in range(random.choice((0, 1, 2)))]
            for paper in new:
                going_on.add(paper)
            stays = papers[gone:]
            papers = stays + new
            anew = kept_anew(tmp_path / f"anew{step}", papers)
            assert list(map(going_on.resolve, papers)) == list(map(anew.resolve, papers))
            moved = going_on.moved()
            for was, paper in zip(before[gone:], map(going_on.resolve, stays), strict=True):
                iris = [one.entity for one in was.entities]
                assert iris == [one.entity for one in paper.entities] or not moved.isdisjoint(iris)
            left, found = going_on.keep_changes(kept, lines)
            assert entities.difference(left).union(found) == {*anew.entities()}
            assert entities.issuperset(left)
            assert entities.isdisjoint(found)
        assert kept_names(tmp_path / "kept") == kept_names(tmp_path / f"anew{step}")
