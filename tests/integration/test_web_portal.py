"""The portal: releases and nothing else. Its door is tested in test_web_portal_door.py."""

from __future__ import annotations

import csv
import io
import math
import re
from html import unescape
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from aggregator.catalogue.lifecycle import Standing
from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from aggregator.portal.exporting import release_csv
from aggregator.portal.shelf import LeaderShelf, Progress, Shelf, bucket
from aggregator.releases import Release, make_release
from tests.support.door import Door
from tests.support.priors import MODEL, model_of
from tests.support.releases import PUBLISHED, ShelfInMemory, every_release, histogram_release, update_release
from tests.support.studies import histogram_study
from vocab.shared_model import SharedModel

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


def test_shared_models_are_shown_with_what_they_cost_and_where_they_come_from() -> None:
    learned = model_of(tasks=(NOISY.lineage.task,))
    text = text_of(signed_in(ShelfInMemory([], [NOISY], models=[learned])), "/models")
    facts = ("about 2,469 people", "ε 1.00", "90.0 %", "6.2 %", f'href="/releases/{NOISY.id}"', ") 69511")
    assert all(fact in text for fact in facts)
    assert MODEL.prior.tasks[0][:16] in text_of(signed_in(ShelfInMemory([], [], models=[MODEL])), "/models")
    assert "pod-aggregator prior make TASK" in text_of(signed_in(ShelfInMemory([], [])), "/models")


def test_titles_stay_text(analyst: FlaskClient) -> None:
    for path in ("/", "/studies", f"/releases/{NOISY.id}"):
        assert "<b>by</b>" not in text_of(analyst, path)
    assert "<i>study</i>" not in text_of(analyst, "/studies")


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


@pytest.mark.parametrize("release", every_release(), ids=lambda release: str(release.statistic))
def test_every_statistic_has_a_page_with_its_noise_cost_and_lineage(release: Release) -> None:
    assert release.epsilon is not None
    client = signed_in(ShelfInMemory([], [release]))
    text = unescape(text_of(client, f"/releases/{release.id}"))
    told = (release.batch, f"{math.sqrt(release.noise_variance):.1f}", f"{release.epsilon:.2f}", release.asked)
    lineage = (release.lineage.task, release.lineage.helper_share_sha256, release.lineage.mechanism)
    assert [fact for fact in (*told, *lineage) if fact not in text] == []
    shown = [row for row in release.rows if not row.withheld]
    assert text.count(">withheld<") >= sum(row.withheld for row in release.rows)
    for row in shown:
        assert f"{row.value:,}</td>" in text
        assert row.low is not None
        assert f"{row.low:,.0f} to" in text


def test_a_studys_progress_is_told_in_steps_and_its_release_linked() -> None:
    others = [(histogram_study(title="A waiting one"), "waiting"), (histogram_study(title="A lost one"), "abandoned")]
    done = histogram_study(9, variance=4, title="A released one")
    release = make_release(done, [9] * 10, reports=123, shares=(b"a", b"b"), published=PUBLISHED)
    client = signed_in(
        ShelfInMemory([histogram_study(title="A running one")], [release], [*others, (done, "released")])
    )
    text = unescape(text_of(client, "/studies"))
    order = ["Open now", "A running one", "not summed yet", "A waiting one", "Released", "A released one", "Given up"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert f'href="/releases/{release.id}"' in text
    assert "100+</strong> reports so far" in text
    tasks = [
        study.task_id.hex() for study in (histogram_study(title="A running one"), *(one for one, _ in others), done)
    ]
    assert [task in text for task in tasks] == [True, True, False, False]  # what can be collected names its task


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        (0, "fewer than 150"),
        (149, "fewer than 150"),
        (150, "150+"),
        (999, "150+"),
        (1000, "1,000+"),
        (10**7, "1,000,000+"),
    ],
)
def test_one_more_report_changes_no_bucket_but_at_its_edge(reports: int, told: str) -> None:
    assert bucket(reports, 150) == told


def test_nothing_but_releases_and_public_terms_reaches_any_page(tmp_path: Path) -> None:
    """Every route of the portal over a real leader with reports, walked; a new one has to be added here."""
    door = Door(tmp_path)
    study = door.study()
    door.publish(study)
    for number in range(7):
        consents, _ = door.person({"groceries": 60.0 + number})
        consents.give(study.task_id.hex())
        consents.answer_studies()
    release = every_release()[0]
    shelf = LeaderShelf(door.leader)
    [progress] = shelf.studies()
    assert (progress.state, progress.reports) == ("running", "fewer than 100")
    kept = {name: get_type_hints(getattr(Shelf, name))["return"] for name in vars(Shelf) if name[0] != "_"}
    assert kept == {
        "studies": list[Progress],
        "releases": list[Release],
        "models": list[SharedModel],
        "offers": list[Standing],
    }
    entry = Entry(PORT)
    app = create_app(WithRelease(shelf, release), PORT, door=entry)
    client = app.test_client()
    client.get(entry.link().removeprefix(OURS), base_url=OURS)
    given = {"name": release.id, "filename": "portal.css"}
    walked = {}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = rule.build({name: given[name] for name in rule.arguments}, append_unknown=False)
            assert path is not None
            response = client.get(path[1], base_url=OURS)
            walked[rule.endpoint] = response.text
            response.close()
    pages = {"overview", "questions", "studies", "models", "offers", "release", "download"}
    assert walked.keys() == {*pages, "sign_in", "static"}
    held = [body for task in [study.task_id] for body in bodies(door, task)]
    secrets = [door.leader.study(study.task_id).verify_key.hex(), door.leader.config.channel_key]
    reports = [door.leader.batch(study.task_id)[number].hex() for number in range(7)]
    assert len(held) == 7
    for endpoint, text in walked.items():
        assert not any(found in text for found in (*secrets, *reports)), endpoint
        assert not any(body[start : start + 12].hex() in text for body in held for start in range(0, 600, 60)), endpoint
    assert not re.search(r"\b7\b", re.sub(r"\d+ \w{3} \d{4}", "", text_only(walked["studies"])))
    assert study.title in walked["studies"]
    door.close()


class WithRelease(LeaderShelf):
    """A leader's shelf with one release more, since seven people make none."""

    def __init__(self, shelf: LeaderShelf, release: Release) -> None:
        super().__init__(shelf._leader)
        self._more = release

    def releases(self) -> list[Release]:
        return [*super().releases(), self._more]


def bodies(door: Door, task: bytes) -> list[bytes]:
    """The reports as the leader keeps them."""
    with door.leader.database.reading() as rows:
        found = rows.execute("SELECT body FROM reports WHERE task = ?", (task,)).fetchall()
    return [bytes(body) for (body,) in found]


def text_only(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def signed_in(shelf: ShelfInMemory) -> FlaskClient:
    door = Entry(PORT)
    client = create_app(shelf, PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    return client
