"""What devices measure: one name and one unit for each, whatever an export calls it.

LOINC codes are those of FHIR's vital signs and of LOINC's physical activity and sleep panels; units are QUDT's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vocab import terms

__all__ = ["MEASURES", "Day", "Measure"]


class Day(StrEnum):
    """What the values of one day come to."""

    SUM = "sum"
    MEAN = "mean"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its unit for people, the local name of its QUDT unit, what a day comes to, its LOINC code if any.

    ``qudt`` is None where QUDT has no such unit. Values outside ``lowest`` to ``highest`` cannot be: they are faults of
    a device or a file.
    """

    unit: str
    qudt: str | None
    day: Day
    lowest: float
    highest: float
    loinc: str | None = None

    @property
    def unit_iri(self) -> str:
        """IRI of the unit: QUDT's, or our own where it has none."""
        return terms.UPTAKE if self.qudt is None else terms.UNIT + self.qudt


MEASURES: Final[dict[str, Measure]] = {
    "steps": Measure("steps", "NUM", Day.SUM, 0, 200_000, "41950-7"),
    "distance": Measure("m", "M", Day.SUM, 0, 500_000),
    "floors": Measure("floors", "NUM", Day.SUM, 0, 2_000),
    "energy_burned": Measure("kcal", "KiloCAL", Day.SUM, 0, 20_000, "41979-6"),
    "energy_eaten": Measure("kcal", "KiloCAL", Day.SUM, 0, 30_000),
    "carbohydrate": Measure("g", "GM", Day.SUM, 0, 5_000),
    "fat_eaten": Measure("g", "GM", Day.SUM, 0, 3_000),
    "fibre": Measure("g", "GM", Day.SUM, 0, 1_000),
    "protein": Measure("g", "GM", Day.SUM, 0, 3_000),
    "sodium": Measure("mg", "MilliGM", Day.SUM, 0, 100_000),
    "water": Measure("ml", "MilliL", Day.SUM, 0, 30_000),
    "active_zone_minutes": Measure("min", "MIN", Day.SUM, 0, 2_880),
    "lightly_active_minutes": Measure("min", "MIN", Day.SUM, 0, 1_440),
    "moderately_active_minutes": Measure("min", "MIN", Day.SUM, 0, 1_440),
    "very_active_minutes": Measure("min", "MIN", Day.SUM, 0, 1_440),
    "sedentary_minutes": Measure("min", "MIN", Day.SUM, 0, 1_440),
    "heart_rate": Measure("bpm", "BEAT-PER-MIN", Day.MEAN, 20, 260, "8867-4"),
    "resting_heart_rate": Measure("bpm", "BEAT-PER-MIN", Day.LAST, 20, 150, "40443-4"),
    "heart_rate_variability": Measure("ms", "MilliSEC", Day.MEAN, 1, 500),
    "oxygen_saturation": Measure("%", "PERCENT", Day.MEAN, 50.5, 100, "59408-5"),
    "respiratory_rate": Measure("/min", "PER-MIN", Day.MEAN, 3, 60, "9279-1"),
    "skin_temperature": Measure("degC", "DEG_C", Day.MEAN, 10, 45),
    "skin_temperature_change": Measure("degC", "DEG_C", Day.MEAN, -15, 15),
    "body_temperature": Measure("degC", "DEG_C", Day.MEAN, 30, 45, "8310-5"),
    "weight": Measure("kg", "KiloGM", Day.LAST, 1, 650, "29463-7"),
    "body_fat": Measure("%", "PERCENT", Day.LAST, 1, 80, "41982-0"),
    "body_mass_index": Measure("kg/m2", "KiloGM-PER-M2", Day.LAST, 5, 150, "39156-5"),
    "height": Measure("m", "M", Day.LAST, 0.3, 2.8, "8302-2"),
    "vo2_max": Measure("ml/kg/min", None, Day.LAST, 5, 100),
    "glucose": Measure("mmol/l", "MilliMOL-PER-L", Day.MEAN, 0.5, 60),
    "stress_score": Measure("of 100", "NUM", Day.LAST, 0, 100),
    "readiness_score": Measure("of 100", "NUM", Day.LAST, 0, 100),
    "sleep_score": Measure("of 100", "NUM", Day.LAST, 0, 100),
}
"""Every measure by name."""
