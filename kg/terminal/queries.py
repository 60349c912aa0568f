"""The shipped queries with their parameters, as a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.ask.named import NamedQuery
    from kg.terminal.output import Style


def render_queries(queries: Iterable[NamedQuery], style: Style | None = None) -> str:
    """For each query its name, what it answers, and a line for each parameter as an option of ``kg ask``.

    Args:
        queries: the queries.
        style: how to emphasise the names; without one the text is plain.
    """
    lines = []
    for query in queries:
        lines += [style(query.name, "bold") if style else query.name, f"    {query.description}"]
        for parameter in query.parameters:
            default = "" if parameter.default is None else f"  [default: {parameter.default}]"
            option = f"--{parameter.name.replace('_', '-')} {parameter.type.upper()}"
            lines.append(f"    {option}  {parameter.meaning}{default}")
    return "".join(f"{line}\n" for line in lines)
