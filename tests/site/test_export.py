from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.site.export import export_site


class Parsed(HTMLParser):
    """The addresses in a page, and the names of its parts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.parts: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (name in ("href", "src", "action") and tag != "a") or name == "href":
                self.addresses.append(value or "")
            elif name == "id":
                self.parts.add(value or "")


@pytest.fixture(scope="module")
def exported(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "site"
    export_site(KnowledgeGraph(graph_folder), folder)
    return folder


@pytest.fixture(scope="module")
def parsed(exported: Path) -> dict[Path, Parsed]:
    return {path: Parsed(path.read_text("utf-8")) for path in exported.rglob("*.html")}


def inner_links(parsed: dict[Path, Parsed]) -> Iterator[tuple[Path, Path, str]]:
    for page, found in parsed.items():
        for address in found.addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            assert not address.startswith("/"), address
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            yield page, target, unquote(parts.fragment)


def test_every_link_leads_to_a_file_and_to_a_part_of_it(parsed: dict[Path, Parsed]) -> None:
    links = list(inner_links(parsed))
    assert len(links) > 200
    for page, target, part in links:
        assert target.is_file(), (page, target)
        if part and target.name not in ("graph.html", "search.html"):
            assert part in parsed[target].parts, (page, target, part)


def test_all_papers_are_listed_page_by_page(
    graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.site.listings._LISTED", 2)
    export_site(KnowledgeGraph(graph_folder), tmp_path / "site")
    parsed = {path: Parsed(path.read_text("utf-8")) for path in (tmp_path / "site").rglob("*.html")}
    assert all(target.is_file() for _, target, _ in inner_links(parsed))
    listed: list[str] = []
    address: str | None = "../browse/paper.html"
    while address:
        page = (tmp_path / "site" / "browse" / address).read_text("utf-8")
        listed += re.findall(r"<li>.*?href=(\.\./paper/[^> ]+)", page)
        address = following[1] if (following := re.search(r"rel=next href=([^> ]+)", page)) else None
    assert len(listed) == len(set(listed)) == 3


def test_nothing_is_loaded_from_elsewhere_or_needs_a_server(exported: Path) -> None:
    for page in exported.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "/sparql" not in text and "/correct" not in text and "data-suggest" not in text
        for tag in re.findall(r"<(?:script|link|img)[^>]*>", text):
            assert "://" not in tag


def test_what_one_paper_alone_names_is_in_its_page(exported: Path, parsed: dict[Path, Parsed]) -> None:
    paper = exported / "paper" / "frognet-hopping-networks-for-image-classification.html"
    assert "method-frognet" in parsed[paper].parts
    assert not (exported / "method" / "frognet.html").exists() and (exported / "dataset" / "cifar-10.html").is_file()


def test_the_search_finds_papers_and_entities(exported: Path) -> None:
    script = (exported / "static" / "search" / "all.js").read_text("utf-8")
    entries = json.loads(script[script.index("[") : script.rindex("]") + 1])
    urls = {entry[0]: entry[3] for entry in entries}
    assert urls["CIFAR-10"] == "dataset/cifar-10.html"
    assert urls["FrogNet"] == "paper/frognet-hopping-networks-for-image-classification.html#method-frognet"
    assert all((exported / unquote(url.partition("#")[0])).is_file() for url in urls.values())


@pytest.mark.slow
def test_an_earlier_site_is_replaced_and_nothing_else(exported: Path, graph_folder: Path, tmp_path: Path) -> None:
    graph = KnowledgeGraph(graph_folder)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(KGError, match="is not empty and holds no site"):
        export_site(graph, tmp_path)
    with pytest.raises(KGError, match="expected a folder"):
        export_site(graph, tmp_path / "mine.txt")
    (exported / "paper" / "gone.html").write_text("of an earlier graph")
    before = {path.relative_to(exported): path.read_bytes() for path in exported.rglob("*.html") if path.stem != "gone"}
    export_site(graph, exported)
    assert {path.relative_to(exported): path.read_bytes() for path in exported.rglob("*.html")} == before
    assert sorted(path.name for path in exported.parent.iterdir()) == ["site"]


@pytest.mark.slow
def test_processes_write_the_same_pages(
    graph_folder: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.site.export._FEW", 0)
    export_site(KnowledgeGraph(graph_folder), tmp_path / "site", workers=2)
    for page in exported.rglob("*.html"):
        assert (tmp_path / "site" / page.relative_to(exported)).read_bytes() == page.read_bytes()
