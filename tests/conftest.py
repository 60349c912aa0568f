"""What all tests share: one extraction pipeline, pages written for the tests, and the graph built from them."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache, lru_cache, partialmethod
from importlib import metadata
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import typer.main
from _pytest.doctest import DoctestModule

from kg.errors import KGError
from kg.graph.index import ID_TYPE, IndexedReader

if TYPE_CHECKING:
    from pyoxigraph import Store
    from spacy.language import Language

    from kg.api import KnowledgeGraph
    from kg.extraction import Extractor
    from kg.extraction.pipeline import Failure
    from kg.graph.provenance import Part
    from kg.records import Extraction, Paper
    from kg.rulefiles import Rule
    from kg.text.lines import JsonLine

Found = TypeVar("Found")

SMALL_GRAPHS = "https://example.org/data"
MEMORY = Path("/dev/shm")  # where files lie in memory, on Linux
PAGES = {
    "one.txt": """news

Subscribe

Mar 11

FrogNet: Hopping Networks for Image Classification

We propose FrogNet, a novel convolutional neural network for image classification. FrogNet reaches 93.5% accuracy on \
CIFAR-10 and 71.2% accuracy on CIFAR-100, and is 1.5x faster than ResNet-50. Code is available at \
https://github.com/Pond-Lab/FrogNet.

Sharpness-Aware Minimization, Revisited

Sharpness-Aware Minimization (SAM) improves generalization at twice the cost of SGD. We study SAM on CIFAR10 and \
ImageNet with Vision Transformers (ViTs) and report top-1 accuracy. Our code: github.com/pond-lab/frognet/tree/main/sam.
""",
    "two.txt": """news

Subscribe

Mar 12

FROGNET - hopping networks for image classification

We propose FrogNet, a novel convolutional neural network for image classification. FrogNet reaches 93.5% accuracy on \
CIFAR-10 and 71.2% accuracy on CIFAR-100, and is 1.5x faster than ResNet-50. Code is available at \
https://github.com/Pond-Lab/FrogNet.

Segmenting Lily Pads with Diffusion Models

Semantic segmentation of lily pads is hard, na\\"ive approaches fail on 20\\% of images. We introduce PadDiff, a \
diffusion model, and LilyBench, a new benchmark. PadDiff attains an mIoU of 61.0 on LilyBench and 48.3 on ADE20K, \
see https://pond-lab.github.io/paddiff/.
""",
}


def pytest_configure(config: pytest.Config) -> None:
    """Heed Ctrl-C, which a shell makes jobs in its background ignore, and so all that the tests start.

    What tests write lies in memory, where there is room: a store waits for the disk many times before it is open. Where
    Python is not to write compiled code next to the code, it lies in the cache of pytest, for the processes that the
    tests start and for the next session.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices here are small: a second thread only waits
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**31:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if sys.dont_write_bytecode and hasattr(config, "cache"):
        sys.dont_write_bytecode = False
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(config.cache.mkdir("bytecode"))
    gc.set_threshold(200_000, 50, 100)  # the tests and the pipeline are a million objects, which stay


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for doctests in kg/ alone; to look through the tests for what they never have takes a second."""
    found = yield
    return [collector for collector in found if not isinstance(collector, DoctestModule)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests with clients as slow, because ``-m "not slow"`` stands in place of the option that omits them."""
    for item in items:
        if item.get_closest_marker("clients"):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Share between all tests of this process what is the same in each and slow to make.

    Every ``Extractor()`` has the same pipeline, and those with other rules or models have its vocabulary. The shipped
    rules, curated files and model, and the code, are read once for all pipelines and builds, and what a build finds in
    a paper is remembered for the next build of it. The components of a pipeline keep nothing of the documents that they
    read. A test that changes a pipeline, or adds a plug-in to one, builds its own with ``build_pipeline``, which is
    never shared. The commands of ``kg`` are put together once. Nothing that tests write waits for the disk, and the
    models among it are not compressed.

    A hook and not a fixture, so that it holds for the doctests in kg/ too.
    """
    import numpy as np

    from kg import cli, rulefiles
    from kg.builder import builder, works
    from kg.extraction import lexicon, pipeline, settle
    from kg.extraction import plugins as extractors
    from kg.extraction.lexicon import lexicon_key
    from kg.extraction.model import SHIPPED, Model
    from kg.extraction.parallel import extract_each
    from kg.extraction.pipeline import build_pipeline
    from kg.graph.provenance import Part
    from kg.resolution import curated, read_curated, senses
    from kg.training import distil, results, tagger

    own = pipeline.Extractor.__dict__["nlp"]

    @cache
    def shared() -> Language:
        built = build_pipeline()
        gc.freeze()  # what is here by now stays, and no collection goes through it
        return built

    def nlp(extractor: Extractor) -> Language:
        found: Language = own.__get__(extractor) if extractor.rules or extractor.model else shared()
        return found

    patch = pytest.MonkeyPatch()
    patch.setattr(re, "_MAXCACHE", 2**14)  # no pipeline compiles again what the one before compiled
    patch.setattr(pipeline.Extractor, "nlp", property(nlp))
    building = with_words_of(shared, build_pipeline)
    for module in (pipeline, distil, results, tagger):
        patch.setattr(module, "build_pipeline", building)
    for module in (lexicon, settle):
        patch.setattr(module, "lexicon_key", keys_once(lexicon_key))
    app_of = cli._app_of
    kept = cache(lambda *called: app_of([*called]))
    patch.setattr(cli, "_app_of", lambda arguments: kept(*arguments[:1]))
    patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
    patch.setattr(rulefiles, "_rule", rules_once_below(rulefiles.shipped_rules(), rulefiles._rule))
    patch.setattr(pipeline, "load_rules", shipped_once(rulefiles.load_rules))
    patch.setattr(Model, "load", once_for(SHIPPED, Model.load))
    patch.setattr(np, "savez_compressed", np.savez)
    patch.setattr(builder, "load_rules", shipped_once(rulefiles.load_rules))
    patch.setattr(builder, "read_curated", shipped_once(read_curated))
    patch.setattr(builder, "read_senses", shipped_once(senses.read_senses))
    patch.setattr(builder, "extract_each", remembered(extract_each))
    patch.setattr(builder, "fingerprints", fingerprints_once(works.fingerprints))
    patch.setattr(builder, "Part", parts_once(Part))
    for module, name in ((rulefiles, "json_lines_of"), (curated, "_read"), (senses, "_lines")):
        patch.setattr(module, name, read_once_below(rulefiles.shipped_rules(), getattr(module, name)))
    entry_points = while_the_path_is_this(metadata.entry_points)
    patch.setattr(metadata, "entry_points", entry_points)
    patch.setattr(extractors, "entry_points", entry_points)
    patch.setattr(os, "fsync", lambda file: None)
    session.config.add_cleanup(patch.undo)
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Look for garbage once more, and then never again in what is here: the end of a session does so six times."""
    gc.collect()
    gc.freeze()


def shipped_once(read: Callable[[Iterable[Path]], Found]) -> Callable[[Iterable[Path]], Found]:
    """What reads the shipped files and those of further folders, with the shipped ones alone read only once."""
    shared = cache(read)

    def reading(folders: Iterable[Path] = ()) -> Found:
        further = tuple(folders)
        return read(further) if further else shared(further)

    return reading


def read_once_below(shipped: Path, read: Callable[..., Iterator[object]]) -> Callable[..., Iterable[object]]:
    """What reads the lines of a file, with the files of the shipped folder read only once."""
    kept = cache(lambda path, *expected: tuple(read(path, *expected)))
    return lambda path, *expected: (kept if path.is_relative_to(shipped) else read)(path, *expected)


def rules_once_below(shipped: Path, check: Callable[[JsonLine], Rule]) -> Callable[[JsonLine], Rule]:
    """What makes a rule of a line, with those of the shipped folder made only once."""
    known: dict[str, Rule] = {}
    below = f"{shipped}{os.sep}"

    def checked(line: JsonLine) -> Rule:
        if line.place not in known:
            rule = check(line)
            if not line.place.startswith(below):
                return rule
            known[line.place] = rule
        return known[line.place]

    return checked


def once_for(shipped: Path, load: Callable[[Path], Found]) -> Callable[[Path], Found]:
    """What loads from a folder, with the shipped folder loaded only once."""
    kept = cache(load)
    return lambda folder: (kept if folder == shipped else load)(folder)


def with_words_of(shared: Callable[[], Language], build: Callable[..., Language]) -> Callable[..., Language]:
    """What builds a pipeline, with the vocabulary and the tokenizer that a shared one has."""
    import spacy
    from spacy.lang.en import English

    def building(*arguments: Any, **options: Any) -> Language:
        first: Any = shared()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                spacy, "blank", lambda *_, **__: English(first.vocab, create_tokenizer=lambda _: first.tokenizer)
            )
            return build(*arguments, **options)

    return building


def remembered(
    extract_each: Callable[[Iterable[Paper], Extractor, int | None], Iterator[Extraction | Failure]],
) -> Callable[[Iterable[Paper], Extractor, int | None], Iterator[Extraction | Failure]]:
    """What extracts from papers, with each text read once where the shipped pipeline reads it in this process."""
    known: dict[tuple[str, str, str], Extraction | Failure] = {}

    def extracting(
        papers: Iterable[Paper], extractor: Extractor, workers: int | None
    ) -> Iterator[Extraction | Failure]:
        if extractor.rules or extractor.model or extractor.plugins or workers not in (1, None):
            yield from extract_each(papers, extractor, workers)
            return
        for paper in papers:
            read = (paper.id, paper.title, paper.abstract)
            if read not in known:
                [known[read]] = extract_each([paper], extractor, 1)
            yield known[read]

    return extracting


def keys_once(key_of: Callable[[Language, str], str]) -> Callable[[Language, str], str]:
    """What makes keys of names, with each made only once for all pipelines of one tokenizer."""
    known: dict[tuple[object, str], str] = {}

    def key(nlp: Language, name: str) -> str:
        if (nlp.tokenizer, name) not in known:
            known[nlp.tokenizer, name] = key_of(nlp, name)
        return known[nlp.tokenizer, name]

    return key


def fingerprints_once(
    fingerprints: Callable[[Extractor, Iterable[Rule]], Callable[[Paper], str]],
) -> Callable[[Extractor, Iterable[Rule]], Callable[[Paper], str]]:
    """What makes fingerprints of papers, with those of the shipped rules, model and code started only once."""
    kept: list[Callable[[Paper], str]] = []

    def started(extractor: Extractor, rules: Iterable[Rule] = ()) -> Callable[[Paper], str]:
        if extractor.rules or extractor.model or extractor.plugins:
            return fingerprints(extractor, rules)
        kept[:] = kept or [fingerprints(extractor, rules)]
        return kept[0]

    return started


def parts_once(part: type[Part]) -> Callable[[str, str], Part]:
    """What makes parts of runs, with the digests of the files that are shipped made only once."""
    kept = cache(part.of)
    shipped = ("papers-kg", "shipped rules", "shipped model")

    def made(name: str, digest: str) -> Part:
        return part(name, digest)

    made.__dict__["of"] = lambda name, files: kept(name, tuple(files)) if name in shipped else part.of(name, files)
    made.__dict__["of_input"] = part.of_input
    return made


def while_the_path_is_this(entry_points: Callable[..., Found]) -> Callable[..., Found]:
    """What looks through the installed packages, once for each group until a test puts a package on the path."""
    path, kept = [*sys.path], cache(entry_points)
    return lambda **group: (kept if sys.path == path else entry_points)(**group)


ANOTHER = """
import contextlib, gc, io, json, sys
gc.set_threshold(200_000, 50, 100)
import kg.extraction
for line in sys.stdin:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(json.loads(line), {})
    print(json.dumps(printed.getvalue()), flush=True)
"""


@contextmanager
def _soon() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < 1


@pytest.fixture
def soon() -> AbstractContextManager[None]:
    """Takes no more than a second of CPU: on a text for which time that grows faster than the text would be more."""
    return _soon()


@pytest.fixture(scope="session")
def in_another_process() -> Iterator[Callable[[str], str]]:
    """Runs code in a process that has imported ``kg.extraction`` and nothing else, and whose hashes have the seed 1.

    Gives what the code prints. It is one process for all tests, because to import spaCy takes long.
    """
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", ANOTHER]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout
        stdin, stdout = other.stdin, other.stdout

        def run(code: str) -> str:
            print(json.dumps(code), file=stdin, flush=True)
            assert select([stdout], [], [], 300)[0], "took longer than 300 seconds"
            printed: str = json.loads(stdout.readline())
            return printed

        yield run
        stdin.close()


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """The extractor with the shipped rules and model; its pipeline is shared, tests only read with it."""
    from kg.extraction import Extractor

    return Extractor()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two listing pages: four entries, three papers."""
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def only_read() -> Iterator[Callable[[Path], None]]:
    """Takes the folder of a graph that stays as it is: its store is opened once, and one process answers the queries on
    it, whoever opens it. Any other store is opened again, in another process, only when its files are others."""
    import pyoxigraph as ox

    from kg.api import KnowledgeGraph

    folders: set[Path] = set()
    own, own_store = KnowledgeGraph._process, ox.Store.read_only
    kept, kept_store = cache(own), cache(own_store)

    def stays(store: Path) -> bool:
        return not folders.isdisjoint(store.resolve().parents)

    def files_in(store: str | Path) -> list[tuple[str, int, int, int]]:
        with os.scandir(store) as entries:
            stats = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
        return sorted((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)

    same_store = lru_cache(maxsize=16)(lambda path, *files: own_store(path))
    same = lru_cache(maxsize=4)(lambda path, *files: own(path))

    def store(path: Path) -> ox.Store:
        return ox.Store(path)

    store.__dict__["read_only"] = lambda path: (
        kept_store(path) if stays(Path(path)) else same_store(path, *files_in(path))
    )

    with pytest.MonkeyPatch.context() as patch:
        of = staticmethod(
            lambda store: kept(store.absolute()) if stays(store) else same(store.absolute(), *files_in(store))
        )
        patch.setattr(KnowledgeGraph, "_process", of)
        patch.setattr("kg.graph.store.Store", store)
        yield lambda folder: folders.add(folder.resolve())


@pytest.fixture(scope="session")
def graph_folder(pages: Path, tmp_path_factory: pytest.TempPathFactory, only_read: Callable[[Path], None]) -> Path:
    """The folder of a graph built from :func:`pages`, which tests only read; :func:`own_graph` is a copy to change."""
    from kg.builder.builder import build_graph

    folder = tmp_path_factory.mktemp("graph")
    build_graph([pages], folder)
    only_read(folder)
    return folder


class Demo(NamedTuple):
    """A folder in which ``kg demo --json`` ran: the graph of the sample is in ``output/demo``; and what it showed."""

    folder: Path
    shown: dict[str, Any]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, only_read: Callable[[Path], None]) -> Demo:
    """The graph of the sample, which tests only read, and what ``kg demo`` shows of it."""
    from typer.testing import CliRunner

    from kg.cli import app

    folder = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(app, ["demo", "-g", str(folder / "output" / "demo"), "--json"])
    assert done.exit_code == 0, done.output
    only_read(folder)
    return Demo(folder, json.loads(done.stdout))


@pytest.fixture(scope="session")
def nquads() -> Callable[[Path], bytes]:
    """Exports the graph of a folder as N-Quads, without the statements about runs."""
    from kg.api import KnowledgeGraph

    def exported(folder: Path) -> bytes:
        output = io.BytesIO()
        KnowledgeGraph(folder).export("nquads", output)
        return output.getvalue()

    return exported


@pytest.fixture
def own_graph(graph_folder: Path, tmp_path: Path) -> Path:
    """A copy of the graph of :func:`graph_folder` that a test may change."""
    return shutil.copytree(graph_folder, tmp_path / "own-graph")


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has the system refuse to read files of a name, or what is given; it refuses nothing to root, who may run this."""

    def refusing(name: str, *methods: str) -> None:
        for method in methods or ("open", "read_text"):
            monkeypatch.setattr(Path, method, partialmethod(_refused, name, getattr(Path, method)))

    return refusing


def _refused(path: Path, name: str, method: Callable[..., Found], *args: Any, **options: Any) -> Found:
    if path.name == name:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))
    return method(path, *args, **options)


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory, only_read: Callable[[Path], None]) -> Path:
    """The folder of a graph that no build made: tests/data/small.trig, and three more named graphs."""
    folder = tmp_path_factory.mktemp("small")
    names = [f"<{SMALL_GRAPHS}{number}>" for number in (1, 2, 3)]
    write_generation(folder, "".join(f"{name} <{SMALL_GRAPHS}p> {name} {name} .\n" for name in names))
    only_read(folder)
    return folder


@pytest.fixture(scope="session")
def indexed() -> Callable[[Store], IndexedReader]:
    """Gives the reader of a graph in memory, with an index that is made when it is first needed."""
    from kg.graph.indexing import make_index

    return lambda store: IndexedReader(store, lambda: make_index(store))


def write_generation(folder: Path, more: str = "") -> None:
    """Make a graph of tests/data/small.trig, and further N-Quads, that of a folder."""
    import pyoxigraph as ox

    from kg.graph.store import Settings, next_generation

    small = (Path(__file__).parent / "data" / "small.trig").read_bytes()
    with next_generation(folder) as generation:
        quads = ox.serialize(ox.parse(small, ox.RdfFormat.TRIG), format=ox.RdfFormat.N_QUADS) or b""
        generation.statements.write_bytes(quads + more.encode())
        generation.load(Settings())


@pytest.fixture
def replace_graph() -> Callable[[Path, str], None]:
    """Makes a new generation of a folder, as a build does, of the small graph and further N-Quads."""
    return write_generation


class PlainPage(NamedTuple):
    """A page without any style."""

    html: str
    status: int = 200


class PlainSite:
    """Pages for tests of the server, which need no templates: what :class:`kg.site.Site` is asked for."""

    def __init__(self, graph: KnowledgeGraph, edit: bool) -> None:
        self.graph = graph
        self.edit = edit

    def page(self, path: str, query: Mapping[str, str]) -> PlainPage | None:
        if query.get("year") == "none":
            raise KGError("year: expected a year")
        known = path in ("/", "/paper/frognet-hops", "/dataset/cifar-10")
        return PlainPage(f"<h1>{path}</h1> {self.graph.base} {self.edit}") if known else None

    def error(
        self, status: int, message: str, path: str, *, title: str | None = None, back: str | None = None
    ) -> PlainPage:
        return PlainPage(f"<p>{message}</p>", status)

    def corrected(self, says: str, file: str, folder: str, back: str) -> PlainPage:
        return PlainPage(f"<p>{says}</p>")

    def suggestions(self, words: str) -> list[str]:
        return [f"{len(words)} characters"]

    def neighbourhood(self, iri: str) -> dict[str, str]:
        if not iri.startswith("http"):
            raise ValueError(iri)
        return {"around": iri}


@pytest.fixture(scope="session")
def plain_site() -> type[PlainSite]:
    """Makes pages for tests of the server."""
    return PlainSite


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Installs a package with one entry point, for the time of a test: its group, its name, the code of its module.

    The entry point is the module's ``PLUGIN``.
    """

    def install(group: str, name: str, code: str) -> None:
        module = f"plugin_{uuid4().hex}"
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:PLUGIN\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


class Asked(NamedTuple):
    """A request that a server of :func:`start_server` got; ``query`` holds the parameters of the path."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


Answered = tuple[int, dict[str, str], bytes]


@pytest.fixture
def start_server() -> Iterator[Callable[[Callable[[Asked], Answered | None]], str]]:
    """Starts a server in this process that answers by a function; ``None`` breaks the connection. Gives its address."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread
    from urllib.parse import parse_qsl, urlsplit

    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Asked], Answered | None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else the content waits 40 ms for the client to acknowledge the headers

            def respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                found = answer(Asked(self.command, parts.path, query, dict(self.headers), body))
                if found is None:
                    self.close_connection = True
                    return
                status, headers, content = found
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = respond  # noqa: N815 (as http.server calls them)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def start_endpoint(start_server: Callable[[Callable[[Asked], Answered | None]], str]) -> Callable[..., str]:
    """Starts a SPARQL endpoint in this process that answers queries over a store. Gives its address."""
    import pyoxigraph as ox

    def start(store: ox.Store, *, union: bool = True) -> str:
        def answer(asked: Asked) -> Answered:
            try:
                (query,) = parse_qs(asked.body.decode())["query"]
                found = store.query(query, use_default_graph_as_union=union)
            except SyntaxError as error:
                return 400, {"Content-Type": "text/plain"}, str(error).encode()
            if isinstance(found, ox.QueryTriples):
                content = ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b""
                return 200, {"Content-Type": "application/n-triples"}, content
            content = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
            return 200, {"Content-Type": "application/sparql-results+json"}, content

        return start_server(answer)

    return start


class Oxigraph:
    """The server of Oxigraph, on a store in a folder; ``url`` is its address."""

    def __init__(self, folder: Path) -> None:
        binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
        assert binary, "pip install 'papers-kg[clients]' brings the oxigraph command"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{place}"
        self.folder = folder
        self._words = [binary, "serve", "-l", str(folder), "-b", place, "--union-default-graph"]
        self.start()

    def start(self) -> None:
        """Start it, on what its folder has."""
        self._process = subprocess.Popen(self._words, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2])), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("oxigraph does not listen")

    def kill(self) -> None:
        """End it at once."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def oxigraph(tmp_path: Path) -> Iterator[Oxigraph]:
    """A server of Oxigraph with an empty store."""
    running = Oxigraph(tmp_path / "oxigraph")
    yield running
    running.kill()


@pytest.fixture(scope="session")
def kept_names() -> Callable[[Path], dict[str, list[object]]]:
    """Reads what is in the file of names of a graph (:mod:`kg.resolution.kept`), however its rows are numbered."""

    def content(path: Path) -> dict[str, list[object]]:
        with closing(sqlite3.connect(path)) as connection:
            name = "(SELECT row FROM use WHERE id = use) AS name"
            columns = {"use": "type, text, key, row", "use_key": f"key, {name}", "use_long": f"key, {name}"}
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                table: sorted(connection.execute(f"SELECT {columns.get(table, '*')} FROM {table}"), key=repr)
                for (table,) in tables
            }

    return content


_NUMBERS = {
    **dict.fromkeys(("node.id", "name.node", "key.node", "paper.node", "edge.node", "companion.node"), "node"),
    **dict.fromkeys(("companion.other", "curated.node", "narrower.node", "narrower.narrower", "better.metric"), "node"),
    **dict.fromkeys(("result.metric", "result.dataset", "result.method"), "node"),
    **dict.fromkeys(("name.id", "node.label", "key.name", "initials.name", "spelled.name"), "name"),
    **dict.fromkeys(("paper.place", "edge.place", "data.place", "result.place"), "paper"),
    "result.id": "result",
}


@pytest.fixture(scope="session")
def index_rows() -> Callable[[Path], dict[str, list[tuple[object, ...]]]]:
    """Reads all that is in an index; nodes, names, papers and results by their order, whatever numbers they have."""

    def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            every: dict[str, dict[Any, int]] = {}
            for table, column in (("node", "id"), ("name", "id"), ("paper", "place"), ("result", "id")):
                rows = connection.execute(f"SELECT {column} FROM {table} ORDER BY 1")
                every[table] = {number: place for place, (number,) in enumerate(rows)}
            found = {}
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'word%' AND name != 'form'"
            for (table,) in connection.execute(query).fetchall():
                cursor = connection.execute(f"SELECT * FROM {table}")
                numbers = [every.get(_NUMBERS.get(f"{table}.{column[0]}", "")) for column in cursor.description]
                found[table] = sorted(
                    (
                        tuple(
                            value if ranks is None or value is None else ranks[value]
                            for value, ranks in zip(row, numbers, strict=True)
                        )
                        for row in cursor
                    ),
                    key=repr,
                )
            forms: dict[tuple[object, ...], list[object]] = {}
            for kind, length, text, names in connection.execute(
                "SELECT kind, length, forms, names FROM form ORDER BY kind, length, part"
            ):
                pairs = zip(text.split("\n"), array(ID_TYPE, names), strict=True)
                forms.setdefault((kind, length), []).extend((form, every["name"][name]) for form, name in pairs)
            found["form"] = [*forms.items()]
            names_of = "SELECT node, min(id), max(id) + 1, count(*) FROM name GROUP BY node"
            found["room"] = [
                row for row in connection.execute(names_of) if row[1] != row[0] or row[2] - row[1] != row[3]
            ]
            results = connection.execute("SELECT id / 1048576 - place FROM result")
            found["room"] += [row for row in results if row != (0,)]
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("ATTACH ? AS other", (str(path),))
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(other, word, instance)")
            words = connection.execute("SELECT term, doc FROM temp.terms")
            found["word"] = sorted((term, every["name"][name]) for term, name in words)
        return found

    return content
