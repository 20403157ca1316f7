"""Files that mean harm, through the front door: refused with a code, and the rest of the batch is written."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from pod_agent.cli.main import main
from tests.support.pdf import endless_pdf, locked_pdf

GOOD = b"""Account details for:,360 Account 512-345678-001
Transaction History
Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)
03/02/2026,03/02/2026,"NETS QR
KOPI CORNER","4.50",
"""
PLAY = (
    b'[{"ts":"2026-01-01T00:00:00Z","ms_played":61000,"master_metadata_track_name":"Song",'
    b'"master_metadata_album_artist_name":"Band","spotify_track_uri":"spotify:track:x"}]'
)
PLAY_NAME = "Streaming_History_Audio_2026_0.json"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert run(folder, "init")[0] == 0
    return folder


def run(home: Path, *arguments: str | bytes | Path) -> tuple[int, Any, str]:
    """Exit status, the JSON document and what was said on standard error, without a process of its own."""
    out, said = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said), pytest.raises(SystemExit) as stopped:
        main([*map(os.fsdecode, ("--home", home, *arguments, "--json"))])
    return int(stopped.value.code or 0), json.loads(out.getvalue()) if out.getvalue() else None, said.getvalue()


def terminal(home: Path, *arguments: str | bytes | Path) -> tuple[int, str]:
    """Exit status and all that a real command shows."""
    command = [sys.executable, "-m", "pod_agent", "--home", home, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
    text = done.stdout.decode("utf-8")
    assert "Traceback" not in text, text
    return done.returncode, text


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_member(name: str) -> Callable[[Path], Path]:
    return lambda folder: zipped(folder / "bad.zip", {"fine.csv": GOOD, name: GOOD})


def link_member(folder: Path) -> Path:
    path = folder / "bad.zip"
    entry = zipfile.ZipInfo("link.csv")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return path


def twice(folder: Path) -> Path:
    path = folder / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", GOOD)
    return path


def encrypted(folder: Path) -> Path:
    path = zipped(folder / "bad.zip", {"a.csv": GOOD})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content[place : place + 2] = struct.pack("<H", struct.unpack_from("<H", content, place)[0] | 1)
    path.write_bytes(bytes(content))
    return path


def bomb(folder: Path) -> Path:
    return zipped(folder / "bad.zip", {PLAY_NAME: b"[" + b" " * (16 << 20) + b"]"})


def nested(folder: Path) -> Path:
    inner = zipped(folder / "inner.zip", {"a.csv": GOOD})
    path = zipped(folder / "bad.zip", {"inner.zip": inner.read_bytes()})
    inner.unlink()
    return path


def crowded(folder: Path) -> Path:
    path = folder / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.bin"), b"")
    return path


def cut_off(folder: Path) -> Path:
    path = zipped(folder / "bad.zip", {"a.csv": GOOD})
    path.write_bytes(path.read_bytes()[:-10])
    return path


def holding(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "bad.csv")
    return folder / "bad.csv"


def device(folder: Path) -> Path:
    return Path("/dev/zero")


def unreadable(folder: Path) -> Path:
    path = holding("bad.csv", GOOD)(folder)
    path.chmod(0)
    return path


CAMT = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>%s</BkToCstmrStmt></Document>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
DEEP = b"[" * 100_000
HUGE = b'{"ms_played":' + b"9" * 5000 + b"},"

REFUSED: dict[str, Callable[[Path], Path]] = {
    "a name that leads out": with_member("../../evil.csv"),
    "an absolute name": with_member("/etc/cron.d/evil.csv"),
    "a drive in a name": with_member("C:evil.csv"),
    "a backslash in a name": with_member("..\\evil.csv"),
    "a link": link_member,
    "the same name twice": twice,
    "an encrypted member": encrypted,
    "a bomb": bomb,
    "a zip within a zip": nested,
    "a hundred thousand members": crowded,
    "a zip that is cut off": cut_off,
    "a billion laughs": holding(
        "bad.xml", b'<!DOCTYPE l [<!ENTITY l0 "l">' + LAUGHS + b"]>" + CAMT % b"<GrpHdr>&l11;</GrpHdr>"
    ),
    "an external entity": holding(
        "bad.xml", b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + CAMT % b"<GrpHdr>&x;</GrpHdr>"
    ),
    "an entity in OFX": holding("bad.ofx", b'<?OFX OFXHEADER="200"?><!DOCTYPE a [<!ENTITY b "c">]><OFX>&b;</OFX>'),
    "a PDF with a password": holding("bad.pdf", locked_pdf()),
    "a PDF that never ends": holding("bad.pdf", endless_pdf()),
    "JSON nested deep": holding(PLAY_NAME, b'[{"ts":"2026-01-01T00:00:00Z","ms_played":1,"a":' + DEEP),
    "a library nested deep": holding("YourLibrary.json", b'{"tracks":[{"artist":"B","track":"S","a":' + DEEP),
    "a number of a library that is too long": holding("Playlist1.json", b'{"playlists":[{"items":[' + HUGE + b"]}]}"),
    "a number that is too long": holding(PLAY_NAME, b"[" + b'{"ts":1,' + HUGE[1:] + b'"x"]'),
    "a long line": holding("bad.csv", GOOD + b"a" * (3 << 20)),
    "a FIFO": fifo,
    "a device": device,
    **({"a file that nobody may read": unreadable} if os.geteuid() else {}),  # the superuser may read everything
    "nothing but NUL bytes": holding("bad.csv", b"\0" * 5000),
    "an empty file": holding("bad.csv", b""),
    "a path that is not there": lambda folder: folder / "missing.csv",
}


SLOW = {"a hundred thousand members", "a PDF that never ends"}
CODES = {"refused_file", "not_recognised", "usage", "encrypted", "nested_zip", "unwanted"}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_code_and_the_rest_is_written(name: str, tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    bad = REFUSED[name](folder)
    good = tmp_path / "good.csv"
    good.write_bytes(GOOD)
    status, report, _ = run(home, "import", bad, good)
    assert status == 3
    assert report["totals"]["written"] == 1
    refused = [entry for entry in report["unopened"] if entry["path"].startswith(str(bad))]
    assert refused
    assert {entry["code"] for entry in refused} <= CODES
    assert all(entry["reason"] for entry in refused)
    if name in SLOW:
        return
    status, alone, said = run(home, "import", bad)
    assert status == (2 if refused[0]["code"] == "usage" else 3)
    assert f"[{alone['error']['code']}]" in said


def test_a_member_that_is_refused_leaves_the_others_of_its_zip(tmp_path: Path, home: Path) -> None:
    path = zipped(
        tmp_path / "some.zip",
        {"a/" + PLAY_NAME: DEEP, "b/" + PLAY_NAME: PLAY, "c.zip": b"PK", "d.csv": b"", "e.exe": b"MZ", "f.csv": GOOD},
    )
    status, report, _ = run(home, "import", path)
    assert status == 0
    assert report["totals"]["written"] == 2
    assert {entry["path"].partition("!")[2]: bool(entry["code"]) for entry in report["unopened"]} == dict.fromkeys(
        ["a/" + PLAY_NAME, "c.zip", "d.csv", "e.exe"], True
    )


EVIL = "a\x1b]0;owned\x07\x1b[2J\u202egnp.csv"


def test_names_and_texts_cannot_steer_the_terminal(tmp_path: Path, home: Path) -> None:
    rows = GOOD.replace(b"KOPI CORNER", "\x1b[31mKOPI \u202eRENROC\x9b".encode()) + b"32/13/2026,,\x1b[2J,1.00,\n"
    paths = [
        zipped(tmp_path / "names.zip", {EVIL: b"nothing", "good.csv": rows}),
        holding("b\x1b[2J\u202e.csv", b"nothing at all\n")(tmp_path),
    ]
    for named in (paths, paths[1:]):
        status, text = terminal(home, "import", *named)
        assert status == 3
        shown = [each for each in text if not each.isprintable() and each != "\n"]
        assert not shown, ascii("".join(shown))
    found = run(home, "query", _spec(tmp_path))[1]
    status, [record], _ = run(home, "show", found["evidence"][0][0])
    assert record["fields"]["description"].isprintable()


def _spec(folder: Path) -> Path:
    path = folder / "spec.json"
    path.write_text('{"measures": ["transactions"]}')
    return path


def test_a_formula_in_a_csv_stays_a_text(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "formula.csv"
    path.write_bytes(GOOD.replace(b"KOPI CORNER", b"=HYPERLINK(1)") + b"=1+1,,x,1.00,\n@SUM(A1),,x,1.00,\n")
    status, report, _ = run(home, "import", path)
    assert status == 0
    assert report["totals"]["written"] == 1
    found = run(home, "query", _spec(tmp_path))[1]
    _, [record], _ = run(home, "show", found["evidence"][0][0])
    assert "=HYPERLINK(1)" in record["fields"]["description"]


NO_COLUMN = {"ocbc.csv", "a.xml", "a.ofx", "a.qif"}
"""Their readers name the value at fault in words only."""


def test_rejected_rows_are_kept_as_they_stood_on_this_machine_only(tmp_path: Path, home: Path) -> None:
    secret = "SECRET-9917"
    plays = json.dumps([{"ts": f"never {secret} \ud800", "ms_played": 1, "master_metadata_track_name": "x"}]).encode()
    camt = CAMT % (
        b'<GrpHdr/><Stmt><Acct><Id><Othr><Id>1234</Id></Othr></Id><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy="EUR">SECRET-9917'
        b"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-01</Dt></BookgDt></Ntry></Stmt>"
    )
    swift = b":20:1\n:25:1/2\n:60F:C260101EUR1,00\n:61:SECRET-9917\n:62F:C260101EUR1,00\n-\n"
    ofx = (
        b"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>"
        b"<STMTTRN><DTPOSTED>20260101<TRNAMT>SECRET-9917<FITID>1<NAME>x</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>"
        b"</BANKMSGSRSV1></OFX>"
    )
    files = {
        "ocbc.csv": GOOD + b'04/02/2026,,"A","SECRET-9917",\n',
        PLAY_NAME: plays,
        "a.xml": camt,
        "a.sta": swift,
        "a.ofx": ofx,
        "a.qif": b"!Type:Bank\nD1/31/2026\nTSECRET-9917\nPx\n^\n",
    }
    path = zipped(tmp_path / "bad.zip", files)
    status, report, _ = run(home, "import", path)
    assert status == 0
    assert {file["path"].partition("!")[2]: file["rejected"] for file in report["files"]} == dict.fromkeys(files, 1)
    _, shown, _ = run(home, "imports", "show", report["import_id"], "--rejected")
    rows = {row["member"]: row for row in shown["rejected_rows"]}
    assert set(rows) == set(files)
    for row in rows.values():
        assert row["file"] == str(path)
        assert row["line"] > 0
        assert row["column"] or row["member"] in NO_COLUMN
        assert row["code"]
        assert row["detail"]
        assert secret in row["raw"]
        assert secret not in row["detail"]
    kept = [each for each in home.rglob("*") if each.is_file() and secret.encode() in each.read_bytes()]
    assert [each.parent.name for each in kept] == ["rejected"]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert not any(secret.encode() in each.read_bytes() for each in (home / "pod").rglob("*") if each.is_file())


def test_a_name_that_is_not_utf8_can_be_imported_and_told(tmp_path: Path, home: Path) -> None:
    good, bad = os.fsencode(tmp_path) + b"/b\xe4nk.csv", os.fsencode(tmp_path) + b"/b\xe4d.csv"
    for path, content in ((good, GOOD), (bad, b"nothing")):
        Path(os.fsdecode(path)).write_bytes(content)
    status, report, _ = run(home, "import", good, bad)
    assert status == 3
    assert report["totals"]["written"] == 1
    assert len(report["unopened"]) == 1
    assert terminal(home, "import", good, bad)[0] == 3
    assert terminal(home, "import", good, bad, "--json")[0] == 3
    assert terminal(home, "import", bad)[0] == 3
