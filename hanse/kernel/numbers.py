"""Business numbers: an order is found by its number without a look-up, for the number carries its id."""

from collections.abc import Iterable


def order_number(order: int) -> str:
    """The number of an order: `H-100001`."""
    return f"H-{order}"


def order_id(number: str) -> int:
    """The id in an order number; 0 where `number` is none."""
    digits = number[2:]
    known = number[:2] == "H-" and digits.isascii() and digits.isdigit() and len(digits) < 19 and digits[0] != "0"
    return int(digits) if known else 0


def order_ids(numbers: Iterable[str]) -> list[int]:
    """The ids in these order numbers, each once and sorted; what is no number is left out."""
    return sorted({order_id(n) for n in numbers} - {0})
