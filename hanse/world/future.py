"""`python -m hanse.world.future`: live one future. It comes in as JSON, what came of it goes out as the last line."""

import os
import sys

from pydantic import TypeAdapter

from hanse.edge.process import PARENT, die_with_parent

from .whatif import Future, Outcome


def main() -> int:
    """Live the future that stands in the input, in the database of the environment."""
    if PARENT in os.environ:
        die_with_parent()
    future = TypeAdapter(Future).validate_json(sys.stdin.read())
    import django

    django.setup()
    from . import futures
    from .history import NotThisWorld

    try:
        outcome = futures.live(future)
    except NotThisWorld as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    sys.stdout.write("\n" + TypeAdapter(Outcome).dump_json(outcome).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
