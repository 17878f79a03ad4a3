"""`hanse allocate --all`: plan all open demand over the sites anew at least cost.

Open units and reserved ones that are not on the floor are planned together: first by the queue, then improved by a
solver within a time limit. It says what it would change and what that saves, and asks before it does.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.plan_reads import Demand, asks_of, demand
from hanse.orders.replan import Replan, replan
from hanse.orders.replanning import Costs, Job, Plan, Replanned, costs
from hanse.orders.replanning import replan as planned

SHOWN = 40
BATCH = 50
"""So many groups are done in one transaction."""

out = Console(highlight=False, soft_wrap=True)


@click.command("hanse allocate")
@click.option("--all", "everything", is_flag=True, required=True, help="Plan all open demand.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0.1, 3600), help="How long the solver may look.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines; does nothing without --yes.")
def command(everything: bool, dry_run: bool, seconds: float, yes: bool, as_json: bool) -> int:
    """Plan all open demand over the sites anew at least cost."""
    it = demand(clock.now())
    found = planned(it.jobs, it.free, seconds)
    asks = asks_of(found.groups, found.better, it)
    told = summary(it, found, asks)
    if not as_json:
        show(told, it, asks)
    answers: list[Any] = []
    if asks and not dry_run and (yes or (not as_json and click.confirm("Do it?"))):
        parts = [asks[n:n + BATCH] for n in range(0, len(asks), BATCH)]
        for part in parts if as_json else track(parts, "Planning anew", console=out):
            answers += replan(part, by=HANSE)
    refused = sum(isinstance(a, Refused) for a in answers)
    if as_json:
        click.echo(json.dumps(told | {"done": len(answers) - refused, "refused": refused}))
    elif answers:
        out.print(f"{len(answers) - refused} of {len(answers)} groups of orders are planned anew." + (" The others moved meanwhile; plan again." if refused else ""))
    return 1 if refused else 0


def cost_of(jobs: Sequence[Job], plan: Plan) -> Costs:
    """What all orders cost in a plan."""
    return sum((costs(job, plan) for job in jobs), Costs())


def summary(it: Demand, found: Replanned, asks: Sequence[Replan]) -> dict[str, Any]:
    """Costs of the queue's plan and of the better one by part, in cents; how many units move, and every move."""
    before, after = cost_of(it.jobs, found.greedy), cost_of(it.jobs, found.better)
    takes, gives = [t for a in asks for t in a.takes], [g for a in asks for g in a.gives]
    parts = ("freight", "split", "handling", "lateness", "total")
    return {
        "orders": len(it.jobs), "groups_solved": found.solved, "proven": found.proven, "reserved": sum(t.quantity for t in takes), "given_back": sum(g.quantity for g in gives),
        "before": {p: getattr(before, p) for p in parts}, "after": {p: getattr(after, p) for p in parts},
        "takes": [[t.order, t.line, t.site, t.quantity] for t in takes], "gives": [[g.allocation, g.quantity] for g in gives],
    }  # fmt: skip


def show(told: dict[str, Any], it: Demand, asks: Sequence[Replan]) -> None:
    """The costs by part, and the moves, the first of them one by one."""
    out.print(f"{told['orders']} orders planned; the solver looked at {told['groups_solved']} groups of them" + ("." if told["proven"] else ", and did not finish within its time."))
    table = Table(box=None, pad_edge=False)
    for word in ("cost", "by the queue", "then"):
        table.add_column(word, justify="left" if word == "cost" else "right")
    for part, cents in told["before"].items():
        table.add_row(part, f"{cents / 100:,.2f}", f"{told['after'][part] / 100:,.2f}")
    out.print(table)
    if not asks:
        out.print("Nothing would change.")
        return
    at = {a: (it.lines[line], it.sites[site]) for (line, site), parts in it.loose.items() for a, _ in parts}
    gone: Counter[tuple[str, str, str]] = Counter()
    for a in asks:
        for g in a.gives:
            (order, _, sku), site = at[g.allocation]
            gone[order, sku, site] += g.quantity
    moves = [f"{order}: {n:,} {sku} leave {site}" for (order, sku, site), n in gone.items()]
    moves += [f"{t.order}: {t.quantity:,} of line {t.line} from {t.site}" for a in asks for t in a.takes]
    for move in sorted(moves)[:SHOWN]:
        out.print(move)
    if len(moves) > SHOWN:
        out.print(f"… and {len(moves) - SHOWN:,} more; --json tells all.")


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code is 1 where a part was refused."""
    return int(command.main(args=list(arguments), standalone_mode=False) or 0)
