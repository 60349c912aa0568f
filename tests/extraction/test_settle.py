"""Settling leaves one reading: no overlaps, no generic words, names trimmed, one type a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.extraction import Extractor
from kg.extraction.document import Abbreviation, Candidate, make_doc
from kg.extraction.settle import Settle, without_overlaps
from kg.records import Link, Paper
from kg.rulefiles import WordRule
from kg.vocabulary import EntityType

RULES = [WordRule(label="GENERIC", pattern="neural networks"), WordRule(label="MEASURED", pattern="pond size")]


def settled(nlp: Language, text: str, *proposed: tuple[str, EntityType, float]) -> list[tuple[str, str]]:
    settle = Settle(nlp)
    settle.add_rules(RULES)
    doc = make_doc(nlp, Paper(id="1", title="A title", abstract=text))
    for name, kind, confidence in proposed:
        span = span_of(doc, name)
        doc._.candidates.append(Candidate(span.start, span.end, kind, confidence, "ner"))
    return names(settle(doc))


def span_of(doc: Doc, name: str) -> Span:
    """The first place where a Doc has a name."""
    span = doc.char_span(doc.text.index(name), doc.text.index(name) + len(name))
    assert span is not None
    return span


def names(doc: Doc) -> list[tuple[str, str]]:
    return [(doc[entity.start : entity.end].text, entity.type) for entity in doc._.entities]


def test_generic_words_are_not_names(nlp: Language) -> None:
    assert settled(nlp, "A neural network learns.", ("neural network", "Method", 0.9)) == []


def test_a_cost_is_a_metric_where_it_is_measured(nlp: Language) -> None:
    size: tuple[str, EntityType, float] = ("pond size", "Metric", 0.9)
    assert settled(nlp, "Frogs depend on pond size. FrogNet-50 hops.", size) == []
    assert settled(nlp, "FrogNet-50 hops at a pond size of 3 m.", size) == [("pond size", "Metric")]
    assert settled(nlp, "Frogs depend on pond size.", ("pond size", "Metric", 1.0)) == [("pond size", "Metric")]


def test_the_short_form_of_a_generic_word_is_not_a_name_either(nlp: Language) -> None:
    settle = Settle(nlp)
    settle.add_rules(RULES)
    doc = make_doc(nlp, Paper(id="1", title="T", abstract="Neural networks (NNs) grow. An NN is big, ResNet is too."))
    at = {token.text: token.i for token in doc}
    short, again, other = (doc[at[word] : at[word] + 1] for word in ("NNs", "NN", "ResNet"))
    doc._.abbreviations = [Abbreviation(short, doc[at["Neural"] : at["Neural"] + 2])]
    doc._.candidates = [Candidate(span.start, span.end, "Method", 0.9, "ner") for span in (short, again, other)]
    assert names(settle(doc)) == [("ResNet", "Method")]


@pytest.mark.parametrize(("chance", "expected"), [(0.8, []), (0.95, [("LFT", "Method")] * 2)])
def test_a_short_form_whose_long_form_is_not_a_name_must_be_evident(
    nlp: Language, chance: float, expected: list[tuple[str, str]]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="T", abstract="The left front toe (LFT) is wet. Toads lift the LFT."))
    first, again = (token.i for token in doc if token.text == "LFT")
    doc._.abbreviations = [Abbreviation(doc[first : first + 1], doc[first - 4 : first - 1])]
    doc._.candidates = [Candidate(place, place + 1, "Method", chance, "ner") for place in (first, again)]
    assert names(Settle(nlp)(doc)) == expected


def test_a_second_number_after_a_slash_is_a_name_of_its_own(nlp: Language) -> None:
    found = settled(nlp, "Tested on POND-10/100.", ("POND-10/100", "Dataset", 0.9))
    assert found == [("POND-10", "Dataset"), ("100", "Dataset")]


def test_a_number_or_a_blank_is_not_a_name(nlp: Language) -> None:
    assert settled(nlp, "On CIFAR-10/100 and \n it.", ("100", "Dataset", 0.9), ("\n", "Method", 0.9)) == []


@pytest.mark.parametrize("cut", ["D_KL", "SE(3", "x^2"])
def test_what_cuts_through_a_formula_is_not_a_name(nlp: Language, cut: str) -> None:
    assert settled(nlp, "We bound D_{KL}(p) over SE(3) and x^2 here.", (cut, "Method", 0.9)) == []


@pytest.mark.parametrize(
    "damaged",
    ["-R.", "+20.5", "hops among A.", "Instead of hopping", "pads and", 'lily" pads', "lily” pads"],
)
def test_what_cannot_be_a_name_is_none(nlp: Language, damaged: str) -> None:
    text = "With -R. or +20.5 or hops among A. Instead of hopping on pads and 'lily\" pads' or lily” pads, frogs hop."
    assert settled(nlp, text, (damaged, "Method", 0.9)) == []


def test_uncertain_rules_are_left_to_the_tagger(nlp: Language) -> None:
    settle = Settle(nlp)
    doc = make_doc(nlp, Paper(id="1", title="A title", abstract="Ponds and lakes and rivers."))
    doc._.candidates += [
        Candidate(3, 4, "Dataset", 0.9, "lexicon"),
        Candidate(5, 6, "Dataset", 1.0, "lexicon"),
        Candidate(7, 8, "Dataset", 0.9, "pattern"),
        Candidate(7, 8, "Dataset", 0.7, "ner"),
    ]
    assert [(doc[e.start].text, e.confidence, e.extractor) for e in settle(doc)._.entities] == [
        ("lakes", 1.0, "lexicon"),
        ("rivers", 0.7, "pattern"),
    ]


def test_the_longer_name_wins(nlp: Language) -> None:
    short: tuple[str, EntityType, float] = ("diffusion models", "Method", 0.9)
    text = "We use latent diffusion models."
    assert settled(nlp, text, short, ("latent diffusion models", "Method", 0.6)) == [
        ("latent diffusion models", "Method")
    ]


def test_an_accepted_name_is_found_wherever_it_occurs(nlp: Language) -> None:
    text = "Graph kernels help. So does a graph kernel."
    assert settled(nlp, text, ("Graph kernels", "Method", 0.9)) == [
        ("Graph kernels", "Method"),
        ("graph kernel", "Method"),
    ]


def test_a_name_has_one_type(nlp: Language) -> None:
    text = "Tracking is hard. Visual tracking helps tracking."
    found = settled(nlp, text, ("Visual tracking", "Task", 0.9), ("Tracking", "Task", 0.4), ("tracking", "Method", 0.3))
    assert {kind for _, kind in found} == {"Task"}


def test_a_short_form_has_the_type_of_its_long_form(nlp: Language) -> None:
    settle = Settle(nlp)
    doc = make_doc(nlp, Paper(id="1", title="A title", abstract="A tree kernel (TK) is used. TK wins."))
    long = span_of(doc, "tree kernel")
    short = doc[long.end + 1 : long.end + 2]
    doc._.abbreviations.append(Abbreviation(short, long))
    doc._.candidates.append(Candidate(long.start, long.end, "Method", 0.8, "ner"))
    assert names(settle(doc)) == [("tree kernel", "Method"), ("TK", "Method"), ("TK", "Method")]


@pytest.mark.parametrize(("certain", "kind"), [(False, "Dataset"), (True, "Task")])
def test_both_forms_of_a_name_vote_on_its_type_unless_a_rule_is_certain(
    nlp: Language, certain: bool, kind: str
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="T", abstract="The lily pad count (LPC) is hard. On LPC, toads beat LPC."))
    first, second, third = (token.i for token in doc if token.text == "LPC")
    doc._.abbreviations.append(Abbreviation(doc[first : first + 1], doc[first - 4 : first - 1]))
    doc._.candidates = [Candidate(first - 4, first - 1, "Task", 1.0 if certain else 0.8, "ner")] + [
        Candidate(place, place + 1, "Dataset", 0.9, "ner") for place in (first, second, third)
    ]
    assert names(Settle(nlp)(doc)) == [("lily pad count", kind), *[("LPC", kind)] * 3]


def test_nothing_is_found_inside_an_address(nlp: Language) -> None:
    doc = make_doc(nlp, Paper(id="1", title="A title", abstract="Code: https://example.org/ResNet"))
    start = doc.text.index("https")
    doc._.links.append(Link(url="https://example.org/ResNet", kind="code", start=start, end=len(doc.text)))
    doc._.candidates.append(Candidate(len(doc) - 1, len(doc), "Method", 1.0, "lexicon"))
    assert names(Settle(nlp)(doc)) == []


candidate = st.builds(
    lambda start, length, kind, confidence: Candidate(start, start + length, kind, confidence, "pattern"),
    st.integers(0, 20),
    st.integers(1, 5),
    st.sampled_from(["Method", "Dataset", "Metric", "Task"]),
    st.floats(0, 1),
)


@pytest.mark.parametrize(("chances", "kept"), [((0.4, 0.2), ["Method"]), ((0.3, 0.3), []), ((0.4, 0.0), [])])
def test_a_name_is_likely_one_and_likely_of_its_type(chances: tuple[float, float], kept: list[str]) -> None:
    method, task = chances
    candidates = [Candidate(0, 2, "Method", method, "ner"), Candidate(0, 2, "Task", task, "ner")]
    assert [candidate.type for candidate in without_overlaps(candidates)] == kept


@pytest.mark.slow
@given(st.lists(candidate))
def test_kept_candidates_never_overlap(candidates: list[Candidate]) -> None:
    tokens = [token for kept in without_overlaps(candidates) for token in range(kept.start, kept.end)]
    assert len(tokens) == len(set(tokens))


def test_the_size_of_images_is_not_taken_from_another_name(nlp: Language) -> None:
    both: tuple[tuple[str, EntityType, float], ...] = (("ImageNet", "Dataset", 0.9), ("×64 error", "Metric", 0.9))
    assert settled(nlp, "On ImageNet 64×64 error falls.", *both) == [("ImageNet", "Dataset"), ("×64 error", "Metric")]
    assert settled(nlp, "On ImageNet 64×64 it falls.", both[0]) == [("ImageNet 64×64", "Dataset")]


@pytest.mark.parametrize(
    ("abstract", "short", "long"),
    [
        (
            "We compare random forests, a.k.a. random decision forests, with trees.",
            "random decision forests",
            "random forests",
        ),
        ("We use Stable Diffusion (hereafter FrogGen) on images.", "FrogGen", "Stable Diffusion"),
        ("We propose FrogGen, short for Stable Diffusion, to draw frogs.", "FrogGen", "Stable Diffusion"),
    ],
)
def test_a_name_that_the_text_calls_another_one_is_its_short_form(
    extractor: Extractor, abstract: str, short: str, long: str
) -> None:
    found = extractor(Paper(id="1", title="A study of frogs", abstract=abstract))
    assert found.abbreviations == ((short, long),)
    assert {short, long} <= {mention.text for mention in found.entities}


def test_names_next_to_each_other_are_not_the_same(extractor: Extractor) -> None:
    abstract = "We use random forests, which are trained with SGD, and known as good as ResNet-50."
    assert extractor(Paper(id="1", title="A study of frogs", abstract=abstract)).abbreviations == ()


def datasets(extractor: Extractor, abstract: str, title: str = "A study of frogs") -> set[str]:
    found = extractor(Paper(id="1", title=title, abstract=abstract))
    return {mention.text for mention in found.entities if mention.type == "Dataset"}


@pytest.mark.parametrize(
    "abstract",
    [
        "We crawl posts on Twitter, messages on Reddit, and videos on YouTube.",
        "We deploy it on a Franka Panda, on Spot, on a UR5 arm, and on the Unitree Go1 robot.",
        "It runs on the NVIDIA Jetson, on Snapdragon 888, on an RTX 3090 and on TPUv4.",
        "We evaluate in Gazebo, on Isaac Gym, in the CARLA simulator and in AirSim.",
        "We test on Android, on Google, on CUDA and on Amazon Mechanical Turk, in Python and C++.",
        "We evaluate on MuJoCo, on CARLA and in PyBullet, in simulation.",
        "It runs on a Cerebras CS-2, on an ARM Cortex-M4, on Tesla Autopilot and on a Crazyflie 2.1.",
        "We evaluate the controller on the HopperTwo quadruped, and on the PondX1 chip.",
    ],
)
def test_where_experiments_take_place_is_not_a_dataset(extractor: Extractor, abstract: str) -> None:
    assert datasets(extractor, abstract) == set()


@pytest.mark.slow
def test_datasets_with_the_name_of_a_platform_are_datasets(extractor: Extractor) -> None:
    assert datasets(extractor, "Accuracy on Reddit and Cora is 93.1%. We use the Twitter dataset and Twitter-15.") == {
        *("Reddit", "Cora", "Twitter", "Twitter-15")
    }
    assert datasets(extractor, "We train agents on OpenAI Gym and Atari.") == {"OpenAI Gym", "Atari"}
    assert datasets(extractor, "We train on the MuJoCo continuous control tasks and the CARLA benchmark.") == {
        *("MuJoCo", "CARLA")
    }
    assert datasets(extractor, "We evaluate on MuJoCo HalfCheetah, M4 and ETT.") >= {"MuJoCo HalfCheetah", "M4"}


@pytest.mark.parametrize(
    ("title", "is_dataset"),
    [
        ("FrogSet: Toward Benchmarks that Matter", True),
        ("FrogCorpus: Multilingual Calls from Lakes", True),
        ("FrogDB: A Database of Calls", True),
        ("FrogBench: Evaluating Models on Ponds", True),
        ("FrogSet: Pruning Datasets with Ease", False),
        ("FrogSet: Set Prediction Networks", False),
        ("FrogDB: Fast Retrieval for Ponds", False),
    ],
)
def test_a_title_and_the_end_of_its_name_tell_a_dataset(extractor: Extractor, title: str, is_dataset: bool) -> None:
    assert bool(datasets(extractor, "We hop.", title)) == is_dataset


@pytest.mark.parametrize(
    ("phrase", "is_dataset"),
    [
        ("A Large-Scale and Diverse Dataset for Frog Recognition", True),
        ("A Benchmark Dataset of Frogs", True),
        ("A Question Answering Dataset", True),
        ("Reasoning Benchmark for Ponds", True),
        ("Dataset and Benchmark for Ponds", True),
        ("Pruning Datasets with Ease", False),
        ("Trajectory Matching for Dataset Distillation", False),
        ("A Dataset Distillation Method", False),
        ("Automatic Dataset Augmentation", False),
        ("Towards Better Benchmarks for Frogs", False),
        ("Learning to Hop across Datasets", False),
        ("Condensing a Dataset into Frogs", False),
    ],
)
def test_a_title_names_a_dataset_where_it_is_about_one(extractor: Extractor, phrase: str, is_dataset: bool) -> None:
    assert ("FrogThing" in datasets(extractor, "We hop.", f"FrogThing: {phrase}")) == is_dataset


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("CIFAR-10/100", ["CIFAR-10", "100"]),
        ("ImageNet-1K/21K", ["ImageNet-1K", "21K"]),
        ("CIFAR10/100", ["CIFAR10", "100"]),
        ("CIFAR-10/-100", ["CIFAR-10", "-100"]),
        ("CIFAR-10 and -100", ["CIFAR-10", "-100"]),
        ("CIFAR-10 and 100", ["CIFAR-10", "100"]),
        ("CIFAR-10, 100, and ImageNet", ["CIFAR-10", "100", "ImageNet"]),
        ("VOC 2007/2012", ["VOC 2007", "2012"]),
        ("CIFAR-{10,100}", ["CIFAR-{10", "100"]),
        (r"CIFAR-\{10, 100\}", [r"CIFAR-\{10", "100"]),
        ("CIFAR-(10/100)", ["CIFAR-(10", "100"]),
        ("CIFAR-10 or 100", ["CIFAR-10", "100"]),
        ("VOC-{2007,2012}", ["VOC-{2007", "2012"]),
        ("CIFAR-10, 100 epochs", ["CIFAR-10"]),
        ("CIFAR-10 and 100 frogs", ["CIFAR-10"]),
        ("CIFAR-10 and 101", ["CIFAR-10"]),
    ],
)
def test_numbers_after_a_name_with_a_number_are_names(extractor: Extractor, words: str, names: list[str]) -> None:
    found = extractor(Paper(id="1", title="A study of frogs", abstract=f"Experiments on {words} show this."))
    assert [mention.text for mention in found.entities] == names


def test_the_results_of_two_numbered_datasets_have_their_full_names(extractor: Extractor) -> None:
    abstract = "We reach 93.5% and 71.2% accuracy on CIFAR-10/100."
    found = extractor(Paper(id="1", title="A study of frogs", abstract=abstract))
    assert [(result.value, result.dataset) for result in found.results] == [
        ("93.5%", "CIFAR-10"),
        ("71.2%", "CIFAR-100"),
    ]


def test_a_capitalized_word_belongs_to_the_dataset_after_it(extractor: Extractor) -> None:
    abstract = "We evaluate on Hard ImageNet, Tiny ImageNet, ImageNet-C and ImageNet. Using ImageNet is usual."
    assert datasets(extractor, abstract) == {"Hard ImageNet", "Tiny ImageNet", "ImageNet-C", "ImageNet"}


def test_the_size_of_its_images_belongs_to_a_dataset(extractor: Extractor) -> None:
    abstract = r"We train on ImageNet-64, ImageNet 64 × 64, ImageNet $64\times64$ and ImageNet (256x256)."
    found = extractor(Paper(id="1", title="A study of frogs", abstract=abstract))
    assert [mention.text for mention in found.entities] == [
        *("ImageNet-64", "ImageNet 64 × 64", r"ImageNet $64\times64$", "ImageNet")
    ]


def test_the_end_of_something_generic_is_not_a_name(extractor: Extractor) -> None:
    abstract = "The gap to full precision is small. Full-precision weights reach a precision of 93.1%."
    found = extractor(Paper(id="1", title="A study of frogs", abstract=abstract))
    starts = [mention.start for mention in found.entities if mention.text.lower().endswith("precision")]
    assert starts == [("A study of frogs\n" + abstract).index("precision of")]
