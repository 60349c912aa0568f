"""The command line: parses arguments, calls the library, prints what it returns.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage. Imports
are inside the commands, because ``kg lookup`` must not wait for spaCy.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, TypedDict, cast

import typer
from typer.core import TyperCommand

from kg.errors import GraphError, InputError, KGError, QueryError
from kg.terminal.completion import names_of, queries_and_names
from kg.terminal.output import drop_output, json_text, open_streams, printable, style, width
from kg.text.names import quoted
from kg.vocabulary import BASE_FORM, ENTITY_KINDS, ENTITY_TYPES, is_base

if TYPE_CHECKING:
    from typer.models import CommandInfo

    from kg.api import KnowledgeGraph, RemoteGraph
    from kg.ask.origins import Origin
    from kg.ask.sparql import Answer
    from kg.ask.stats import Stats
    from kg.builder import BuildReport
    from kg.export.columns import TableFormat
    from kg.export.formats import Content, Format
    from kg.export.tables import Table
    from kg.fetching import Fetched
    from kg.jsonrecord import Record
    from kg.rulefiles import Correction
    from kg.terminal.output import Style
    from kg.vocabulary import Kind

_PATHS = ("path", "file", "directory")  # types of parameters
_ALSO_PATHS = ("inputs",)  # parameters that may be addresses, too


class _Command(TyperCommand):
    """A command that takes no empty path, which Python would take for the current folder."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given, _, _ = self.make_parser(ctx).parse_args(args=[*args])
        rest = super().parse_args(ctx, args)
        for param in self.params:
            values = given.get(param.name or "") if param.name in _ALSO_PATHS or param.type.name in _PATHS else None
            if "" in ([values] if isinstance(values, str) else values or ()):
                raise typer.BadParameter("expected a path, found an empty one", ctx=ctx, param=param)
        return rest


class _App(typer.Typer):
    """Commands of one kind."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        return super().command(name, cls=_Command, **settings)


app = _App(
    name="kg",
    help="Paper listings in, knowledge graph out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

entities = _App(help="Show and score which names were put under one entity.", no_args_is_help=True)
app.add_typer(entities, name="entities")

Graph = Annotated[Path, typer.Option("--graph", "-g", envvar="KG_GRAPH", help="Graph folder.")]
Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Files of papers in any format, folders, or - for standard input."),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns", metavar="FIELD=NAME,...", help="Names of columns of tables, as title=Titel,abstract=Inhalt."
    ),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", help="Folder of your own rule files (*.jsonl); may be repeated.")
]
Model = Annotated[
    Path | None, typer.Option("--model", help="Folder of a model from `kg train`.  [default: the shipped model]")
]
ModelOfGraph = Annotated[
    Path | None,
    typer.Option(
        "--model", help="Folder of a model from `kg train`.  [default: that of the graph, else the shipped one]"
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", "-j", min=1, help="Worker processes.  [default: by CPUs and papers]")
]


def _names(option: str, help: str, *kinds: Kind) -> Any:
    """An option for a name, of which a shell completes those of some kinds."""
    return typer.Option(option, help=help, autocompletion=names_of(*kinds))


def _as_named(path: Path | None) -> Path | None:
    """A file to write, unless its name says that it is compressed in a way that is only read."""
    if path is not None and path.suffix.lower() in _ONLY_READ:
        raise typer.BadParameter(f"{path.name}: what is written is compressed with gzip alone; expected .gz")
    return path


def _as_it_is(path: Path) -> Path:
    """A file to write as it is, unless its name says that it is compressed."""
    if path.suffix.lower() in (".gz", *_ONLY_READ):
        raise typer.BadParameter(f"{path.name}: what is fetched is not compressed; expected another name")
    return path


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        callback=_as_named,
        help="File to write, gzipped if it ends in .gz, or an address as s3://BUCKET/FILE.  [default: standard output]",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Show all of it, however long the lists are.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AnswerFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="table, csv, tsv, json, xml, markdown or latex; for CONSTRUCT and DESCRIBE turtle, jsonld, ntriples or "
        "rdfxml."
        "  [default: by the ending of the output file, else a table on a terminal and csv in a pipe; turtle]",
    ),
]


def _known_origin(origin: str | None) -> str | None:
    from kg.ask.origins import ORIGINS

    if origin is not None and origin not in ORIGINS:
        raise typer.BadParameter(f"expected one of {', '.join(ORIGINS)}")
    return origin


def _in_lower_case(word: str | None) -> str | None:
    """A type as users write it, who see "Dataset" on cards."""
    return word and word.lower()


AskedOf = Annotated[
    str | None,
    typer.Option(
        "--origin",
        callback=_known_origin,
        help="Whose statements to ask for: extracted from texts, curated in an imported catalogue, or both."
        "  [default: extracted, and both for papers-by-source and results-by-source]",
    ),
]


def _seconds(given: float) -> float:
    """A number of seconds; "nan" and "inf" are numbers to Python, and pass every limit of an option or most."""
    if not 0 <= given <= _LONGEST_WAIT:
        raise typer.BadParameter(f"expected a number of seconds up to {_LONGEST_WAIT:,}, found {given:g}")
    return given


Timeout = Annotated[
    float,
    typer.Option(
        "--timeout", min=0, callback=_seconds, metavar="SECONDS", help="End a query after this time; 0: never."
    ),
]
EndpointUrl = Annotated[
    str | None,
    typer.Option(
        "--endpoint", metavar="URL", help="Ask a SPARQL endpoint on a server, not a graph folder; see --user."
    ),
]
User = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="NAME",
        help="Who asks the server, with the password in the environment variable KG_PASSWORD.  "
        "[default: nobody, or who has the token in KG_TOKEN]",
    ),
]
AllowService = Annotated[
    bool, typer.Option("--allow-service", help="Let the query send requests to other servers (SERVICE).")
]

_GRAPH = Path("output")
_DEMO_GRAPH = Path("output/demo")
_USAGE_ERROR: Any = typer.BadParameter.__mro__[2]  # ClickException, of click or of the copy of it in typer
_JSON = "json"  # the format of rows, and another name of JSON-LD
_ONLY_READ = (".bz2", ".xz", ".zst", ".zstd")  # endings of files that are compressed otherwise (kg.text.packed)
_OF_STORE = ("store", "user", "provenance", "again", "connections")
_OF_PACKAGE = ("package", "title", "creator", "licence", "texts_licence", "url", "site")
_OF_CHART = {"years": ("of",), "best": ("dataset", "metric"), "together": ("type", "limit")}
_OF_LIST = ("listing", "format", "as_json", "graph")  # what is heeded with --list; a graph does no harm
_OUTPUT_FAILED = (errno.ENOSPC, errno.EIO, errno.EFBIG)
_TIMEOUT = 60.0
_LONGEST_WAIT = 1_000_000  # seconds
_LONGEST = 600  # characters of what is said about wrong usage, which may have words of the user of any length


def main() -> NoReturn:
    """Run the command line; an error that the user can fix is printed as one line."""
    gc.set_threshold(50_000)  # or Python looks for garbage in all that is being loaded, a seventh of that time
    open_streams()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except _UsageError as error:
        _print_error(str(error))
        code = 2
    except KGError as error:
        code = _print_error(str(error))
    except BrokenPipeError:  # the reader of our output has ended (`kg export | head`)
        code = 1
    except OSError as error:
        place = error.filename or ("standard output" if error.errno in _OUTPUT_FAILED else "")
        reason = error.strerror or str(error)
        code = _print_error(f"{os.fsdecode(place)}: {reason}" if place else reason)
    except KeyboardInterrupt:
        code = 130
    try:
        sys.stdout.flush()
    except OSError:
        drop_output()
        code = code or 1
    gc.freeze()  # or Python looks for garbage in all that is loaded before it ends: a tenth of the time of a look-up
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Call a command; returns its exit code."""
    try:
        return _app_of(arguments)(prog_name="kg", standalone_mode=False) or 0
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _USAGE_ERROR as error:
        if "help" not in type(error).__name__.lower():  # NoArgsIsHelpError has the lines of a help text
            message = printable(error.message)
            error.message = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."
        error.show()
        return int(error.exit_code)


def _app_of(arguments: list[str]) -> typer.Typer:
    """The app with the called command alone, because setting all commands up takes longer than a look-up."""
    called = [command for command in app.registered_commands if [_name_of(command)] == arguments[:1]]
    if not called:
        return app
    alone = copy(app)
    alone.registered_commands, alone.registered_groups = called, []
    return alone


def _name_of(command: CommandInfo) -> str | None:
    return command.name or (command.callback.__name__ if command.callback else None)


def _opened(folder: Path) -> KnowledgeGraph:
    from kg.api import KnowledgeGraph

    with _mentioning_the_sample(folder):
        return KnowledgeGraph(folder)


def _refuse(context: typer.Context, why: str, *names: str) -> None:
    """Refuse parameters that are given on the command line, where they would not be heeded."""
    for param in context.command.params:
        source = context.get_parameter_source(param.name or "")
        if param.name in names and source and source.name == "COMMANDLINE":
            raise typer.BadParameter(why, ctx=context, param=param)


def _only(context: typer.Context, what: str, *names: str) -> None:
    """Refuse all parameters but some, where a command does one thing of several, which messages call ``what``."""
    _refuse(context, f"is not for {what}", *{param.name or "" for param in context.command.params}.difference(names))


def _source(
    context: typer.Context, folder: Path, endpoint: str | None, user: str | None
) -> KnowledgeGraph | RemoteGraph:
    """The graph of a folder, or that at an endpoint."""
    if endpoint is None:
        _refuse(context, "is for --endpoint alone", "user")
        return _opened(folder)
    _refuse(context, "is not for --endpoint", "graph")
    from kg.api import RemoteGraph
    from kg.remote.connection import authorization, checked_url

    with _as_usage():
        checked_url(endpoint)
    return RemoteGraph(endpoint, authorization(user))


@contextmanager
def _mentioning_the_sample(folder: Path) -> Iterator[None]:
    """Where a folder holds no graph, the error mentions that of the sample, if it was built here."""
    try:
        yield
    except GraphError as error:
        from kg.graph.store import current

        if folder == _DEMO_GRAPH or current(folder) or not current(_DEMO_GRAPH):
            raise
        raise GraphError(f"{error}, or ask that of the sample with -g {_DEMO_GRAPH}") from None


class _UsageError(KGError):
    """Wrong usage that only the library tells."""


@contextmanager
def _as_bad_parameter(hint: str | None = None) -> Iterator[None]:
    """Errors of the library are about a parameter, which messages call ``hint``."""
    try:
        yield
    except KGError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None


@contextmanager
def _as_usage(kind: type[KGError] = KGError) -> Iterator[None]:
    """Errors of a kind are about how a command was called."""
    try:
        yield
    except kind as error:
        raise _UsageError(str(error)) from None


def _fail(message: str) -> NoReturn:
    sys.exit(_print_error(message))


def _print_error(message: str) -> int:
    """Print why a command failed; returns its exit code."""
    _note(f"error: {message}")
    return 1


def _warn(line: str) -> None:
    _note(f"warning: {line}")


def _note(line: str) -> None:
    """A line on standard error, if anyone reads it."""
    with suppress(OSError):
        print(f"kg: {printable(line)}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"kg {version('papers-kg')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def build(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT...]",
            help="Files of papers in any format, folders, addresses as s3://BUCKET/FILE, - for standard input, or "
            "arxiv:QUERY, openalex:QUERY and hf-daily:DATE, which ask a service. None: build the graph again from the "
            "papers that it has.",
        ),
    ] = None,
    graph: Graph = _GRAPH,
    rules: Rules = None,
    model: ModelOfGraph = None,
    workers: Workers = None,
    columns: Columns = None,
    base_iri: Annotated[
        str | None, typer.Option("--base-iri", help="Base IRI of resources.  [default: that of the graph]")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="tcp://HOST:PORT",
            help="Let the workers of a Dask cluster read the papers (pip install 'papers-kg[cluster]').",
        ),
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Forget the rules and the model of the graph; use the shipped ones.")
    ] = False,
    restart: Annotated[
        bool,
        typer.Option(
            "--restart",
            help="Read all papers again, those of the graph too, and forget what an interrupted build read.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Add papers to the graph: new papers are added, changed papers replaced, all others stay.

    Base IRI, rules and model are kept with the graph, and hold for later builds until others are given. If a build is
    interrupted, the next one goes on from it: what it has found in papers is not looked for again.
    """
    if base_iri is not None and not is_base(base_iri):
        raise typer.BadParameter(f"expected {BASE_FORM}; found {quoted(base_iri)}", param_hint="--base-iri")
    if shipped and (rules or model):
        raise typer.BadParameter("give either --shipped or --rules and --model", param_hint="--shipped")
    if scheduler is not None and workers is not None:
        raise typer.BadParameter("the cluster has its own workers; leave out --workers", param_hint="--scheduler")
    if not inputs:
        from kg.graph.store import can_be_built_again

        if columns is not None:
            raise typer.BadParameter("is for tables that are read; name them", param_hint="--columns")
        if not can_be_built_again(graph):
            raise typer.BadParameter(f"expected files or folders; {graph} holds no graph to build again")
    sources = _with_fetched(inputs or [], graph)
    from kg.builder import build_graph
    from kg.extraction import Extractor
    from kg.terminal.counts import build_rows
    from kg.terminal.tables import print_counts

    run = partial(
        build_graph,
        sources,
        graph,
        base=base_iri,
        rules=rules,
        model=model,
        extractor=Extractor() if shipped else None,
        workers=workers,
        columns=_given(columns),
        restart=restart,
        scheduler=scheduler,
    )
    report, found = _built(run, graph)
    if as_json:
        _print_json({**report.as_dict(), "stats": found.as_dict()})
    else:
        print_counts(f"Graph in {graph}", build_rows(report, found), to_stderr=True)


def _given(columns: str | None) -> dict[str, str]:
    """The names of columns that an option gives."""
    from kg.sources.columns import given_columns

    try:
        return given_columns(columns) if columns is not None else {}
    except KGError as error:
        raise typer.BadParameter(str(error).removeprefix("columns: "), param_hint="--columns") from None


def _built(build: Callable[..., BuildReport], graph: Path) -> tuple[BuildReport, Stats]:
    """Build a graph with what a user sees of it: progress, warnings and notes; returns also what the graph holds."""
    from kg.api import KnowledgeGraph
    from kg.terminal.progress import progress_bar

    with progress_bar() as progress:
        report = build(warn=_warn, note=_note, progress=progress)
    return report, KnowledgeGraph(graph).stats()


@app.command("import")
def import_(
    catalogue: Annotated[str, typer.Argument(help="Which catalogue: pwc, the last dump of Papers with Code.")],
    folder: Annotated[Path, typer.Argument(help="Folder with its files, or one of them.")],
    graph: Graph = _GRAPH,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Add what people wrote in a catalogue, beside what is read from texts, from its dump: kg import pwc dump/.

    The catalogue is kept in the graph folder, and is in each build after. An import replaces an earlier one. What it
    says is in a named graph of its own, and marked on cards; its papers are read by `kg build`.
    """
    from kg.builder import build_graph
    from kg.builder.catalogues import import_pwc
    from kg.terminal.counts import import_rows
    from kg.terminal.tables import print_counts

    if catalogue != "pwc":
        raise typer.BadParameter(f"expected pwc, found {quoted(catalogue)}")
    imported = import_pwc(folder, graph, _warn)
    report, found = _built(partial(build_graph, [], graph, workers=workers), graph)
    if as_json:
        _print_json({**imported.as_dict(), "seconds": report.seconds, "stats": found.as_dict()})
    else:
        print_counts(f"Catalogue in {graph}", import_rows(imported, report, found), to_stderr=True)


@app.command()
def fetch(
    service: Annotated[str, typer.Argument(help="Whom to ask: arxiv, openalex or hf-daily.")],
    words: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help="In the words of the service: cat:cs.LG AND abs:unlearning; for hf-daily a date, or 2026-11-20..",
        ),
    ],
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only papers of this date (2026-10-01) or later.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", callback=_as_it_is, help="File for the answer, which `kg build` reads.")
    ] = Path("papers.jsonl"),
    as_json: Json = False,
) -> None:
    """Ask a service on the web for papers, and keep the answer: kg fetch arxiv "abs:unlearning" -o papers.jsonl.

    Requests are made at the pace that the service asks for. A fetch that ends early goes on with the same command.
    It needs pip install 'papers-kg[fetch]'.
    """
    fetched = _fetched(service, words, since, output)
    if as_json:
        _print_json(fetched.as_dict())
    else:
        before = f", {fetched.before:,} of them before" if fetched.before else ""
        _note(f"{fetched.papers:,} papers in {fetched.file}{before}; next: kg build {fetched.file}")


def _fetched(service: str, words: str, since: str | None, output: Path) -> Fetched:
    from datetime import date

    from kg.fetching import SERVICES, fetch
    from kg.fetching.services import Query
    from kg.terminal.progress import progress_bar

    if service not in SERVICES:
        raise typer.BadParameter(f"expected one of {', '.join(SERVICES)}, found {quoted(service)}")
    try:
        start = date.fromisoformat(since) if since else None
    except ValueError:
        raise typer.BadParameter(
            f"expected a date such as 2026-10-01, found {quoted(since)}", param_hint="--since"
        ) from None
    with progress_bar() as progress:
        return fetch(service, Query(words, start), output, note=_note, progress=progress)


def _with_fetched(inputs: list[str], graph: Path) -> list[str]:
    """The inputs, with a file in the graph folder for each that asks a service, as in "arxiv:cat:cs.LG"."""
    from datetime import date

    from kg.fetching import SERVICES, check
    from kg.fetching.services import Query
    from kg.graph.store import check_name
    from kg.text.files import FETCHED
    from kg.text.names import slug

    found = []
    for given in inputs:
        service, colon, words = given.partition(":")
        if colon and words and service in SERVICES and not Path(given).exists():
            path = graph / FETCHED / f"{slug(given)}-{date.today()}.jsonl"
            if path.exists():
                _note(f"{path} was fetched today, and is read again")
            else:
                check(service, Query(words))
                check_name(graph)
                path.parent.mkdir(parents=True, exist_ok=True)
                _fetched(service, words, None, path)
            given = str(path)
        found.append(given)
    return found


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="Folder of sources, with all below it.")],
    graph: Graph = _GRAPH,
    seconds: Annotated[
        float, typer.Option("--every", min=0.1, callback=_seconds, help="Seconds between two looks at the folder.")
    ] = 2,
    rules: Rules = None,
    model: ModelOfGraph = None,
    workers: Workers = None,
) -> None:
    """Build whenever files in a folder come or change, until Ctrl-C; a line each time says what is new.

    A file that is still written to is built when it no longer changes. Papers of files that go stay in the graph.
    """
    from kg.builder import build_graph
    from kg.builder.watching import Watcher, watch

    if not folder.is_dir():
        raise InputError(str(folder), "is not a folder")

    def built(paths: Sequence[Path]) -> BuildReport:
        return build_graph(paths, graph, rules=rules, model=model, workers=workers, warn=_warn)

    _note(f"watching {folder} for {graph} (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        watch(Watcher(folder, built, _say), seconds)


def _say(line: str) -> None:
    print(printable(line), flush=True)


@app.command()
def extract(
    inputs: Inputs,
    rules: Rules = None,
    model: Model = None,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=1, help="Worker processes; with more than one, lines come in batches.")
    ] = 1,
    columns: Columns = None,
    output: Output = None,
) -> None:
    """Write what was found in each paper as JSON lines, in input order, while reading."""
    import json

    import kg
    from kg.extraction.parallel import BATCH_SIZE

    papers = kg.read_papers(inputs, _warn, columns=_given(columns))
    at_once = 1 if workers == 1 and "-" in map(str, inputs) else BATCH_SIZE  # who writes to a pipe may wait for answers
    with _output(output, [*inputs, *_rule_files(rules or ()), model]) as stream:
        for extraction in kg.extract(papers, rules=rules or (), workers=workers, model=model, batch_size=at_once):
            line = json.dumps(extraction.as_dict(), ensure_ascii=False, separators=(",", ":"))
            stream.write(line.encode() + b"\n")
            if stream is sys.stdout.buffer:
                stream.flush()


@app.command()
def evaluate(
    context: typer.Context,
    gold: Annotated[
        Path | None, typer.Argument(metavar="[GOLD]", help="Annotated papers or passages, JSON lines.")
    ] = None,
    papers: Annotated[
        Path | None, typer.Option("--papers", help="Titles and abstracts of the papers, if GOLD has none.")
    ] = None,
    rules: Rules = None,
    model: Model = None,
    errors: Annotated[bool, typer.Option("--errors", help="Show the kinds of errors, most frequent first.")] = False,
    examples: Annotated[
        int, typer.Option("--examples", "-n", min=0, help="Maximum number of examples of each kind of error.")
    ] = 5,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Show how many mentions are right, by confidence.")
    ] = False,
    resolution: Annotated[
        Path | None, typer.Option("--resolution", metavar="PAIRS", help="The same as `kg entities evaluate PAIRS`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the extraction on annotated texts: precision, recall and F1, by type.

    GOLD has papers, {"id", "entities": [{"type", "text", "role"?}], "abbreviations"?, "links"?, "results"?}, with their
    "title" and "abstract" there or in --papers; or passages, {"text", "spans": [{"start", "end", "label"}]}, as Prodigy
    and doccano export them. Scores are strict: exact words and type; in passages exact first and last character, and
    only the types that GOLD marks. --json prints everything.
    """
    if (gold is None) == (resolution is None):
        raise typer.BadParameter("give annotated texts, or pairs of names with --resolution")
    if gold is None or resolution is not None:
        if resolution is None or papers is None:
            raise typer.BadParameter("--resolution needs the papers that have the names", param_hint="--papers")
        _only(context, "--resolution", "resolution", "papers", "rules", "model", "as_json")
        _evaluate_pairs(resolution, papers, rules, model, as_json)
        return
    from kg.evaluation.report import evaluate
    from kg.terminal.evaluation import render_evaluation
    from kg.terminal.progress import progress_bar

    with progress_bar() as progress:
        measured = evaluate(
            gold, papers=papers, rules=rules or (), model=model, examples=examples, warn=_warn, progress=progress
        )
    _show(measured, as_json, lambda: render_evaluation(measured, errors=errors, calibration=calibration))


@entities.command("evaluate")
def evaluate_entities(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS", help="Pairs of names, JSON lines.")],
    papers: Annotated[Path, typer.Option("--papers", help="The papers that have the names.")],
    rules: Rules = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Score which names are put under one entity, on pairs of names that people judged.

    The papers are extracted and resolved together. A line of PAIRS is
    {"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same": true|false}.
    """
    _evaluate_pairs(pairs, papers, rules, model, as_json)


def _evaluate_pairs(pairs: Path, papers: Path, rules: list[Path] | None, model: Path | None, as_json: bool) -> None:
    from kg.evaluation.resolution import evaluate_resolution
    from kg.terminal.evaluation import render_resolution
    from kg.terminal.progress import progress_bar

    with progress_bar() as progress:
        score = evaluate_resolution(pairs, [papers], rules=rules or (), model=model, warn=_warn, progress=progress)
    _show(score, as_json, lambda: render_resolution(score))


@app.command()
def train(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORPUS...",
            help='Annotated texts, JSON lines: papers {"id", "entities"} or passages {"text", "spans"}.',
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model.")],
    papers: Annotated[
        Path | None, typer.Option("--papers", help="Titles and abstracts of the annotated papers, JSON lines.")
    ] = None,
    rules: Rules = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Start from random weights, not from the shipped model.")
    ] = False,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Passes over the training texts.")] = 8,
    seed: Annotated[int, typer.Option("--seed", help="The same texts and seed give the same model.")] = 0,
) -> None:
    """Train a model on your own annotations, for --model of kg build, kg extract and kg evaluate."""
    from dataclasses import replace

    from kg.evaluation.gold import read_gold
    from kg.extraction.model import SHIPPED, Model
    from kg.sources import read_papers
    from kg.training.tagger import Recipe, tagged_texts, train

    known = list(read_papers([papers], _warn)) if papers else None
    texts = [text for corpus in corpora for text in read_gold(corpus, known, _warn).texts]
    base = Model.load(SHIPPED)
    output.mkdir(parents=True, exist_ok=True)  # an output that cannot be written is an error before the training
    learned = list(tagged_texts(texts, rules or ()))
    recipe = Recipe(epochs=epochs, seed=seed)
    _note(f"learning from {len(learned):,} texts")
    tagger = train(learned, recipe, None if from_scratch else base.tagger, _report_epoch)
    about = {"texts": len(learned), "epochs": epochs, "seed": seed, "from_scratch": from_scratch}
    replace(base, tagger=tagger, about=about).save(output)
    _note(f"model in {output}")


def _report_epoch(epoch: int, loss: float) -> None:
    _note(f"epoch {epoch}: loss {loss:.3f}")


@app.command(context_settings={"ignore_unknown_options": True})
def ask(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME [--PARAMETER VALUE...]",
            help="The query, and values for its parameters.",
            autocompletion=queries_and_names,
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the queries and their parameters.")] = False,
    origin: AskedOf = None,
    format: AnswerFormat = None,
    graph: Graph = _GRAPH,
    output: Output = None,
    as_json: Json = False,
    timeout: Timeout = _TIMEOUT,
    endpoint: EndpointUrl = None,
    user: User = None,
) -> None:
    """Answer one of the shipped queries, as in: kg ask datasets-for-task --task "image classification"."""
    chosen = _asked_format(format, as_json, output)
    if listing:
        _only(context, "--list", *_OF_LIST)
        _list_queries(chosen == _JSON)
        return
    name, *rest = words or [""]
    if not name or name.startswith("-"):
        raise typer.BadParameter("expected the name of a query; `kg ask --list` lists them")
    _ask(name, rest, origin, partial(_source, context, graph, endpoint, user), chosen, output, timeout)


@app.command(context_settings={"ignore_unknown_options": True})
def query(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[SPARQL]", help="The query, or - for standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File with the query.")] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", help="The same as `kg ask NAME`; parameters follow as --PARAMETER VALUE."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="The same as `kg ask --list`.")] = False,
    format: AnswerFormat = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Vocabulary that the query is written in: lpwc, Linked Papers With Code."),
    ] = None,
    origin: AskedOf = None,
    graph: Graph = _GRAPH,
    output: Output = None,
    as_json: Json = False,
    timeout: Timeout = _TIMEOUT,
    allow_service: AllowService = False,
    endpoint: EndpointUrl = None,
    user: User = None,
) -> None:
    """Answer a SPARQL query, as in: kg query "SELECT ?name { ?d a kg:Dataset ; skos:prefLabel ?name } LIMIT 3".

    The query is an argument, a file, or standard input.
    Prefixes are declared: kg, schema, skos, oa, prov, dcterms, xsd, and for resources paper, method, dataset, metric,
    task, code, venue. A query sees all graphs as one, unless FROM or FROM NAMED chooses some.
    """
    words = words or []
    chosen = _asked_format(format, as_json, output)
    if listing:
        _only(context, "--list", *_OF_LIST)
        _list_queries(chosen == _JSON)
        return
    if name is not None:
        if file is not None or profile is not None or allow_service:
            raise typer.BadParameter("a shipped query has no file, no profile and no SERVICE", param_hint="--name")
        _ask(name, words, origin, partial(_source, context, graph, endpoint, user), chosen, output, timeout)
        return
    for text in words:
        if text.startswith("-") and text != "-":
            raise typer.BadParameter(f"no such option: {text}")
    if len(words) + (file is not None) > 1 or (not words and file is None and sys.stdin.isatty()):
        raise typer.BadParameter("give one query: as an argument, with --file, or on standard input")
    from kg.api import KnowledgeGraph

    _known_profile(profile)
    if profile is not None and endpoint is not None:
        raise typer.BadParameter("an endpoint has the graph in its own vocabulary alone", param_hint="--profile")
    opened = _source(context, graph, endpoint, user)
    sparql, source = _sparql(words[0] if words else "-", file)
    of_origin = cast("Origin", origin or "extracted")
    with _shown_warnings():
        if isinstance(opened, KnowledgeGraph):
            answer = opened.query(
                sparql, source, profile=profile, origin=of_origin, timeout=timeout, allow_service=allow_service
            )
        else:
            answer = opened.query(sparql, source, origin=of_origin, timeout=timeout, allow_service=allow_service)
    _write_answer(answer, chosen, output, [file, *_read_of(opened)], lambda: "the query found nothing")


@contextmanager
def _shown_warnings() -> Iterator[None]:
    """Print the warnings of the library as those of the command line."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: _warn(str(message))
        yield


def _asked_format(format: str | None, as_json: bool, output: Path | None) -> str | None:
    """The format of an answer, if options name one; without that the output must not have an ending of no format."""
    if as_json and format not in (None, _JSON):
        raise typer.BadParameter(f"expected one of --json and --format {format}", param_hint="--json")
    if output and format is None and not as_json:
        _format_by_ending(output, "rows", "truth", "triples")
    return _JSON if as_json else format


def _format_by_ending(output: Path, *contents: Content) -> Format | None:
    """The format that the name of an output says, if it says one."""
    from kg.export.formats import format_of_file

    with _as_bad_parameter("--output"):
        return format_of_file(output, *contents)


def _sparql(text: str, file: Path | None) -> tuple[str, str]:
    """The text of a query, and what errors call it."""
    if file is None and text != "-":
        return text, "query"
    raw, place = (sys.stdin.buffer.read(), "<stdin>") if file in (None, Path("-")) else (file.read_bytes(), str(file))
    try:
        return raw.decode("utf-8-sig"), place
    except UnicodeDecodeError:
        raise InputError(place, "is not UTF-8 text; expected a SPARQL query") from None


def _ask(
    name: str,
    words: list[str],
    origin: str | None,
    open_graph: Callable[[], KnowledgeGraph | RemoteGraph],
    format: str | None,
    output: Path | None,
    timeout: float,
) -> None:
    """Answer a shipped query; ``words`` are its parameters as options, which are read before the graph is opened."""
    from kg.ask.compare import COMPARE, compared
    from kg.ask.named import check, named_query
    from kg.ask.origins import ORIGIN
    from kg.ask.questions import reported_on

    parameters = _parameters(words) | ({"origin": origin} if origin else {})
    with _as_usage():
        check(named_query(name), {name: value for name, value in parameters.items() if name != ORIGIN})
    opened = open_graph()
    question = opened.question(name, parameters)
    answer = opened.answer(question, timeout=timeout)
    for meant in question.meant.values():
        if meant.guessed and meant.match:
            _note(f"{quoted(meant.words)} is taken for {meant.match.name}")
    layout = (lambda answer: compared(answer).table()) if name == COMPARE else None

    def nothing() -> str:
        return question.nothing + reported_on(opened.reader, question)

    _write_answer(answer, format, output, _read_of(opened), nothing, layout)


def _write_answer(
    answer: Answer,
    format: str | None,
    output: Path | None,
    read: Iterable[Path | None],
    nothing: Callable[[], str],
    layout: Callable[[Answer], Table] | None = None,
) -> None:
    """Write an answer, but not over what was ``read``; if it is empty, say so in the words of ``nothing``."""
    from kg.terminal.tables import write_answer

    known = _format_by_ending(output, answer.content_kind) if format is None and output else None
    with _output(output, read) as stream:
        encoding = sys.stdout.encoding if stream is sys.stdout.buffer else "utf-8"
        with _as_usage(QueryError):  # the format does not fit
            write_answer(answer, stream, known.name if known else format, encoding, layout)
    if answer.is_empty:
        _note(nothing())


def _parameters(words: list[str]) -> dict[str, str]:
    """The values in ``--task "image classification" --limit=5``."""
    parameters: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if not option.startswith("--") or len(option) == 2:
            raise typer.BadParameter(f"expected --PARAMETER VALUE, found {quoted(word)}")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise typer.BadParameter(f"{option} needs a value")
            value = following
        parameters[option[2:].replace("-", "_")] = value
    return parameters


def _list_queries(as_json: bool) -> None:
    from kg.ask.named import named_queries
    from kg.jsonrecord import as_dict
    from kg.terminal.queries import render_queries

    if as_json:
        _print_json([as_dict(query) for query in named_queries()])
    else:
        print(render_queries(named_queries(), _page()["style"]), end="")


@app.command()
def lookup(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="A name, in any spelling.", autocompletion=names_of())],
    type: Annotated[
        str | None,
        typer.Option(
            "--type",
            "-t",
            callback=_in_lower_case,
            help="Kind to look for: method, dataset, metric, task, paper or code.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Maximum number of matches.")] = 10,
    show_all: All = False,
    origin: Annotated[
        str,
        typer.Option(
            "--origin",
            callback=_known_origin,
            help="Whom to ask: extracted from texts, curated in a catalogue, or both.",
        ),
    ] = "both",
    graph: Graph = _GRAPH,
    as_json: Json = False,
    endpoint: EndpointUrl = None,
    user: User = None,
) -> None:
    """Look up an entity, a paper or a repository, as in: kg lookup resnet.

    The name may be in another spelling, an acronym, a beginning, some of the words, or have a typo.
    """
    from kg.ask.origins import known_origin
    from kg.terminal.cards import render_card, render_matches
    from kg.vocabulary import KINDS

    if type is not None and type not in KINDS:
        raise typer.BadParameter(f"expected one of {', '.join(KINDS)}", param_hint="--type")
    opened = _source(context, graph, endpoint, user)
    wanted = " ".join(words)
    asked = known_origin(origin)
    found = opened.lookup(wanted, type=type, limit=None if show_all else limit, origin=asked)
    card = opened.card(found.winner.iri, whole=show_all, origin=asked) if found.winner else None
    if as_json:
        _print_json({**found.as_dict(), "card": card.as_dict() if card else None})
    elif card:
        print(render_card(card, **_page()))
    elif found.matches:
        print(render_matches(found, **_page()))
    if not found.matches:
        nearest = f"; nearest: {', '.join(found.nearest)}" if found.nearest else ""
        _fail(f"nothing found for {quoted(wanted)}{nearest}")


@app.command()
def papers(
    context: typer.Context,
    merged: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[merged [TITLE...]]",
            help="With the word merged: show the entries that were merged into one paper, and why.",
        ),
    ] = None,
    task: Annotated[list[str] | None, _names("--task", "A task that the papers are on.", "task")] = None,
    dataset: Annotated[list[str] | None, _names("--dataset", "A dataset that they use.", "dataset")] = None,
    method: Annotated[list[str] | None, _names("--method", "A method that they name.", "method")] = None,
    metric: Annotated[list[str] | None, _names("--metric", "A metric that they name.", "metric")] = None,
    introduces: Annotated[
        list[str] | None, _names("--introduces", "Something that they introduce.", *ENTITY_KINDS)
    ] = None,
    venue: Annotated[list[str] | None, typer.Option("--venue", help="Where they appeared.")] = None,
    author: Annotated[list[str] | None, typer.Option("--author", help="Who wrote them, or a part of the name.")] = None,
    year: Annotated[
        list[str] | None, typer.Option("--year", metavar="YEARS", help="2020, 2020.., ..2020 or 2018..2020.")
    ] = None,
    with_code: Annotated[bool, typer.Option("--with-code", help="Only papers that link to a repository.")] = False,
    new_since: Annotated[
        str | None,
        typer.Option(
            "--new-since",
            metavar="DATE",
            help="Only papers listed on this date (2025-03-11, 2025-03 or 2025) or later, by the date of their page, "
            "else by that of the first build that read them.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Maximum number of papers.")] = 50,
    show_all: All = False,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """List the papers that fit all options, the newest first, as in: kg papers --dataset ImageNet --with-code.

    Names may be in any spelling, and what is narrower counts too. Each option may be repeated; a paper then fits all.

    kg papers merged shows which entries were put together as one paper, in which sources, and why.
    """
    if merged:
        from kg.terminal.merges import PAPERS

        if merged[0] != "merged":
            raise typer.BadParameter(f"expected options, or the word merged; found {quoted(merged[0])}")
        _only(context, "kg papers merged", "merged", "graph", "as_json")
        _show_merges(graph, "merged_papers", " ".join(merged[1:]) or None, PAPERS, as_json)
        return
    from kg.ask.papers import start_of, year_range
    from kg.terminal.papers import HEADER, NUMERIC, paper_rows, remarks
    from kg.terminal.tables import print_table

    with _as_bad_parameter():
        for text in year or ():
            year_range(text)
        _ = new_since and start_of(new_since)
    found = _opened(graph).papers(
        task=task or (),
        dataset=dataset or (),
        method=method or (),
        metric=metric or (),
        introduces=introduces or (),
        venue=venue or (),
        author=author or (),
        year=year or (),
        with_code=with_code,
        new_since=new_since,
        limit=None if show_all else limit,
    )
    if as_json:
        _print_json(found.as_dict())
    else:
        print_table(HEADER, paper_rows(found), NUMERIC)
    for remark in remarks(found):
        _note(remark)


@app.command()
def path(
    source: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A method, dataset, metric or task, in any spelling.",
            autocompletion=names_of(*ENTITY_KINDS),
        ),
    ],
    target: Annotated[str, typer.Argument(metavar="B", help="Another entity.", autocompletion=names_of(*ENTITY_KINDS))],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Maximum number of chains.")] = 10,
    show_all: All = False,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show the shortest chains of papers between two entities, as in: kg path ImageNet BLEU.

    Chains through what few papers share come first. Papers on something narrower than A or B count as papers on A or B.
    """
    from kg.ask.lookup import is_guess
    from kg.terminal.cards import render_paths

    found = _opened(graph).paths(source, target, limit=None if show_all else limit)
    for words, match in ((source, found.source), (target, found.target)):
        if is_guess(match):
            _note(f"{quoted(words)} is taken for {match.name}")
    if as_json:
        _print_json(found.as_dict())
    else:
        print(render_paths(found, **_page()))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Graph folder of the earlier state.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Graph folder of a later state.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Maximum number of lines in a list.")] = 20,
    show_all: All = False,
    as_json: Json = False,
) -> None:
    """Show what came and went between two graphs, as in: kg diff output/demo output/demo.

    That is papers, entities, results, and edges: what papers introduce, use and link to. --json prints everything.
    """
    from kg.ask.diff import compare_graphs
    from kg.terminal.changes import render_changes

    changes = compare_graphs(old, new)
    _show(changes, as_json, lambda: render_changes(changes, None if show_all else limit))


class _Page(TypedDict):
    """The width and the emphasis of cards and lists on standard output."""

    width: int
    style: Style | None


def _page() -> _Page:
    return {"width": width(), "style": style()}


@app.command()
def export(
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="turtle, jsonld, ntriples, nquads, trig or rdfxml; html, a folder of pages (-o DIR); parquet or csv, "
            "a folder of five tables (-o DIR); as a network graphml, gexf, or csv: nodes.csv and edges.csv in a ZIP "
            "archive (-o FILE.zip)."
            "  [default: by the ending of the output file, else turtle]",
        ),
    ] = None,
    graph: Graph = _GRAPH,
    output: Output = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Write the graph in another vocabulary: lpwc, Linked Papers With Code."),
    ] = None,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Add the runs that made the graph (PROV-O).")
    ] = False,
    description: Annotated[
        bool, typer.Option("--description", help="Add licence, vocabularies and counts of the graph (VoID, DCAT).")
    ] = False,
    alignment: Annotated[
        bool, typer.Option("--alignment", help="Add the relations of the vocabulary to others (RDFS, SKOS).")
    ] = False,
) -> None:
    """Write the whole graph as a file, as in: kg export -f nt.

    The same graph gives the same bytes, except with --provenance. As html it becomes pages that need no server, as in:
    kg export -f html -o site/. As parquet or csv it becomes tables of papers, entities, mentions, results and links, as
    in: kg export -f parquet -o tables/.
    """
    added = provenance or description or alignment
    if (format or (output.suffix.removeprefix(".") if output else "")).lower() == "html":
        _export_site(graph, output, plain=not (profile or added))
        return
    if tables := _format_of_tables(format, output):
        _export_tables(graph, output, tables, plain=not (profile or added))
        return
    from kg.export.formats import find_format

    if format is None:
        known = _format_by_ending(output, "triples", "graphs", "network") if output else None
    else:
        try:
            known = find_format(format, "triples", "graphs", "network")
        except KGError as error:
            if "choose from" not in str(error):  # of a plug-in
                raise
            raise typer.BadParameter(f"{error}, html, csv, parquet", param_hint="--format") from None
    _known_profile(profile)
    if profile is not None and added:
        raise typer.BadParameter("nothing can be added to a profile", param_hint="--profile")
    if known and known.write_network:
        if profile is not None or added:
            raise typer.BadParameter("nothing can be added to a network", param_hint="--format")
        if known.extension == ".zip":
            _archive_or_pipe(output)
    opened = _opened(graph)
    with _output(output, _read_of(opened)) as stream:
        opened.export(
            known.name if known else "turtle",
            stream,
            profile=profile,
            provenance=provenance,
            description=description,
            alignment=alignment,
        )


def _archive_or_pipe(output: Path | None) -> None:
    """Refuse to write an archive under another name, or to where nobody has asked for one."""
    if output is None or (output.name == "-" and sys.stdout.isatty()):
        raise typer.BadParameter(
            "expected a folder for five tables, as in -o tables/, or an archive for the network, as in -o graph.zip",
            param_hint="--output",
        )
    if output.name != "-" and output.suffix.lower() != ".zip":
        raise typer.BadParameter(
            f"nodes.csv and edges.csv come in a ZIP archive; name it *.zip, not {output.name}", param_hint="--output"
        )


def _export_site(graph: Path, output: Path | None, *, plain: bool) -> None:
    from kg.site.export import export_site
    from kg.terminal.progress import progress_bar

    folder = _folder(output, "the folder to write the pages to, as in -o site/", ".html")
    if not plain:
        raise typer.BadParameter("nothing can be added to the pages", param_hint="--format")
    opened = _opened(graph)
    with progress_bar() as progress:
        written = export_site(opened, folder, progress=partial(progress, "pages"))
    start = folder / "index.html"
    _note(f"{written.pages:,} pages, {written.bytes / 1e6:,.1f} MB; open {start}")


def _folder(output: Path | None, expected: str, *endings: str) -> Path:
    """The folder on this machine that an export fills; a name with one of the endings is that of a file."""
    from kg.remote.storage import address_of

    if output is not None and (address := address_of(output)):
        raise typer.BadParameter(f"expected a folder on this machine, found {address}", param_hint="--output")
    if output is None or str(output) == "-" or output.suffix.lower() in endings:
        found = f"; found {output.name}" if output else ""
        raise typer.BadParameter(f"expected {expected}{found}", param_hint="--output")
    return output


def _format_of_tables(format: str | None, output: Path | None) -> TableFormat | None:
    """The format of the tables, if these are what is to be written: a ZIP archive of CSV has the network."""
    ending = output.suffix.lower() if output else ""
    if (format or ending.removeprefix(".")).lower() == "parquet":
        return "parquet"
    one_file = output is None or str(output) == "-" or ending == ".zip"
    return "csv" if format is not None and format.lower() == "csv" and not one_file else None


def _export_tables(graph: Path, output: Path | None, format: TableFormat, *, plain: bool) -> None:
    from kg.terminal.progress import progress_bar

    network = ", or an archive for the network, as in -o graph.zip" if format == "csv" else ""
    folder = _folder(output, f"a folder for five tables, as in -o tables/{network}", ".parquet", ".csv")
    if not plain:
        raise typer.BadParameter("nothing can be added to the tables", param_hint="--format")
    opened = _opened(graph)
    with progress_bar() as progress:
        rows = opened.export_tables(folder, format, progress=partial(progress, "papers"))
    counts = ", ".join(f"{count:,} {table}" for table, count in rows.items())
    _note(f"{counts}; in {folder}/*.{format}")


def _known_profile(name: str | None) -> None:
    if name is None:
        return
    from kg.profiles import find_profile

    with _as_bad_parameter("--profile"):
        find_profile(name)


@app.command()
def publish(
    context: typer.Context,
    store: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            help="Where a store speaks the Graph Store Protocol: http://localhost:7878/store for Oxigraph, "
            "http://localhost:3030/DATASET/data for Fuseki.",
        ),
    ] = None,
    package: Annotated[
        Path | None, typer.Option("--package", metavar="DIR", help="New folder for the package.")
    ] = None,
    graph: Graph = _GRAPH,
    title: Annotated[str, typer.Option("--title", help="Title of the package.")] = "Papers knowledge graph",
    creator: Annotated[str | None, typer.Option("--creator", help="Who publishes it.")] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the facts: an SPDX identifier or an address.")
    ] = "MIT",
    texts_licence: Annotated[
        str | None,
        typer.Option(
            "--texts-licence", help="Licence of titles and abstracts.  [default: none, they are their authors']"
        ),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Address that the folder will have on the web.")] = None,
    site: Annotated[bool, typer.Option("--site/--no-site", help="Whether to add the pages.")] = True,
    user: User = None,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Also send the runs that made the graph, which differ each time.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send all of it, also what the store was sent before.")
    ] = False,
    connections: Annotated[
        int, typer.Option("--connections", min=1, max=64, help="How many graphs are on their way at a time.")
    ] = 2,
    as_json: Json = False,
) -> None:
    """Put the graph into a store on a server, or write it as a folder to publish.

    As in: kg publish http://localhost:7878/store. Each named graph replaces the one of its name in the store; the next
    publish sends what changed and deletes what is gone, and one that ended early goes on. Nothing else in the store is
    touched.

    With --package DIR: dumps, tables, pages, checksums, and what describes them as RO-Crate, Croissant, and VoID with
    DCAT. The same graph gives the same bytes. --title, --creator, --licence, --texts-licence, --url and --site are for
    the package, the other options for a store.
    """
    if (store is None) == (package is None):
        raise typer.BadParameter("expected either the URL of a store, or --package DIR")
    heeded = _OF_STORE if package is None else _OF_PACKAGE
    _only(context, "a store" if package is None else "--package", "graph", "as_json", *heeded)
    if package is None:
        _publish(graph, store or "", user, provenance, again, connections, as_json)
        return
    from kg.publishing.package import Licences, check_address, licence_address, publish_package
    from kg.terminal.progress import progress_bar

    with _as_bad_parameter():
        licences = Licences(licence_address(licence), licence_address(texts_licence) if texts_licence else None)
        check_address(url)
    opened = _opened(graph)
    with progress_bar() as progress:
        written = publish_package(
            opened,
            package,
            title=title,
            creator=creator,
            licences=licences,
            address=url,
            site=site,
            progress=partial(progress, "pages"),
        )
    if as_json:
        _print_json({"files": written.files, "bytes": written.bytes})
    else:
        _note(f"{written.files:,} files, {written.bytes / 1e6:,.1f} MB in {package}")


def _publish(
    graph: Path, url: str, user: str | None, provenance: bool, again: bool, connections: int, as_json: bool
) -> None:
    from kg.publishing.stores import publish_graph
    from kg.remote.connection import authorization, checked_url
    from kg.terminal.progress import progress_bar

    with _as_usage():
        checked_url(url)
    with _mentioning_the_sample(graph), progress_bar() as progress:
        done = publish_graph(
            graph,
            url,
            authorization=authorization(user),
            provenance=provenance,
            again=again,
            connections=connections,
            note=_note,
            progress=partial(progress, "publishing"),
        )
    if as_json:
        _print_json(done.as_dict())
    else:
        removed = f", {done.removed:,} removed" if done.removed else ""
        _note(
            f"{done.graphs:,} named graphs in {url}: {done.sent:,} sent ({done.bytes / 1e6:,.1f} MB), "
            f"{done.unchanged:,} unchanged{removed}"
        )


@app.command()
def plot(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="years, best or together.")],
    of: Annotated[
        str | None,
        _names("--of", "years: only papers that mention this method, dataset, metric or task.", *ENTITY_KINDS),
    ] = None,
    dataset: Annotated[str | None, _names("--dataset", "best: the dataset.", "dataset")] = None,
    metric: Annotated[str | None, _names("--metric", "best: the metric.", "metric")] = None,
    type: Annotated[
        str, typer.Option("--type", "-t", callback=_in_lower_case, help="together: method, dataset, metric or task.")
    ] = "dataset",
    limit: Annotated[int, typer.Option("--limit", "-n", min=2, max=60, help="together: how many, the most used.")] = 15,
    graph: Graph = _GRAPH,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, .svg or .png.  [default: SVG to standard output]"),
    ] = None,
) -> None:
    """Draw a chart: papers a year, the best result over time, or what is named together in papers.

    As in: kg plot best --dataset CIFAR-10 --metric accuracy -o best.svg. PNG needs pip install 'papers-kg[plot]'.
    """
    if what not in _OF_CHART:
        raise typer.BadParameter(f"expected years, best or together; found {quoted(what)}", param_hint="WHAT")
    _only(context, what, "what", "graph", "output", *_OF_CHART[what])
    if what == "best" and not (dataset and metric):
        raise typer.BadParameter("best needs --dataset and --metric")
    if type not in ENTITY_KINDS:
        raise typer.BadParameter(f"expected one of {', '.join(ENTITY_KINDS)}", param_hint="--type")
    ending = output.suffix.lower() if output and output.name != "-" else ".svg"
    if ending not in (".svg", ".png"):
        raise typer.BadParameter("expected a name that ends in .svg or .png", param_hint="--output")
    from kg.site.plots import best_plot, together_plot, years_plot

    opened = _opened(graph)
    if what == "years":
        drawn = years_plot(opened, of)
    elif what == "best":
        drawn = best_plot(opened, dataset or "", metric or "")
    else:
        drawn = together_plot(opened, type, limit)
    data = drawn.png if ending == ".png" else drawn.svg.encode()
    with _output(output, _read_of(opened)) as stream:
        stream.write(data)


@app.command()
def stats(
    context: typer.Context,
    graph: Graph = _GRAPH,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Show the runs that made the graph, with version, rules and model.")
    ] = False,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Compare an imported catalogue with the texts of the papers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Count the papers, entities, links, results and triples of the graph, and show what it is built with."""
    if provenance:
        _refuse(context, "is not for --provenance", "agreement")
    opened = _opened(graph)
    if provenance:
        _print_runs(opened, as_json)
    elif agreement:
        _print_agreement(opened, as_json)
    elif as_json:
        _print_json({**opened.stats().as_dict(), "settings": opened.settings.as_dict()})
    else:
        from kg.terminal.counts import settings_rows, stats_rows
        from kg.terminal.tables import print_counts

        rows = {**stats_rows(opened.stats()), **settings_rows(opened.settings)}
        print_counts(f"Graph in {graph}", rows, to_stderr=False)


def _print_agreement(opened: KnowledgeGraph, as_json: bool) -> None:
    from kg.ask.agreement import find_agreement
    from kg.graph.store import reading
    from kg.terminal.agreement import render_agreement

    with reading(opened.folder):
        found = find_agreement(opened.reader, limit=None if as_json else 3)
    _show(found, as_json, lambda: render_agreement(found, **_page()))
    if not found.papers:
        _note("no paper of the graph is in a catalogue; `kg import pwc FOLDER` adds one")


def _print_runs(opened: KnowledgeGraph, as_json: bool) -> None:
    runs = opened.provenance()
    if as_json:
        _print_json({"runs": [run.as_dict() for run in runs]})
    else:
        from kg.terminal.runs import render_runs

        print(render_runs(runs), end="")


@app.command()
def validate(
    graph: Graph = _GRAPH,
    shapes: Annotated[Path | None, typer.Option("--shapes", help="File of SHACL shapes to use instead.")] = None,
    timeout: Timeout = _TIMEOUT,
    as_json: Json = False,
) -> None:
    """Check the graph against SHACL shapes. If it fails, print the offending nodes; the exit code is 1.

    Shapes that select no node of the graph are named on standard error.
    """
    report = _opened(graph).validate(shapes, timeout=timeout)
    if as_json:
        _print_json(report.as_dict())
    else:
        for violation in report.violations:
            print(printable(str(violation)))
    for note in report.notes:
        _warn(note)
    if not report.conforms:
        _fail(f"{graph}: {report.counts}")
    if not as_json:
        print(printable(f"{graph}: conforms to the shapes"), file=sys.stderr)


@app.command()
def serve(
    graph: Graph = _GRAPH,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: any that is free.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Further name of the server; may be repeated."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the address in a browser.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Take corrections, from this machine only.")] = False,
    timeout: Timeout = _TIMEOUT,
) -> None:
    """Serve the graph over HTTP until Ctrl-C: pages for a browser, SPARQL, linked data, downloads."""
    from kg.server.run import check_private, serve

    if edit:
        with _as_usage():
            check_private(host, allow_host or ())

    def started(address: str) -> None:
        _note(f"serving {graph} at {address} (Ctrl-C ends it)")
        if show:
            import webbrowser
            from threading import Thread

            Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with _mentioning_the_sample(graph):
        serve(graph, host, port, edit=edit, hosts=allow_host or (), timeout=timeout, started=started)


@app.command()
def demo(graph: Graph = _DEMO_GRAPH, as_json: Json = False) -> None:
    """Build the graph of a small sample that ships with kg, and show some questions to it."""
    from kg.builder import build_graph
    from kg.demo import CARD, QUESTIONS, next_steps, sample_pages
    from kg.terminal.cards import render_card
    from kg.terminal.counts import build_rows
    from kg.terminal.tables import TABLE, print_counts, write_answer

    report, found = _built(partial(build_graph, sample_pages(), graph, workers=1), graph)
    opened = _opened(graph)
    winner = opened.lookup(CARD).winner
    card = opened.card(winner.iri) if winner else None
    answers = [(question, opened.ask(question.name, question.parameters)) for question in QUESTIONS]
    if as_json:
        asked = [
            {"question": question.text, "command": question.command(graph), "rows": list(answer.records())}
            for question, answer in answers
        ]
        _print_json(
            {**report.as_dict(), "stats": found.as_dict(), "asked": asked, "card": card.as_dict() if card else None}
        )
        return
    print_counts(f"{len(sample_pages())} listing pages in, a graph out", build_rows(report, found), to_stderr=False)
    for question, answer in answers:
        print(f"{_bold(question.text)}\n  {printable(question.command(graph))}\n", flush=True)
        write_answer(answer, sys.stdout.buffer, TABLE, encoding=sys.stdout.encoding)
        sys.stdout.buffer.flush()
        print()
    print(f"{_bold(f'What is {CARD}?')}\n  {printable(f'kg lookup {CARD} -g {graph}')}\n")
    if card:
        print(f"{render_card(card, **_page())}\n")
    print(_bold("What to type next"))
    for command, meaning in next_steps(graph).items():
        print(f"  {printable(command)}\n      {meaning}")


def _bold(text: str) -> str:
    emphasised = style()
    return emphasised(text, "bold") if emphasised else text


@app.command()
def correct(
    context: typer.Context,
    paper: Annotated[
        str | None, typer.Argument(metavar="[PAPER]", help="Its title, id or IRI, in any spelling.")
    ] = None,
    words: Annotated[
        str | None, typer.Argument(metavar="[WORDS]", help="Its exact words; of a result the value as written.")
    ] = None,
    not_an_entity: Annotated[bool, typer.Option("--not-an-entity", help="The words name no entity.")] = False,
    not_a_result: Annotated[bool, typer.Option("--not-a-result", help="The value is no result.")] = False,
    type: Annotated[
        str | None, typer.Option("--type", "-t", help="They name a Method, Dataset, Metric or Task; added if new.")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="The entity is introduced or used.")] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", help='The metric of the result, added if new; "" for none.')
    ] = None,
    dataset: Annotated[str | None, typer.Option("--dataset", help='The dataset of the result; "" for none.')] = None,
    method: Annotated[str | None, typer.Option("--method", help='The method of the result; "" for none.')] = None,
    task: Annotated[str | None, typer.Option("--task", help='The task of the result; "" for none.')] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help='The method that the result is one over; "" for none.')
    ] = None,
    relative: Annotated[
        bool | None, typer.Option("--relative/--absolute", help="The result is an improvement, or a score by itself.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take out earlier corrections that say otherwise.")
    ] = False,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules", help="Folder to write into.  [default: the last rules of the graph, else in its folder]"
        ),
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="Show the corrections that builds of the graph read.")
    ] = False,
    exporting: Annotated[
        bool,
        typer.Option("--export", help="Write the corrected papers as annotations for `kg train` and `kg evaluate`."),
    ] = False,
    graph: Graph = _GRAPH,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Write down for later builds what was read wrong in a paper, as in: kg correct mixup 23.5% --not-a-result.

    The correction is a line of corrections.jsonl in a folder of rules. `kg build` without INPUT applies it.
    """
    from kg.corrections import checked
    from kg.terminal.corrections import render_corrected

    if (paper is not None) + listing + exporting != 1 or (paper is None) != (words is None):
        raise typer.BadParameter("expected either a PAPER and its WORDS, or --list, or --export")
    if listing:
        _only(context, "--list", "listing", "graph", "as_json")
        _print_corrections(_opened(graph), as_json)
        return
    if exporting or paper is None or words is None:
        _only(context, "--export", "exporting", "graph", "output")
        _export_corrected(_opened(graph), output)
        return
    _refuse(context, "is for --export alone", "output")
    kinds_of_entities = {name.lower(): name for name in ENTITY_TYPES}
    of_entity = {"type": type and kinds_of_entities.get(type.lower(), type), "role": role}
    of_result: dict[str, str | bool | None] = {"metric": metric, "dataset": dataset, "method": method}
    of_result |= {"task": task, "baseline": baseline, "relative": relative}
    said: dict[Correction, bool] = {
        "no entity": not_an_entity,
        "no result": not_a_result,
        "entity": any(value is not None for value in of_entity.values()),
        "result": any(value is not None for value in of_result.values()),
    }
    kinds = [kind for kind, given in said.items() if given]
    if len(kinds) != 1:
        raise typer.BadParameter(
            "expected --not-an-entity, --not-a-result, or what is right of either an entity or a result"
        )
    changes: dict[str, Any] = of_entity if kinds == ["entity"] else of_result if kinds == ["result"] else {}
    with _as_usage():
        checked(kinds[0], {name: value for name, value in changes.items() if value is not None})
    corrected = _opened(graph).correct(paper, words, kinds[0], rules=rules, replace=replace, **changes)
    _show(corrected, as_json, lambda: render_corrected(corrected, graph))


def _print_corrections(opened: KnowledgeGraph, as_json: bool) -> None:
    from kg.corrections import line_of

    found = opened.corrections()
    if as_json:
        _print_json([{"place": rule.place, **line_of(rule)} for rule in found])
    for rule in () if as_json else found:
        print(printable(f"{rule.place}: {rule}"))
    if not found:
        _note("there are no corrections")


def _export_corrected(opened: KnowledgeGraph, output: Path | None) -> None:
    import json

    from kg.ask.merges import titles_of_entries
    from kg.evaluation.corrected import corrected_papers
    from kg.graph.store import with_corrections

    folders = with_corrections(opened.folder, opened.settings.rules)
    with _output(output, _read_of(opened)) as stream:
        titles = titles_of_entries(opened.generation)
        for line in corrected_papers(opened.store, folders, opened.settings.model, titles):
            stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


@app.command()
def mcp(
    graph: Graph = _GRAPH,
    earlier: Annotated[
        Path | None,
        typer.Option("--earlier", metavar="DIR", help="Graph folder of an earlier state, for the tool that compares."),
    ] = None,
) -> None:
    """Answer an assistant, such as Claude, that starts this command: Model Context Protocol on standard streams.

    It can ask what can be asked here: lookup, papers, path, ask, query, stats, merges. Nothing is changed.
    """
    from kg.server.assistants import run_on_standard_streams
    from kg.server.current import Current

    with _mentioning_the_sample(graph):
        current = Current(graph)
    if sys.stdin.isatty():
        _note("waits for an assistant on standard input, which starts this command by itself; Ctrl-C ends it")
    run_on_standard_streams(current, earlier)


@entities.command()
def merges(
    words: Annotated[
        list[str] | None, typer.Argument(help="Show only the entities with this name, in any spelling.")
    ] = None,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show which names were put under one entity, in how many papers, and why."""
    from kg.terminal.merges import ENTITIES

    _show_merges(graph, "merges", " ".join(words) if words else None, ENTITIES, as_json)


def _show_merges(graph: Path, record: str, words: str | None, columns: tuple[str, ...], as_json: bool) -> None:
    """Print what the last build merged: a record of its generation, for all or for one name."""
    from kg.ask.merges import recorded_merges
    from kg.graph.store import existing
    from kg.terminal.merges import no_merges, render_merges

    with _mentioning_the_sample(graph):
        generation = existing(graph)
    rows = list(recorded_merges(getattr(generation, record), words))
    if as_json:
        _print_json(rows)
    else:
        print(render_merges(rows, columns), end="")
    if not rows:
        _note(no_merges(columns, words))


@contextmanager
def _output(path: Path | None, read: Iterable[str | Path | None]) -> Iterator[IO[bytes]]:
    """Standard output, or a file or address that has it when it is complete; compressed if its name ends in .gz.

    Args:
        path: ``None`` or "-" for standard output.
        read: the files, folders and addresses that the command reads, which it is not to write over.
    """
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from kg.remote.storage import packing

    if any(_is_part(path, given) for given in read if given is not None):
        raise typer.BadParameter(f"{path} is also an input", param_hint="--output")
    with packing(path) as stream:
        yield stream


def _is_part(output: Path, given: str | Path) -> bool:
    """Whether an output is a file that is read, or in a folder that is; not if it is of an earlier `kg extract`."""
    from kg.remote.storage import address_of, local_path
    from kg.sources.foreign import is_extracted

    if (address := address_of(given)) and local_path(address) is None:
        return address == address_of(output)
    place = local_path(address) if address else Path(given)
    try:
        if place is None or not output.is_file() or not output.stat().st_size:
            return False
        if place.is_dir():
            return output.resolve().is_relative_to(place.resolve()) and not is_extracted(output)
        return output.samefile(place)
    except OSError:
        return False


def _read_of(graph: KnowledgeGraph | RemoteGraph) -> list[Path]:
    """The files and folders of a graph, and those that it is built with; other files may be in its folder, too."""
    from kg.api import KnowledgeGraph
    from kg.graph.store import CURRENT
    from kg.text.files import CATALOGUES, CORRECTIONS

    if not isinstance(graph, KnowledgeGraph):
        return []
    own = [graph.folder / name for name in (CURRENT, CATALOGUES, CORRECTIONS)]
    generations, model = graph.folder.glob("generation-*"), filter(None, [graph.settings.model])
    return [*own, *generations, *_rule_files(graph.settings.rules), *model]


def _rule_files(folders: Iterable[Path]) -> Iterator[Path]:
    """All that may be read of folders of rules; other files of users may be there."""
    return (path for folder in folders for path in folder.rglob("*.jsonl"))


def _show(found: Record, as_json: bool, text: Callable[[], str]) -> None:
    """Print a record, as JSON or as text."""
    if as_json:
        _print_json(found.as_dict())
    else:
        print(text(), end="")


def _print_json(value: object) -> None:
    print(json_text(value, sys.stdout.encoding))
