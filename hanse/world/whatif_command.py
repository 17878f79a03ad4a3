"""`hanse whatif`: what a change of rules would do, over several futures."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from . import changing, described, history, whatif
from .branches import copied

out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)


def main(arguments: list[str]) -> int:
    """The command, as `hanse whatif` calls it."""
    try:
        asked(arguments, standalone_mode=False, prog_name="hanse whatif")
    except (described.NotACompany, history.NotThisWorld) as trouble:
        err.print(f"[red]{trouble}[/red]")
        return 1
    except click.UsageError as wrong:
        wrong.show()
        return 2
    return 0


@click.command()
@click.option("--change", "file", required=True, type=click.Path(exists=True, dir_okay=False), help="What is otherwise, part by part.")
@click.option("--days", default=60, show_default=True, type=click.IntRange(1, 730), help="How long each future is.")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many futures, each lived without the change and with it.")
@click.option("--processes", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(1, 256), help="How many are lived at once here.")
@click.option("--cluster", default="", help="The address of a Dask scheduler, to live them there instead.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")
def asked(file: str, days: int, seeds: int, processes: int, cluster: str, as_json: bool) -> None:
    """Live the company of this home on from today, under the rules it has and under changed ones, and compare."""
    text = Path(file).read_text()
    so_far = history.lived()
    if so_far is None:
        raise history.NotThisWorld("This home holds no simulated company: `hanse world live` makes one.")
    company, change = described.text_of(so_far.world), changing.change_of(text, file)
    changing.changed(described.of(company, so_far.world), change, file)
    with copied(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]) as branch, _executor(processes, cluster) as executor, Progress(console=err) as progress:
        pairs = whatif.futures_of(branch, os.environ["HANSE_SECRET_KEY"], so_far.world, company, text, so_far.seed, so_far.began, so_far.day + timedelta(days=1), days, seeds)
        bar = progress.add_task(str(change.get("said", file)), total=2 * len(pairs))
        found = whatif.compared(whatif.outcomes(executor, pairs, lambda: progress.advance(bar)))
    _told(found, seeds, days, as_json)


@contextmanager
def _executor(processes: int, cluster: str) -> Iterator[Executor]:
    """Processes here, each for one future, as a process belongs to one database; or a cluster by its address."""
    if not cluster:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            yield pool
        return
    from distributed import Client

    with Client(cluster) as client:
        yield client.get_executor(pure=False)


def _told(found: list[whatif.Difference], seeds: int, days: int, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(d) | {"sure": d.sure} for d in found]))
        return
    table = Table(title=f"{seeds} futures of {days} days", title_justify="left", box=None, pad_edge=False)
    for name in ("", "as it is", "changed", "difference", "95 % interval", ""):
        table.add_column(name, no_wrap=True)
    for d in found:
        table.add_row(whatif.MEASURES[d.measure], *_figures(d), "" if d.sure else "the same" if d.low == d.high == 0 else "not sure")
    out.print(table)


def _figures(d: whatif.Difference) -> tuple[Any, ...]:
    return f"{d.without:,.2f}", f"{d.with_it:,.2f}", f"{d.difference:+,.2f}", f"{d.low:+,.2f} … {d.high:+,.2f}"
