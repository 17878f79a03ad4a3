"""Every refusal hanse can give, in one table: its code, HTTP status, title and sentence.

Codes and titles are stable: others build on them. A sentence is filled with the facts of the case;
it says what stands in the way and, where there is one, the next best step.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal: `status` is the HTTP answer, `title` is fixed, `sentence` is filled with facts."""

    code: str
    status: int
    title: str
    sentence: str
    retryable: bool = False


_TABLE: list[tuple[Any, ...]] = [
    # code, status, title, sentence
    # -- at every door
    ("unreadable", 400, "Request cannot be read", "The request is not valid JSON: {why}."),
    ("key-missing", 400, "Idempotency-Key is missing", "Send an Idempotency-Key header: one fresh text per act."),
    ("not-signed-in", 401, "Not signed in", "Send a bearer key that exists and has not expired, or sign in."),
    ("not-granted", 403, "Not granted", "{who} may not do {operation}. Ask an admin for a role that may."),
    ("not-found", 404, "Not found", "There is no {what} {name} here."),
    ("method-not-allowed", 405, "Method not allowed", "This address does not take {method}."),
    ("key-in-progress", 409, "The same request is still running", "Ask again with the same key in a moment."),
    ("key-reused", 422, "Key used for another request", "This Idempotency-Key was used with another request. Take a fresh one."),
    ("state-conflict", 409, "State has moved on", "{why}"),
    ("version-old", 412, "Changed by someone else", "{who} changed this since you read it. Nothing of yours was saved."),
    ("too-big", 413, "Request is too big", "At most {limit} are taken at once; this has {got}."),
    ("wrong-type", 415, "Wrong content type", "Send application/json."),
    ("values-refused", 422, "Values refused", "{why}"),
    ("too-many-requests", 429, "Too many requests", "Slow down and try again with the same key.", True),
    ("busy", 503, "Busy", "The database is busy. Nothing was changed; the same key is safe to send again.", True),
    ("fault", 500, "Something broke", "Nothing was changed. Tell your admin the number {number}."),
    # -- exceptions
    ("exception-gone", 409, "Needs nobody any more", "{exception} no longer needs a person: its cause is gone."),
    ("exception-owned", 409, "Somebody has it", "{owner} looks after this already. Take it over by naming who has it, or hand it on."),
    ("exception-unowned", 409, "Not theirs", "This is not looked after by {owner}. Load the queue again."),
    ("person-unknown", 422, "Person is not known", "There is no active user {person}."),
    # -- master data
    ("sku-unknown", 422, "SKU is not known", "There is no item {sku}."),
    ("gtin-wrong", 422, "GTIN is wrong", "{gtin} is no GTIN: {why}."),
    ("gtin-used", 409, "GTIN is taken", "GTIN {gtin} belongs to {sku}."),
    ("party-unknown", 422, "Party is not known", "There is no party {party}."),
    ("not-a-customer", 422, "Party is not a customer", "{party} has no role customer."),
    ("address-wrong", 422, "Address is wrong", "{why}"),
    ("address-unknown", 422, "Address is not known", "{party} has no address {address}."),
    ("site-unknown", 422, "Site is not known", "There is no site {site}."),
    ("zone-unknown", 422, "Time zone is not known", "{zone} is no IANA time zone."),
    ("bin-unknown", 422, "Bin is not known", "Site {site} has no bin {bin}."),
    ("currency-unknown", 422, "Currency is not known", "{currency} is no ISO 4217 currency."),
    ("out-of-range", 422, "Value out of range", "{field} must be between {low} and {high}; it is {got}."),
    # -- stock
    ("stock-short", 409, "Not enough stock", "{available} of {wanted} {sku} available."),
    ("stock-reserved", 409, "Stock is reserved", "{reserved} of {sku} at {site} are reserved for orders. Free them first, then book this."),
    ("bin-short", 409, "Not enough in the bin", "{bin} holds {on_hand} {sku}, {claimed} of them for pick tasks; {wanted} wanted."),
    ("lot-missing", 422, "Lot is missing", "{sku} is tracked by lot: say which."),
    ("lot-differs", 422, "Lot has another date", "Lot {lot} of {sku} expires on {known}, not on {given}."),
    ("serials-missing", 422, "Serials are missing", "{sku} is tracked by serial: name {wanted}, {got} given."),
    ("serial-elsewhere", 409, "Serial is somewhere else", "Serial {serial} of {sku} is not in {place}."),
    ("serial-used", 409, "Serial exists already", "Serial {serial} of {sku} is here already."),
    ("not-tracked", 422, "Item is not tracked so", "{sku} carries no {what}."),
    ("inbound-unknown", 422, "Inbound supply is not known", "There is no inbound {ref} of {sku} at {site}."),
    ("inbound-used", 409, "Inbound reference is taken", "Inbound {ref} of {sku} at {site} exists already."),
    ("inbound-closed", 409, "Inbound is closed", "Inbound {ref} is received in full; {open} of {wanted} are still open."),
    ("reason-missing", 422, "Reason is missing", "Say why."),
    # -- orders
    ("ref-used", 409, "Reference used before", "{customer} has order {number} with reference {ref}."),
    ("not-sellable", 422, "Item is not sold", "{skus} cannot be sold: unknown or retired."),
    ("order-unknown", 404, "Order is not known", "There is no order {order}."),
    ("line-unknown", 422, "Line is not known", "{order} has no line {line}."),
    ("no-lines", 422, "Order has no lines", "An order needs at least one line."),
    ("money-differs", 422, "Amounts differ", "{why}"),
    ("order-closed", 409, "Order is closed", "{order} is {status}: nothing is left to change."),
    ("on-hold", 409, "On hold", "{order} is on {holds} hold. Release the hold first."),
    ("hold-unknown", 409, "No such hold", "{order} has no open {type} hold."),
    ("quote-unknown", 404, "Quote is not known", "There is no quote {quote}."),
    ("quote-accepted", 409, "Quote was accepted", "{quote} was accepted as {order}. A quote becomes one order."),
    ("quote-expired", 409, "Quote has expired", "{quote} was valid until {on}. Make a new one."),
    ("recurring-unknown", 404, "Recurring order is not known", "There is no recurring order {recurring}."),
    ("recurring-paused", 409, "Recurring order is paused", "{recurring} is paused. Resume it first."),
    ("rule-wrong", 422, "Rule cannot be followed", "{why}"),
    ("occurrence-done", 409, "Placed already", "{recurring} of {on} was dealt with already."),
    ("occurrence-not-due", 409, "Not due", "{recurring} is not due on {on}; its next day is {next}."),
    ("hold-of-others", 403, "Hold is for others to release", "A {type} hold is released by {who}. Ask them; nothing was changed."),
    ("hold-stands", 409, "Hold stands already", "{order} is on {type} hold already."),
    ("nothing-open", 409, "Nothing is open", "{order} has no open units to allocate."),
    ("units-bound", 409, "Units are bound", "{free} of {wanted} can be cancelled: the rest is picked or further. Cancel {free}."),
    ("allocation-unknown", 404, "Allocation is not known", "There is no allocation {allocation}."),
    ("units-released", 409, "Units are on the floor", "{free} of {wanted} are not released yet and can be freed."),
    ("preview-expired", 409, "Preview is out of date", "The order or its stock has changed since the preview. Look at the new one."),
    ("change-empty", 422, "Nothing to change", "The change asks for what already is."),
    # -- fulfilment
    ("nothing-to-release", 409, "Nothing to release", "{order} has nothing to release at {site}."),
    ("bins-short", 409, "Bins are not free yet", "No bin has {skus} free for {order}: claimed by other tasks, or expiring too soon for the customer.", True),
    ("wave-empty", 409, "Nothing for this wave", "Nothing that waits at {site} fits: {why}"),
    ("zone-not-here", 422, "Zone is not known", "{site} has no zone {zone}."),
    ("tour-unknown", 404, "Tour is not known", "There is no tour {tour}."),
    ("tour-taken", 409, "Tour is taken", "{picker} walks tour {tour}."),
    ("tour-waits", 409, "Tour waits for totes", "Tour {tour} takes over the totes of tour {after}, which is still being picked."),
    ("tour-free", 409, "Nobody walks this tour", "Tour {tour} is walked by nobody."),
    ("tour-done", 409, "Tour is done", "All tasks of tour {tour} are answered."),
    ("no-tour", 409, "No tour waits", "No tour waits at {site}. Release orders first."),
    ("tasks-gone", 409, "Tasks are gone", "All tasks of this tour are answered, or on another tour."),
    ("not-to-sort", 409, "Nothing to sort", "Task {task} has nothing in a cart's tote that waits to be sorted."),
    ("ship-rule-waits", 409, "Waits for the rest", "{order} ships {rule}; {missing} units are still without stock."),
    ("task-unknown", 404, "Task is not known", "There is no pick task {task}."),
    ("task-closed", 409, "Task is closed", "This task is closed."),
    ("task-withdrawn", 409, "Units were cancelled", "{open} of {to_pick} are still wanted. Take {open}."),
    ("taken-out-of-range", 422, "Quantity out of range", "Between 0 and {to_pick} can be taken; {taken} were."),
    ("wrong-scan", 422, "Wrong item", "{got} was scanned, {want} is wanted. Put it back. Nothing was booked."),
    ("nothing-to-withdraw", 409, "Nothing to withdraw", "All units in the pick tasks of {order} are still wanted."),
    ("nothing-to-pack", 409, "Nothing to pack", "Nothing of {order} is picked and waits to be packed at {site}."),
    ("pack-out-of-range", 422, "More than was picked", "{picked} of {order} line {line} wait to be packed; {wanted} asked."),
    ("weight-off", 422, "Weight does not agree", "The scale says {weight} g, {expected} g are expected. Check the content."),
    ("sscc-wrong", 422, "SSCC is wrong", "{sscc} is no SSCC: {why}."),
    ("sscc-used", 409, "SSCC is taken", "Carton {sscc} exists already."),
    ("carton-unknown", 404, "Carton is not known", "There is no carton {carton}."),
    # -- transport
    ("handed-over", 409, "Handed over already", "Carton {carton} left with {carrier}."),
    ("label-outdated", 409, "Label shows an old address", "The address of {order} changed after carton {carton} was labelled. Print the label again."),
    ("carrier-unknown", 422, "Carrier is not known", "There is no carrier {carrier}."),
    ("tracking-used", 409, "Tracking number is taken", "Parcel {tracking} of {carrier} exists already."),
    ("tracking-repeated", 200, "Recorded before", "Event {code} of {tracking} was recorded before. Nothing changed."),
    ("parcel-unknown", 404, "Parcel is not known", "There is no parcel {parcel}."),
    ("delivered-already", 409, "Delivered already", "Parcel {parcel} was delivered."),
    ("received-out-of-range", 422, "More than was sent", "{sent} were sent, {got} received."),
    # -- billing
    ("nothing-to-invoice", 409, "Nothing to invoice", "{order} has nothing left to invoice."),
    ("invoice-out-of-range", 409, "More than can be invoiced", "{open} of {wanted} units of {order} line {line} can be invoiced now."),
    ("number-used", 409, "Number is taken", "A document {number} exists already."),
    ("invoice-unknown", 404, "Invoice is not known", "There is no invoice {invoice}."),
    ("credit-out-of-range", 409, "More than was invoiced", "{open} of {wanted} units can still be credited."),
    ("payment-used", 409, "Payment was booked before", "Payment {ref} was booked before."),
    ("paid-too-much", 422, "More than is paid", "{left} of the payment are left; {wanted} were to be allocated."),
    ("payment-unknown", 404, "Payment is not known", "There is no payment or credit {payment}."),
    ("invoice-settled", 409, "Less is open", "{open} of {invoice} are open; {wanted} were to be settled."),
    ("refund-too-much", 409, "More than can be paid back", "{left} of what {customer} paid can be paid back; {wanted} asked."),
    ("currency-differs", 422, "Currency differs", "{invoice} is in {want}, the payment in {got}."),
    # -- webhooks
    ("endpoint-unknown", 404, "Endpoint is not known", "There is no endpoint {endpoint}."),
    ("delivery-unknown", 404, "Delivery is not known", "There is no delivery {delivery}."),
    ("url-wrong", 422, "Address is wrong", "{url} cannot be called: {why}."),
    ("kind-unknown", 422, "Kind of event is not known", "No event is named {kinds}."),
    ("not-paused", 409, "Endpoint is not paused", "Endpoint {endpoint} takes events already."),
    # -- import
    ("column-missing", 422, "Column is missing", "{file} has no column {column}."),
    ("row-unreadable", 422, "Row cannot be read", "Row {row}: {why}."),
    ("repeated", 200, "Brought in before", "Row {row} was brought in before."),
    ("left-out", 422, "Left out by the mapping", "{why}"),
    ("order-incomplete", 422, "Another row of the order is wrong", "Row {row} of order {order} cannot be taken, and an order is taken whole or not at all."),
]

PROBLEMS: dict[str, Problem] = {row[0]: Problem(*row) for row in _TABLE}
