"""Keep OTIF: what a customer calls on time in full, and what it fines, each from a day on.

Neither the date, the clock nor the level is standard, so each customer has its own. A definition holds for the orders that are placed
from its day on, until another one begins. Orders are measured by what both sides knew when they were placed: a definition that is in
force is not changed, and none begins in the past of another; only the first one may reach back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import OtifDefined, OtifKept

Freight = Literal["any", "prepaid", "collect"]
Days = Annotated[int, Ge(0), Le(365)]
Percent = Annotated[Decimal, Ge(0), Le(100)]
CENT = Decimal("0.01")


@ask
class KeepOtif:
    """What a customer calls on time in full, for orders placed from a day on.

    `date_basis`: the day `requested`, `promised` (first, or as the customer asked later), or promised `current`ly. The window reaches
    `early_days` before it (unsaid: any day before is right) to `late_days` after it. The `clock` stops when the carrier first stood at the door
    (`arrival`), at the `delivery`, or at the `hand-over`; where the terms end at our door always at hand-over. Counted is by `level`; units over what is
    owed never count. Where an `appointment` is required, what comes without one fails as unscheduled. `exclusions` leave out units that were `refused`, or
    that came late because the `consignee` did not take them when they were brought in time. `freight` has terms of its own for orders that we bring
    (`prepaid`) or the customer fetches (`collect`). Goals and the fine (of the value of what failed) are in per cent.
    """

    customer: Code
    from_on: date
    freight: Freight = "any"
    date_basis: Literal["requested", "promised", "current"] = "promised"
    early_days: Days | None = None
    late_days: Days = 0
    clock: Literal["arrival", "delivery", "hand-over"] = "delivery"
    level: Literal["order", "line", "unit"] = "order"
    appointment: Literal["none", "required"] = "none"
    exclusions: Annotated[tuple[Literal["refused", "consignee"], ...], MaxLen(2)] = ()
    period: Literal["due", "delivered"] = "due"
    goal_on_time: Percent | None = None
    goal_in_full: Percent | None = None
    goal_otif: Percent | None = None
    fine_percent: Percent | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The customers among those asked for, the definitions there are by (customer, freight, day), and today."""

    customers: Mapping[str, int]
    definitions: Mapping[tuple[str, str, date], KeepOtif]
    today: date


def decide(asks: Sequence[KeepOtif], known: Known) -> list[OtifDefined | OtifKept | Refused]:
    """Keep each definition that changes nothing that orders are measured by; later asks see earlier ones."""
    answers: list[OtifDefined | OtifKept | Refused] = []
    there = dict(known.definitions)
    for given in asks:
        ask = replace(given, exclusions=tuple(sorted(set(given.exclusions))))
        key = (ask.customer, ask.freight, ask.from_on)
        if findings := _wrong(ask, known, there):
            answers.append(refuse_all(findings))
        elif there.get(key) == ask:
            answers.append(OtifKept(ask.customer, ask.freight, ask.from_on))
        else:
            there[key] = ask
            answers.append(OtifDefined(*(getattr(ask, f.name) for f in fields(KeepOtif))))
    return answers


def _wrong(ask: KeepOtif, known: Known, there: Mapping[tuple[str, str, date], KeepOtif]) -> list[Refused]:
    if ask.customer not in known.customers:
        return [refuse("party-unknown", at="customer", party=ask.customer)]
    wrong = [refuse("values-refused", at=name, why="Give at most two decimals.")
             for name in ("goal_on_time", "goal_in_full", "goal_otif", "fine_percent") if (value := getattr(ask, name)) is not None and value % CENT]
    same = there.get((ask.customer, ask.freight, ask.from_on))
    others = [day for customer, _, day in there if customer == ask.customer and day <= known.today]
    if ask != same and ask.from_on <= known.today and others:
        wrong.append(refuse("otif-in-force", at="from_on", customer=ask.customer, since=max(others)))
    return wrong


CUSTOMERS = "SELECT code, id FROM partners_party WHERE code = ANY(%(customer)s::text[]) AND 'customer' = ANY(roles) ORDER BY id FOR NO KEY UPDATE"
DEFINITIONS = """
SELECT p.code, d.from_on, d.freight, d.date_basis, d.early_days, d.late_days, d.clock, d.level, d.appointment, array_to_string(d.exclusions, ','), d.period,
       d.goal_on_time, d.goal_in_full, d.goal_otif, d.fine_percent
  FROM partners_otifdefinition d JOIN partners_party p ON p.id = d.party_id WHERE p.code = ANY(%(customer)s::text[]) ORDER BY d.id
"""
KEEP = """
INSERT INTO partners_otifdefinition (party_id, freight, from_on, date_basis, early_days, late_days, clock, level, appointment, exclusions, period, goal_on_time, goal_in_full,
                                     goal_otif, fine_percent)
SELECT DISTINCT ON (k.party, k.freight, k.from_on) k.party, k.freight, k.from_on, k.date_basis, k.early_days, k.late_days, k.clock, k.level, k.appointment,
       string_to_array(k.exclusions, ','), k.period, k.goal_on_time, k.goal_in_full, k.goal_otif, k.fine_percent
  FROM unnest(%(party)s::bigint[], %(freight)s::text[], %(from_on)s::date[], %(date_basis)s::text[], %(early_days)s::smallint[], %(late_days)s::smallint[], %(clock)s::text[],
              %(level)s::text[], %(appointment)s::text[], %(exclusions)s::text[], %(period)s::text[], %(goal_on_time)s::numeric[], %(goal_in_full)s::numeric[],
              %(goal_otif)s::numeric[], %(fine_percent)s::numeric[]) WITH ORDINALITY
    AS k(party, freight, from_on, date_basis, early_days, late_days, clock, level, appointment, exclusions, period, goal_on_time, goal_in_full, goal_otif, fine_percent, n)
 ORDER BY k.party, k.freight, k.from_on, k.n DESC
    ON CONFLICT (party_id, freight, from_on) DO UPDATE SET
       date_basis = excluded.date_basis, early_days = excluded.early_days, late_days = excluded.late_days, clock = excluded.clock, level = excluded.level,
       appointment = excluded.appointment, exclusions = excluded.exclusions, period = excluded.period, goal_on_time = excluded.goal_on_time,
       goal_in_full = excluded.goal_in_full, goal_otif = excluded.goal_otif, fine_percent = excluded.fine_percent
"""


@operation
def keep_otif(run: Run, asks: Sequence[KeepOtif]) -> list[OtifDefined | OtifKept | Refused]:
    """Add definitions, or change those that have not begun."""
    customers = dict(run.rows(as_tuple, CUSTOMERS, asks))
    there: dict[tuple[str, str, date], KeepOtif] = {(d.customer, d.freight, d.from_on): d for d in run.rows(_definition, DEFINITIONS, asks)}
    answers = decide(asks, Known(customers, there, run.now.date()))
    new = [told for told in answers if isinstance(told, OtifDefined)]
    run.write(KEEP, new, party=[customers[told.party] for told in new], exclusions=[",".join(told.exclusions) for told in new])
    return answers


def _definition(customer: str, from_on: date, freight: Freight, *rest: object) -> KeepOtif:
    terms = list(rest)
    terms[6] = tuple(filter(None, str(terms[6]).split(",")))
    return KeepOtif(customer, from_on, freight, *terms)  # type: ignore[arg-type]
