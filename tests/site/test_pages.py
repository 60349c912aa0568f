from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.graph.store import Settings, next_generation
from kg.site import Page, Site
from kg.site.pages import shown_name
from kg.vocabulary import KG, SCHEMA, SKOS

PAPER = "/paper/frognet-hopping-networks-for-image-classification"
ASKED_ELSEWHERE = ("/query?", "/static/", "/sparql", "/suggest", "/neighbourhood", "/correct", "/graph.")
BOARD = "/leaderboard/cifar-10/accuracy"
HOSTILE = "<script>alert(1)</script>\"' onload=x \u202eRTL " + "long" * 600


class Parsed(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def addresses(self) -> Iterator[str]:
        for tag, attributes in self.tags:
            if tag == "a" and "href" in attributes:
                yield attributes["href"]


def parsed(page: Page | None) -> Parsed:
    assert page is not None
    return Parsed(page.html)


def crawled(site: Site, start: str = "/") -> Iterator[tuple[str, Page]]:
    """Every page that can be reached by links of the site."""
    seen, waiting = {start}, [start]
    while waiting:
        address = waiting.pop()
        parts = urlsplit(address)
        page = site.page(unquote(parts.path), dict(parse_qsl(parts.query)))
        assert page is not None, address
        yield address, page
        for found in Parsed(page.html).addresses():
            inner = found.startswith("/") and not found.startswith(ASKED_ELSEWHERE)
            if inner and not re.search(r"\.(ttl|jsonld|nt)$", found) and (to := found.partition("#")[0]) not in seen:
                seen.add(to)
                waiting.append(to)


@pytest.fixture(scope="module")
def reached(site: Site) -> dict[str, Page]:
    return dict(crawled(site))


def test_every_link_of_every_page_leads_to_a_page(reached: dict[str, Page]) -> None:
    assert {PAPER, "/dataset/cifar-10", "/leaderboards", "/browse/task", "/new", "/compare"} <= reached.keys()
    assert "/leaderboard/cifar-10/accuracy" in reached and "/code/github.com/pond-lab/frognet" in reached
    assert "/graph/dataset/cifar-10" in reached


@pytest.mark.slow
def test_no_page_needs_inline_scripts_or_styles(reached: dict[str, Page]) -> None:
    for address, page in reached.items():
        assert list(inline(Parsed(page.html))) == [], address


def inline(page: Parsed) -> Iterator[object]:
    for tag, attributes in page.tags:
        handlers = {name for name in attributes if name.startswith("on") or name == "style"}
        script = tag == "script" and "src" not in attributes and attributes.get("type") != "application/json"
        if handlers or script or tag == "style" or attributes.get("href", "").startswith(("javascript:", "data:")):
            yield tag, attributes


@pytest.mark.slow
def test_every_page_has_one_heading_a_title_and_landmarks(reached: dict[str, Page]) -> None:
    for address, page in reached.items():
        tags = [tag for tag, _ in Parsed(page.html).tags]
        assert tags.count("h1") == tags.count("main") == tags.count("title") == 1, address
        ids = re.findall(r' id="([^"]+)"', page.html)
        assert len(ids) == len(set(ids)), address


RUNNING_ON = re.compile(
    "(?s)<head>.*?</head>|<h1>.*?</h1>|<p class=.abstract.*?</p>|<blockquote>.*?</blockquote>|<code>.*?</code>"
)  # where a mention may be a part of a word
GLUED = re.compile(r"\w(?:</?(?:a|b|bdi|i|q|span|time)\b[^>]*>)+\w[^\s<>]*")


@pytest.mark.slow
def test_words_of_neighbouring_elements_do_not_run_together(reached: dict[str, Page]) -> None:
    for address, page in reached.items():
        assert GLUED.findall(RUNNING_ON.sub(" ", page.html)) == [], address


LINKING = ("hasCode", "hasData", "hasProjectPage", "url")


@pytest.fixture(scope="module")
def lone(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The pages of a graph of one paper, which has no links, and one leaderboard."""
    small, folder = KnowledgeGraph(small_folder), tmp_path_factory.mktemp("lone")
    kept = (
        quad
        for quad in small.store
        if "c--in-a-pond" not in str(quad.graph_name) and not quad.predicate.value.endswith(LINKING)
    )
    better = f'<{small.base}metric/accuracy> <{KG}better> "higher" <{small.base}entities> .\n'
    with next_generation(folder) as generation:
        generation.statements.write_bytes((ox.serialize(kept, format=ox.RdfFormat.N_QUADS) or b"") + better.encode())
        generation.load(Settings())
    return Site(KnowledgeGraph(folder))


@pytest.mark.slow
def test_no_two_pages_have_the_same_title(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for lists in ("listings", "entity"):
        monkeypatch.setattr(f"kg.site.{lists}._LISTED", 1)
    pages = dict(crawled(site))
    assert any("page=2" in address for address in pages)
    pages |= {kind: page for kind in ("", "task") if (page := site.page("/search", {"q": "image", "kind": kind}))}
    titles: dict[str, list[str]] = {}
    for address, page in pages.items():
        if not re.search(r"page=1\b", address):  # the first page of a list, under a second address
            titles.setdefault(re.findall("<title>(.*?)</title>", page.html)[0], []).append(address)
    assert {title: found for title, found in titles.items() if len(found) > 1} == {}


@pytest.mark.slow
def test_no_list_is_empty(site: Site, reached: dict[str, Page], lone: Site) -> None:
    unranked = site.page("/leaderboard/imagenet/accuracy")
    assert unranked and "No comparable result" in unranked.html
    for address, page in (("unranked", unranked), *reached.items(), *crawled(lone)):
        assert re.findall(r"<(ul|ol|dl|tbody)\b[^>]*>\s*</\1>", page.html) == [], address


@pytest.mark.slow
def test_one_thing_is_not_called_several(small_folder: Path, lone: Site) -> None:
    texts = [Parsed(page.html).text for site in (lone, Site(KnowledgeGraph(small_folder))) for _, page in crawled(site)]
    for one in ("1 paper,", "1 pair ", "1 mention,", "1 comparable result "):
        assert any(one in text for text in texts), one
    assert not [found for text in texts for found in re.findall(r"\b1 [a-z]*(?:s|es)\b.*", text)]


def test_a_paper_shows_its_abstract_with_every_mention_by_type_and_role(site: Site) -> None:
    page = site.page(PAPER)
    assert page
    assert re.search(r'<a class="m method new" href="/method/frognet">FrogNet<i>', page.html)
    assert re.search(r'<a class="m dataset" href="/dataset/cifar-10">CIFAR-10<i>', page.html)
    assert '<a class="v" href="#result-1">93.5%</a>' in page.html
    assert "@misc{" in page.html and "kg:reports" in page.html


def test_a_paper_says_when_it_was_listed_as_people_write_days(site: Site) -> None:
    page = site.page(PAPER)
    assert page and "<dt>Listed</dt><dd>11 March, 12 March</dd>" in page.html


def test_an_unknown_path_is_no_page(site: Site) -> None:
    for path in (
        "/nothing",
        "/dataset/nothing",
        "/paper/",
        "/leaderboard/cifar-10",
        "/../etc/passwd",
        "/dataset/%00",
        "/venue/x",
        "/browse/x",
        "/method/a b<>",
    ):
        assert site.page(path) is None, path


@pytest.mark.slow
def test_strange_parameters_are_no_error(site: Site) -> None:
    for path in ("/search", "/new", "/compare", "/papers", "/query", "/browse/task", "/graph/dataset/cifar-10"):
        for value in ("", "'", '"> <script>', "9" * 400, "-1", "\x00", "\ud800", "x" * 50_000, "} DROP"):
            query = dict.fromkeys(
                ("q", "kind", "since", "papers", "dataset", "of", "role", "page", "query", "ask", "limit"), value
            )
            found = site.page(path, query)
            assert found is None or list(inline(Parsed(found.html))) == []


def test_corrections_are_offered_only_where_they_are_taken(site: Site) -> None:
    editable = Site(site.source.graph, edit=True)
    forms = [
        attributes for tag, attributes in parsed(editable.page(PAPER)).tags if attributes.get("action") == "/correct"
    ]
    assert forms and all(form["method"] == "post" for form in forms)
    board = parsed(editable.page(BOARD))
    assert ("input", {"type": "hidden", "name": "pattern", "value": "93.5%"}) in board.tags
    assert "/correct" not in (site.page(PAPER) or Page("")).html


def test_an_error_is_a_page_that_quotes_nothing_unescaped(site: Site) -> None:
    page = site.error(404, "<script>/x</script>")
    assert page.status == 404 and "&lt;script&gt;" in page.html and list(inline(Parsed(page.html))) == []


@pytest.fixture
def hostile(site: Site, tmp_path: Path) -> Site:
    """A site in which the names of papers and entities, and the texts of papers, are an attack on the page."""
    with next_generation(tmp_path) as generation:
        with generation.statements.open("wb") as file:
            ox.serialize(map(attacking, site.source.store), file, ox.RdfFormat.N_QUADS)
        generation.load(Settings())
    return Site(KnowledgeGraph(tmp_path), edit=True)


def attacking(quad: ox.Quad) -> ox.Quad:
    if quad.predicate.value not in (SCHEMA + "name", SCHEMA + "abstract", SKOS + "prefLabel", SKOS + "altLabel"):
        return quad
    assert isinstance(quad.object, ox.Literal)
    return ox.Quad(quad.subject, quad.predicate, ox.Literal(f"{quad.object.value}\n{HOSTILE}"), quad.graph_name)


@pytest.mark.slow
def test_hostile_names_are_text_on_every_page(hostile: Site) -> None:
    for path in (
        "/",
        PAPER,
        "/dataset/cifar-10",
        "/leaderboards",
        "/leaderboard/cifar-10/accuracy",
        "/graph/dataset/cifar-10",
        "/browse/task",
        "/new",
        "/compare",
    ):
        page = hostile.page(path, {"dataset": "cifar-10"} if path == "/compare" else {})
        assert page
        parsed = Parsed(page.html)
        assert list(inline(parsed)) == [], path
        assert "<script>alert" not in page.html and "onload=x" not in str([a for _, a in parsed.tags if "onload" in a])


def test_a_long_name_is_cut_and_whole_in_its_title() -> None:
    assert shown_name("x" * 200) == f'<bdi title="{"x" * 200}">{"x" * 180}…</bdi>'
    assert shown_name('"&amp;"', 2) == '<bdi title="&#34;&amp;&#34;">&#34;&amp;…</bdi>'


@pytest.mark.parametrize("name", ["a\u202eb", "a\u2066b", "a\u2067b\u2068", "\u202bab\u202c"])
def test_a_name_does_not_change_the_writing_direction_of_what_follows(name: str) -> None:
    assert shown_name(name) == "ab"


def names(entries: Iterable[dict[str, object]]) -> list[object]:
    return [entry["name"] for entry in entries]


def test_suggestions_lead_to_pages(site: Site) -> None:
    found = site.suggestions("cifar-10")
    assert names(found)[0] == "CIFAR-10" and found[0]["url"] == "/dataset/cifar-10" and found[0]["kind"] == "dataset"
    assert site.suggestions("  ") == []
