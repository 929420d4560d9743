"""What a field is, and so how it is found.

A user names fields freely; `finder_vocabulary` lists the names that people commonly use, so that "total", "合计" and
"票价" are prices, whatever type they were declared.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """How a field's value is found."""

    COMPANY = auto()
    ADDRESS = auto()
    TOTAL = auto()
    FARE = auto()
    NET = auto()
    TAX = auto()
    CURRENCY = auto()
    DATE = auto()
    NUMBER = auto()
    BUYER = auto()
    SELLER_TAX_ID = auto()
    BUYER_TAX_ID = auto()
    TRAIN = auto()
    ORIGIN = auto()
    DESTINATION = auto()
    DEPARTURE = auto()
    SEAT = auto()
    SEAT_CLASS = auto()
    PERSON_ID = auto()
    PASSENGER = auto()
    LABELLED = auto()
    """No known meaning: what is printed at its label, if it looks like its type."""
