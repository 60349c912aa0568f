"""What the decisions about a value are made by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from kg.extraction.results.choices import Choice, metric_choices, named_choices
from kg.extraction.results.features import (
    baseline_features,
    dataset_features,
    head_of,
    method_features,
    metric_features,
    reading_features,
    task_features,
)
from kg.extraction.results.places import Earlier, Names, Place, Reading
from kg.extraction.results.sentences import Sentence

Noted = Callable[..., tuple[str, Sequence[Sentence]]]


def values(sentence: Sentence, reading: Reading = "absolute") -> list[Place]:
    return [Place(sentence, index, reading) for index in sentence.places("value")]


def read(noted: Noted, sentence: str) -> set[str]:
    """The features of the first value of a sentence."""
    _, [found] = noted(sentence)
    return set(reading_features(values(found)[0]))


def metric(
    noted: Noted,
    sentence: str,
    name: str,
    earlier: Earlier | None = None,
    value: int = 0,
    reading: Reading = "absolute",
) -> set[str]:
    """The features of a metric for a value of a sentence."""
    text, [found] = noted(sentence)
    place = values(found, reading)[value]
    [choice] = [c for c in metric_choices(text, [found], found, place.index) if c.text == name]
    return set(metric_features(place, choice, earlier or Earlier()))


def test_a_value_shows_its_unit_its_shape_and_the_words_around_it(noted: Noted) -> None:
    found = read(noted, "an M:accuracy of 81.2% on D:Pads")
    assert found >= {
        *("any", "unit=%", "own unit=%", "shape=dd.d", "unit,shape=% dd.d", "signed=False", "range=False"),
        *("before 1=of", "before 2=<metric>", "before 4=^", "after 1=on", "after 2=<dataset>", "after 3=$"),
        *("-1+1=of on", "-1,unit=of %", "metric left=2", "dataset right=2", "method left=0", "part=last"),
        *("way=<metric> of <value>", "sentence=an", "values=1", "row=1"),
    }


@pytest.mark.parametrize(
    ("value", "shape"), [("0.812", "0.d"), ("8.12", "d.d"), ("81.2", "dd.d"), ("64", "2"), ("10,000", "5")]
)
def test_the_shape_of_a_number(noted: Noted, value: str, shape: str) -> None:
    assert f"shape={shape}" in read(noted, f"it is {value} here")


def test_signs_and_units_of_measure_are_features(noted: Noted) -> None:
    assert {"signed=True", "unit=%"} <= read(noted, "by +2.5% here")
    assert {"signed=False", "unit=unit", "own unit=ms"} <= read(noted, "in 25_ms here")
    assert {"unit=-", "own unit=None"} <= read(noted, "at 25 here")


def test_a_value_in_a_list_has_the_unit_and_the_surroundings_of_the_list(noted: Noted) -> None:
    _, [sentence] = noted("scores of 81.2, 75.3 and 64.1% on all")
    first, second, third = (set(reading_features(place)) for place in values(sentence))
    for number, found in enumerate((first, second, third)):
        assert {f"in row={number}", "row=3", "unit=%", "row-1=of", "row+1=on", "row-2-1=scores of"} <= found
    assert "own unit=None" in second and "own unit=%" in third


def test_the_size_of_a_number_is_seen_with_its_unit_and_the_words_around_it(noted: Noted) -> None:
    found = read(noted, "up by about 3% here")
    assert {"size=4", "size,unit=4 %", "size,lead=4 by", "size,unit,row-1=4 % about", "size,unit,+1=4 % here"} <= found
    assert not any(feature.startswith("size,unit,other") for feature in found)
    assert "size,unit,other=12 % 4" in read(noted, "it has 91 and 3% here")


def test_the_nearest_metrics_are_seen_by_what_they_are_called(noted: Noted) -> None:
    found = read(noted, "a M:hop_accuracy of 5% with M:training_costs here")
    assert {"left head=accuracy", "left head,unit=accuracy %", "left head,unit,far=accuracy % 1"} <= found
    assert {"right head=cost", "right head,far=cost 1", "right head,unit,size=cost % 5"} <= found
    assert {"right head+1=here 1 %", "right head-1=with 1 %", "left head-1=a 1 %"} <= found
    assert not any("head" in feature for feature in read(noted, "it has 5% here"))


def test_words_for_a_change_and_the_way_to_them_are_seen(noted: Noted) -> None:
    found = read(noted, "with gains of up to 5% over frogs")
    assert {"change before=rise 2", "change before,lead=rise to", "changes before=gains to"} <= found
    assert {"change way=rise of to", "change way,unit=of to %", "change before,value=rise False to"} <= found
    assert "change after=none" in found
    found = read(noted, "it is 5% M:recall faster here")
    assert {"change after=compare 1", "changes after=faster 1", "change after way=compare <metric>"} <= found
    assert {"change after way+1=compare <metric> here", "change before=none", "change before=none is %"} <= found
    far = read(noted, "gains on ponds and lakes and lilies : 5%")
    assert "change before=rise 7" in far and not any(feature.startswith("change way") for feature in far)


def test_what_parts_a_value_from_a_choice_is_seen(noted: Noted) -> None:
    found = metric(noted, "M:recall improves , with frogs , to 5% here", "recall")
    assert {"bounds=b3", "bound=b , , to", "parting=b , with , to", "change=b raise"} <= found
    assert {"parting,reading=b absolute , with , to", "change,reading=b raise absolute"} <= found
    assert {"brackets=False False True"} <= found
    assert "brackets=True False False" in metric(noted, "M:recall ( 5% )", "recall")
    assert "brackets=True True True" in metric(noted, "ponds ( M:recall 5% )", "recall")
    assert "brackets=True True False" in metric(noted, "ponds ( M:recall ) and ( 5% )", "recall")
    assert "bound=a ," in datasets(noted, "5% , on D:Pads")["Pads"]


def test_metrics_go_with_values(noted: Noted) -> None:
    sentence = "M:recall is 81% and M:depth is 75%"
    assert {"turns=0", "turns,side=0 b", "order=mvb", "order,counts=mvb 2 2", "order,parted=mvb 0"} <= metric(
        noted, sentence, "recall"
    )
    assert {"turns=1", "turns,side=1 a"} <= metric(noted, sentence, "depth")
    assert {"turns=-1", "order,parted=mvb 1"} <= metric(noted, sentence, "recall", value=1)
    found = metric(noted, "81% M:recall on ponds", "recall")
    assert {"next=True a", "next,unit=True a % True", "counts=1 1 True", "two before=False ^ a"} <= found
    assert "next=False a" in metric(noted, "81% M:recall on ponds", "ponds")


def test_datasets_go_with_lists_of_values(noted: Noted) -> None:
    sentence = "on D:Pads from 71% to 75% and on D:Lily from 61% to 64%"
    second = datasets(noted, sentence, value=1)
    assert {"lists=True True", "lists,side=True True b", "pattern=dvvdvv 0 0"} <= second["Pads"]
    assert {"lists=True False", "names between=a ", "pattern=dvvdvv 0 1"} <= second["Lily"]
    third = datasets(noted, sentence, value=2)
    assert {"lists=True True", "names between=b "} <= third["Lily"]
    assert {"lists=True False", "names between=b vvd"} <= third["Pads"]


def test_a_metric_shows_its_words_and_the_way_to_it(noted: Noted) -> None:
    found = metric(noted, "the M:hop_accuracy of frogs is 81.2%", "hop accuracy")
    assert found >= {
        *("kind=here", "head=accuracy", "head,unit=accuracy %", "first=hop", "kinds=m", "confidence=3", "left=the"),
        *("distance=b3", "way=b of frogs is", "between=b of", "count <value>=b0", "first value", "nearer=0"),
        "side,reading,unit=b absolute %",
    }
    found = metric(noted, "81.2% in croaks , a M:recall", "recall", reading="relative")
    assert {
        "way=a in croaks , a",
        "count ,=a1",
        "side,reading,unit=a relative %",
        "head,reading=recall relative",
    } <= found


@pytest.mark.parametrize(
    ("metric", "head"), [("Top-1 Accuracies", "accuracy"), ("error", "error"), ("F1 scores", "score"), ("", "-")]
)
def test_the_head_of_a_metric_is_its_last_word(metric: str, head: str) -> None:
    assert head_of(metric) == head


def test_plurals_share_the_head_of_their_singular(noted: Noted) -> None:
    assert "head=score" in metric(noted, "M:hop_scores of 5%", "hop scores")


def test_a_metric_cut_out_of_a_longer_phrase_shows_it(noted: Noted) -> None:
    assert "cut=False True" in metric(noted, "with wet M:recall of 5%", "wet")
    assert "cut=False False" in metric(noted, "with wet M:recall of 5%", "wet recall")


def test_lists_as_long_as_each_other_go_together_in_turn(noted: Noted) -> None:
    sentence = "a M:recall and M:depth of 81% and 75%"
    assert "rows=True True" in metric(noted, sentence, "recall", value=0)
    assert "rows=True False" in metric(noted, sentence, "depth", value=0)
    assert "rows=True True" in metric(noted, sentence, "depth", value=1)
    assert "rows=False True" in metric(noted, "a M:recall and M:depth of 81%", "recall")


def test_what_was_chosen_before_is_seen(noted: Noted) -> None:
    sentence = "a M:recall of 81% and a M:depth of 75%"
    _, [found] = noted(sentence)
    earlier = Earlier()
    recall = Choice("here", "recall", "recall", found, 1, 1)
    earlier.add(recall, 3)
    assert (earlier.direction, earlier.taken) == ("b", {1})
    assert {"same=True", "sides=bb"} <= metric(noted, sentence, "recall", earlier, value=1)
    assert {"same=False", "sides=bb"} <= metric(noted, sentence, "depth", earlier, value=1)
    assert "taken" not in metric(noted, sentence, "recall", earlier, value=1)
    earlier.add(Choice("here", "depth", "depth", found, 6, 6), 3)
    assert earlier.direction == "a"
    assert "taken" in metric(noted, sentence, "recall", earlier, value=1)


def test_no_metric_an_earlier_one_and_a_unit_have_features_of_their_own(noted: Noted) -> None:
    text, sentences = noted("we see M:recall", "A:X then", "it beats A:X by 5% and takes 30_ms")
    beaten, timed = values(sentences[2], "relative")
    none, there = (
        next(c for c in metric_choices(text, sentences, sentences[2], beaten.index) if c.kind == kind)
        for kind in ("none", "there")
    )
    found = set(metric_features(beaten, none, Earlier()))
    assert {"kind=none", "none -1=by", "none unit=% relative", "none metrics=0 relative", "none before=by"} <= found
    assert {"gap=2", "rank=0", "head=recall", "kind,reading=there relative"} <= set(
        metric_features(beaten, there, Earlier())
    )
    [unit] = [c for c in metric_choices(text, sentences, sentences[2], timed.index) if c.kind == "unit"]
    assert {"unit=ms relative", "kind=unit"} <= set(metric_features(timed, unit, Earlier()))


def datasets(noted: Noted, *sentences: str, value: int = 0) -> dict[str, set[str]]:
    """The features of each dataset for a value of the last sentence, by name."""
    _, found = noted(*sentences)
    place = values(found[-1])[value]
    names = Names.of(found, {})
    choices = named_choices("dataset", found, found[-1], place.index)
    return {c.text: set(dataset_features(place, c, Earlier(), names, "accuracy")) for c in choices}


def test_datasets_and_values_in_turn(noted: Noted) -> None:
    found = datasets(noted, "81% on D:Pads and 75% on D:Lily")
    assert {"turn=True True", "order,parted=vda 0", "nearer=0", "way=a on"} <= found["Pads"]
    assert {"turn=True False", "order,parted=vda 1", "nearer=1", "count <value>=a1"} <= found["Lily"]
    second = datasets(noted, "81% on D:Pads and 75% on D:Lily", value=1)
    assert {"turn=True False", "order=vdb"} <= second["Pads"]
    assert {"turn=True True", "order=vda"} <= second["Lily"]
    assert {"none metric=accuracy", "none -1=^", "kind,counts=none 2 2"} <= found[""]


def test_the_only_dataset_of_a_text_is_noted(noted: Noted) -> None:
    found = datasets(noted, "we use D:Pads", "so", "it has 81%")
    assert {"gap=2", "only=absolute False", "kind=there", "places=1"} <= found["Pads"]
    found = datasets(noted, "we use D:Pads and D:Lily", "it has 81%")
    assert not any(feature.startswith("only=") for feature in found["Pads"])


def methods(noted: Noted, *sentences: str, short_forms: dict[str, str] | None = None) -> dict[str, set[str]]:
    """The features of each method for the first value of the last sentence, by name."""
    _, found = noted(*sentences)
    place = values(found[-1])[0]
    names = Names.of(found, short_forms or {})
    choices = named_choices("method", found, found[-1], place.index)
    return {c.text: set(method_features(place, c, Earlier(), names)) for c in choices}


def test_the_papers_own_method_and_others(noted: Noted) -> None:
    found = methods(noted, "we propose O:FrogNet", "our way beats A:ToadNet by 5% here")
    assert {"what=there True ", "main=True there", "subject=there True our", "order=0", "gap=1 True"} <= found[
        "FrogNet"
    ]
    assert {"what=here False ", "main=False here", "left=beats", "opening=True", "order=-"} <= found["ToadNet"]
    assert {"what=none False ", "-1=none False by", "here=none False 1 False"} <= found[""]


def test_the_clause_and_the_values_before_say_whose_a_value_is(noted: Noted) -> None:
    _, [sentence] = noted("we improve A:ToadNet , up from about 71% to 75% here")
    first, second = values(sentence)
    assert (first.lead, second.lead) == ("from", "from"), "they are one list"
    names = Names.of([sentence], {})
    toad = next(c for c in named_choices("method", [sentence], sentence, second.index) if c.text == "ToadNet")
    found = set(method_features(second, toad, Earlier(), names))
    assert {"lead,turn=here False from True", "since=here False to", "rest=here False here"} <= found
    assert {"bounds=b3 False", "bound=b , from to", "nearer=b0 False", "values between=b1 False"} <= found
    assert {"clause=here False from", "confidence=3 here", "turn=here False 1 1"} <= found
    assert "lead,turn=here False from False" in set(method_features(first, toad, Earlier(), names))


def test_people_are_no_names(noted: Noted) -> None:
    found = methods(noted, "that humans have 5%")
    assert {"people=b that", "opening=True"} <= found["humans"]


def test_a_method_goes_by_its_short_form(noted: Noted) -> None:
    found = methods(noted, "we propose O:Frog_Nets or O:FN", "it has 5%", short_forms={"fn": "frognet"})
    assert {"main=True there", "short=True True", "long=False True"} <= found["FN"]
    assert {"main=False there", "short=False True", "long=True True"} <= found["Frog Nets"]


SEEDED = """
from kg.extraction.results.component import ResultFinder
from kg.extraction.document import make_doc
from kg.extraction.pipeline import build_pipeline
from kg.records import Paper

nlp = build_pipeline(components=())
text = "Our frogs, which hop over and over, reach 81.2% and 75.3 ms, while others have a recall of 3 and 4 here."
read = ResultFinder().read(make_doc(nlp, Paper(id="1", title="On frogs", abstract=text)))
from kg.extraction.results.component import readings
for place, earlier in read.values():
    print([sorted(columns.tolist()) for columns in readings(place)])
    for part, choices, features in read.parts(place, earlier):
        print(part, [choice.text for choice in choices], [sorted(columns.tolist()) for columns in features])
        earlier.of(part).add(choices[-1], place.index)
"""


@pytest.mark.slow
def test_features_do_not_depend_on_the_seed_of_hashes(
    in_another_process: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(SEEDED, {})  # with the seed of this process, which is random
    outputs = {in_another_process(SEEDED), capsys.readouterr().out}
    [output] = outputs
    assert output.count("metric ['") == 4


# --- what it is about, and better than -------------------------------------------------------------------------------


def test_a_task_shows_where_the_text_names_it(noted: Noted) -> None:
    _, found = noted("T:frog_hopping", "In T:hopping it has 81% and is good.", "T:hopping is hard.")
    title = replace(found[0], part="title")
    names = Names.of([title, *found[1:]], {})
    [place] = values(found[1])
    _, here, there = named_choices("task", [title, *found[1:]], found[1], place.index)
    shown = set(task_features(place, here, Earlier(), names))
    assert shown >= {"kind=here", "places=2", "most=True here", "order=1 2", "left=in", "in title=False here 1"}
    assert shown >= {"contains=False True", "distance=b2", "nearer=0"}
    shown = set(task_features(place, there, Earlier(), names))
    assert shown >= {
        "kind=there",
        "in title=True there 1",
        "contains=True False",
        "gap=1",
        "only=False",
        "head=hopping",
    }


def test_a_baseline_shows_what_compares_it_and_whose_value_it_is(noted: Noted) -> None:
    _, [found] = noted("O:FrogNet is 5% better than the A:ToadNet")
    [place] = values(found, "relative")
    none, own, other = named_choices("method", [found], found, place.index)
    names = Names.of([found], {})
    shown = set(baseline_features(place, other, Earlier(), names, own))
    assert shown >= {"is method=False here", "two left=than the", "compares=than here", "compares,own=than False False"}
    shown = set(baseline_features(place, own, Earlier(), names, own))
    assert shown >= {"is method=True here", "compares=- here", "compares,own=- True True"}
    shown = set(baseline_features(place, none, Earlier(), names, own))
    assert shown >= {"is method=False none", "none sentence=than", "none two=better than"}
