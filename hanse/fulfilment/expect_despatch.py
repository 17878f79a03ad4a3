"""Expect despatch: a supplier ships on another day than his lead days said.

He says so, or his day has passed and nothing came: then the next day he works is the earliest. Promises follow as they follow
inbound supply that slips: they move only where they cannot be kept any more, and the customer is asked where his terms say so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.orders.follow_supply import Late, follow_late

from .events import DespatchExpected
from .supplier_orders import Known, locked, open_lines


@ask
class ExpectDespatch:
    """The day on which a supplier ships what is open of a drop-ship order."""

    supplier_order: Code
    due_on: date
    reason: Short = ""


def decide(asks: Sequence[ExpectDespatch], orders: Mapping[str, Known], first: Mapping[int, date]) -> list[DespatchExpected | Refused]:
    """Answer each; the last one said in a batch stands. Nothing is due before his lead days allow."""
    answers: list[DespatchExpected | Refused] = []
    due = {number: order.due_on for number, order in orders.items()}
    for ask in asks:
        order = orders.get(ask.supplier_order)
        if order is None:
            answers.append(refuse("supplier-order-unknown", at="supplier_order", number=ask.supplier_order))
        elif not order.open:
            answers.append(refuse("supplier-order-closed", number=ask.supplier_order))
        elif ask.due_on < first[order.id]:
            answers.append(refuse("values-refused", at="due_on", why=f"{order.supplier} was to ship by {first[order.id]}; earlier than that nothing depends on."))
        elif ask.due_on == due[ask.supplier_order]:
            answers.append(refuse("state-conflict", why=f"{ask.supplier_order} is expected on {ask.due_on} already."))
        else:
            answers.append(DespatchExpected(order_number(order.order), ask.supplier_order, order.supplier, ask.due_on, due[ask.supplier_order], order.open, reason=ask.reason))
            due[ask.supplier_order] = ask.due_on
    return answers


FIRST = "SELECT id, first_due_on FROM fulfilment_supplierorder WHERE id = ANY(%(number)s::bigint[])"
MOVE = "UPDATE fulfilment_supplierorder d SET due_on = m.due_on FROM unnest(%(number)s::bigint[], %(due_on)s::date[]) AS m(id, due_on) WHERE d.id = m.id"


@operation
def expect_despatch(run: Run, asks: Sequence[ExpectDespatch]) -> list[DespatchExpected | Refused]:
    """Note when suppliers ship; promises follow in the same transaction."""
    orders = locked(run, [a.supplier_order for a in asks])
    first = dict(run.rows(lambda id, day: (id, day), FIRST, number=[k.id for k in orders.values()]))
    answers = decide(asks, orders, first)
    said = {a.supplier_order: a for a in answers if isinstance(a, DespatchExpected)}
    if said:
        run.write(MOVE, number=[orders[number].id for number in said], due_on=[a.due_on for a in said.values()])
        _follow(run, said, orders)
    return answers


def _follow(run: Run, said: Mapping[str, DespatchExpected], orders: Mapping[str, Known]) -> None:
    """Promises of the lines that are open with him, once for a line."""
    late: dict[tuple[int, int], Late] = {}
    units: dict[tuple[int, int], int] = defaultdict(int)
    for number, lines in open_lines(run, {number: orders[number] for number in said}).items():
        for line in lines:
            key = (line.line, line.site)
            units[key] += line.open
            day = max(said[number].due_on, late[key].due_on) if key in late else said[number].due_on
            late[key] = Late(line.line, line.site, units[key], day)
    follow_late(run, list(late.values()))
