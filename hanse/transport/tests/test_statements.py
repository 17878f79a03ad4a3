"""A batch takes a handful of statements, however many orders are in it."""

from hanse.billing.invoice import Invoice, invoice
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.journal.principals import HANSE
from hanse.orders.allocate import Allocate, allocate
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
    assert 0 < len(sent) <= 0.4 * ORDERS


LONE = {place: 3, allocate: 5, release: 4, pick: 3, pack: 3, hand_over: 4, record_proof: 3, invoice: 4}


def test_a_lone_order_takes_few_statements_through_its_life(given):
    carriers()
    site = given.site()
    given.customer()
    for sku in ("A", "B"):
        given.stocked(given.item(sku), site, 1000)
    for nr in range(2):  # the first opens the site's places
        sent = {}

        def do(operation, asks, nr=nr, sent=sent):
            with statements() as told:
                answers = operation(asks, by=HANSE, key=f"{operation.name}-{nr}")
            sent[operation] = len([sql for sql in told if "SAVEPOINT" not in sql])
            return answers

        [placed] = do(place, [Place("REUTER", (PlaceLine("A", 2), PlaceLine("B", 1)), reserve="later")])
        do(allocate, [Allocate(placed.order)])
        [released] = do(release, [Release(placed.order)])
        do(pick, [Pick(t.task, t.quantity) for t in released.tasks])
        [packed] = do(pack, [Pack(placed.order)])
        [handed] = do(hand_over, [HandOver(packed.carton, "UPS")])
        do(record_proof, [RecordProof(handed.parcel)])
        do(invoice, [Invoice(placed.order)])
    assert sent == LONE
