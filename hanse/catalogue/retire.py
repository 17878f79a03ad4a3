"""Retire items: they are not sold any more from a day on, or are brought back. Their stock and history stay."""

from collections.abc import Mapping, Sequence
from datetime import date

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .events import ItemBroughtBack, ItemKept, ItemRetired


@ask
class RetireItem:
    """Retire an item from a day on (today unless said), or bring a retired one back."""

    sku: Code
    on: date | None = None
    back: bool = False


def decide(asks: Sequence[RetireItem], retired: Mapping[str, date | None], today: date) -> list[ItemRetired | ItemBroughtBack | ItemKept | Refused]:
    """Answer each ask; `retired` has every known SKU with the day from which it is retired."""
    answers: list[ItemRetired | ItemBroughtBack | ItemKept | Refused] = []
    standing = dict(retired)
    for ask in asks:
        on = None if ask.back else ask.on or standing.get(ask.sku) or today
        if ask.sku not in standing:
            answers.append(refuse("sku-unknown", at="sku", sku=ask.sku))
        elif standing[ask.sku] == on:
            answers.append(ItemKept(ask.sku))
        else:
            standing[ask.sku] = on
            answers.append(ItemRetired(ask.sku, on) if on else ItemBroughtBack(ask.sku))
    return answers


RETIRED = "SELECT sku, retired_on FROM catalogue_item WHERE sku = ANY(%(sku)s::text[]) ORDER BY id FOR NO KEY UPDATE"
RETIRE = """
UPDATE catalogue_item i SET retired_on = r.retired_on
  FROM unnest(%(sku)s::text[], %(retired_on)s::date[]) AS r(sku, retired_on) WHERE i.sku = r.sku
"""


@operation
def retire_items(run: Run, asks: Sequence[RetireItem]) -> list[ItemRetired | ItemBroughtBack | ItemKept | Refused]:
    """Take items off sale, or bring them back."""
    retired = dict(run.rows(as_tuple, RETIRED, asks))
    answers = decide(asks, retired, run.now.date())
    last = {a.item: getattr(a, "retired_on", None) for a in answers if isinstance(a, ItemRetired | ItemBroughtBack)}
    if last:
        run.write(RETIRE, sku=list(last), retired_on=list(last.values()))
    return answers
