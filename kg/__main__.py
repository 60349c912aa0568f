"""Where the command ``kg`` begins, and ``python -m kg``: also while it is loaded, Ctrl-C ends it without a word."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it."""
    try:
        from kg.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
