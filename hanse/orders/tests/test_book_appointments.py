"""Appointments at receivers' docks: booked in the receiver's time, the latest counts, and no promise moves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanse.orders import reads
from hanse.orders.book_appointments import BookAppointment, OrderFact, book_appointments, decide
from hanse.orders.models import Appointment

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
ORDERS = {"H-1": OrderFact("H-1", "placed", True, "Europe/Berlin"), "H-2": OrderFact("H-2", "delivered", False, "UTC")}


@pytest.mark.parametrize("ask, told", [
    (BookAppointment("H-1", NINE, NINE + timedelta(hours=2), "SLOT 7"), "Appointment on 2026-12-01 10:00 to 12:00, reference SLOT 7"),
    (BookAppointment("H-1", NINE, NINE + timedelta(hours=20)), "Appointment on 2026-12-01 10:00 to 2026-12-02 06:00"),
    (BookAppointment("H-1", NINE, NINE), "It cannot end before it begins."),
    (BookAppointment("H-1", NINE, NINE + timedelta(days=3)), "An appointment lasts two days at most."),
    (BookAppointment("H-1", NINE + timedelta(days=800), NINE + timedelta(days=801)), "An appointment lies within two years of today."),
    (BookAppointment("H-3", NINE, NINE + timedelta(hours=1)), "There is no order H-3."),
])
def test_an_appointment_lasts_a_while_and_is_of_an_order_still_to_come(ask, told):
    [answer] = decide([ask], ORDERS, NINE)
    assert answer.said() == told


def test_nothing_is_booked_for_what_has_come(given):
    [no] = decide([BookAppointment("H-2", NINE, NINE)], ORDERS, NINE)
    assert [e.code for e in no.errors] == ["order-closed", "values-refused"]


@pytest.fixture
def order(given) -> str:
    given.customer()
    given.stocked(given.item(), given.site(), 9)
    return given.order(("BRG-6204", 5))


def test_the_latest_booking_counts_and_the_others_stay_on_record(order, given):
    first, later = BookAppointment(order, NINE, NINE + timedelta(hours=1)), BookAppointment(order, NINE + timedelta(days=1), NINE + timedelta(days=1, hours=1), "B")
    promised = reads.order(order).promised_on
    [told] = book_appointments([first], by="ann", key="k")
    assert book_appointments([first], by="ann", key="k") == [told] == given.told("AppointmentBooked")
    book_appointments([later], by="ann")
    assert reads.order(order).appointment["ref"] == "B" and Appointment.objects.count() == 2
    assert reads.order(order).promised_on == promised


def test_the_desk_books_in_the_receivers_time(order, given, client, caller):
    client.force_login(given.user("ina", "order desk"))
    assert "none booked" in client.get(f"/orders/{order}").content.decode()
    bad = client.post(f"/orders/{order}/appointment", {"on": "2026-12-01", "starts": "8 o'clock", "ends": "10:00", "key": "a"})
    assert bad.status_code == 422 and "Give a time, such as 08:30." in bad.content.decode()
    assert client.post(f"/orders/{order}/appointment", {"on": "2026-12-01", "starts": "08:00", "ends": "10:00", "ref": "SLOT 7", "key": "b"}).status_code == 302
    there = Appointment.objects.get()
    zone = reads.order(order).ship_to["zone"]
    assert (there.starts_at, there.ref) == (datetime.fromisoformat("2026-12-01T08:00").replace(tzinfo=ZoneInfo(zone)), "SLOT 7")
    assert "SLOT 7" in client.get(f"/orders/{order}").content.decode() and 'value="08:00"' in client.get(f"/orders/{order}/appointment").content.decode()
    told = caller("order desk").post("/appointments/batch", [{"order": order, "starts_at": "2026-12-02T08:00:00Z", "ends_at": "2026-12-02T09:00:00Z"}])
    assert told.status_code == 200 and Appointment.objects.count() == 2
