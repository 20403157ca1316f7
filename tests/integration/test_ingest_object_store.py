"""Tables in an S3-compatible store: a server of somebody else's making, which checks signatures, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.ports import free_port
from pod_agent.agent import Agent
from pod_agent.errors import RefusedExportError, UsageError
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from pod_agent.importers.tables.object_store import ObjectFile

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("fsspec")
pytest.importorskip("nanio")

ACCESS, SECRET = "AKIDTILLTILLTILLTILL", "till-secret-9917-till-secret-9917-till99"
MAPPING = ColumnMapping(
    name="till",
    target="transaction",
    columns={"date": "day", "amount": "amount", "description": "what"},
    constants={"currency": "SGD"},
    header=header_of(["day", "amount", "what"]),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a store with one bucket, ``money``."""
    folder = tmp_path_factory.mktemp("store")
    bucket = folder / "money"
    bucket.mkdir()
    (bucket / "till 1.csv").write_bytes(b"day,amount,what\n2024-01-02,-3.50,tea\n2024-01-03,-4.50,rice\n")
    columns = {"day": ["2024-02-02"] * 3, "amount": [-1.0, -2.0, -3.0], "what": ["tea", "rice", "bun"]}
    parquet.write_table(pyarrow.table(columns), bucket / "till.parquet")
    port = free_port()
    command = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--host", "127.0.0.1"]
    environment = {**os.environ, "NANIO_ACCESS_KEY": ACCESS, "NANIO_SECRET_KEY": SECRET}
    server = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "error", "--no-access-log"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None
        with socket.socket() as each:
            if each.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with Agent.create(tmp_path / "home") as agent:
        agent.tables.keep(MAPPING)
        yield agent


@pytest.mark.parametrize(("name", "count"), [("till 1.csv", 2), ("till.parquet", 3)])
def test_a_table_of_a_store_comes_in_once_and_no_key_is_kept(store: str, agent: Agent, name: str, count: int) -> None:
    address = f"s3://money/{name}"
    report = agent.import_table(address, "till", endpoint=store)
    assert [(file.path, file.counts.written) for file in report.files] == [(address, count)]
    assert agent.import_table(address, "till", endpoint=store).counts.duplicate == count
    for path in (each for each in agent.home.rglob("*") if each.is_file()):
        content = path.read_bytes()
        assert SECRET.encode() not in content
        assert ACCESS.encode() not in content


def test_a_wrong_key_and_a_missing_object_are_refused_and_tell_no_key(
    store: str, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RefusedExportError, match=r"s3://money/none\.csv"):
        agent.import_table("s3://money/none.csv", "till", endpoint=store)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-key-wrong-key")
    with pytest.raises(RefusedExportError) as refused:
        agent.import_table("s3://money/till.parquet", "till", endpoint=store)
    told = str(refused.value) + (refused.value.hint or "")
    assert "wrong-key" not in told
    assert ACCESS not in told


def test_a_login_in_an_address_is_never_told() -> None:
    assert ObjectFile("s3://me:secret@money/a%20b#1?.csv").file == "s3://money/a%20b#1?.csv"
    with pytest.raises(UsageError) as refused:
        ObjectFile("s3://money/a.csv", "https://me:secret@host:9000")
    assert "secret" not in str(refused.value)
