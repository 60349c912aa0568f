"""Reads made-up files of many entries in each format: ``python tests/benchmarks/readers.py [FORMAT...] [--count N]``.

For a tenth of N and for N entries it prints the entries a CPU second, also as a multiple of what extraction reads,
and the peak of memory, which must not grow; and the CPU seconds for a paper and ``--megabytes`` of entries as small as
can be after it. Entries reach the reader through a pipe; only Parquet is written to disk.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

TITLE = "Frogs of Pond {n} and What They Eat"
ABSTRACT = (
    "Small frogs are hard to count. We present HopNet, a network that counts the frogs of pond {n} in pictures of its "
    "shore, and compare it with a ResNet-50 on PondSet. HopNet reaches an accuracy of 91.2%, 3.4 points more."
)


class Format(NamedTuple):
    """What a file begins with, an entry with "{n}" in it, what ends it, and an entry as small as can be."""

    head: str
    entry: str
    foot: str
    tiny: str
    between: str = ""


def _json(**fields: object) -> str:
    return json.dumps({"title": TITLE, "abstract": ABSTRACT, **fields})


_OAI = "<OAI-PMH><ListRecords>"
_TEI = "<TEI><teiHeader><fileDesc><titleStmt><title>{t}</title></titleStmt></fileDesc><profileDesc><abstract><p>{a}</p>"
_TEI = _TEI.replace("{t}", TITLE).replace("{a}", ABSTRACT) + "</abstract></profileDesc></teiHeader></TEI>"
_OPENALEX = {"id": "https://openalex.org/W{n}", "authorships": [{"author": {"display_name": "Ann Pond"}}]}
_INDEX = {word: [place] for place, word in enumerate(dict.fromkeys(ABSTRACT.split()))}
_CROSSREF = {"title": [TITLE], "abstract": f"<jats:p>{ABSTRACT}</jats:p>", "DOI": "10.1234/{n}", "type": "article"}
FORMATS = {
    "jsonl": Format("", _json(id="{n}", year=2020) + "\n", "", "{}\n"),
    "json array": Format("[", _json(id="{n}"), "]", "{}", ","),
    "openalex": Format(
        '{"results": [', json.dumps({**_OPENALEX, "title": TITLE, "abstract_inverted_index": _INDEX}), "]}", "{}", ","
    ),
    "crossref": Format('{"message": {"items": [', json.dumps(_CROSSREF), "]}}", "{}", ","),
    "kaggle": Format("", _json(id="2101.{n}", authors="Ann Pond, Bo Lily", categories="cs.CV") + "\n", "", "{}\n"),
    "atom": Format(
        "<feed>",
        f"<entry><id>http://arxiv.org/abs/2101.00001v1</id><title>{TITLE}</title><summary>{ABSTRACT}</summary></entry>\n",
        "</feed>",
        "<entry/>",
    ),
    "rss": Format(
        "<rss><channel>",
        f"<item><title>{TITLE}</title><description>Abstract: {ABSTRACT}</description></item>\n",
        "</channel></rss>",
        "<item/>",
    ),
    "oai": Format(
        _OAI,
        f"<record><metadata><arXiv><title>{TITLE}</title><abstract>{ABSTRACT}</abstract></arXiv></metadata></record>\n",
        "</ListRecords></OAI-PMH>",
        "<arXiv/>",
    ),
    "oai_dc": Format(
        _OAI,
        f"<record><dc><title>{TITLE}</title><description>{ABSTRACT}</description></dc></record>\n",
        "</ListRecords></OAI-PMH>",
        "<dc/>",
    ),
    "pubmed": Format(
        "<PubmedArticleSet>",
        f"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{TITLE}</ArticleTitle><Abstract>"
        f"<AbstractText>{ABSTRACT}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n",
        "</PubmedArticleSet>",
        "<PubmedArticle/>",
    ),
    "tei": Format("", _TEI + "\n", "", "<TEI/>\n"),
    "dblp": Format(
        "<dblp>",
        f"<article><author>Ann Pond</author><title>{TITLE}.</title><year>2020</year></article>\n",
        "</dblp>",
        "<article/>",
    ),
    "bibtex": Format(
        "", f"@article{{pond{{n}},\n  title = {{{TITLE}}},\n  abstract = {{{ABSTRACT}}},\n}}\n", "", "@a{b,}\n"
    ),
    "ris": Format("", f"TY  - JOUR\nTI  - {TITLE}\nAB  - {ABSTRACT}\nER  - \n", "", "TY  - \n"),
    "endnote": Format("", f"%0 Journal Article\n%T {TITLE}\n%X {ABSTRACT}\n\n", "", "%0 X\n"),
    "nbib": Format("", f"PMID- {{n}}\nTI  - {TITLE}.\nAB  - {ABSTRACT}\n\n", "", "PMID- 1\n"),
    "wos": Format("FN Frogs\nVR 1.0\n", f"PT J\nTI {TITLE}\nAB {ABSTRACT}\nER\n", "EF\n", "PT J\n"),
    "csv": Format("title,abstract\n", f'"{TITLE}","{ABSTRACT}"\n', "", "x\n"),
    "tsv": Format("title\tabstract\n", f"{TITLE}\t{ABSTRACT}\n", "", "x\n"),
    "markdown": Format("# Frogs\n\n", f"## {TITLE}\n\n{ABSTRACT}\n\n", "", "#\n"),
    "html": Format("<!DOCTYPE html><body>", f"<h2>{TITLE}</h2><p>{ABSTRACT}</p>\n", "</body>", "<p>x\n"),
    "mail": Format(
        "", f"\\\\\narXiv:2101.00001\nTitle: {TITLE}\nAuthors: Ann Pond\n\\\\\n  {ABSTRACT}\n\\\\\n", "", "\\\\\n"
    ),
    "labelled": Format("", f"Title: {TITLE}\nAuthors: Ann Pond\nAbstract: {ABSTRACT}\n\n", "", "Title: x\n"),
    "listing": Format("Frogs\n2026-01-05\n\n", f"{TITLE}\n{ABSTRACT}\n\n", "", "x\n"),
}
_PARQUET = "parquet"


def content(known: Format, entries: int | None, size: int = 0) -> Iterator[bytes]:
    """A file of so many entries, or of one and entries as small as can be that fill so many bytes."""
    yield known.head.encode()
    written, between = 0, ""
    for n in range(entries) if entries is not None else count():
        text = between + (known.tiny if entries is None and n else known.entry.replace("{n}", str(n)))
        between = known.between
        written += len(text)
        if entries is None and written > size:
            break
        yield text.encode()
    yield known.foot.encode()


def parquet(path: Path, entries: int) -> None:
    """A file of pandas with so many papers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("title", pa.string()), ("abstract", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, entries, 10_000):
            numbers = map(str, range(start, min(start + 10_000, entries)))
            rows = [{"title": TITLE.replace("{n}", n), "abstract": ABSTRACT.replace("{n}", n)} for n in numbers]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def read(path: str) -> None:
    """Read a file; print papers, CPU seconds, and the peak of memory in MB."""
    from kg.errors import InputError
    from kg.sources import read_entries

    found = 0
    list(read_entries([], print))
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        for _ in read_entries([path], lambda line: None):
            found += 1
    except InputError as error:
        print(error, file=sys.stderr)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime
    print(found, seconds, _peak() // 1024)


def _peak() -> int:
    """The most memory that this process had, in KB; ru_maxrss would count that of the process which started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


def measured(name: str, entries: int | None, size: int = 0) -> tuple[int, float, int]:
    """What :func:`read` prints in a process of its own."""
    command = [sys.executable, __file__, "--read"]
    if name == _PARQUET:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.parquet")
            parquet(path, entries or 0)
            answer = subprocess.run([*command, str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout
    else:
        process = subprocess.Popen([*command, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        thread = threading.Thread(target=_feed, args=(process.stdin, content(FORMATS[name], entries, size)))
        thread.start()
        answer = process.stdout.read().decode()
        thread.join()
        process.wait()
    found, seconds, peak = answer.split()
    return int(found), float(seconds), int(peak)


def _feed(stream: IO[bytes], pieces: Iterator[bytes]) -> None:
    try:
        stream.writelines(pieces)
        stream.close()
    except BrokenPipeError:  # the reader has given up
        return


def extraction_speed() -> float:
    """Papers that extraction reads in a CPU second."""
    from kg.extraction import Extractor
    from kg.records import Paper

    papers = [
        Paper(id=str(n), title=TITLE.replace("{n}", str(n)), abstract=ABSTRACT.replace("{n}", str(n)))
        for n in range(300)
    ]
    extractor = Extractor()
    list(extractor.pipe(papers[:20]))
    before = resource.getrusage(resource.RUSAGE_SELF)
    list(extractor.pipe(papers))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return len(papers) / (usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="the formats to read; by default all")
    parser.add_argument("--count", type=int, default=1_000_000, help="entries")
    parser.add_argument("--megabytes", type=int, default=10, help="size of the file of entries that are no papers")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read(given.read)
        return
    extracted = extraction_speed()
    print(f"extraction: {extracted:,.0f} papers a CPU second")
    print(f"{'format':12} {'entries':>10} {'a second':>9} {'x':>6} {'MB, a tenth':>12} {'MB, all':>8} {'tiny, s':>8}")
    for name in given.formats or [*FORMATS, _PARQUET]:
        _, _, tenth = measured(name, given.count // 10)
        found, seconds, peak = measured(name, given.count)
        tiny = "" if name == _PARQUET else f"{measured(name, None, given.megabytes * 1_000_000)[1]:.1f}"
        speed = found / seconds
        print(f"{name:12} {found:10,} {speed:9,.0f} {speed / extracted:6.0f} {tenth:12} {peak:8} {tiny:>8}", flush=True)


if __name__ == "__main__":
    main()
