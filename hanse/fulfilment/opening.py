"""Opening: cartons that are closed are opened again, and units that were picked leave totes for another place.

The set functions behind `take_out` and `audit`. The caller has locked the orders. A carton that is opened holds nothing any
more; its number is not used again. What leaves a tote is open on its line again and finds other stock in the same call.
"""

from collections import defaultdict
from collections.abc import Sequence

from hanse.inventory.ledger import Account, Movement, post
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import row
from hanse.orders.counters import Advance, advance
from hanse.orders.reserving import reserve_again

from .cartons import let_go, open_again
from .tasks import open_units, raise_ready


@row
class Inside:
    """Units of a carton with the task that picked them and the tote they came from."""

    carton: int
    sscc: str
    order: int
    site: int
    account: int
    task: int
    tote: int
    allocation: int
    line: int
    item: int
    sku: str
    lot: str
    serial: str
    quantity: int


@row
class Out:
    """Units of a task that leave its tote for another account; for units known by their serial one each."""

    task: int
    order: int
    allocation: int
    line: int
    item: int
    site: int
    tote: int
    lot: str
    quantity: int
    to: Account
    reason: str
    serial: str = ""


CONTENTS = """
SELECT c.id, c.sscc, c.order_id, c.site_id, c.account_id, t.id, t.tote_id, k.allocation_id, k.line_id, k.item_id, i.sku, k.lot, k.serial, k.quantity
  FROM fulfilment_carton c JOIN fulfilment_content k ON k.carton_id = c.id JOIN catalogue_item i ON i.id = k.item_id
  JOIN LATERAL (SELECT t.id, t.tote_id FROM fulfilment_task t
                 WHERE t.id = k.task OR k.task IS NULL AND t.allocation_id = k.allocation_id AND t.lot = k.lot AND t.packed >= k.quantity ORDER BY t.id LIMIT 1) t ON true
 WHERE c.id = ANY(%(cartons)s::bigint[]) AND c.opened_at IS NULL ORDER BY k.id
"""
"""Content that was packed before a carton knew its tasks is of one that packed as much."""
UNPACK = """
UPDATE fulfilment_task t SET packed = t.packed - k.quantity
  FROM (SELECT task, sum(quantity)::bigint AS quantity FROM unnest(%(task)s::bigint[], %(quantity)s::bigint[]) AS k(task, quantity) GROUP BY task) k WHERE t.id = k.task
"""
TAKE = """
UPDATE fulfilment_task t SET put_back = t.put_back + o.quantity
  FROM (SELECT task, sum(quantity)::bigint AS quantity FROM unnest(%(task)s::bigint[], %(quantity)s::bigint[]) AS o(task, quantity) GROUP BY task) o WHERE t.id = o.task
"""


def inside(run: Run, cartons: Sequence[int]) -> list[Inside]:
    """What is in these closed cartons."""
    return run.rows(Inside, CONTENTS, cartons=list(cartons)) if cartons else []


def open_cartons(run: Run, contents: Sequence[Inside], act: str, failed: Sequence[int] = ()) -> None:
    """Open the cartons of these contents: their units lie in their totes again and wait to be packed."""
    if not contents:
        return
    open_again(run, sorted({k.carton for k in contents}), failed)
    run.write(UNPACK, contents)
    advance(run, [Advance(k.allocation, unpacked=k.quantity) for k in contents])
    post(run, [
        Movement(k.item, Account(k.account, "carton", k.site), Account(k.tote, "tote", k.site), k.quantity, act, order_number(k.order), "", k.lot, k.serial) for k in contents
    ])


def take_from_totes(run: Run, outs: Sequence[Out], act: str) -> None:
    """Units leave their totes; other units are found for their lines, and picked at once where the site has them."""
    if not outs:
        return
    run.write(TAKE, outs)
    advance(run, [Advance(o.allocation, put_back=o.quantity, freed=o.quantity, recalled=o.quantity) for o in outs])
    post(run, [Movement(o.item, Account(o.tote, "tote", o.site), o.to, o.quantity, act, order_number(o.order), o.reason, o.lot, o.serial) for o in outs])
    let_go(run, [(o.item, o.serial) for o in outs if o.serial])
    missing: dict[int, int] = defaultdict(int)
    for o in outs:
        missing[o.line] += o.quantity
    found = reserve_again(run, missing)
    opens = open_units(run, [u.allocation for fact in found for u in fact.units])
    here = {(o.order, o.site) for o in outs}
    raise_ready(run, [o for o in opens if (o.order, o.site) in here])
