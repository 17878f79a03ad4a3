"""`hanse whatif`: what a change of rules would do, over several futures."""

import json
import os
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from . import changing, described, history, whatif
from .branches import copied
from .commands import err, obey, out
from .whatif_words import caution, figure, sentences, unit_of


def main(arguments: list[str]) -> int:
    """The command, as `hanse whatif` calls it. Ctrl-C ends it, and the copies with it."""
    return obey(asked, "hanse whatif", arguments, "Stopped; nothing is left of it.")


@click.command()
@click.option("--change", "file", required=True, type=click.Path(exists=True, dir_okay=False), help="What is otherwise, part by part.")
@click.option("--days", default=60, show_default=True, type=click.IntRange(1, whatif.LONGEST), help="How long each future is.")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(whatif.FEWEST, whatif.MOST), help="How many futures, each lived without the change and with it.")
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
    changed = changing.changed(described.of(company, so_far.world), change, file)
    first, said = so_far.day + timedelta(days=1), str(change.get("said", file))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress:
        bar = progress.add_task(said, total=2 * seeds)
        with copied(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]) as branch, whatif.hired(processes, cluster) as executor:
            pairs = whatif.futures_of(branch, os.environ["HANSE_SECRET_KEY"], so_far.world, company, text, so_far.seed, so_far.began, first, days, seeds)
            report = whatif.compared(whatif.outcomes(executor, pairs, lambda: progress.advance(bar)), first)
    _told(report, said, changed.currency, seeds, days, as_json)


def _told(report: whatif.Report, said: str, currency: str, seeds: int, days: int, as_json: bool) -> None:
    found = report.differences
    if as_json:
        click.echo(json.dumps([asdict(d) | {"sure": d.sure} for d in found]))
        return
    table = Table(title=said, title_justify="left", box=None, pad_edge=False)
    for name in ("", "as it is", "changed", "difference", "95 % interval", ""):
        table.add_column(name, no_wrap=True, justify="left" if not name else "right")
    for d in found:
        bounds = f"{figure(d.measure, d.low, signed=True)} … {figure(d.measure, d.high, signed=True)}"
        table.add_row(
            whatif.MEASURES[d.measure].word, figure(d.measure, d.without), figure(d.measure, d.with_it), figure(d.measure, d.difference, signed=True), bounds, unit_of(d.measure, currency))
    out.print(table)
    for sentence in sentences(found, currency):
        out.print(f"- {sentence.said}")
    out.print(f"[dim]{caution(seeds, days)}[/dim]")
