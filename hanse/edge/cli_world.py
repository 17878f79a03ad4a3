"""`hanse world`: a simulated trading world, and what it proves of hanse itself in companies that are gone afterwards."""

import importlib
import sys
from typing import Any

import click

from .cli import FINDING, django_ready, json_option, main, out, told


def brought(module: str) -> Any:
    """A module of the world, which stands above us: loaded when it is asked for."""
    return importlib.import_module(f"hanse.world.{module}")


@main.group()
def world() -> None:
    """A simulated trading world: live days of a company in this home; torture and planted bugs in companies of their own, beside it."""


@world.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def live(arguments: tuple[str, ...]) -> None:
    """Live so many days of a company, or go on where a run was stopped."""
    with django_ready():
        sys.exit(brought("cli").main(["live", *arguments]))


@world.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def causes(arguments: tuple[str, ...]) -> None:
    """Whether the improvement report finds planted causes, and keeps silent where there is none."""
    with django_ready():
        sys.exit(brought("causes_command").main(list(arguments)))


@world.command()
@click.option("--seed", type=int, help="Which faults come in which order; drawn where none is given.")
@click.option("--minutes", type=float, default=5.0, show_default=True, help="How long.")
@json_option
def torture(seed: int | None, minutes: float, as_json: bool) -> None:
    """Serve a company, let clients work, kill, cut, fill and jump; then check that nothing is lost, doubled, leaked or stuck. Exit 1 on a finding."""
    import random

    seed = random.SystemRandom().randint(1, 10**6) if seed is None else seed
    click.echo(f"seed {seed}; again: hanse world torture --seed {seed} --minutes {minutes:g}", err=as_json)
    report = brought("faults.torture").torture(seed, minutes, lambda said: click.echo(said, err=as_json))
    rows = report.rows() if not as_json else [{it["what"]: it["count"] for it in report.rows()} | {"faults": dict(report.faults), "wrong": report.wrong}]
    told(rows, as_json, f"torture, seed {seed}")
    for wrong in () if as_json else report.wrong:
        out.print(wrong, style="red", markup=False)
    raise SystemExit(FINDING if report.wrong else 0)


@world.command()
@click.option("--only", multiple=True, help="An invariant, or words of a bug; may be given again.")
@json_option
def planted(only: tuple[str, ...], as_json: bool) -> None:
    """Plant bugs in a running company, one after the other, and say who catches each. Exit 1 if one is not caught, or the company without one is not clean."""
    scenario = brought("faults.scenario")
    bugs = scenario.chosen(only)
    if not bugs:
        raise click.UsageError(f"No bug is planted under {' or '.join(only)}; without --only all are.")
    played = scenario.all_planted(lambda said: click.echo(said, err=as_json), bugs)
    told([it.row() for it in played], as_json, "planted bugs")
    raise SystemExit(0 if all(it.as_it_should for it in played) else FINDING)
