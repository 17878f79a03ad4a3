"""The `hanse` command: everything an operator does, in words and, with `--json`, for machines.

Exit codes: 0 done · 1 a finding, or rows refused · 2 wrong use · 3 something stands in the way, and the sentence says what.
The home folder is HANSE_HOME, else `.hanse` here; DATABASE_URL points at a server of one's own.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import psycopg
from rich.console import Console
from rich.table import Table

from . import home, postgres

FINDING, IN_THE_WAY = 1, 3
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def django_ready(process: str = "hanse", to_serve: bool = False) -> Iterator[home.Urls]:
    """Within this block the database answers, has today's schema, and Django works on it."""
    os.environ.setdefault("HANSE_PROCESS", process)
    with home.opened(to_serve) as urls:
        import django

        from .process import loading

        with loading():
            django.setup()
        yield urls


def told(rows: list[dict[str, Any]], as_json: bool, title: str) -> None:
    """Show rows as a table, or as a JSON list for machines."""
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    if not rows:
        out.print(f"No {title}.")
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(", ".join(v) if isinstance(v, list) else "" if v is None else str(v) for v in row.values()))
    out.print(table)


json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")


class Plainly(click.Group):
    """Says what stands in the way in one sentence, without a stack."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (home.HomeError, postgres.PostgresError) as trouble:
            err.print(f"[red]{trouble}[/red]")
        except psycopg.OperationalError as trouble:
            err.print(f"[red]The database cannot be reached: {str(trouble).splitlines()[0]}[/red]")
        sys.exit(IN_THE_WAY)


@click.group(cls=Plainly, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", "folder", type=click.Path(file_okay=False), help="The home folder; else HANSE_HOME, else .hanse here.")
@click.version_option(package_name="hanse")
def main(folder: str | None) -> None:
    """hanse: orders from the promise to the perfect delivery."""
    if folder:
        os.environ["HANSE_HOME"] = folder


# -- serving -------------------------------------------------------------------------------------------------------------

DOORS = [
    click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen."),
    click.option("--port", default=8000, show_default=True, help="Pages and API."),
    click.option("--stream-port", type=int, help="Live changes; else the port after that of the pages."),
    click.option("--threads", default=12, show_default=True, help="Requests at once."),
    click.option("--no-worker", is_flag=True, help="Serve without a worker; run `hanse worker` elsewhere."),
]


def with_doors(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(DOORS):
        command = option(command)
    return command


def _serve(host: str, port: int, stream_port: int | None, threads: int, no_worker: bool, greeting: str, beside: Mapping[str, Callable[[], None]] | None = None) -> int:
    from .serve import serve

    where = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"

    def ready() -> None:
        out.print(f"[bold]hanse[/bold] is at [cyan]{where}[/cyan], its API at [cyan]{where}/api/docs[/cyan]. Ctrl-C stops it.")
        if greeting:
            out.print(greeting)

    return serve(host, port, stream_port or port + 1, threads, not no_worker, ready, beside or {})


@main.command()
@with_doors
def serve(**doors: Any) -> None:
    """Serve pages, API and live changes, with a worker."""
    from .doctor_role import refuse_superuser

    with home.serving(), django_ready(to_serve=True) as urls:
        refuse_superuser(urls.app)
        sys.exit(_serve(**doors, greeting=""))


@main.command()
@with_doors
def up(**doors: Any) -> None:
    """Serve an empty company of one's own. The first start makes an admin and shows the password once."""
    with home.serving(), django_ready(to_serve=True):
        from .users import first_admin

        sys.exit(_serve(**doors, greeting=first_admin()))


@main.command()
@with_doors
@click.option("--world", "name", help="The company: a file, or one that comes with hanse (web-shop, distributor, grocery); else the one that lives here, or a small web shop.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How long its past is.")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed is another history; the same one the same.  [default: 7]")
@click.option("--pace", default=60.0, show_default=True, type=click.FloatRange(0, 3600), help="How many times as fast time goes on while it is served; at 0 nobody works but you.")
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="The instant, in UTC, up to which the past is lived; else half past ten of the last working day.")
@click.option("--no-serve", is_flag=True, help="Live the past and end.")
def demo(name: str | None, days: int, seed: int | None, pace: float, until: datetime | None, no_serve: bool, **doors: Any) -> None:
    """A simulated company with a past of ninety days, lived by the real operations, then served while its time goes on."""
    with home.serving(), django_ready(to_serve=True):
        world = importlib.import_module("hanse.world.demo")
        try:
            greeting = world.run(name, days, seed, pace, until and until.replace(tzinfo=UTC))
        except world.TROUBLE as trouble:
            raise home.HomeError(str(trouble)) from trouble
        if no_serve:
            out.print(greeting)
        else:
            beside = {"world": importlib.import_module("hanse.world.__main__").main} if pace else {}
            sys.exit(_serve(**doors, greeting=greeting, beside=beside))


@main.command()
def worker() -> None:
    """Run a worker: followers of the journal, webhooks and jobs."""
    with django_ready("worker"):
        from .worker import main as work

        work()


# -- what other modules bring: each has `main(arguments) -> exit code` -----------------------------------------------------

BROUGHT = {
    "allocate": ("hanse.edge.reallocate", "Plan all open demand over the sites anew at least cost; says what would change before it does."),
    "import": ("hanse.edge.importer", "Bring in orders, items, parties, sites or stock from files."),
    "verify": ("hanse.edge.verify", "Check every invariant; exit 1 on a finding."),
    "doctor": ("hanse.edge.doctor", "Check the installation: durability, roles, secrets, clock, backups."),
    "whatif": ("hanse.world.whatif_command", "Live the company on under changed rules, next to itself, and compare."),
    "bench": ("hanse.bench", "Measure places, cycles and pages next to their floor."),
}


def _bring(name: str, module: str, words: str) -> None:
    @main.command(name, help=words, context_settings={"ignore_unknown_options": True, "help_option_names": []})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def brought(arguments: tuple[str, ...]) -> None:
        with django_ready():
            sys.exit(importlib.import_module(module).main(list(arguments)))


for _name, (_module, _words) in BROUGHT.items():
    _bring(_name, _module, _words)

from . import cli_database, cli_edi, cli_freight, cli_people, cli_perfect, cli_recover, cli_world  # noqa: E402, F401 - they add their commands to `main`
