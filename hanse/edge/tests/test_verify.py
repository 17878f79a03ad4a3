"""Verify: a healthy company is clean, and each planted bug is found by exactly the check that is there for it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from hanse.edge import verify
from hanse.edge.invariants import INVARIANTS, TITLES
from hanse.journal.follow import FOLLOWERS

from .company import a_company, an_hour_later


def found(cursor: Any = None) -> set[tuple[str, str]]:
    """What is broken, as (invariant, sentence)."""
    return {(r.name, f["breaks"]) for r in verify.run(cursor=cursor) for f in r.findings}


NO_CHECKS = """
DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', c.t, c.conname); END LOOP;
END $$
"""
ONE = "(SELECT min(id) FROM {})"
PLANTED: list[tuple[str, str, str]] = [
    # invariant, the sentence it breaks begins so, the bug
    ("INV-1", "A balance is", "UPDATE inventory_balance SET on_hand = on_hand + 1 WHERE account_id = (SELECT account_id FROM inventory_balance LIMIT 1)"),
    ("INV-1", "A site's stock", "UPDATE inventory_stock SET on_hand = on_hand + 1"),
    ("INV-2", "A movement takes", "UPDATE inventory_movement SET source_id = 999999 WHERE source_id IN (SELECT id FROM inventory_account WHERE kind = 'supplier')"),
    ("INV-2", "A movement takes", "UPDATE inventory_account SET id = -id WHERE kind = 'missing'"),
    ("INV-3", "A bin holds", "UPDATE inventory_balance SET reserved = on_hand + 1 WHERE lot = 'L1' AND on_hand > 0"),
    ("INV-3", "A site has", "UPDATE inventory_stock SET reserved = on_hand + 1 WHERE item_id = (SELECT id FROM catalogue_item WHERE sku = 'LOT')"),
    ("INV-4", "What a site has reserved", "UPDATE inventory_stock SET reserved = reserved - 1 WHERE reserved > 0"),
    ("INV-4", "What is claimed", "UPDATE inventory_balance SET reserved = reserved + 1 WHERE lot = 'L1' AND on_hand > 0"),
    ("INV-4", "What is claimed", "INSERT INTO inventory_movetask (site_id, item_id, source_id, target_id, quantity, raised_at) SELECT a.site_id, b.item_id, a.id, a.id + 1, 1, now()"
                                 " FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' LIMIT 1"),
    ("INV-4", "A bin is in doubt", "UPDATE inventory_balance SET in_doubt = false WHERE in_doubt"),
    ("INV-4", "A bin is in doubt", "UPDATE inventory_counttask SET closed_at = now() WHERE cause = 'short'"),
    ("INV-4", "An allocation belongs", "UPDATE orders_allocation SET order_id = order_id + 1 WHERE id = (SELECT max(id) FROM orders_allocation)"),
    ("INV-4", "A pick task is", "UPDATE fulfilment_task SET line_id = line_id + 1"),
    ("INV-4", "A pick task is", "UPDATE fulfilment_task SET tote_id = bin_id"),
    ("INV-4", "What a line has", "UPDATE orders_line SET reserved = reserved + 1, freed = freed + 1 WHERE position = 2"),
    ("INV-4", "What an order has", "UPDATE orders_order SET reserved = reserved + 1, freed = freed + 1 WHERE shipped > 0"),
    ("INV-4", "No unit of a lot", "UPDATE inventory_lot SET status = 'held' WHERE code = 'L1'"),
    ("INV-4", "What is pegged", "UPDATE orders_peg SET quantity = quantity + 1"),
    ("INV-4", "What is pegged", "UPDATE orders_peg SET inbound_id = inbound_id + 1; INSERT INTO inventory_inbound (id, ref, item_id, site_id, quantity, first_due_on, due_on)"
                                " OVERRIDING SYSTEM VALUE SELECT id + 1, 'X', (SELECT min(id) FROM catalogue_item), site_id, 9, due_on, due_on FROM inventory_inbound"),
    ("INV-4", "What a site is asked", "UPDATE orders_requestedunits SET quantity = quantity + 1"),
    ("INV-4", "What a site is asked", "UPDATE orders_changerequest SET site_id = site_id + 1"),
    ("INV-4", "Faces are", "UPDATE inventory_face SET bin_id = (SELECT min(id) FROM inventory_account WHERE kind = 'tote')"),
    ("INV-4", "Faces are", "UPDATE inventory_counttask SET site_id = site_id + 1"),
    ("INV-5", "A serial that was", "INSERT INTO fulfilment_pickedserial (item_id, code, task_id) SELECT item_id, code, (SELECT min(id) FROM fulfilment_task) FROM inventory_serial WHERE code = 'S3'"),
    ("INV-5", "A serial is where", "UPDATE inventory_serial SET account_id = (SELECT id FROM inventory_account WHERE kind = 'missing') WHERE code = 'S3'"),
    ("INV-5", "A serial on its way", "UPDATE fulfilment_content SET serial = '' WHERE serial = 'S1'"),
    ("INV-6", "No counter of a line", "UPDATE orders_line SET returned = delivered + 1 WHERE position = 3"),
    ("INV-6", "No counter of an allocation", "UPDATE orders_allocation SET recalled = released + 1 WHERE released > 0"),
    ("INV-6", "A line counts", "UPDATE orders_line SET picked = picked - 1, packed = packed - 1, shipped = shipped - 1 WHERE position = 1 AND shipped = 7"),
    ("INV-6", "An order counts", "UPDATE orders_order SET ordered = ordered + 1"),
    ("INV-6", "A kit's components", "UPDATE orders_line SET per_kit = per_kit + 1 WHERE kit IS NOT NULL"),
    ("INV-6", "A kit's components", "UPDATE orders_kit SET position = position + 7"),
    ("INV-6", "What goes out over", "UPDATE orders_order SET over_percent = 9 WHERE over_percent > 0"),
    ("INV-6", "What goes out over", "UPDATE orders_line SET item_id = item_id + 1 WHERE over_of_id IS NOT NULL"),
    ("INV-6", "What goes out over", "UPDATE orders_line SET substitute_of_id = id WHERE id = (SELECT over_of_id FROM orders_line WHERE over_of_id IS NOT NULL)"),
    ("INV-6", "What a line closed", "UPDATE orders_order SET under_percent = 9 WHERE under_percent > 0"),
    ("INV-6", "What a line closed", "UPDATE orders_line SET under = cancelled + 1 WHERE under > 0"),
    ("INV-6", "An order counts", "UPDATE orders_order SET under = under + 1"),
    ("INV-7", "An order's status", "ALTER TABLE orders_order ALTER status DROP EXPRESSION; UPDATE orders_order SET status = 'delivered'"),
    ("INV-7", "A line's status", "ALTER TABLE orders_line ALTER status DROP EXPRESSION; UPDATE orders_line SET status = 'delivered'"),
    ("INV-7", "Nobody can set", "ALTER TABLE orders_line ALTER status DROP EXPRESSION"),
    ("INV-7", "The holds", "UPDATE orders_hold SET released_at = now()"),
    ("INV-7", "A quote became", "UPDATE orders_quote SET accepted_at = accepted_at + interval '10 days'"),
    ("INV-7", "A quote became", "UPDATE orders_quote SET order_id = NULL"),
    ("INV-7", "Of each day", "UPDATE orders_recurring SET next_on = (SELECT max(day) FROM orders_occurrence)"),
    ("INV-7", "Of each day", "UPDATE orders_occurrence SET order_id = NULL"),
    ("INV-7", "A customer is asked", "ALTER TABLE orders_consent DROP CONSTRAINT IF EXISTS orders_consent_asked_once; DROP INDEX IF EXISTS orders_consent_asked_once;"
                                     "UPDATE orders_consent SET answer = NULL, line_id = (SELECT min(line_id) FROM orders_consent)"),
    ("INV-8", "What an allocation counts as packed", "UPDATE fulfilment_content SET quantity = quantity + 1 WHERE lot = 'L1'"),
    ("INV-8", "What an allocation counts as picked", "UPDATE fulfilment_task SET put_back = put_back - 1 WHERE put_back > 0"),
    ("INV-8", "What an allocation counts as picked", "UPDATE orders_allocation SET put_back = put_back + 1 WHERE put_back > 0"),
    ("INV-8", "A tote holds", "UPDATE fulfilment_task SET packed = packed - 1 WHERE packed > 0"),
    ("INV-8", "What an order counts", "UPDATE inventory_movement SET document = '' WHERE act = 'ParcelHandedOver'"),
    ("INV-8", "What an order counts", "UPDATE orders_line SET lost = 0, found = 0 WHERE lost > 0"),
    ("INV-8", "What an order counts", "UPDATE inventory_movement SET document = '' WHERE act = 'ParcelTakenBack'"),
    ("INV-8", "What an order counts", "UPDATE inventory_movement SET document = '' WHERE act = 'ParcelFound'"),
    ("INV-8", "A carton holds", "UPDATE fulfilment_carton SET handed_over_at = NULL"),
    ("INV-8", "A carton holds", "UPDATE fulfilment_carton SET opened_at = NULL"),
    ("INV-8", "What an allocation counts as picked", "UPDATE fulfilment_task SET taken = taken - 1 WHERE taken > packed"),
    ("INV-8", "What an allocation counts as picked", "UPDATE orders_allocation SET put_back = 1 WHERE picked > packed"),
    ("INV-8", "What an allocation counts as packed", "UPDATE fulfilment_carton SET opened_at = now()"),
    ("INV-8", "A carton left", "UPDATE fulfilment_carton SET audit = 'due'"),
    ("INV-8", "A carton holds", "UPDATE transport_parcel SET units = units + 1"),
    ("INV-8", "A label that was used", "UPDATE transport_label SET tracking = 'other' WHERE outcome = 'used'"),
    ("INV-8", "A label that was used", "UPDATE transport_label SET carton_id = carton_id + 1 WHERE outcome = 'used'"),
    ("INV-8", "A label has one state", "UPDATE transport_label SET bought_at = NULL WHERE outcome = 'voided'"),
    ("INV-8", "A label has one state", "UPDATE transport_label SET ended_at = NULL"),
    ("INV-8", "A label has one state", "UPDATE transport_label SET parcel_id = NULL"),
    ("INV-8", "A manifest lists", "UPDATE transport_label SET manifest_id = NULL"),
    ("INV-8", "A task of a tour", "UPDATE fulfilment_task SET stop = 1, tour_id = (SELECT min(id) FROM fulfilment_tour)"),
    ("INV-8", "A task of a tour", "UPDATE fulfilment_tour SET wave_id = NULL"),
    ("INV-8", "A supplier shipped", "UPDATE fulfilment_despatchadvice SET units = units + 1"),
    ("INV-8", "A supplier shipped", "UPDATE fulfilment_task SET taken = taken - 1, packed = packed - 1 WHERE supplier_order_id IS NOT NULL AND taken > 0"),
    ("INV-8", "A drop-ship order asks", "UPDATE fulfilment_task SET supplier_order_id = NULL"),
    ("INV-8", "A drop-ship order asks", "UPDATE fulfilment_supplierorder SET order_id = order_id - 1"),
    ("INV-8", "A carton that lies", "UPDATE fulfilment_carton SET inside_id = NULL"),
    ("INV-8", "A carton that lies", "UPDATE fulfilment_carton SET handed_over_at = handed_over_at - interval '1 hour' WHERE inside_id IS NOT NULL"),
    ("INV-8", "A carton that lies", "UPDATE fulfilment_carton SET address_id = -address_id WHERE inside_id IS NOT NULL"),
    ("INV-8", "A carton that lies", "UPDATE transport_parcel SET tracking = 'other' WHERE rides_with_id IS NOT NULL"),
    ("INV-8", "A carton that lies", "UPDATE transport_parcel SET rides_with_id = id WHERE rides_with_id IS NOT NULL"),
    ("INV-8", "What names", "UPDATE fulfilment_task SET line_id = -1"),
    ("INV-8", "What names", "UPDATE billing_invoiceline SET line_id = -1"),
    ("INV-8", "What names", "UPDATE orders_line SET order_id = -order_id"),
    ("INV-8", "What names", "UPDATE orders_allocation SET line_id = -line_id"),
    ("INV-8", "What names", "UPDATE fulfilment_task SET allocation_id = -allocation_id"),
    ("INV-8", "What names", "UPDATE fulfilment_carton SET order_id = -order_id"),
    ("INV-8", "What names", "UPDATE fulfilment_content SET carton_id = -carton_id"),
    ("INV-8", "What names", "UPDATE transport_shipment SET order_id = -order_id"),
    ("INV-8", "What names", "UPDATE transport_parcel SET carton_id = -carton_id"),
    ("INV-8", "What names", "UPDATE transport_parcel SET shipment_id = -shipment_id"),
    ("INV-8", "What names", "UPDATE fulfilment_carton SET inside_id = -inside_id"),
    ("INV-8", "What names", "UPDATE transport_parcel SET rides_with_id = -rides_with_id"),
    ("INV-8", "What names", "UPDATE transport_proof SET parcel_id = -parcel_id"),
    ("INV-8", "What names", "UPDATE billing_invoice SET order_id = -order_id"),
    ("INV-8", "What names", "UPDATE billing_invoiceline SET invoice_id = -invoice_id"),
    ("INV-9", "An order's amounts", "UPDATE orders_line SET net = net + 0.01 WHERE invoiced = 0"),
    ("INV-9", "An order that was quoted", "UPDATE orders_quote SET total = total + 1, net = net + 1"),
    ("INV-9", "An order that was quoted", "UPDATE orders_quote SET lines = lines + 1"),
    ("INV-9", "A document's lines", "UPDATE billing_invoice SET net = net + 0.01, tax = tax - 0.01 WHERE number = 'INV-2026-000002'"),
    ("INV-9", "The parts of a line", "UPDATE billing_invoiceline SET first = first + 1 WHERE invoice_id = (SELECT id FROM billing_invoice WHERE number = 'INV-2026-000002')"),
    ("INV-9", "The parts of a line", "UPDATE orders_line SET tax = tax + 0.01 WHERE invoiced = ordered"),
    ("INV-9", "Units over a line", "UPDATE orders_line SET net = net + 0.51 WHERE over_of_id IS NOT NULL"),
    ("INV-9", "Units over a line", "UPDATE orders_order SET bills_over = false"),
    ("INV-9", "What is settled", "UPDATE billing_settlement SET amount = amount + 0.01"),
    ("INV-9", "By customer", "UPDATE billing_payment SET amount = amount + 0.01 WHERE kind = 'received'"),
    ("INV-7", "A load stands", "UPDATE transport_load SET state = 'exhausted' WHERE state = 'tendered'"),
    ("INV-7", "A load stands", "UPDATE transport_tender SET result = 'declined', reason = 'x' WHERE result = 'accepted'"),
    ("INV-9", "A carrier's bill", "UPDATE transport_freightinvoice SET total = total + 1, approved = approved + 1"),
    ("INV-9", "A carrier's bill", "UPDATE transport_freightline SET approved = approved + 1 WHERE position = 1"),
    ("INV-9", "A carrier's bill", "UPDATE transport_freightline SET accepted = accepted + 1, approved = approved - 1 WHERE position = 1"),
    ("INV-9", "What is disputed", "UPDATE transport_dispute SET recovered = recovered - 0.01 WHERE outcome = 'credit'"),
    ("INV-9", "What is disputed", "UPDATE transport_dispute SET outcome = 'rejected', answered_at = now() WHERE outcome = ''"),
    ("INV-10", "What has been billable", "DELETE FROM billing_invoiceline WHERE invoice_id = (SELECT id FROM billing_invoice WHERE number = 'INV-2026-000003');"
                                         "UPDATE orders_line SET invoiced = 0 WHERE shipped = 7; UPDATE orders_order SET invoiced = 0 WHERE shipped = 7"),
    ("INV-10", "Nothing is billed", "UPDATE orders_line SET shipped = shipped - 1 WHERE shipped = 7"),
    ("INV-10", "Of a kit is billed", "UPDATE orders_line SET shipped = shipped - 1 WHERE kit IS NOT NULL AND per_kit = 2"),
    ("INV-11", "A series", "UPDATE billing_series SET last = last + 1"),
    ("INV-11", "A series", "UPDATE billing_invoice SET number = 'INV-2026-000099' WHERE number = 'INV-2026-000002'"),
    ("INV-11", "A series", "INSERT INTO billing_voidednumbers (series, first, last, reason, voided_at, actor) VALUES ('INV-2026', 1, 1, 'lost', now(), 'ann')"),
    ("INV-11", "A series", "INSERT INTO billing_voidednumbers (series, first, last, reason, voided_at, actor) VALUES ('INV-2026', 90, 99, 'lost', now(), 'ann')"),
    ("INV-11", "A document says", "UPDATE billing_invoice SET total = total + 0.01, net = net + 0.01 WHERE number = 'INV-2026-000003'"),
    ("INV-11", "Every line of", "DELETE FROM billing_match"),
    ("INV-12", "Of an invoice's line", "UPDATE billing_invoice SET corrects_id = (SELECT id FROM billing_invoice WHERE number = 'INV-2026-000003') WHERE kind = 'credit';"
                                       "UPDATE billing_invoiceline SET quantity = 1000, line_id = (SELECT line_id FROM billing_invoiceline x JOIN billing_invoice d"
                                       " ON d.id = x.invoice_id WHERE d.number = 'INV-2026-000003') WHERE invoice_id = (SELECT min(id) FROM billing_invoice WHERE kind = 'credit')"),
    ("INV-12", "A unit of a parcel", "UPDATE billing_goodscredit SET credited = credited - 1 WHERE credited > 0"),
    ("INV-12", "A unit of a parcel", "UPDATE billing_invoice SET parcel_id = NULL WHERE parcel_id IS NOT NULL"),
    ("INV-12", "No more goes back", "UPDATE billing_payment SET amount = 100 WHERE kind = 'refunded'"),
    ("INV-12", "What a parcel is", "UPDATE transport_choice SET total = total + 0.01"),
    ("INV-12", "No line has", "UPDATE orders_line SET credited = invoiced + 1 WHERE shipped = 7"),
    ("INV-13", "Stock moves only", "UPDATE inventory_movement SET xact = 3 WHERE act = 'StockReceived'"),
    ("INV-13", "An order was told", "DELETE FROM journal_event WHERE kind = 'OrderPlaced'"),
    ("INV-13", "A draft became", "UPDATE orders_draft SET order_id = NULL, placed_at = NULL WHERE order_id IS NOT NULL"),
    ("INV-13", "A draft became", "UPDATE orders_draft SET order_id = order_id - 1 WHERE order_id IS NOT NULL"),
    ("INV-13", "A payment was told", "DELETE FROM journal_event WHERE kind = 'MoneyPaidBack'"),
    ("INV-13", "Whose an exception", "UPDATE edge_ownership SET owner = 'eve'"),
    ("INV-13", "Whose an exception", "DELETE FROM journal_event WHERE kind = 'ExceptionTaken'"),
    ("INV-13", "Every entry says", "UPDATE journal_event SET actor = '' WHERE kind = 'UnitsPicked'"),
    ("INV-13", "The server's role", "GRANT UPDATE ON journal_event TO hanse_app"),
    ("INV-14", "No webhook", "UPDATE edge_delivery SET next_at = now() - interval '900 days'"),
    ("INV-14", "Each fact", "DELETE FROM edge_delivery WHERE id = (SELECT max(id) FROM edge_delivery)"),
    ("INV-15", "The database keeps", "SET LOCAL synchronous_commit = off"),
    ("INV-16", "Every kept key", "UPDATE journal_request SET xact = 1"),
    ("INV-17", "What a person told", "DELETE FROM journal_event WHERE kind = 'ParcelRefused'"),
    ("INV-17", "A carrier's event", "DELETE FROM journal_event WHERE kind = 'TrackingRecorded'"),
    ("INV-18", "A parcel's state", "UPDATE transport_parcel SET lost_at = NULL WHERE lost_at IS NOT NULL"),
    ("INV-18", "A parcel's state", "UPDATE transport_parcel SET delivered_at = back_at WHERE back_at IS NOT NULL"),
    ("INV-18", "A parcel's state", "UPDATE transport_parcel SET state = 'lost' WHERE tracking = '1Z-2'"),
    ("INV-24", "A day counts", "UPDATE perfect_order_day SET imperfect = imperfect - 1, perfect = perfect + 1 WHERE by = 'site' AND imperfect > 0"),
    ("INV-24", "A day counts", "DELETE FROM perfect_order_day WHERE by = 'item'"),
    ("INV-24", "A day's failures", "UPDATE perfect_order_daycause SET failures = failures + 1"),
    ("INV-24", "What is known", "UPDATE perfect_order_verdict SET known_to = known_to + interval '1 second' WHERE known_to IS NOT NULL"),
    ("INV-24", "What is known", "DELETE FROM perfect_order_verdict WHERE known_to IS NULL"),
    ("INV-24", "A condition fails", "UPDATE perfect_order_verdict SET causes = '{}'"),
    ("INV-24", "A verdict is", "UPDATE perfect_order_verdict SET right_product = NOT right_product WHERE known_to IS NULL"),
    ("INV-24", "The day by which", "UPDATE orders_promise SET at = at + interval '400 days' WHERE basis_on IS NOT NULL"),
    ("INV-24", "A verdict is", "UPDATE transport_proof SET received = 1"),
    ("INV-24", "What is learnt", "UPDATE perfect_order_experience SET commitments = commitments + 1 WHERE step = 'delivery'"),
    ("INV-24", "What is learnt", "DELETE FROM perfect_order_experience WHERE step = 'delivery'"),
    ("INV-24", "What is at risk", "UPDATE perfect_order_risk SET due_on = due_on + 1"),
    ("INV-24", "What is at risk", "UPDATE perfect_order_risk SET due_on = NULL"),
    ("INV-24", "What is at risk", "UPDATE orders_line SET first_promised_at = first_promised_at + interval '1 hour'"),
    ("INV-24", "What is at risk", "INSERT INTO orders_promise (line_id, was_on, promised_on, reason, asked_by, at)"
                                  " SELECT l.id, r.due_on, r.due_on + 1, 'supply comes later', 'ann', r.looked_at FROM perfect_order_risk r JOIN orders_line l USING (order_id);"
                                  "UPDATE perfect_order_risk SET due_on = due_on + 1"),
    ("INV-24", "What is at risk", "UPDATE perfect_order_risk SET gain = gain + 0.2"),
]
LISTENING = """
INSERT INTO edge_endpoint (url, secrets, owner, made_at) VALUES ('https://example.com/hook', '{x}', 'ann', '2026-01-01');
INSERT INTO journal_follower (name) VALUES ('webhooks') ON CONFLICT DO NOTHING
"""


@pytest.fixture
def owner(lasting: Any, database_urls: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """The healthy company with a webhook that heard everything, seen by the owner of the tables: planted bugs are undone."""
    from hanse.edge import jobs
    from hanse.journal.follow import follow

    assert jobs
    with psycopg.connect(database_urls[0]) as connection:
        connection.execute(LISTENING)
        connection.commit()
        a_company(lasting)
        follow(FOLLOWERS["webhooks"])
        connection.execute("UPDATE edge_delivery SET state = 'delivered', delivered_at = now() WHERE id % 2 = 0")
        connection.execute("UPDATE edge_delivery SET next_at = '2036-01-01'")
        connection.commit()
        yield connection


def test_a_healthy_company_is_clean_and_each_planted_bug_is_found(owner, subtests):
    """One company for all: each bug is planted in a transaction of its own, found, and undone."""
    with an_hour_later():
        for result in verify.run():
            with subtests.test(f"{result.name} is clean"):
                assert result.findings == []
                assert result.rows_examined > 0, "nothing was looked at"
        for name, what, bug in PLANTED:
            with subtests.test(f"{name}: {bug}"):
                with owner.cursor() as cursor:
                    cursor.execute(NO_CHECKS)
                    cursor.execute(bug)
                    broken = found(cursor)
                    owner.rollback()
                assert any(n == name and sentence.startswith(what) for n, sentence in broken), broken


def test_every_check_has_a_planted_bug():
    for check in INVARIANTS:
        assert any(name == check.name and check.what.startswith(what) for name, what, _ in PLANTED), check.what
    assert list(dict.fromkeys(c.name for c in INVARIANTS)) == list(TITLES)


def test_what_breaks_little_is_found_by_that_check_alone(owner):
    """Bugs that touch one number only: no other check cries."""
    alone = {("INV-6", "What goes out over a line is of its item, of no kit and no substitute, and within its order's tolerance."): "UPDATE orders_order SET over_percent = 9 WHERE over_percent > 0",
             ("INV-6", "What a line closed as short is cancelled, and within its order's tolerance."): "UPDATE orders_order SET under_percent = 9 WHERE under_percent > 0",
             ("INV-9", "Units over a line carry their share of it where the terms bill them, and nothing where not."): "UPDATE orders_order SET bills_over = false",
             ("INV-11", "A series of numbers has no gap and no double."): "UPDATE billing_series SET last = last + 1 WHERE name LIKE 'INV%%'",
             ("INV-6", "A kit's components were ordered in its ratio."): "UPDATE orders_kit SET quantity = quantity + 1",
             ("INV-18", "A parcel's state is what all its events tell, in whatever order they came."): "UPDATE transport_parcel SET doubt = 'moves-again'",
             ("INV-16", "Every kept key has its answers and the mark of its request."): "UPDATE journal_request SET xact = 1",
             ("INV-7", "The holds an order shows are those that stand."): "UPDATE orders_order SET holds = '{}'",
             ("INV-13", "An order was told once, when it was placed."): "DELETE FROM journal_event WHERE kind = 'OrderPlaced'"}
    for expected, bug in alone.items():
        with an_hour_later(), owner.cursor() as cursor:
            cursor.execute(bug.replace("%%", "%"))
            broken = found(cursor)
            owner.rollback()
        assert broken - {("INV-14", s) for _, s in broken} - {("INV-10", s) for _, s in broken} == {expected}


def test_the_command_counts_rows_and_ends_with_one_on_a_finding(owner, capsys):
    with an_hour_later():
        assert verify.main(["--json"]) == 0
        results = json.loads(capsys.readouterr().out)
        assert [r["name"] for r in results] == list(TITLES) and all(r["rows_examined"] and r["findings"] == [] for r in results)
        owner.execute("UPDATE billing_series SET last = last + 1")
        owner.commit()
        assert verify.main(["INV-11", "--json"]) == 1
        [result] = json.loads(capsys.readouterr().out)
        assert (result["name"], result["wrong"], {found["series"] for found in result["findings"]}) == ("INV-11", 2, {"INV-2026", "CRN-2026"})
        assert verify.main(["inv-11"]) == 1
        assert "gap" in capsys.readouterr().out
        assert verify.main(["INV-99"]) == 2


def test_an_empty_company_is_clean(given):
    assert [f for r in verify.run() for f in r.findings] == []
