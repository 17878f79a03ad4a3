"""What the commands of the world share: how each ends, and where it speaks."""

from collections.abc import Sequence

import click
from rich.console import Console

from .branches import NotCopied
from .described import NotACompany
from .history import NotThisWorld
from .whatif import NotLived

TROUBLE = (NotACompany, NotThisWorld, NotLived, NotCopied)
"""What stands in a command's way, said in one sentence."""
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)


def obey(command: click.Command, called: str, arguments: Sequence[str], stopped: str = "Stopped.") -> int:
    """Run a command by the name it is called by; gives its exit code. Ctrl-C ends it, with a word of what is left then."""
    try:
        command(list(arguments), standalone_mode=False, prog_name=called)
    except TROUBLE as trouble:
        err.print(f"[red]{trouble}[/red]")
        return 1
    except click.UsageError as wrong:
        wrong.show()
        return 2
    except click.Abort:
        err.print(stopped)
        return 130
    return 0
