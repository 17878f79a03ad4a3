"""The bench: hanse next to its floor, in one run on one machine.

Ratios of CPU per order repeat within a fifth on a shared machine; orders per second do not. `hanse bench` prints a table,
`hanse bench --json` the list of its rows; `hanse bench floor` measures the work on the warehouse floor, `hanse bench perfect` the verdicts,
`hanse bench promises` quotes of promises, `hanse bench load` the whole system under load.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

NAMES = ("place", "cycle", "http_place", "http_cycle", "hot_sku", "board", "order_page")
Row = dict[str, Any]


def floor_rows(quick: bool) -> list[Row]:
    """Measure a release into tours, routes, cartons and scans."""
    from . import floor_work

    return floor_work.run(quick, _home())


def perfect_rows(quick: bool) -> list[Row]:
    """Measure judging, and the dashboard over a long history."""
    from . import perfect

    return perfect.run(quick, _home())


def promises_rows(quick: bool) -> list[Row]:
    """Measure quotes of promises."""
    from . import promises

    return promises.run(quick, _home())


def load_rows(quick: bool) -> list[Row]:
    """Measure the whole system as it is served, under more and more orders."""
    from . import curve

    return curve.run(quick, _home(), lambda said: click.echo(said, err=True))


def _home() -> Path:
    return Path(os.environ.get("HANSE_BENCH_HOME", Path(tempfile.gettempdir()) / f"hanse-bench-{os.getuid()}"))


def run(only: str | None = None, quick: bool = False, progress: Callable[[str], None] | None = None, home: Path | None = None) -> list[Row]:
    """Measure on a private server of the bench's own, with real durability. `only` names one figure, `quick` takes fewer orders."""
    from hanse.edge import postgres

    from . import company

    say = progress or (lambda _: None)
    home = home or _home()
    started = postgres.status(home) is None
    try:
        say("making the company twice: in hanse's database and in the floor's")
        databases = company.made(home)
        return list(_rows(databases, only, quick, say))
    finally:
        if started:
            postgres.stop(home)


def _rows(databases: Any, only: str | None, quick: bool, say: Callable[[str], None]) -> Iterator[Row]:
    from . import in_batches, kept, over_http

    named = [only] if only else NAMES
    sizes, processes, rounds = (in_batches.QUICK, (1,), 1) if quick else (in_batches.SIZES, in_batches.PROCESSES, 2)
    parts: dict[tuple[str, ...], Callable[[], Iterator[Row]]] = {
        ("place", "cycle"): lambda: in_batches.measured(databases, sizes, processes, rounds, [n for n in in_batches.STEPS if n in named]),
        ("http_place", "http_cycle", "hot_sku"): lambda: over_http.measured(databases, quick, named),
        ("board", "order_page"): lambda: kept.measured(databases, quick, named),
    }
    for names, measure in parts.items():
        if set(names) & set(named):
            say("measuring " + ", ".join(n for n in names if n in named))
            for row in measure():
                say(f"{row['name']}, batch {row['batch']}, {row['processes']} at once: {row['ratio']}")
                yield row


@click.command("bench")
@click.argument("what", type=click.Choice(["floor", "perfect", "promises", "load"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")
@click.option("--quick", is_flag=True, help="Fewer orders: a first look.")
@click.option("--only", type=click.Choice(NAMES), help="One figure alone.")
def command(what: str | None, as_json: bool, quick: bool, only: str | None) -> None:
    """Measure placing, the full cycle, requests and pages, each next to its floor; or the work on the warehouse FLOOR; or how PERFECT orders are judged and shown; or quotes of PROMISES; or the whole system under more and more LOAD."""
    parts = {"floor": (floor_rows, "the warehouse floor"), "perfect": (perfect_rows, "perfect orders"), "promises": (promises_rows, "promises"), "load": (load_rows, "load")}
    rows = parts[what][0](quick) if what else run(only, quick, lambda said: click.echo(said, err=True))
    if as_json:
        click.echo(json.dumps(rows))
    else:
        from .figures import show, show_load, show_measured

        if what == "load":
            show_load(rows)
        elif what:
            show_measured(rows, parts[what][1])
        else:
            show(rows)


def main(arguments: Sequence[str] = ()) -> int:
    """`hanse bench [--json] [--quick] [--only NAME]`; gives the exit code."""
    return command.main(list(arguments), prog_name="hanse bench", standalone_mode=False) or 0

