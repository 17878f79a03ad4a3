"""`hanse world causes`: whether the improvement report finds what was planted, over many seeds."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from . import causes, described, history
from .branches import copied
from .causes import NOTHING, WORLDS, Lived, Said
from .commands import err, obey, out


def main(arguments: list[str]) -> int:
    """The command, as `hanse world causes` calls it."""
    return obey(asked, "hanse world causes", arguments)


@click.command()
@click.option("--seeds", default=100, show_default=True, type=click.IntRange(1, 10_000), help="So many companies, each lived once without fault and once with each kind of cause.")
@click.option("--kinds", default=",".join(WORLDS), show_default=True, help="Which, with commas between them.")
@click.option("--days", default=14, show_default=True, type=click.IntRange(7, 365), help="How many days are lived with the cause.")
@click.option("--world", "name", default=causes.COMPANY, show_default=True, help="A company in which nothing else stands out.")
@click.option("--file", "results", default="causes.jsonl", show_default=True, type=click.Path(dir_okay=False, path_type=Path), help="Keeps what was lived, a world a line: run again, it goes on from there.")
@click.option("--processes", default=max(1, (os.cpu_count() or 2) - 1), show_default=True, type=click.IntRange(1, 64), help="Worlds that are lived at once.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")
def asked(seeds: int, kinds: str, days: int, name: str, results: Path, processes: int, as_json: bool) -> None:
    """Whether the improvement report finds planted causes, and keeps silent where there is none. Needs an empty home."""
    some = [kind.strip() for kind in kinds.split(",")]
    if wrong := [kind for kind in some if kind not in WORLDS]:
        raise click.BadParameter(f"There is no cause {', '.join(wrong)}; there are {', '.join(WORLDS)}.", param_hint="--kinds")
    if history.anything():
        raise history.NotThisWorld("Something was done in this home already: worlds with planted causes begin in an empty one.")
    known = [it for it in _kept(results) if it.days == days]
    lived = {(it.seed, it.kind) for it in known}
    wanted = [(seed, missing) for seed in range(1, seeds + 1) if (missing := [kind for kind in some if (seed, kind) not in lived])]
    with results.open("a") as file, copied(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]) as empty, \
            ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=1) as executor, Progress(console=err) as progress:
        bar = progress.add_task("worlds", total=sum(len(missing) for _, missing in wanted))

        def done(it: Lived) -> None:
            known.append(it)
            file.write(json.dumps(asdict(it), ensure_ascii=False) + "\n")
            file.flush()
            progress.advance(bar)

        causes.live_all(empty, os.environ["HANSE_SECRET_KEY"], described.text_of(name), days, wanted, executor, processes, done)
    _told([it for it in known if it.seed <= seeds and it.kind in some], as_json)


def _kept(results: Path) -> list[Lived]:
    """What was lived before."""
    given = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    return [Lived(**it | {"claims": tuple(Said(**claim) for claim in it["claims"])}) for it in given]


def _told(known: Sequence[Lived], as_json: bool) -> None:
    rows = causes.table(known)
    if as_json:
        click.echo(json.dumps([asdict(row) | {"low": row.share.low, "high": row.share.high} for row in rows]))
        return
    table = Table(title=f"{len({it.seed for it in known})} seeds", title_justify="left", box=None, pad_edge=False)
    for column in ("planted", "worlds", "found first", "found", "anything claimed", "share", "95 % interval"):
        table.add_column(column, no_wrap=True)
    for row in rows:
        first, found = ("", "") if row.kind == NOTHING else (str(row.first), str(row.found))
        table.add_row(row.kind, str(row.worlds), first, found, str(row.claimed), f"{100 * (row.share.value or 0):.0f} %", f"{100 * row.share.low:.0f} … {100 * row.share.high:.0f} %")
    out.print(table)
