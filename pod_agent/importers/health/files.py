"""Which files of a Google Health (Fitbit) export are never opened, and why.

Most bytes of such an export are of no use (what the watch thought the wearer was doing, second by second), and some
folders say who the person is, whom they know and where they were.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from pod_agent.importers.health.csv_tables import BY_STEM, stem_of

__all__ = ["JSON_STEMS", "claims", "health_folder", "never_opens"]

JSON_STEMS: Final = frozenset(
    "steps distance calories heart_rate resting_heart_rate demographic_vo2_max lightly_active_minutes"
    " moderately_active_minutes very_active_minutes sedentary_minutes sleep weight exercise".split()
)
"""JSON files of ``Global Export Data`` and of the older account export that are read."""

PRIVATE_FOLDERS: Final = frozenset({"your profile", "account changes", "user security data"})
PRIVATE_STARTS: Final = ("commerce", "social")
PLACES: Final = ("gps_location", "coarse_physical_location", "weather_forecast")
BULKY: Final = {
    "useractivityprobabilities": "guesses of the watch, second by second: no measure of a day is in them",
    "usersensorcompressiontoken": "raw signals of the sensors: no measure of a day is in them",
    "daily_heart_rate_zones": "its times are made up (1970) and its cells are no JSON",
}
INNER: Final = frozenset(
    "global export data|physical activity_googledata|health fitness data_googledata|body temperature_googledata"
    "|user-site-export".split("|")
)
"""Folders that no other service has, so that they are known where the export was moved."""

PRIVATE: Final = "it says who the person is or whom they know, which no answer needs"
PLACE: Final = "it says where the person was, which no answer needs"
EXPLAINS: Final = "it explains the export and holds no facts"
NO_USE: Final = "this version knows no use of it"


def health_folder(name: str) -> int | None:
    """Where in the path the folder of the export lies, None where there is none.

    ``Google Health`` counts anywhere, ``Fitbit`` only in ``Takeout``: people have folders of that name themselves.
    """
    parts = [part.lower() for part in PurePosixPath(name.replace("\\", "/")).parts[:-1]]
    for place, part in enumerate(parts):
        if part in INNER or part == "google health" or (part == "fitbit" and "takeout" in parts[:place]):
            return place
    return None


def never_opens(name: str) -> str | None:
    """Why a file with this path is not opened, or None."""
    stem = stem_of(name)
    if stem in BULKY:
        return BULKY[stem]
    if stem in PLACES:
        return PLACE
    place = health_folder(name)
    if place is None:
        return None
    path = PurePosixPath(name.lower().replace("\\", "/"))
    inside = path.parts[place:-1]
    if any(part in PRIVATE_FOLDERS or part.startswith(PRIVATE_STARTS) for part in inside):
        return PRIVATE
    if path.suffix in {".txt", ".md", ".html"} or "readme" in stem:
        return EXPLAINS
    known = BY_STEM if path.suffix == ".csv" else JSON_STEMS if path.suffix == ".json" else ()
    return None if stem in known else NO_USE


def claims(name: str) -> bool:
    """Whether a file with this path is one of the export's own that is read."""
    known = BY_STEM if name.lower().endswith(".csv") else JSON_STEMS
    return health_folder(name) is not None and stem_of(name) in known
