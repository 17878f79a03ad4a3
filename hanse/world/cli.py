"""`hanse world live`: live the days of a described company in this home."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from hanse.kernel import clock

from . import described, history
from .commands import obey, out
from .day import Tally

DAY = click.DateTime(formats=["%Y-%m-%d"])


def main(arguments: list[str]) -> int:
    """The command, with what stands behind `hanse world`."""
    return obey(world, "hanse world", arguments)


@click.group()
def world() -> None:
    """A simulated trading world that drives the real operations on a simulated clock."""


@world.command()
@click.option("--world", "name", default="web-shop", show_default=True, help=f"A file, or one of {', '.join(described.named())}.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How many days to live, up to yesterday unless --from is given.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0, 2**31), help="Another seed is another history; the same one the same.")
@click.option("--from", "began", type=DAY, help="The first day.")
def live(name: str, days: int, seed: int, began: datetime | None) -> None:
    """Live so many days of a company, or go on where a run was stopped. Ctrl-C stops after the day."""
    company = described.read(name)
    so_far = history.lived()
    first = so_far.began if so_far else began.date() if began else clock.now().date() - timedelta(days=days)
    told = orders = 0
    for _, tally in progress(name, company, seed, first, first + timedelta(days=days)):
        told, orders = told + sum(tally.told.values()), orders + tally.told.get("OrderPlaced", 0)
    out.print(f"{company.name}: {days} days from {first}, {orders:,} orders, {told:,} acts. `hanse serve` shows them; `hanse verify` proves them.")


def progress(name: str, company: described.Company, seed: int, first: date, until: date) -> Iterator[tuple[date, Tally]]:
    """Live the days with a bar; gives what `history.live` gives."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    so_far = history.lived()
    with Progress(*columns) as bar:
        task = bar.add_task(company.name, total=(until - first).days, completed=(so_far.day - first).days + 1 if so_far else 0)
        for on, tally in history.live(name, company, seed, first, until):
            bar.update(task, advance=1, description=f"{company.name}, {on:%a %d %b}")
            yield on, tally
