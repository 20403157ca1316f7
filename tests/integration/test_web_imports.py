"""The pages of imports, over a real agent: what each brought, what the checks found, and undoing one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.exports import many_plays, ocbc_csv, spotify_json

PORT = 51236
OURS = f"http://127.0.0.1:{PORT}"
BAD = '32/10/2026,,"<b>KOPI</b>",1.00,'


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent.create(tmp_path / "home") as made:
        yield made


@pytest.fixture
def client(agent: Agent) -> FlaskClient:
    door = Entry(PORT)
    client = create_app(agent, PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    return client


def _rows(number: int) -> list[tuple[date, str, str]]:
    days = [date(2026, 1, 1) + timedelta(days=step if step < 30 else step + 40) for step in range(number)]
    return [(day, f"NETS QR\nSHOP {day.day}", "-1.00") for day in days]


def _import(agent: Agent, path: Path, rows: int, balance: str, *, bad: bool = False) -> str:
    source = ocbc_csv(path, _rows(rows), balance)
    if bad:
        source.write_text(f"{source.read_text()}{BAD}\r\n")
    report = agent.import_paths([source])
    assert report.import_id
    return report.import_id


def _text(client: FlaskClient, path: str) -> str:
    response = client.get(path, base_url=OURS)
    assert response.status_code == 200, path
    return response.text


def _undo(client: FlaskClient, name: str, token: str) -> tuple[int, str]:
    headers = {"Origin": OURS}
    response = client.post(f"/imports/{name}/undo", base_url=OURS, headers=headers, data={"csrf": token})
    return response.status_code, response.headers.get("Location", "")


def _token(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


def test_the_list_marks_the_imports_that_need_a_look(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    agent.import_paths([spotify_json(tmp_path / "plays.json", many_plays(30))])
    assert "Needs a look" not in _text(client, "/imports/")
    _import(agent, tmp_path / "a.csv", 60, "100.00")
    text = _text(client, "/imports/")
    assert text.count("Needs a look") == 1
    assert text.index("a.csv") < text.index("plays.json")


def test_an_import_shows_its_balance_its_findings_and_its_rejected_rows(
    agent: Agent, client: FlaskClient, tmp_path: Path
) -> None:
    _import(agent, tmp_path / "a.csv", 50, "100.00")
    name = _import(agent, tmp_path / "b.csv", 60, "90.50", bad=True)
    text = unescape(_text(client, f"/imports/{name}"))
    for wanted in ("off by 0.50", "100.00", "\N{MINUS SIGN}10.00", "90.50", "0.50 SGD is missing", "Days without rows"):
        assert wanted in text
    assert "31 Jan 2026 to 11 Mar 2026 (40 days)" in text
    assert "32/10/2026" in text
    assert "this machine only" in text


def test_a_rejected_row_is_text_and_no_markup(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    name = _import(agent, tmp_path / "a.csv", 30, "100.00", bad=True)
    text = _text(client, f"/imports/{name}")
    assert "&lt;b&gt;KOPI" in text
    assert "<b>KOPI" not in text


def test_the_bar_shows_the_shares_of_the_counts(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    _import(agent, tmp_path / "a.csv", 45, "100.00")
    name = _import(agent, tmp_path / "b.csv", 60, "85.00")
    found = re.findall(r'part-(\w+)" x="([\d.]+)%" width="([\d.]+)%"', _text(client, f"/imports/{name}"))
    assert found == [
        ("written", "0.00", "25.00"),
        ("duplicate", "25.00", "75.00"),
        ("skipped", "100.00", "0.00"),
        ("rejected", "100.00", "0.00"),
    ]


def test_values_left_behind_are_told(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    source = spotify_json(tmp_path / "plays.json", many_plays(3))
    source.write_text(source.read_text().replace('"skipped": false', '"skipped": false, "ip_addr": "192.0.2.1"'))
    import_id = agent.import_paths([source]).import_id
    text = unescape(_text(client, f"/imports/{import_id}"))
    assert "Left behind for your privacy" in text
    assert "192.0.2.1" not in text


def test_undo_takes_the_records_back_and_says_so(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    _import(agent, tmp_path / "a.csv", 45, "100.00")
    name = _import(agent, tmp_path / "b.csv", 60, "85.00")
    status, location = _undo(client, name, _token(_text(client, f"/imports/{name}")))
    assert status == 303
    assert "Undone: 15 records removed" in _text(client, location.removeprefix(OURS))
    assert sum(item.records for item in agent.coverage()) == 45
    assert [entry["written"] for entry in agent.imports()] == [45]


def test_undo_without_the_token_changes_nothing(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    name = _import(agent, tmp_path / "a.csv", 45, "100.00")
    assert _undo(client, name, "guess")[0] == 403
    assert client.get(f"/imports/{name}/undo", base_url=OURS).status_code == 405
    assert len(agent.imports()) == 1


def test_an_import_that_is_gone_is_an_error_in_words(agent: Agent, client: FlaskClient, tmp_path: Path) -> None:
    name = _import(agent, tmp_path / "a.csv", 45, "100.00")
    token = _token(_text(client, f"/imports/{name}"))
    assert _undo(client, name, token)[0] == 303
    assert _undo(client, name, token)[0] in {400, 404}
    response = client.get(f"/imports/{name}", base_url=OURS)
    assert response.status_code in {400, 404}
    assert "there is no import" in response.text


@pytest.mark.parametrize("query", ["removed=x", "undone=a&removed=<b>", "undone=a&removed=-3"])
def test_a_forged_address_shows_numbers_at_most(query: str, client: FlaskClient) -> None:
    assert "<b>" not in _text(client, f"/imports/?{query}")
