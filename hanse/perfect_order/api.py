"""The API of the perfect order: shares with bounds, causes, the orders behind a figure, one order's verdicts, what is at risk, and where to improve."""

from datetime import date, datetime
from typing import Annotated, Literal

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router

from hanse.kernel import clock
from hanse.kernel.refused import Finding
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown
from hanse.web.problems import problem

from . import carriers, otif_reads, reads, risks
from .assess import Assess, assess
from .foresee import Foresee, foresee
from .foreseeing import AtRisk
from .improvements import LONGEST_DAYS as LONGEST_LOOKED_AT
from .improvements import Improvements, improvements
from .learn import Learn, learn
from .reads import By, Period
from .scored import Scorecard, Week
from .warehouses import Warehouse, warehouses

router = Router(tags=["perfect order"])
Word = Annotated[str, MaxLen(200)]
From = Annotated[date, Query(alias="from", description="The first day on which commitments were due.")]
To = Annotated[date, Query(alias="to", description="The last day on which commitments were due.")]
AsOf = Annotated[datetime | None, Query(description="As known at this instant; now, if left out.")]
Condition = Literal["", "place", "product", "time", "customer", "invoice", "documents"]
LONGEST_DAYS = 3_700


def _period(request: HttpRequest, first: date, last: date, as_of: datetime | None, customer: str = "", site: str = "", carrier: str = "") -> Period | HttpResponse:
    wrong = []
    if last < first:
        wrong.append(Finding("#/query/to", "values-refused", "It is before `from`."))
    if (last - first).days > LONGEST_DAYS:
        wrong.append(Finding("#/query/to", "values-refused", "A period has ten years at most."))
    if as_of and as_of.tzinfo is None:
        wrong.append(Finding("#/query/as_of", "values-refused", "An instant needs its offset, such as 2026-03-31T00:00:00Z."))
    return problem(request, "values-refused", wrong, why="The period cannot be taken.") if wrong else Period(first, last, as_of, customer, site, carrier)


@router.post("/assessments/batch", response=answers_to(assess))
def assess_orders(request: HttpRequest, asks: Body[list[Assess]]) -> HttpResponse:
    """Judge orders by what is known now. It happens by itself; asking changes nothing that would not come."""
    return answered(request, assess, asks)


@router.get("/orders/{number}/verdict", response=list[reads.OrderVerdict])
def order_verdict(request: HttpRequest, number: Word, as_of: AsOf = None, history: bool = False) -> HttpResponse:
    """What is known of an order's commitments with all evidence, as known then, or all that was ever known of them."""
    found = reads.verdicts(number, as_of, history)
    return shown(found) if found else missing(request, "verdict of", number)


@router.get("/perfect-order", response=list[reads.PerfectShare])
def perfect_order(
    request: HttpRequest, first: From, last: To, by: By = "all", as_of: AsOf = None, customer: Word = "", site: Word = "", carrier: Word = "", limit: Limit = 100,
) -> HttpResponse:  # fmt: skip
    """The share of perfect orders by due date, with bounds while some wait, by one thing: the most orders first. As known now or then."""
    period = _period(request, first, last, as_of, customer, site, carrier)
    return shown(reads.shares(period, by, limit)) if isinstance(period, Period) else period


@router.get("/perfect-order/weeks", response=list[reads.PerfectShare])
def perfect_order_weeks(request: HttpRequest, first: From, last: To, as_of: AsOf = None, customer: Word = "", site: Word = "", carrier: Word = "") -> HttpResponse:
    """The trend: shares by the Monday of the week of the due date."""
    period = _period(request, first, last, as_of, customer, site, carrier)
    return shown(reads.weeks(period)) if isinstance(period, Period) else period


@router.get("/perfect-order/causes", response=list[reads.CauseCount])
def perfect_order_causes(request: HttpRequest, first: From, last: To, as_of: AsOf = None, customer: Word = "", site: Word = "", carrier: Word = "") -> HttpResponse:
    """Why orders were not perfect: failures by condition, cause and who answers; `alone` would be perfect without it."""
    period = _period(request, first, last, as_of, customer, site, carrier)
    return shown(reads.causes(period)) if isinstance(period, Period) else period


@router.get("/perfect-order/orders", response=page_schema(reads.JudgedOrder))
def perfect_order_orders(
    request: HttpRequest, first: From, last: To, as_of: AsOf = None, customer: Word = "", site: Word = "", carrier: Word = "", channel: Word = "", sku: Word = "",
    answer: Literal["", "perfect", "not perfect", "open"] = "", condition: Condition = "", cause: Word = "", cursor: Cursor = "", limit: Limit = 100,
) -> HttpResponse:  # fmt: skip
    """The commitments behind a figure, the latest due first."""
    period = _period(request, first, last, as_of, customer, site, carrier)
    if not isinstance(period, Period):
        return period
    at = after(cursor, str, int)
    before = (date.fromisoformat(at[0]), at[1]) if at else None
    found = reads.orders(period, limit + 1, answer=answer, condition=condition, cause=cause, sku=sku, channel=channel, before=before)
    return page_of(found, limit, lambda row: (row.due_on.isoformat(), row.id))


@router.get("/carriers/scorecard", response=list[Scorecard])
def carrier_scorecards(request: HttpRequest, first: From, last: To, carrier: Word = "") -> HttpResponse:
    """Each carrier's measures over the parcels due in a period, with intervals and the other carriers on the same mix of lanes. By name: it is no ranking."""
    period = _period(request, first, last, None)
    return shown(carriers.period_scorecards(first, last, carrier)) if isinstance(period, Period) else period


@router.get("/carriers/scorecard/weeks", response=list[Week])
def carrier_weeks(request: HttpRequest, first: From, last: To, carrier: Word) -> HttpResponse:
    """How many parcels of a carrier were on time to the first promise, by lane and Monday of the week; twelve weeks at least."""
    period = _period(request, first, last, None)
    return shown(carriers.lane_weeks(carrier, first, last)) if isinstance(period, Period) else period


@router.get("/carriers/scorecard/parts", response=list[carriers.Part])
def carrier_parts(request: HttpRequest, first: From, last: To, carrier: Word) -> HttpResponse:
    """How a carrier was on time to the first promise by service, by band of weight, and by the month of the due day."""
    period = _period(request, first, last, None)
    return shown(carriers.parts(carrier, first, last)) if isinstance(period, Period) else period


@router.get("/otif", response=otif_reads.OtifReport)
def on_time_in_full(request: HttpRequest, customer: Word, first: From, last: To) -> HttpResponse:
    """A customer's share on time in full by its own definitions, with interval, goals, fine, and each line that failed with what shows it.

    An order is measured by the definition that was in force when it was placed.
    """
    period = _period(request, first, last, None)
    return shown(otif_reads.otif(customer, first, last)) if isinstance(period, Period) else period
# -- where to improve, what is at risk ------------------------------------------------------------------------------------


@router.get("/improvements", response=Improvements)
def where_to_improve(request: HttpRequest, first: From, last: To) -> HttpResponse:
    """Where to improve by the commitments due in a period of up to 400 days: what stands out beyond chance, what each cause costs alone, whose hours were late, changes with their gain and back-test."""
    period = _period(request, first, last, None)
    if not isinstance(period, Period):
        return period
    if (last - first).days > LONGEST_LOOKED_AT:
        return problem(request, "values-refused", [Finding("#/query/to", "values-refused", f"At most {LONGEST_LOOKED_AT} days are looked at for changes.")], why="The period cannot be taken.")
    return shown(improvements(first, last))


@router.get("/warehouses", response=list[Warehouse])
def warehouse_figures(request: HttpRequest, first: From, last: To) -> HttpResponse:
    """Each site's work on the orders due in a period of up to 400 days: lines picked right, short picks, parcels that left in time, lines that waited, receiving advices that name what we sent, hours from order to delivery by stage."""
    period = _period(request, first, last, None)
    if not isinstance(period, Period):
        return period
    if (last - first).days > LONGEST_LOOKED_AT:
        return problem(request, "values-refused", [Finding("#/query/to", "values-refused", f"At most {LONGEST_LOOKED_AT} days are looked at.")], why="The period cannot be taken.")
    return shown(warehouses(first, last))


@router.get("/perfect-order/at-risk", response=page_schema(risks.RiskRow))
def at_risk(
    request: HttpRequest, lost: bool = False, site: Word = "", customer: Word = "", action: Word = "", reason: Word = "", cursor: Cursor = "", limit: Limit = 100,
) -> HttpResponse:  # fmt: skip
    """Open commitments that will perhaps not be perfect, as they were looked at last: why, how likely, what saves them at least cost. Or those that are lost."""
    at = after(cursor, str, int)
    behind = (date.fromisoformat(at[0]), at[1]) if at else None
    found = risks.listed(limit + 1, lost=lost, site=site, customer=customer, action=action, reason=reason, after=behind)
    return page_of(found, limit, lambda row: ((row.due_on or risks.NO_DAY).isoformat(), row.id))


@router.get("/perfect-order/foresight", response=risks.Foresight)
def foresight(request: HttpRequest) -> HttpResponse:
    """How good the foresight is: the last eight weeks, foreseen from those before them, by level of chance."""
    return shown(risks.foresight(clock.now().date()))


@router.get("/orders/{number}/risk", response=list[AtRisk])
def order_risk(request: HttpRequest, number: Word) -> HttpResponse:
    """What is at risk of an order as it looks now; nothing where it is at no risk or closed."""
    return shown(risks.of_order(number, clock.now()))


@router.post("/perfect-order/foresee/batch", response=answers_to(foresee))
def foresee_orders(request: HttpRequest, asks: Body[list[Foresee]]) -> HttpResponse:
    """Look at what is at risk of orders. It happens by itself four times an hour."""
    return answered(request, foresee, asks)


@router.post("/perfect-order/learn/batch", response=answers_to(learn))
def learn_weeks(request: HttpRequest, asks: Body[list[Learn]]) -> HttpResponse:
    """Count anew what became of the commitments due in weeks. It happens by itself each night."""
    return answered(request, learn, asks)
