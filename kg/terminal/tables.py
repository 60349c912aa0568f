"""What a person at a terminal sees: progress bars and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def print_counts(title: str, counts: Mapping[str, object], *, to_stderr: bool) -> None:
    """A two-column table of names and numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}" if isinstance(count, int) else str(count))
    Console(stderr=to_stderr, highlight=False).print(table)


def plain_table(header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Columns of even width, two spaces apart, no cell cut: for files, pipes and tests."""
    widths = [max([len(name), *(len(row[column]) for row in cells)]) for column, name in enumerate(header)]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"

    rule = ["-" * width for width in widths]
    return "".join(line(row) for row in [header, rule, *cells])
