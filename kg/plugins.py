"""What other packages add to this one: objects that they declare as entry points.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

from typing import TypeVar

from kg.errors import KGError
from kg.text.names import one_line

Plugin = TypeVar("Plugin")


def reason(error: Exception) -> str:
    """What an exception of another package says, in one line."""
    return one_line(str(error)) or type(error).__name__


def load_plugins(group: str, kind: type[Plugin]) -> dict[str, Plugin]:
    """The objects of an entry point group by the name of their entry point, sorted by name.

    Reading them looks through all installed packages, about 0.1 s: call this only where no shipped object will do.

    Args:
        group: "kg.formats", for example.
        kind: the class that the objects must be of.

    Raises:
        KGError: an entry point cannot be loaded, or is an object of another class; names it.
    """
    from importlib.metadata import entry_points

    found: dict[str, Plugin] = {}
    for point in sorted(entry_points(group=group), key=lambda point: (point.name, point.value)):
        try:
            loaded = point.load()
        except Exception as error:  # whatever the module of another package raises
            raise KGError(f"plugin {point.name} ({group}: {point.value}) cannot be loaded: {reason(error)}") from error
        if not isinstance(loaded, kind):
            problem = f"expected an object of class {kind.__name__}, found {type(loaded).__name__}"
            raise KGError(f"plugin {point.name} ({group}: {point.value}): {problem}")
        found.setdefault(point.name, loaded)
    return found
