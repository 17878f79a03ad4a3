"""Questions of the invoice pages beside `reads`."""

from hanse.journal.asking import rows


def credited(number: str) -> dict[int, int]:
    """How many units of each line of an invoice are credited, by position."""
    return dict(rows(lambda position, units: (position, units), """
        SELECT l.position, sum(x.quantity)::bigint FROM billing_invoice d JOIN billing_invoice c ON c.corrects_id = d.id
          JOIN billing_invoiceline x ON x.invoice_id = c.id JOIN orders_line l ON l.id = x.line_id
         WHERE d.number = %(number)s::text GROUP BY 1""", number=number))


def customer_code(text: str) -> str:
    """The customer meant by a code or by the start of a name; empty when there is none."""
    found = rows(str, """
        SELECT code FROM partners_party WHERE code = %(text)s::text OR name ILIKE %(start)s::text
         ORDER BY code = %(text)s::text DESC, name LIMIT 1""", text=text, start=text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    return found[0] if found else ""
