"""The portal: releases and nothing else. Its door is tested in test_web_portal_door.py."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from aggregator.portal.exporting import release_csv
from tests.support.releases import ShelfInMemory, histogram_release, update_release
from tests.support.studies import histogram_study

PORT = 51236
OURS = f"http://127.0.0.1:{PORT}"
NOISY = histogram_release([140, 31, 55, 2, 18, 0, 27, 33, 20], title="Spending <b>by</b> category")
EXACT = histogram_release([5, 0, 7], variance=0)
UPDATE = update_release()


@pytest.fixture
def door() -> Entry:
    return Entry(PORT)


@pytest.fixture
def app(door: Entry) -> Flask:
    study = histogram_study(variance=4, title="An open <i>study</i>")
    return create_app(ShelfInMemory([study], [EXACT, NOISY, UPDATE]), PORT, door=door)


@pytest.fixture
def analyst(app: Flask, door: Entry) -> FlaskClient:
    client = app.test_client()
    assert client.get(door.link().removeprefix(OURS), base_url=OURS).status_code == 303
    return client


def text_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, base_url=OURS)
    assert response.status_code == 200
    return response.text


def test_a_cell_shows_its_value_with_its_interval(analyst: FlaskClient) -> None:
    text = unescape(text_of(analyst, f"/releases/{NOISY.id}"))
    first = NOISY.rows[0]
    assert first.low is not None
    assert first.high is not None
    assert f">{first.value}</td>" in text
    assert f"{first.low:.0f} to {first.high:.0f}" in text
    assert "noise and the chance of that draw" in text
    assert "no noise was added" in text_of(analyst, f"/releases/{EXACT.id}")


def test_a_small_cell_is_withheld_and_its_value_is_nowhere(analyst: FlaskClient) -> None:
    withheld = [row for row in NOISY.rows if row.withheld]
    assert len(withheld) == 2
    text = text_of(analyst, f"/releases/{NOISY.id}")
    assert text.count("withheld</td>") == len(withheld)
    for row in withheld:
        cell = re.search(rf">{row.labels[0].capitalize()}</th>(.*?)</tr>", text, re.DOTALL)
        assert cell
        assert not re.search(r'class="fill"|<td class="figure">\d', cell[1])


def test_a_release_tells_noise_privacy_loss_batch_and_lineage(analyst: FlaskClient) -> None:
    text = text_of(analyst, f"/releases/{NOISY.id}")
    assert NOISY.epsilon is not None
    facts = (NOISY.batch, f"{NOISY.epsilon:.2f}", NOISY.lineage.task, NOISY.lineage.helper_share_sha256)
    assert all(fact in text for fact in facts)
    assert "123" not in text  # the exact number of reports
    assert "without noise" in text_of(analyst, "/")


def test_an_update_shows_its_parameters(analyst: FlaskClient) -> None:
    text = text_of(analyst, f"/releases/{UPDATE.id}")
    assert f"{256 / 2**UPDATE.fraction_bits:.4f}" in text


def test_titles_stay_text(analyst: FlaskClient) -> None:
    for path in ("/", f"/releases/{NOISY.id}"):
        assert "<b>by</b>" not in text_of(analyst, path)
    assert "<i>study</i>" not in text_of(analyst, "/")


def test_the_csv_has_an_interval_in_every_row_and_no_withheld_value(analyst: FlaskClient) -> None:
    response = analyst.get(f"/releases/{NOISY.id}.csv", base_url=OURS)
    assert response.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == len(NOISY.rows) + 1
    for row, cell in zip(rows, NOISY.rows, strict=False):
        assert (row["value"], row["withheld"]) == (("", "true") if cell.withheld else (str(cell.value), "false"))
        assert (row["ci95_low"] == "") == cell.withheld
        assert row["release_id"] == NOISY.id
        assert row["noise_sigma"] == f"{NOISY.noise_variance**0.5:.4f}"
        if cell.value is not None and cell.high is not None:
            variance = float(row["noise_sigma"]) ** 2 + float(row["draw_sigma"]) ** 2
            assert cell.high == pytest.approx(cell.value + 1.959964 * variance**0.5, abs=0.1)


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_spreadsheet_computes_a_label(label: str) -> None:
    first = msgspec.structs.replace(NOISY.rows[0], labels=(label,))
    changed = msgspec.structs.replace(NOISY, rows=(first,))
    line = list(csv.reader(io.StringIO(release_csv(changed))))[1]
    assert line[0] == f"'{label}"


def test_every_response_carries_the_policy_and_no_page_has_a_script(analyst: FlaskClient) -> None:
    for path in ("/", f"/releases/{NOISY.id}", "/nothing"):
        response = analyst.get(path, base_url=OURS)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in response.text
        assert not re.search(r"<[^>]+\sstyle=", response.text)
