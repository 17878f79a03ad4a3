"""`hanse perfect` and `hanse otif`: the share of perfect orders of a period, and of those on time in full as a customer defines it."""

from dataclasses import asdict
from datetime import UTC, date, datetime

import click

from .cli import django_ready, json_option, main, told

KINDS = ["all", "customer", "site", "carrier", "lane", "channel", "item"]
DAY = click.DateTime(formats=["%Y-%m-%d"])


@main.command("perfect")
@click.option("--from", "first", type=DAY, required=True, help="The first day on which orders were due.")
@click.option("--to", "last", type=DAY, required=True, help="The last day, included.")
@click.option("--by", type=click.Choice(KINDS), default="all", show_default=True, help="One row for each of these.")
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="As known then (UTC); now, if left out.")
@click.option("--improve", is_flag=True, help="What to change instead: expected gain, and how it did in the back-test.")
@json_option
def perfect(first: datetime, last: datetime, by: str, as_of: datetime | None, improve: bool, as_json: bool) -> None:
    """The share of perfect orders by due date, with the bounds within which it will end; or where to improve."""
    if last < first:
        raise click.BadParameter("It is before --from.", param_hint="--to")
    if improve:
        _improve(_day(first), _day(last), as_json)
        return
    with django_ready():
        from hanse.perfect_order import drawn, reads

        period = reads.Period(_day(first), _day(last), as_of.replace(tzinfo=UTC) if as_of else None)
        found = reads.shares(period, by)  # type: ignore[arg-type]
    if as_json:
        told([asdict(it) for it in found], True, "perfect orders")
    else:
        told([{
            by: it.key or "all", "due": it.due, "perfect": it.perfect, "not perfect": it.imperfect, "open": it.pending, "share": drawn.bounds(it), "of decided": drawn.per_cent(it.resolved),
        } for it in found], False, "perfect orders")


@main.command("otif")
@click.option("--customer", required=True, help="The customer's code.")
@click.option("--from", "first", type=DAY, required=True, help="The first day of the period.")
@click.option("--to", "last", type=DAY, required=True, help="The last day, included.")
@json_option
def otif(customer: str, first: datetime, last: datetime, as_json: bool) -> None:
    """On time in full, as the customer defines it: a row for each of its definitions that orders were placed under."""
    if last < first:
        raise click.BadParameter("It is before --from.", param_hint="--to")
    with django_ready():
        from hanse.perfect_order import drawn, otif_reads

        report = otif_reads.otif(customer, _day(first), _day(last))
    if as_json:
        told([asdict(report)], True, "reports")
    else:
        told([{
            "defined on": s.definition.from_on, "by": s.definition.level, "cases": s.cases, "open": s.open, "on time in full": drawn.per_cent(s.otif.value),
            "on time": drawn.per_cent(s.on_time.value), "in full": drawn.per_cent(s.in_full.value), "fine": "none agreed" if s.fine is None else f"{s.fine} {s.currency}",
        } for s in report.shares], False, "definitions")
def _improve(first: date, last: date, as_json: bool) -> None:
    """What to change, by a period: the most gain first."""
    with django_ready():
        from hanse.perfect_order.improvements import LONGEST_DAYS, improvements

        if (last - first).days > LONGEST_DAYS:
            raise click.BadParameter(f"At most {LONGEST_DAYS} days are looked at for changes.", param_hint="--to")
        found = improvements(first, last)
    if as_json:
        told([asdict(found)], True, "improvements")
        return
    told([{
        "change": it.said, "points": f"+{it.gain:.1f}", "from": f"{it.low:.1f}", "to": f"{it.high:.1f}", "orders": it.orders, "gained": f"{it.gained:.0f}",
        "foreseen": f"{it.test.foreseen:.0f}", "happened": f"{it.test.happened:.0f}",
    } for it in found.changes], False, "changes worth making")
    told([{
        "where": it.where, "cause": it.cause, "failed": it.failed, "of": it.n, "elsewhere": f"{100 * it.others_failed / it.others:.1f} %", "more": f"{it.more:.0f}", "by chance": f"{100 * it.chance:.2g} %",
    } for it in found.special], False, "causes that stand out")


def _day(moment: datetime) -> date:
    return moment.date()
