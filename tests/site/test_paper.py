from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.ask.card import PaperCard
from kg.builder import build_graph
from kg.site import Site
from kg.site.paper import Piece, bibtex, read_paper

IRI = "https://w3id.org/papers-kg/paper/segmenting-lily-pads-with-diffusion-models"


def test_the_pieces_are_the_text_as_people_read_it(site: Site) -> None:
    card = site.source.graph.card(IRI)
    assert isinstance(card, PaperCard) and card.abstract
    text = read_paper(site.source, IRI, card.name, card.abstract)
    assert "".join(piece.text for piece in text.title) == "Segmenting Lily Pads with Diffusion Models"
    whole = "".join(piece.text for piece in text.abstract)
    assert "naïve approaches fail on 20% of images" in whole
    marked = {piece.text: piece.mention.role for piece in text.abstract if piece.mention}
    assert marked["PadDiff"] == "introduced" and marked["ADE20K"] == "used"
    assert [piece.text for piece in text.abstract if piece.result] == [result.value for result in text.results]


def test_a_result_is_shown_with_its_task_and_what_it_is_set_against(tmp_path: Path) -> None:
    abstract = "We propose FrogNet. In object detection FrogNet outperforms YOLO by 3.2% 5-shot mAP on COCO."
    (tmp_path / "papers.jsonl").write_text(json.dumps({"id": "1", "title": "FrogNet", "abstract": abstract}))
    build_graph([tmp_path / "papers.jsonl"], tmp_path / "graph")
    correct = KnowledgeGraph(tmp_path / "graph").correct
    correct("FrogNet", "3.2%", "result", task="object detection", baseline="YOLO")
    build_graph([], tmp_path / "graph")
    site = Site(KnowledgeGraph(tmp_path / "graph"), edit=True)
    page, entity = site.page("/paper/frognet"), site.page("/method/frognet")
    assert page and entity
    claim, same = (each.html[each.html.index('<p class="claim">') :] for each in (page, entity))
    words = ["mAP</a>:", ">3.2%<", "COCO</a>", " by ", "FrogNet</a>", " against ", "YOLO</a>", " for ", "5-shot</span>"]
    assert sorted(words, key=claim.index) == words
    assert "object detection</a>" in claim
    words.remove(" for ")
    assert sorted(words, key=same.index) == words
    assert '<input name="task" value="object detection">' in claim
    assert '<input name="baseline" value="YOLO">' in claim


def test_what_is_reported_twice_in_the_same_words_is_shown_once(tmp_path: Path) -> None:
    abstract = "We propose FrogNet. FrogNet attains 91% accuracy on COCO. FrogNet attains 91% accuracy on COCO in rain."
    (tmp_path / "papers.jsonl").write_text(json.dumps({"id": "1", "title": "FrogNet", "abstract": abstract}))
    build_graph([tmp_path / "papers.jsonl"], tmp_path / "graph")
    site = Site(KnowledgeGraph(tmp_path / "graph"))
    assert len(site.source.rows("paper-results", paper="https://w3id.org/papers-kg/paper/frognet")) == 2
    page, entity = site.page("/paper/frognet"), site.page("/method/frognet")
    assert page and page.html.count('<a class="v" href="#result-1">91%') == 2
    assert page.html.count('<li id="result-') == 1
    assert entity and entity.html.count('<p class="claim">') == 1


def test_a_text_without_findings_is_one_piece(site: Site) -> None:
    text = read_paper(site.source, "https://w3id.org/papers-kg/paper/none", "A title", "Words.")
    assert (text.title, text.abstract) == ((Piece("A title"),), (Piece("Words."),))


@pytest.mark.parametrize(
    ("author", "title", "key"),
    [
        ("Jörg Müller", "Attention", "muller2019attention"),
        ("Ünïcødé", "On Frøgs", "unicode2019frogs"),
        (r"Zo\"e Stra{\ss}e", "Łódź", "strasse2019lodz"),
        ("山田", "カエル frogs", "2019frogs"),
        ("  ", "?", "2019"),
    ],
)
def test_a_bibtex_key_keeps_letters_with_accents(site: Site, author: str, title: str, key: str) -> None:
    card = site.source.graph.card(IRI)
    assert isinstance(card, PaperCard)
    assert bibtex(card._replace(name=title, authors=(author,), year=2019)).startswith(f"@misc{{{key},\n")


def test_bibtex_escapes_what_latex_would_read(site: Site) -> None:
    card = site.source.graph.card(IRI)
    assert isinstance(card, PaperCard)
    entry = bibtex(card._replace(name="100% of R&D_x", authors=("Ada Frog", "Bo Toad"), year=2021, venue="Pond\nConf"))
    assert entry.splitlines() == [
        "@article{frog2021,",
        r"  title = {{100\% of R\&D\_x}},",
        r"  author = {Ada Frog and Bo Toad},",
        "  journal = {Pond Conf},",
        "  year = {2021},",
        "}",
    ]
