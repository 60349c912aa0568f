"""What the commands of this folder share: their options, and errors that end in one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KGError

if TYPE_CHECKING:
    from kg.training.teacher import Teacher


def options(description: str | None, several: bool = False) -> argparse.ArgumentParser:
    """A parser of the options that all commands have: the annotated papers.

    Args:
        description: of the command.
        several: whether there can be several files of them, some of whose papers are kept aside.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    files: Any = {"action": "append"} if several else {}
    parser.add_argument("--gold", type=Path, required=True, help="annotated papers, JSON lines", **files)
    if several:
        parser.add_argument("--aside", type=Path, default=[], help="the same, of which some are kept", **files)
        parser.add_argument("--conferences", type=Path, help="abstracts whose shipped annotations are read too")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    return parser


def add_teacher_options(parser: argparse.ArgumentParser, count: int) -> None:
    """Add the options of a teacher, which labels ``count`` abstracts by default."""
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, JSON lines")
    parser.add_argument("--count", type=int, default=count, help="number of abstracts that the teacher labels")
    parser.add_argument("--encoder", help="folder of the teacher's encoder  [default: MiniLM]")
    parser.add_argument("--epochs", type=int, default=6, help="the teacher's passes over the annotated papers")
    parser.add_argument("--rate", type=float, default=1e-4, help="the encoder's highest learning rate")


def load_teacher(encoder: str | None) -> Teacher:
    """A teacher that has learned nothing yet.

    Args:
        encoder: folder of the transformer that it starts from; MiniLM by default.

    Raises:
        KGError: the packages that it needs are not installed.
    """
    try:
        from kg.training.teacher import Teacher, minilm
    except ImportError as error:
        raise KGError(f"the teacher needs {error.name}: pip install 'papers-kg[teach]'") from None
    return Teacher(encoder or minilm())


def run(command: Callable[[], None]) -> None:
    """Run a command; an error that the user can fix is printed as one line, and the exit code is 1."""
    try:
        command()
    except KGError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(f"error: {os.fsdecode(error.filename)}: {error.strerror}")
