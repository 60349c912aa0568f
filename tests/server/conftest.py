"""A graph for the tests of the server: that of tests/data/small.trig, with a second result and narrower tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph.index import IndexedReader

MORE = """
paper:toadnet-crawls {
    paper:toadnet-crawls a kg:Paper, schema:ScholarlyArticle ;
        schema:name "ToadNet crawls" ;
        schema:abstract "ToadNet, unlike FrogNet, reaches an accuracy of 0.91 on CIFAR-10 and 0.5 on ImageNet." ;
        schema:author "Bo Lily", "Ada  Pond" ;
        schema:datePublished "2020"^^xsd:gYear ;
        schema:isPartOf venue:iclr ;
        dcterms:identifier "arXiv:2001.00042v2" ;
        kg:mentions method:toadnet, method:frognet, dataset:cifar-10, dataset:imagenet, metric:accuracy,
            task:classification, task:image-classification, task:few-shot-image-classification ;
        kg:introduces method:toadnet ;
        kg:hasProjectPage <https://example.org/toads> ;
        kg:reports <https://w3id.org/papers-kg/paper/toadnet-crawls#result-66,70-aa>,
            <https://w3id.org/papers-kg/paper/toadnet-crawls#result-85,88-bb>,
            <https://w3id.org/papers-kg/paper/toadnet-crawls#result-90,91-cc> .
    <https://w3id.org/papers-kg/paper/toadnet-crawls#char=15,22> a kg:Mention ;
        oa:hasTarget paper:toadnet-crawls ; oa:hasBody method:toadnet ; oa:start 15 ; oa:end 22 ; oa:exact "ToadNet" ;
        kg:sentence "ToadNet, unlike FrogNet, reaches an accuracy of 0.91 on CIFAR-10 and 0.5 on ImageNet." ;
        kg:sentenceStart 15 ; kg:role "introduced" ; kg:confidence 0.8 .
    <https://w3id.org/papers-kg/paper/toadnet-crawls#result-66,70-aa> a kg:Result ;
        kg:valueText "0.91" ; kg:value 0.91 ; kg:relative false ; kg:confidence 0.85 ; kg:comparable true ;
        kg:byMetric metric:accuracy ; kg:onDataset dataset:cifar-10 ; kg:ofMethod method:toadnet ;
        kg:sentence "ToadNet reaches an accuracy of 0.91." ; kg:sentenceStart 15 ; oa:start 66 ; oa:end 70 .
    <https://w3id.org/papers-kg/paper/toadnet-crawls#result-85,88-bb> a kg:Result ;
        kg:valueText "0.5" ; kg:value 0.5 ; kg:relative false ; kg:confidence 0.6 ; kg:comparable false ;
        kg:byMetric metric:accuracy ; kg:onDataset dataset:imagenet ; kg:sentence "0.5 on ImageNet." ;
        oa:start 85 ; oa:end 88 .
    <https://w3id.org/papers-kg/paper/toadnet-crawls#result-90,91-cc> a kg:Result ;
        kg:valueText "7" ; kg:value 7 ; kg:relative false ; kg:confidence 0.9 ; kg:comparable true ;
        kg:byMetric metric:hops ; kg:onDataset dataset:cifar-10 ; kg:onTask task:classification ;
        kg:sentence "7 hops." ; oa:start 90 ; oa:end 91 .
}
<https://w3id.org/papers-kg/entities> {
    method:toadnet a kg:Method ; skos:prefLabel "ToadNet" ; skos:altLabel "toad network" .
    dataset:imagenet a kg:Dataset ; skos:prefLabel "ImageNet" ; schema:url <https://www.image-net.org> .
    metric:accuracy kg:better "higher" .
    metric:hops a kg:Metric ; skos:prefLabel "hops" .
    task:classification a kg:Task ; skos:prefLabel "classification" .
    task:image-classification skos:broader task:classification .
    task:few-shot-image-classification a kg:Task ; skos:prefLabel "few-shot image classification" ;
        skos:broader task:image-classification .
    task:c%23-parsing a kg:Task ; skos:prefLabel "C# parsing" .
}
"""


@pytest.fixture(scope="session")
def small_store() -> ox.Store:
    """A graph that tests only read: three papers, of which two report comparable results on CIFAR-10."""
    store = ox.Store()
    small = (Path(__file__).parents[1] / "data" / "small.trig").read_text("utf-8")
    prefixes = "\n".join(line for line in small.splitlines() if line.startswith("@prefix"))
    for text in (small, prefixes + MORE):
        store.load(text, format=ox.RdfFormat.TRIG)
    return store


@pytest.fixture(scope="session")
def small_reader(small_store: ox.Store, indexed: Callable[[ox.Store], IndexedReader]) -> IndexedReader:
    """The same graph with its index."""
    return indexed(small_store)
