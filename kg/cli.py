"""The command line: parses arguments, calls the library, prints what it returns.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage. Imports
stand inside the commands, because ``kg lookup`` must not wait for spaCy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import IO, TYPE_CHECKING, Annotated, NoReturn, TypedDict

import typer

from kg.errors import InputError, KGError
from kg.vocabulary import is_base

if TYPE_CHECKING:
    from kg.ask.stats import Stats
    from kg.builder import BuildReport
    from kg.graph.provenance import Part, Run
    from kg.terminal.cards import Style

app = typer.Typer(
    name="kg",
    help="Paper listings in, knowledge graph out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

entities = typer.Typer(help="What the entities of the graph were made from.", no_args_is_help=True)
app.add_typer(entities, name="entities")

Graph = Annotated[Path, typer.Option("--graph", "-g", envvar="KG_GRAPH", help="Folder where the graph stands.")]
Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Listing pages or JSON lines: files, folders, or - for standard input."),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", help="Folder of further rule files (*.jsonl); may be repeated.")
]
Model = Annotated[
    Path | None,
    typer.Option("--model", help="Folder of a model from `kg train`.  [default: the shipped model]"),
]
Workers = Annotated[
    int | None, typer.Option("--workers", "-j", min=1, help="Worker processes.  [default: one a CPU when worth it]")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.  [default: standard output]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_GRAPH = Path("output")
_DEMO_GRAPH = Path("output/demo")


def main() -> NoReturn:
    """Run the command line; an error that a user can act on ends in one line."""
    try:
        app()
    except KGError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of our output has gone (`kg export | head`); leave Python nothing to flush into the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def _fail(message: str) -> NoReturn:
    print(f"kg: error: {' '.join(message.split())}", file=sys.stderr)
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
        str | None, typer.Option("--base-iri", help="Base of resource IRIs.  [default: what the graph has]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add papers to the graph: new ones are added, changed ones replaced, all others stay."""
    if base_iri is not None and not is_base(base_iri):
        raise typer.BadParameter("expected an http(s) IRI that ends in / or #", param_hint="--base-iri")
    from kg.terminal.tables import print_counts

    report, found = _build(inputs, graph, rules, model, workers, base_iri)
    if as_json:
        _print_json({**report.as_dict(), "stats": found.as_dict()})
    else:
        print_counts(f"Graph in {graph}", _report_rows(report, found), to_stderr=True)


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


def _report_rows(report: BuildReport, found: Stats) -> dict[str, object]:
    changes = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    seen = ", ".join(f"{count:,} {name}" for name, count in changes.items() if count)
    read = {"entries read": report.entries, "their papers": seen}
    return {**read, **_rows(found), "seconds": f"{report.seconds:.1f}"}


def _rows(found: Stats) -> dict[str, object]:
    """Statistics as the rows of a table."""
    entities = {
        f"{name.lower()}s": f"{count:,} ({found.introduced[name]:,} introduced)"
        for name, count in found.entities.items()
    }
    links = ", ".join(f"{count:,} {kind}" for kind, count in found.links.items())
    return {
        "papers": found.papers,
        "duplicates merged": found.merged,
        **entities,
        "mentions": found.mentions,
        "links": f"{sum(found.links.values()):,} ({links})",
        "repositories": found.repositories,
        "results": found.results,
        "triples": found.triples,
    }


@app.command()
def extract(
    inputs: Inputs,
    rules: Rules = None,
    model: Model = None,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=1, help="Worker processes; more than one write in batches.")
    ] = 1,
    output: Output = None,
) -> None:
    """Write what is found in each paper as JSON lines, in input order, as it is read."""
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
        Path | None, typer.Option("--papers", help="The papers' texts, where GOLD does not hold them.")
    ] = None,
    rules: Rules = None,
    model: Model = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Show what kinds of errors there are, commonest first.")
    ] = False,
    examples: Annotated[int, typer.Option("--examples", "-n", min=0, help="Examples of each kind of error.")] = 5,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Show how many of the mentions found with a confidence are right.")
    ] = False,
    resolution: Annotated[
        Path | None,
        typer.Option("--resolution", metavar="PAIRS", help="Score instead whether names meet at the right entities."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the extraction on annotated texts: precision, recall and F1, by type.

    GOLD holds papers, {"id", "entities": [{"type", "text", "role"?}], "abbreviations"?, "links"?, "results"?}, their
    "title" and "abstract" with them or in --papers; or passages, {"text", "spans": [{"start", "end", "label"}]}, as
    Prodigy and doccano export them. Scores are strict: exact words and type; in passages exact first and last
    character, and only the types that GOLD marks. --json prints everything.

    With --resolution PAIRS the papers of --papers are extracted and resolved together, and pairs of names judged by
    whether they are one entity there: {"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same": true|false}.
    """
    if (gold is None) == (resolution is None):
        raise typer.BadParameter("give annotated texts, or pairs of names with --resolution")
    if gold is None or resolution is not None:
        _evaluate_resolution(resolution, papers, rules, model, as_json)
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


def _evaluate_resolution(
    pairs: Path | None, papers: Path | None, rules: list[Path] | None, model: Path | None, as_json: bool
) -> None:
    from kg.evaluation.resolution import evaluate_resolution
    from kg.terminal.evaluation import render_resolution
    from kg.terminal.progress import progress_bar

    if pairs is None or papers is None:
        raise typer.BadParameter("--resolution needs the papers that the names are in", param_hint="--papers")
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
        Path | None, typer.Option("--papers", help="Texts of the annotated papers: id, title, abstract a line.")
    ] = None,
    rules: Rules = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Start from nothing, not from the shipped model.")
    ] = False,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="How often each text is learned from.")] = 8,
    seed: Annotated[int, typer.Option("--seed", help="The same texts and the same seed give the same model.")] = 0,
) -> None:
    """Train a model on your own annotations, for --model of kg build, kg extract and kg evaluate."""
    from kg.evaluation.gold import read_gold
    from kg.extraction.model import SHIPPED, Model
    from kg.training.tagger import Recipe, tagged_texts, train

    texts = [text for corpus in corpora for text in read_gold(corpus, papers, _warn).texts]
    base = Model.load(SHIPPED)
    output.mkdir(parents=True, exist_ok=True)  # what cannot be written to is refused before the work
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
def query(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SPARQL | --PARAMETER VALUE...]", help="The query, or a shipped query's parameters."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File that holds the query.")] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="Name of a shipped query.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the shipped queries and their parameters.")] = False,
    format: Annotated[
        str | None,
        typer.Option(
            help="table, csv, tsv, json or xml; for CONSTRUCT and DESCRIBE turtle, ntriples or jsonld."
            "  [default: table on a terminal, csv elsewhere; turtle]"
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Vocabulary of a query of yours: lpwc, Linked Papers With Code.")
    ] = None,
    graph: Graph = _GRAPH,
    output: Output = None,
) -> None:
    """Answer SPARQL: a query as argument, in a file, on standard input, or a shipped one by name.

    The parameters of a shipped query are given as options, as in: kg query --name datasets-for-task --task "image
    classification". Prefixes are declared: kg, schema, skos, oa, prov, dcterms, xsd, and for resources paper, method,
    dataset, metric, task, code, venue.
    """
    from kg.api import KnowledgeGraph

    words = words or []
    if listing:
        _list_queries()
        return
    parameters = _parameters(words) if name is not None else {}
    texts = [] if name is not None else words
    for text in texts:
        if text.startswith("-") and text != "-":
            raise typer.BadParameter(f"no such option: {text}")
    if len(texts) + (file is not None) + (name is not None) > 1:
        raise typer.BadParameter("give one query: as an argument, with --file, on standard input, or with --name")
    if name is None and file is None and not texts and sys.stdin.isatty():
        raise typer.BadParameter("give a query: as an argument, with --file, on standard input, or with --name")
    if name is not None and profile is not None:
        raise typer.BadParameter("a shipped query says itself what it is written in", param_hint="--profile")
    _known_profile(profile)
    opened = KnowledgeGraph(graph)
    question = None
    if name is not None:
        question = opened.question(name, parameters)
        answer = opened.answer(question)
    elif file is not None:
        answer = opened.query(_decoded(file.read_bytes(), str(file)), str(file), profile=profile)
    elif texts and texts[0] != "-":
        answer = opened.query(texts[0], profile=profile)
    else:
        answer = opened.query(_decoded(sys.stdin.buffer.read(), "<stdin>"), "<stdin>", profile=profile)
    for meant in question.meant.values() if question else ():
        if meant.guessed and meant.match:
            print(f"kg: {meant.words!r} is taken for {meant.match.name}", file=sys.stderr)
    with _output(output) as stream:
        found = answer.write(stream, format or answer.default_format(stream.isatty()))
    if not found:
        print(f"kg: {question.nothing if question else 'the query found nothing'}", file=sys.stderr)


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

    for named in named_queries():
        typer.secho(named.name, bold=True)
        typer.echo(f"    {named.description}")
        for parameter in named.parameters:
            default = "" if parameter.default is None else f"  [default: {parameter.default}]"
            option = f"--{parameter.name.replace('_', '-')} {parameter.type.upper()}"
            typer.echo(f"    {option}  {parameter.meaning}{default}")


def _decoded(raw: bytes, place: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(place, "is not UTF-8 text; expected a SPARQL query") from None


@app.command()
def lookup(
    words: Annotated[list[str], typer.Argument(help="A name, in any spelling.")],
    type: Annotated[
        str | None, typer.Option("--type", "-t", help="method, dataset, metric, task, paper or code.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Matches at most.")] = 10,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Look up an entity, a paper or a repository: exact name, other spelling, acronym, prefix, typo."""
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
    target: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Chains at most.")] = 10,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show the shortest chains of papers between two entities, and what joins the papers.

    Chains through what few papers share come first. A paper on something narrower than A or B is one on A or B.
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
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of a graph.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of another graph, or of the same one later.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Lines at most for what came or went.")] = 20,
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
    """How cards and lists are laid out on standard output."""

    width: int
    style: Style | None


def _page() -> _Page:
    from kg.terminal.cards import ansi

    return {"width": get_terminal_size().columns, "style": ansi if sys.stdout.isatty() else None}


@app.command()
def export(
    format: Annotated[
        str, typer.Option("--format", "-f", help="turtle, jsonld, ntriples, nquads, trig or rdfxml.")
    ] = "turtle",
    graph: Graph = _GRAPH,
    output: Output = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Write the graph in another vocabulary: lpwc, Linked Papers With Code."),
    ] = None,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Add which runs made the graph, and when (PROV-O).")
    ] = False,
    description: Annotated[
        bool, typer.Option("--description", help="Add what the graph is: licence, vocabularies, counts (VoID, DCAT).")
    ] = False,
    alignment: Annotated[
        bool, typer.Option("--alignment", help="Add how the vocabulary relates to others (RDFS, SKOS).")
    ] = False,
) -> None:
    """Write the whole graph as a file; the same graph gives the same bytes, but for what --provenance adds."""
    from kg.api import KnowledgeGraph
    from kg.export.formats import FORMATS

    if format not in FORMATS:
        raise typer.BadParameter(f"expected one of {', '.join(FORMATS)}", param_hint="--format")
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
    from kg.profiles import PROFILES

    if name not in PROFILES:
        raise typer.BadParameter(f"expected one of {', '.join(PROFILES)}", param_hint="--profile")


@app.command()
def stats(
    graph: Graph = _GRAPH,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Show the runs that made the graph: times, version, rules, model.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Count what the graph holds."""
    from kg.api import KnowledgeGraph
    from kg.terminal.tables import print_counts

    opened = KnowledgeGraph(graph)
    if provenance:
        _print_runs(opened.provenance(), as_json)
        return
    found = opened.stats()
    if as_json:
        _print_json(found.as_dict())
    else:
        print_counts(f"Graph in {graph}", _rows(found), to_stderr=False)


def _print_runs(runs: list[Run], as_json: bool) -> None:
    from kg.terminal.tables import plain_table

    if as_json:
        _print_json({"runs": [run.as_dict() for run in runs]})
        return

    def shown(part: Part) -> str:
        return f"{part.name} {part.digest[:8]}"

    header = ("run", "started", "ended", "version", "code", "rules", "model", "inputs")
    cells = [
        (
            str(run.number),
            run.started,
            run.ended,
            run.version,
            shown(run.code),
            ", ".join(map(shown, run.rules)),
            shown(run.model),
            ", ".join(run.inputs[:3]) + (f" and {len(run.inputs) - 3:,} more" if len(run.inputs) > 3 else ""),
        )
        for run in runs
    ]
    print(plain_table(header, cells, [True, *[False] * 7]), end="")


@app.command()
def validate(
    graph: Graph = _GRAPH,
    shapes: Annotated[Path | None, typer.Option("--shapes", help="SHACL shapes in place of the shipped ones.")] = None,
    as_json: Json = False,
) -> None:
    """Check the graph against SHACL shapes; exit code 1 and the offending nodes where it fails."""
    from kg.api import KnowledgeGraph

    report = KnowledgeGraph(graph).validate(shapes)
    if as_json:
        _print_json(report.as_dict())
    else:
        for violation in report.violations:
            print(violation)
    if not report.conforms:
        _fail(f"{graph}: {len(report.violations)} violations of the shapes")
    if not as_json:
        print(f"{graph}: conforms to the shapes", file=sys.stderr)


@app.command()
def demo(graph: Graph = _DEMO_GRAPH) -> None:
    """Build the graph of a small sample that ships with kg, and show what can be asked of it."""
    from kg.api import KnowledgeGraph
    from kg.demo import CARD, QUESTIONS, next_steps, sample_pages
    from kg.terminal.cards import render_card
    from kg.terminal.tables import print_counts

    report, found = _build(sample_pages(), graph, None, None, 1, None)
    opened = KnowledgeGraph(graph)
    print_counts(f"{len(sample_pages())} listing pages in, a graph out", _report_rows(report, found), to_stderr=False)
    for question in QUESTIONS:
        typer.secho(question.text, bold=True)
        typer.echo(f"  {question.command(graph)}\n")
        opened.ask(question.name, question.parameters).write(sys.stdout.buffer, "table")
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
        list[str] | None, typer.Argument(help="Only the entities with this name, in any spelling.")
    ] = None,
    graph: Graph = _GRAPH,
    as_json: Json = False,
) -> None:
    """Show which names were taken for one entity, in how many papers, and why."""
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
