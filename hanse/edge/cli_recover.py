"""`hanse recover`: go on after a restore."""

import click

from .cli import django_ready, main


@main.command()
@click.option("--beside", help="The database as it was last: its home, or its address as owner. Then numbers are exact, and what is lost is named.")
def recover(beside: str | None) -> None:
    """Go on after a restore: lift numbers, ask carriers again, verify, open for writes."""
    with django_ready("recover") as urls:
        from .recovering import recovered

        raise SystemExit(recovered(urls, beside))
