"""A batch takes a handful of statements, however many orders are in it."""

from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.journal.principals import HANSE
from hanse.orders.place import Place, PlaceLine, place
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from tests.given import statements

from .road import carriers

ORDERS = 100


def test_from_release_to_proof_a_batch_takes_less_than_a_statement_per_order(given):
    carriers()
    site, skus = given.site(), [f"SKU-{n}" for n in range(3)]
    given.customer()
    for sku in skus:
        given.stocked(given.item(sku), site, 1000)
    numbers = [p.order for p in place([Place("REUTER", tuple(PlaceLine(sku, 2) for sku in skus))] * ORDERS, by=HANSE)]
    with statements() as sent:
        tasks = [t for r in release([Release(n) for n in numbers], by=HANSE, key="r") for t in r.tasks]
        pick([Pick(t.task, t.quantity) for t in tasks], by=HANSE, key="p")
        cartons = [c.carton for c in pack([Pack(n) for n in numbers], by=HANSE, key="c")]
        parcels = [p.parcel for p in hand_over([HandOver(c, "UPS") for c in cartons], by=HANSE, key="h")]
        proofs = record_proof([RecordProof(p) for p in parcels], by=HANSE, key="d")
    assert [len(x) for x in (tasks, cartons, parcels, proofs)] == [300, 100, 100, 100]
    assert given.stock() == {"bin": 2400, "customer": 600}
    assert 0 < len(sent) <= 0.5 * ORDERS
