"""`python -m hanse.world`: a company lives on while it is served, until SIGTERM."""

import os
import signal
from threading import Event

from hanse.edge.process import PARENT, become, die_with_parent, loading
from hanse.kernel import clock


def main() -> None:
    """Go on; whoever started this process takes it along when it dies."""
    import django

    if PARENT in os.environ:
        die_with_parent()
    become("world", 4)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    with loading():
        django.setup()
    from .going_on import go_on

    course, stopping = clock.course(), Event()
    if course is None:
        raise SystemExit("Time goes as everywhere here: `hanse demo` serves a company whose time has a course of its own.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    go_on(stopping, course)


if __name__ == "__main__":
    main()
