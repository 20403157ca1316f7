"""Two homes on one Solid server: what is said and switched off in one holds in the other after a sync."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from tests.support.exports import ocbc_csv
from tests.support.solid_server import PodOwner, fresh_owner

pytestmark = pytest.mark.solid

FIRST = date(2026, 10, 1)
SHOPS = ("NTUC FAIRPRICE", "TOAST BOX", "COLD STORAGE")
ROWS = [(FIRST + timedelta(days=day), f"NETS QR\n{SHOPS[day % len(SHOPS)]}", f"-{2 + day % 5}.80") for day in range(24)]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def linked(owner: PodOwner, home: Path) -> Agent:
    login = owner.credentials
    return Agent.link(home, owner.webid, login.client_id, login.client_secret, storage=owner.storage)


def stores(agent: Agent) -> list[str]:
    return [each.item for each in agent.suggestions.recommend(["store"], new=False, limit=20).suggestions]


def test_what_one_home_says_holds_in_the_other(tmp_path: Path) -> None:
    owner = fresh_owner()
    with linked(owner, tmp_path / "laptop") as laptop, linked(owner, tmp_path / "other") as other:
        laptop.import_paths([ocbc_csv(tmp_path / "a.csv", ROWS)])
        other.sync()
        before = stores(laptop)
        assert stores(other) == before
        assert len(before) == 3

        laptop.suggestions.feedback.of_suggestion(before[0], "hide", kind="store")
        laptop.suggestions.switch(off=["rhythm"])
        assert before[0] not in stores(laptop)
        report = other.sync()
        assert (report.taken, report.refused) == (2, {})
        assert sorted(stores(other)) == sorted(before[1:])
        assert {each["input"] for each in other.suggestions.inputs() if not each["on"]} == {"rhythm"}

        other.suggestions.feedback.undo(before[0], kind="store")
        other.suggestions.switch(on=["rhythm"])
        assert stores(other) == before
        laptop.sync()
        assert stores(laptop) == before
        assert laptop.suggestions.feedback.said() == other.suggestions.feedback.said() == ()
