"""Parquet (https://parquet.apache.org/docs/file-format/) and Arrow (https://arrow.apache.org/docs/format/Columnar.html).

Rows are records like those of JSON, see ``layouts.toml``. It takes pyarrow, which the extra ``parquet`` installs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO

from kg.errors import InputError
from kg.records import Paper
from kg.sources.columns import Columns
from kg.sources.entries import Entry, papers_of
from kg.sources.layouts import paper_of
from kg.sources.reader import NotPapersError, Reader, Source, Warn
from kg.text.files import reason
from kg.text.names import one_line

_PARQUET, _ARROW = b"PAR1", b"ARROW1"
_ROWS = 200  # read at a time


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins as such a file."""
    return head.startswith((_PARQUET, _ARROW))


def read(columns: Mapping[str, str], source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a file; the line of a paper is the number of its row.

    Raises:
        InputError: pyarrow is not installed; the file is damaged; or no row is a paper.
    """
    with tempfile.TemporaryFile() as copy:
        try:
            shutil.copyfileobj(source.stream, copy)  # what is where stands at the end of the file
        except OSError as error:
            raise InputError(source.place, f"cannot be read ({reason(error)})") from None
        names, rows = _opened(copy, source.place)

        def entries(skip: Warn) -> Iterator[Entry]:
            for number, row in enumerate(rows, start=1):
                given = {field: row[name] for field, name in columns.items() if name in row}
                yield Entry(number, f"{source.place}: row {number}", {**row, **given})

        try:
            yield from papers_of(source, warn, entries, paper_of)
        except NotPapersError:
            if Columns(names, columns).missing:
                Columns(names, columns).refuse(source.place)
            raise


def _opened(file: BinaryIO, place: str) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """The names of the columns, and the rows."""
    try:
        from pyarrow import ipc, parquet
    except ImportError:
        problem = "is Parquet or Arrow, which needs pyarrow; pip install 'papers-kg[parquet]' installs it"
        raise InputError(place, problem) from None
    file.seek(0)
    begins = file.read(len(_ARROW))
    file.seek(0)
    try:
        if begins.startswith(_ARROW):
            arrow = ipc.open_file(file)
            return arrow.schema.names, _rows(map(arrow.get_batch, range(arrow.num_record_batches)), place)
        opened = parquet.ParquetFile(file)
        return opened.schema_arrow.names, _rows(opened.iter_batches(batch_size=_ROWS), place)
    except Exception as error:
        raise _damaged(place, error) from None


def _rows(batches: Iterator[Any], place: str) -> Iterator[dict[str, Any]]:
    parts = (batch.slice(begin, _ROWS).to_pylist() for batch in batches for begin in range(0, batch.num_rows, _ROWS))
    while True:
        try:
            rows = next(parts, None)
        except Exception as error:
            raise _damaged(place, error) from None
        if rows is None:
            return
        yield from rows


def _damaged(place: str, error: Exception) -> InputError:
    """What pyarrow, which raises errors of many kinds, says about a damaged file."""
    return InputError(place, f"cannot be read as Parquet or Arrow ({one_line(str(error))[:200]})")


def reader(columns: Mapping[str, str]) -> Reader:
    """A reader of Parquet and Arrow.

    Args:
        columns: the names of columns that a user gives, by field.
    """
    return Reader("Parquet or Arrow", recognises, partial(read, columns))
