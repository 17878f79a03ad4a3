"""On time in full, as a customer defines it. Pure.

Neither the date, nor the clock, nor the level is standard: each customer's definition says them. Of a line what came inside the window
counts, up to what is owed: more never makes up for what was late elsewhere. What did not come so is of one class: unscheduled, early, late or
missing. A perfect order is on time in full by the same parameters, not the reverse: this knows neither place nor papers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from hanse.kernel.samples import wilson
from hanse.partners.reads import OtifView

from .conditions import AT_OUR_DOOR, Window, window
from .truth import Truth

CLASSES = ("unscheduled", "early", "late", "missing")
"""How units fail: each in the first of these that it is."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of a line that came in a parcel: when, and whether within an appointment that was booked."""

    parcel: str
    at: datetime
    units: int
    kept: bool = False


@dataclass(frozen=True, slots=True)
class OtifLine:
    """A line that is due: units owed, their value, the window, and what came. `closed` once the fate of all is known."""

    order: str
    position: int
    sku: str
    due_on: date
    due: Window
    owed: int
    net: Decimal
    arrivals: tuple[Arrival, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """What became of a line's units: in time, failed by class, or still open."""

    line: OtifLine
    in_time: int
    unscheduled: int = 0
    early: int = 0
    late: int = 0
    missing: int = 0
    open: int = 0

    @property
    def came(self) -> int:
        """Units that came at all, up to what is owed."""
        return self.in_time + self.unscheduled + self.early + self.late

    @property
    def failed(self) -> int:
        """Units that are not on time in full."""
        return self.unscheduled + self.early + self.late + self.missing

    @property
    def classes(self) -> tuple[str, ...]:
        """The ways in which units of it failed."""
        return tuple(name for name in CLASSES if getattr(self, name))


def measured(line: OtifLine, appointment: str, now: datetime) -> MeasuredLine:
    """What became of each unit of a line. What is not due yet is open; what is due and has not come is missing."""
    left, counts = line.owed, dict.fromkeys(("in_time", *CLASSES), 0)
    by_class = [(_class(a, line.due, appointment), a) for a in sorted(line.arrivals, key=lambda a: (a.at, a.parcel))]
    for name in ("in_time", "unscheduled", "early", "late"):
        counts[name] = min(sum(a.units for found, a in by_class if found == name), left)
        left -= counts[name]
    waits = left if now < line.due.end_at and not line.closed else 0
    return MeasuredLine(line, **counts | {"missing": left - waits}, open=waits)


def _class(it: Arrival, due: Window, appointment: str) -> str:
    if appointment == "required" and not it.kept:
        return "unscheduled"
    if due.start_at and it.at < due.start_at:
        return "early"
    return "late" if it.at >= due.end_at else "in_time"


@dataclass(frozen=True, slots=True)
class OtifRate:
    """Cases that held, of those that are decided, with the interval of the share (95 %, 0 to 1). `goal` is in per cent; whether it is `met` is not known without one."""

    hits: int
    n: int
    value: float | None
    low: float
    high: float
    goal: Decimal | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class OtifShare:
    """What a customer's definition says of a period: on time in full, and beside it on time (of what came) and in full (of what is owed).

    Cases are orders, lines or units. `failed` are units by class. The fine is that of the value of the cases that failed, each once, where a goal is missed
    or none is agreed.
    """

    definition: OtifView
    cases: int
    open: int
    otif: OtifRate
    on_time: OtifRate
    in_full: OtifRate
    unscheduled: int
    early: int
    late: int
    missing: int
    currency: str
    value: Decimal
    failed_value: Decimal
    fine: Decimal | None


Case = Sequence[MeasuredLine]
"""An order's lines that are due on one day: lines with different days count as orders of their own."""


def shared(definition: OtifView, lines: Iterable[MeasuredLine], currency: str) -> OtifShare:
    """What a definition says of some lines: a share with its interval for each question, what failed, and the fine."""
    orders = cases(lines)
    counted = {name: [count(case, definition.level, name) for case in orders] for name in QUESTIONS}
    goals = {"otif": definition.goal_otif, "on_time": definition.goal_on_time, "in_full": definition.goal_in_full}
    rates = {name: _rate(counted[name], goals[name]) for name in QUESTIONS}
    whole = sum(_size(case, definition.level) for case in orders)
    all_lines = [m for case in orders for m in case]
    lost = sum((failed_value(case, definition.level) for case in orders), Decimal(0))
    return OtifShare(
        definition, whole, whole - rates["otif"].n, rates["otif"], rates["on_time"], rates["in_full"], sum(m.unscheduled for m in all_lines), sum(m.early for m in all_lines),
        sum(m.late for m in all_lines), sum(m.missing for m in all_lines), currency, _exact(sum((m.line.net for m in all_lines), Decimal(0))), _exact(lost),
        fined(definition, rates.values(), lost))


def cases(lines: Iterable[MeasuredLine]) -> list[Case]:
    """Lines by order and the day they were due."""
    orders: dict[tuple[str, date], list[MeasuredLine]] = {}
    for m in lines:
        orders.setdefault((m.line.order, m.line.due_on), []).append(m)
    return list(orders.values())


def count(case: Case, level: str, question: str) -> tuple[int, int]:
    """How many cases of a level hold in an order, of how many that are decided: units, lines, or the order itself."""
    of_units, holds = QUESTIONS[question]
    if level == "unit":
        return sum(of_units(m)[0] for m in case), sum(of_units(m)[1] for m in case)
    found = [holds(part) for part in ([[m] for m in case] if level == "line" else [case])]
    return sum(truth is True for truth in found), sum(truth is not None for truth in found)


def _otif(case: Case) -> Truth:
    """Whether all of it is on time in full; unknown as long as it may still be."""
    return False if any(m.failed for m in case) else None if any(m.open for m in case) else True


def _on_time(case: Case) -> Truth:
    """Whether all that came was on time; nothing is said where nothing came."""
    came = [m for m in case if m.came]
    return all(m.in_time == m.came for m in came) if came else None


def _in_full(case: Case) -> Truth:
    """Whether all came, early or late; unknown as long as it may still come."""
    return False if any(m.missing for m in case) else None if any(m.open for m in case) else True


QUESTIONS: Mapping[str, tuple[Callable[[MeasuredLine], tuple[int, int]], Callable[[Case], Truth]]] = {
    "otif": (lambda m: (m.in_time, m.in_time + m.failed), _otif),
    "on_time": (lambda m: (m.in_time, m.came), _on_time),
    "in_full": (lambda m: (m.came, m.came + m.missing), _in_full),
}
"""What is asked: of a line's units how many hold of how many, and of a case whether it holds."""


def _size(case: Case, level: str) -> int:
    return sum(m.line.owed for m in case) if level == "unit" else len(case) if level == "line" else 1


def failed_value(case: Case, level: str) -> Decimal:
    """The value of an order's cases that are not on time in full."""
    if level == "unit":
        return sum((m.line.net * m.failed / m.line.owed for m in case), Decimal(0))
    failing = [m for m in case if m.failed] if level == "line" else case if any(m.failed for m in case) else []
    return sum((m.line.net for m in failing), Decimal(0))


def _exact(amount: Decimal) -> Decimal:
    """An amount to the fourth decimal, as all are kept."""
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _rate(counted: Sequence[tuple[int, int]], goal: Decimal | None) -> OtifRate:
    """A share over orders. Units and lines of an order fail together, so it is as sure as so many orders (Kish's effective size)."""
    hits, n = sum(h for h, _ in counted), sum(of for _, of in counted)
    sure = int(n * n / sum(of * of for _, of in counted)) if n else 0
    met = None if goal is None or not n else Decimal(100 * hits) >= goal * n
    return OtifRate(hits, n, hits / n if n else None, *wilson(round(hits / n * sure) if n else 0, sure), goal, met)


def fined(definition: OtifView, rates: Iterable[OtifRate], lost: Decimal) -> Decimal | None:
    """What the customer will fine, to the cent: a share of the value of what failed. Nothing where all agreed goals are met; None where no fine is agreed."""
    if definition.fine_percent is None:
        return None
    met = [rate.met for rate in rates if rate.goal is not None]
    due = not met or False in met
    return (lost * definition.fine_percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP) if due else Decimal("0.00")


def in_force(definitions: Sequence[OtifView], placed_on: date, delivery_term: str) -> OtifView | None:
    """The definition that an order is measured by: what was in force when it was placed, so that both sides knew it.

    One for who pays the freight goes before one for any.
    """
    freight = "collect" if delivery_term in AT_OUR_DOOR else "prepaid"
    known = [d for d in definitions if d.from_on <= placed_on and (d.until_on is None or placed_on < d.until_on) and d.freight in (freight, "any")]
    return max(known, key=lambda d: d.freight != "any", default=None)


def due_window(definition: OtifView, due_on: date, zone: str) -> Window:
    """The window of a day at the place of delivery, as the definition widens it."""
    return window(due_on, zone, definition.early_days, definition.late_days)
