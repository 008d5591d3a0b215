"""Why a row is not counted. Every row of every source is used, or stands under one of these."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One reason for leaving a row out of every count."""

    INVALID_VALUE = "invalid_value"
    REPEATED_KEY = "repeated_key"
    OUTSIDE_PERIOD = "outside_period"
    OUTSIDE_RD = "outside_rd"
    UNKNOWN_ADDRESS = "unknown_address"
    NO_COORDINATES = "no_coordinates"
    OUTSIDE_AREAS = "outside_areas"


#: Reasons that leave a sound row without a place.
UNPLACED = frozenset({Reason.UNKNOWN_ADDRESS, Reason.NO_COORDINATES, Reason.OUTSIDE_AREAS})

TEXTS = {
    Reason.INVALID_VALUE: {
        "nl": "een waarde voldoet niet aan het broncontract",
        "en": "a value does not meet the source contract",
    },
    Reason.REPEATED_KEY: {"nl": "dezelfde sleutel komt al voor", "en": "the same key occurs before"},
    Reason.OUTSIDE_PERIOD: {"nl": "buiten de periode", "en": "outside the period"},
    Reason.OUTSIDE_RD: {
        "nl": "coördinaten buiten het RD-stelsel",
        "en": "coordinates outside the RD reference system",
    },
    Reason.UNKNOWN_ADDRESS: {"nl": "adres niet in het adressenregister", "en": "address not in the address register"},
    Reason.NO_COORDINATES: {"nl": "geen coördinaten", "en": "no coordinates"},
    Reason.OUTSIDE_AREAS: {"nl": "buiten alle gebieden", "en": "outside every area"},
}
