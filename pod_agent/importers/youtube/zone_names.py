"""What the abbreviation of a time zone means, in minutes east of Greenwich."""
# ruff: noqa: RUF001 - MSK has a Cyrillic form

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["ZoneNames"]

_NAMES: Final = """
UTC 0, GMT 0, Z 0, WET 0, WEST 60, CET 60, CEST 120, MEZ 60, MESZ 120, MET 60, MEST 120, EET 120, EEST 180,
BST 60/360, IST 330/60/120, IDT 180, MSK 180, MSD 240, TRT 180, FET 180, SAMT 240, GET 240, AZT 240,
AMT -240/240, AMST -180, SAST 120, CAT 120, EAT 180, WAT 60, AST -240/180, GST 240/-120, IRST 210, IRDT 270,
AFT 270, PKT 300, UZT 300, TMT 300, TJT 300, MVT 300, YEKT 300, NPT 345, BTT 360, ALMT 360, OMST 360, KGT 360,
MMT 390, ICT 420, WIB 420, NOVT 420, KRAT 420, SGT 480, MYT 480, HKT 480, PHT 480, PHST 480, WITA 480,
AWST 480, IRKT 480, ULAT 480, BNT 480, CST -360/480/-300, CDT -300/-240, JST 540, KST 540, WIT 540, YAKT 540,
TLT 540, ACST 570, ACDT 630, AEST 600, AEDT 660, VLAT 600, CHST 600, PGT 600, NCT 660, SBT 660, MAGT 660,
SAKT 660, NZST 720, NZDT 780, FJT 720, PETT 720, TOT 780, HST -600, HDT -540, AKST -540, AKDT -480, PST -480,
PDT -420, MST -420, MDT -360, EST -300, EDT -240, ADT -180, NST -210, NDT -150, BRT -180, BRST -120, ART -180,
UYT -180, CLT -240, CLST -180, PYT -240, PYST -180, BOT -240, VET -240, COT -300, PET -300, ECT -300,
GFT -180, GYT -240, SRT -180, FNT -120, CVT -60, AZOT -60, AZOST 0, SST -660, HNE -300, HAE -240, HNC -360,
HAC -300, HNR -420, HAR -360, HNP -480, HAP -420, HNA -240, HAA -180, HNTN -210, HATN -150, МСК 180
"""
_OFFSETS: Final = {
    name: tuple(int(offset) for offset in offsets.split("/"))
    for name, offsets in (entry.split() for entry in _NAMES.split(","))
}
"""Minutes by abbreviation; where it has several meanings the most common one comes first."""

_NUMERIC: Final = re.compile(r"(?:GMT|UTC)?\s?([+\-−])(\d{1,2})(?::?(\d{2}))?")
_WIDEST: Final = 14 * 60


class ZoneNames:
    """Offsets of abbreviations, as a person who lives in ``zone`` means them.

    An abbreviation in an export is that of the day of the export, and holds for every row of it, summer and winter.
    CST is China's in Shanghai and the American one elsewhere.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        january, july = datetime(2024, 1, 15, tzinfo=zone), datetime(2024, 7, 15, tzinfo=zone)
        self._own = {moment.tzname(): moment.utcoffset() for moment in (january, july)}
        self._known: dict[str, timedelta | None] = {}

    def offset(self, name: str) -> timedelta | None:
        """East of Greenwich, or None for a name that means nothing; no name at all is UTC."""
        if name not in self._known:
            if len(self._known) > 1000:
                self._known.clear()
            self._known[name] = self._find(name.strip())
        return self._known[name]

    def _find(self, name: str) -> timedelta | None:
        if not name:
            return timedelta(0)
        numeric = _NUMERIC.fullmatch(name)
        if numeric:
            sign, hours, minutes = numeric.groups()
            total = int(hours) * 60 + int(minutes or 0)
            return timedelta(minutes=total if sign == "+" else -total) if total <= _WIDEST else None
        own = self._own.get(name)
        if own is not None:
            return own
        candidates = [timedelta(minutes=minutes) for minutes in _OFFSETS.get(name.upper(), ())]
        lived = [offset for offset in candidates if offset in self._own.values()]
        return next(iter(lived or candidates), None)
