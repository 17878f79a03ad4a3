"""`hanse import`: the importer at the command line, with progress, in words or as JSON."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from hanse.journal.operation import Busy, KeyInProgress, NotGranted
from hanse.journal.principals import HANSE

from .bring import WHAT, run
from .fields import MapWrong
from .reading import FileWrong
from .result import Result

DONE, REFUSED, WRONG_USE, IN_THE_WAY = 0, 1, 2, 3
NOTES_SHOWN = 20


class Speed(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f} rows/s")


def main(arguments: Sequence[str]) -> int:
    """0 when every row is in, 1 when rows were rejected, 2 on wrong use, 3 when the files or the mapping cannot be used."""
    try:
        told = _parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    err = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Speed(), TimeElapsedColumn(), console=err, disable=told.quiet) as bars:
            tasks: dict[str, Any] = {}

            def progress(what: str, done: int, rows: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=rows)
                bars.update(tasks[what], completed=done, total=rows)

            result = run(told.what, told.files, told.map, told.dry_run, told.history, told.by or HANSE, progress, told.hands)
    except (MapWrong, FileWrong, NotGranted) as error:
        err.print(str(error), style="red", markup=False)
        return IN_THE_WAY
    except (Busy, KeyInProgress):
        err.print("The database is busy, or somebody brings the same files in. What is in stays in: start again and it goes on.", style="red")
        return IN_THE_WAY
    if told.json:
        sys.stdout.write(json.dumps(as_json(result)) + "\n")
    else:
        show(result, told.dry_run)
    return REFUSED if result.rejected else DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("hanse import", description="Bring orders, items, parties, sites, stock, or carriers' services, rates and surcharges in from CSV files, plain or gzip.")
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of files")
    parser.add_argument("--map", required=True, metavar="MAP.toml", help="what the columns mean")
    parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")
    parser.add_argument("--history", action="store_true", help="bring in what happened to the orders since, each at its own time")
    parser.add_argument("--by", default="", metavar="USER", help="who is asking; hanse itself unless said")
    parser.add_argument("--hands", type=int, default=2, choices=range(1, 9), metavar="N", help="batches worked on at once (2)")
    parser.add_argument("--json", action="store_true", help="answer as JSON, for machines")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def as_json(result: Result) -> dict[str, Any]:
    """The result for machines."""
    return {
        "read": result.read, "accepted": result.accepted, "rejected": result.rejected, "repeated": result.repeated, "orders": result.orders,
        "reasons": dict(result.reasons), "files": result.files, "rejects_files": [str(p) for p in result.rejects_files],
        "notes": result.notes, "unused": result.unused,
    }


def show(result: Result, dry_run: bool) -> None:
    """The result for people."""
    out = Console(highlight=False, soft_wrap=True)
    kept = " Nothing was kept: a dry run." if dry_run else ""
    out.print(f"{result.read:,} rows read: {result.accepted:,} accepted, {result.rejected:,} rejected, {result.repeated:,} brought in before.{kept}")
    for code, rows in result.reasons.most_common():
        out.print(f"  {rows:,} {code}")
    for path in result.rejects_files:
        out.print(f"Rejected rows with their reasons: {path}")
    for note in result.notes[:NOTES_SHOWN]:
        out.print(note, markup=False)
    if len(result.notes) > NOTES_SHOWN:
        out.print(f"… and {len(result.notes) - NOTES_SHOWN:,} more notes; --json has all.")
    if result.unused:
        out.print(f"The mapping has no use for {', '.join(result.unused)}.")
