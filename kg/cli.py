"""The command line: parses arguments, calls the library, prints what it returns.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage. Imports
are inside the commands, because ``kg lookup`` must not wait for spaCy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from shutil import get_terminal_size
from typing import IO, TYPE_CHECKING, Annotated, NoReturn, TypedDict

import typer

from kg.errors import InputError, KGError
from kg.text.names import one_line
from kg.vocabulary import is_base

if TYPE_CHECKING:
    from typer.models import CommandInfo

    from kg.api import KnowledgeGraph
    from kg.ask.sparql import Answer
    from kg.ask.stats import Stats
    from kg.builder import BuildReport
    from kg.terminal.cards import Style

app = typer.Typer(
    name="kg",
    help="Paper listings in, knowledge graph out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

entities = typer.Typer(help="Show and score which names were put under one entity.", no_args_is_help=True)
app.add_typer(entities, name="entities")

Graph = Annotated[Path, typer.Option("--graph", "-g", envvar="KG_GRAPH", help="Graph folder.")]
Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Listing pages or JSON lines: files, folders, or - for standard input."),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", help="Folder of your own rule files (*.jsonl); may be repeated.")
]
Model = Annotated[
    Path | None,
    typer.Option("--model", help="Folder of a model from `kg train`.  [default: the shipped model]"),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", "-j", min=1, help="Worker processes.  [default: by CPUs and papers]"),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.  [default: standard output]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AnswerFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="table, csv, tsv, json or xml; for CONSTRUCT and DESCRIBE turtle, jsonld, ntriples or rdfxml."
        "  [default: table on a terminal, otherwise csv; turtle]",
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0, metavar="SECONDS", help="End a query after this time; 0: never.")
]
AllowService = Annotated[
    bool, typer.Option("--allow-service", help="Let the query send requests to other servers (SERVICE).")
]

_GRAPH = Path("output")
_DEMO_GRAPH = Path("output/demo")
_TIMEOUT = 60.0


def main() -> NoReturn:
    """Run the command line; an error that the user can fix is printed as one line."""
    try:
        _app_of(sys.argv[1:])()
    except KGError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of our output has ended (`kg export | head`); leave Python nothing to flush into the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


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


def _fail(message: str) -> NoReturn:
    print(f"kg: error: {one_line(message)}", file=sys.stderr)
    sys.exit(1)


def _warn(line: str) -> None:
    print(f"kg: warning: {line}", file=sys.stderr)


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
    inputs: Inputs,
    graph: Graph = _GRAPH,
    rules: Rules = None,
    model: Model = None,
    workers: Workers = None,
    base_iri: Annotated[
        str | None, typer.Option("--base-iri", help="Base IRI of resources.  [default: that of the graph]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add papers to the graph: new papers are added, changed papers replaced, all others stay."""
    if base_iri is not None and not is_base(base_iri):
        raise typer.BadParameter("expected an http(s) IRI that ends in / or #", param_hint="--base-iri")
    from kg.terminal.counts import build_rows
    from kg.terminal.tables import print_counts

    report, found = _build(inputs, graph, rules, model, workers, base_iri)
    if as_json:
        _print_json({**report.as_dict(), "stats": found.as_dict()})
    else:
        print_counts(f"Graph in {graph}", build_rows(report, found), to_stderr=True)


def _build(
    inputs: list[str],
    graph: Path,
    rules: list[Path] | None,
    model: Path | None,
    workers: int | None,
    base_iri: str | None,
) -> tuple[BuildReport, Stats]:
    from kg.api import KnowledgeGraph
    from kg.builder import build_graph
    from kg.extraction import Extractor
    from kg.terminal.progress import progress_bar

    with progress_bar() as progress:
        report = build_graph(
            inputs,
            graph,
            base=base_iri,
            extractor=Extractor(rules or (), model),
            workers=workers,
            warn=_warn,
            progress=progress,
        )
    return report, KnowledgeGraph(graph).stats()


@app.command()
def extract(
    inputs: Inputs,
    rules: Rules = None,
    model: Model = None,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=1, help="Worker processes; with more than one, lines come in batches.")
    ] = 1,
    output: Output = None,
) -> None:
    """Write what was found in each paper as JSON lines, in input order, while reading."""
    import json

    import kg

    papers = kg.read_papers(inputs, _warn)
    with _output(output) as stream:
        for extraction in kg.extract(papers, rules=rules or (), workers=workers, model=model):
            line = json.dumps(extraction.as_dict(), ensure_ascii=False, separators=(",", ":"))
            stream.write(line.encode() + b"\n")
            stream.flush()


@app.command()
def evaluate(
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
        _evaluate_pairs(resolution, papers, rules, model, as_json)
        return
    from kg.evaluation.report import evaluate
    from kg.terminal.evaluation import render_evaluation
    from kg.terminal.progress import progress_bar

    with progress_bar() as progress:
        measured = evaluate(
            gold, papers=papers, rules=rules or (), model=model, examples=examples, warn=_warn, progress=progress
        )
    if as_json:
        _print_json(measured.as_dict())
    else:
        print(render_evaluation(measured, errors=errors, calibration=calibration), end="")


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
    if as_json:
        _print_json(score.as_dict())
    else:
        print(render_resolution(score), end="")


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
    from kg.evaluation.gold import read_gold
    from kg.extraction.model import SHIPPED, Model
    from kg.training.tagger import Recipe, tagged_texts, train

    texts = [text for corpus in corpora for text in read_gold(corpus, papers, _warn).texts]
    base = Model.load(SHIPPED)
    output.mkdir(parents=True, exist_ok=True)  # an output that cannot be written is an error before the training
    learned = list(tagged_texts(texts, rules or ()))
    recipe = Recipe(epochs=epochs, seed=seed)
    print(f"kg: learning from {len(learned):,} texts", file=sys.stderr)
    tagger = train(learned, recipe, None if from_scratch else base.tagger, _report_epoch)
    about = {"texts": len(learned), "epochs": epochs, "seed": seed, "from_scratch": from_scratch}
    Model(tagger, base.roles, about).save(output)
    print(f"kg: model in {output}", file=sys.stderr)


def _report_epoch(epoch: int, loss: float) -> None:
    print(f"kg: epoch {epoch}: loss {loss:.3f}", file=sys.stderr)


@app.command(context_settings={"ignore_unknown_options": True})
def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME [--PARAMETER VALUE...]", help="The query, and values for its parameters."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the queries and their parameters.")] = False,
    format: AnswerFormat = None,
    graph: Graph = _GRAPH,
    output: Output = None,
    timeout: Timeout = _TIMEOUT,
) -> None:
    """Answer one of the shipped queries, as in: kg ask datasets-for-task --task "image classification"."""
    if listing:
        _list_queries()
        return
    name, *rest = words or [""]
    if not name or name.startswith("-"):
        raise typer.BadParameter("expected the name of a query; `kg ask --list` lists them")
    _ask(name, rest, graph, format, output, timeout)


@app.command(context_settings={"ignore_unknown_options": True})
def query(
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
    graph: Graph = _GRAPH,
    output: Output = None,
    timeout: Timeout = _TIMEOUT,
    allow_service: AllowService = False,
) -> None:
    """Answer a SPARQL query: an argument, a file, or standard input.

    Prefixes are declared: kg, schema, skos, oa, prov, dcterms, xsd, and for resources paper, method, dataset, metric,
    task, code, venue. A query sees all graphs as one, unless FROM or FROM NAMED chooses some.
    """
    words = words or []
    if listing:
        _list_queries()
        return
    if name is not None:
        if file is not None or profile is not None or allow_service:
            raise typer.BadParameter("a shipped query has no file, no profile and no SERVICE", param_hint="--name")
        _ask(name, words, graph, format, output, timeout)
        return
    for text in words:
        if text.startswith("-") and text != "-":
            raise typer.BadParameter(f"no such option: {text}")
    if len(words) + (file is not None) > 1 or (not words and file is None and sys.stdin.isatty()):
        raise typer.BadParameter("give one query: as an argument, with --file, or on standard input")
    from kg.api import KnowledgeGraph

    _known_profile(profile)
    opened = KnowledgeGraph(graph)
    sparql, source = _sparql(words[0] if words else "-", file)
    with _shown_warnings():
        answer = opened.query(sparql, source, profile=profile, timeout=timeout, allow_service=allow_service)
    _write_answer(answer, format, output, "the query found nothing")


@contextmanager
def _shown_warnings() -> Iterator[None]:
    """Print the warnings of the library as those of the command line."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: _warn(str(message))
        yield


def _sparql(text: str, file: Path | None) -> tuple[str, str]:
    """The text of a query, and what errors call it."""
    if file is None and text != "-":
        return text, "query"
    raw, place = (sys.stdin.buffer.read(), "<stdin>") if file is None else (file.read_bytes(), str(file))
    try:
        return raw.decode("utf-8-sig"), place
    except UnicodeDecodeError:
        raise InputError(place, "is not UTF-8 text; expected a SPARQL query") from None


def _ask(name: str, words: list[str], graph: Path, format: str | None, output: Path | None, timeout: float) -> None:
    """Answer a shipped query; ``words`` are its parameters as options."""
    from kg.api import KnowledgeGraph

    parameters = _parameters(words)
    opened = KnowledgeGraph(graph)
    question = opened.question(name, parameters)
    answer = opened.answer(question, timeout=timeout)
    for meant in question.meant.values():
        if meant.guessed and meant.match:
            print(f"kg: {meant.words!r} is taken for {meant.match.name}", file=sys.stderr)
    _write_answer(answer, format, output, question.nothing)


def _write_answer(answer: Answer, format: str | None, output: Path | None, nothing: str) -> None:
    """Write an answer; if it is empty, say so on standard error."""
    from kg.terminal.tables import write_answer

    with _output(output) as stream:
        write_answer(answer, stream, format)
    if answer.is_empty:
        print(f"kg: {nothing}", file=sys.stderr)


def _parameters(words: list[str]) -> dict[str, str]:
    """The values in ``--task "image classification" --limit=5``."""
    parameters: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if not option.startswith("--") or len(option) == 2:
            raise typer.BadParameter(f"expected --PARAMETER VALUE, found {word!r}")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise typer.BadParameter(f"{option} needs a value")
            value = following
        parameters[option[2:].replace("-", "_")] = value
    return parameters


def _list_queries() -> None:
    from kg.ask.named import named_queries
    from kg.terminal.queries import render_queries

    print(render_queries(named_queries(), _page()["style"]), end="")


@app.command()
def lookup(
    words: Annotated[list[str], typer.Argument(help="A name, in any spelling.")],
    type: Annotated[
        str | None, typer.Option("--type", "-t", help="Kind to look for: method, dataset, metric, task, paper or code.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Maximum number of matches.")] = 10,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Look up an entity, a paper or a repository by its name, another spelling, an acronym, a prefix or a typo."""
    from kg.api import KnowledgeGraph
    from kg.terminal.cards import render_card, render_matches
    from kg.vocabulary import KINDS

    if type is not None and type not in KINDS:
        raise typer.BadParameter(f"expected one of {', '.join(KINDS)}", param_hint="--type")
    opened = KnowledgeGraph(graph)
    wanted = " ".join(words)
    found = opened.lookup(wanted, type=type, limit=limit)
    card = opened.card(found.winner.iri) if found.winner else None
    if as_json:
        _print_json({**found.as_dict(), "card": card.as_dict() if card else None})
    elif card:
        print(render_card(card, **_page()))
    elif found.matches:
        print(render_matches(found, **_page()))
    if not found.matches:
        nearest = f"; nearest: {', '.join(found.nearest)}" if found.nearest else ""
        _fail(f"nothing found for {wanted[:100]!r}{nearest}")


@app.command()
def path(
    source: Annotated[str, typer.Argument(metavar="A", help="A method, dataset, metric or task, in any spelling.")],
    target: Annotated[str, typer.Argument(metavar="B", help="Another entity.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Maximum number of chains.")] = 10,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show the shortest chains of papers between two entities, and what the papers share.

    Chains through what few papers share come first. Papers on something narrower than A or B count as papers on A or B.
    """
    from kg.api import KnowledgeGraph
    from kg.terminal.cards import render_paths

    found = KnowledgeGraph(graph).paths(source, target, limit=limit)
    if as_json:
        _print_json(found.as_dict())
    else:
        print(render_paths(found, **_page()))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Graph folder of the earlier state.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Graph folder of a later state.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Maximum number of lines in a list.")] = 20,
    as_json: Json = False,
) -> None:
    """Show which papers, entities, edges and results came and went between two graphs.

    Edges are what papers introduce, use and link to. --json prints everything.
    """
    from kg.ask.diff import compare_graphs
    from kg.terminal.changes import render_changes

    changes = compare_graphs(old, new)
    if as_json:
        _print_json(changes.as_dict())
    else:
        print(render_changes(changes, limit), end="")


class _Page(TypedDict):
    """The width and the emphasis of cards and lists on standard output."""

    width: int
    style: Style | None


def _page() -> _Page:
    from kg.terminal.cards import ansi

    return {"width": get_terminal_size().columns, "style": ansi if sys.stdout.isatty() else None}


@app.command()
def export(
    format: Annotated[
        str,
        typer.Option("--format", "-f", help="turtle, jsonld, ntriples, nquads, trig or rdfxml."),
    ] = "turtle",
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
        bool,
        typer.Option("--description", help="Add licence, vocabularies and counts of the graph (VoID, DCAT)."),
    ] = False,
    alignment: Annotated[
        bool, typer.Option("--alignment", help="Add the relations of the vocabulary to others (RDFS, SKOS).")
    ] = False,
) -> None:
    """Write the whole graph as a file. The same graph gives the same bytes, except with --provenance."""
    from kg.api import KnowledgeGraph
    from kg.export.formats import find_format

    try:
        find_format(format, "triples", "graphs")
    except KGError as error:
        raise typer.BadParameter(str(error), param_hint="--format") from None
    _known_profile(profile)
    if profile is not None and (provenance or description or alignment):
        raise typer.BadParameter("nothing can be added to a profile", param_hint="--profile")
    opened = KnowledgeGraph(graph)
    with _output(output) as stream:
        opened.export(
            format,
            stream,
            profile=profile,
            provenance=provenance,
            description=description,
            alignment=alignment,
        )


def _known_profile(name: str | None) -> None:
    if name is None:
        return
    from kg.profiles import find_profile

    try:
        find_profile(name)
    except KGError as error:
        raise typer.BadParameter(str(error), param_hint="--profile") from None


@app.command()
def stats(
    graph: Graph = _GRAPH,
    provenance: Annotated[
        bool,
        typer.Option("--provenance", help="Show the runs that made the graph, with version, rules and model."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Count the papers, entities, links, results and triples of the graph."""
    from kg.api import KnowledgeGraph

    opened = KnowledgeGraph(graph)
    if provenance:
        _print_runs(opened, as_json)
    elif as_json:
        _print_json(opened.stats().as_dict())
    else:
        from kg.terminal.counts import stats_rows
        from kg.terminal.tables import print_counts

        print_counts(f"Graph in {graph}", stats_rows(opened.stats()), to_stderr=False)


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
    from kg.api import KnowledgeGraph

    report = KnowledgeGraph(graph).validate(shapes, timeout=timeout)
    if as_json:
        _print_json(report.as_dict())
    else:
        for violation in report.violations:
            print(violation)
    for note in report.notes:
        _warn(note)
    if not report.conforms:
        _fail(f"{graph}: {report.counts}")
    if not as_json:
        print(f"{graph}: conforms to the shapes", file=sys.stderr)


@app.command()
def demo(graph: Graph = _DEMO_GRAPH) -> None:
    """Build the graph of a small sample that ships with kg, and show some questions to it."""
    from kg.api import KnowledgeGraph
    from kg.demo import CARD, QUESTIONS, next_steps, sample_pages
    from kg.terminal.cards import render_card
    from kg.terminal.counts import build_rows
    from kg.terminal.tables import TABLE, print_counts, write_answer

    report, found = _build(sample_pages(), graph, None, None, 1, None)
    opened = KnowledgeGraph(graph)
    print_counts(f"{len(sample_pages())} listing pages in, a graph out", build_rows(report, found), to_stderr=False)
    for question in QUESTIONS:
        typer.secho(question.text, bold=True)
        typer.echo(f"  {question.command(graph)}\n")
        write_answer(opened.ask(question.name, question.parameters), sys.stdout.buffer, TABLE)
        typer.echo()
    typer.secho(f"What is {CARD}?", bold=True)
    typer.echo(f"  kg lookup {CARD} -g {graph}\n")
    if winner := opened.lookup(CARD).winner:
        typer.echo(f"{render_card(opened.card(winner.iri), **_page())}\n")
    typer.secho("What to type next", bold=True)
    for command, meaning in next_steps(graph).items():
        typer.echo(f"  {command}\n      {meaning}")


@entities.command()
def merges(
    words: Annotated[
        list[str] | None, typer.Argument(help="Show only the entities with this name, in any spelling.")
    ] = None,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show which names were put under one entity, in how many papers, and why."""
    from kg.ask.merges import recorded_merges
    from kg.graph.store import existing
    from kg.terminal.merges import render_merges

    rows = list(recorded_merges(existing(graph), " ".join(words) if words else None))
    if as_json:
        _print_json(rows)
    else:
        print(render_merges(rows), end="")


@contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from kg.text.files import writing

    with writing(path) as stream:
        yield stream


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))
