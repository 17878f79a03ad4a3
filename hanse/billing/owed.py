"""Owed: what customers owe on documents, for the credit limit that orders are held against when they are placed."""

from hanse.orders import screening

DOCUMENTS = """
SELECT i.customer_id, i.currency, sum(CASE WHEN i.owes THEN i.amount - i.settled ELSE i.settled - i.amount END)
  FROM billing_openitem i WHERE i.customer_id = ANY(%(party)s::bigint[]) AND i.settled < i.amount GROUP BY 1, 2
"""


def count_documents() -> None:
    """Let orders count open documents, net of what is on account, when they look at a credit limit."""
    if DOCUMENTS not in screening.OWED:
        screening.OWED.append(DOCUMENTS)
