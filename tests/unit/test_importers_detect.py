"""From paths to importers: zips are checked, nothing without use is opened, and every refusal says why."""

from __future__ import annotations

import io
import json
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from pod_agent.errors import AgentError, RefusedExportError, UnrecognisedExportError, UsageError
from pod_agent.importers.archive import Unopened, ZipMember, export_files
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.detect import find_exports
from pod_agent.importers.protocol import Confidence, ExportFile
from pod_agent.importers.spotify.extended import SpotifyHistory
from tests.support.rows import FIXTURES, found, read_all, records
from tests.support.shared import shared

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STATEMENT = (FIXTURES / "ocbc" / "account_2026.csv").read_bytes()
HISTORY = (FIXTURES / "spotify" / "Streaming_History_Audio_2026_0.json").read_bytes()


def make_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return path


def kinds(*paths: Path) -> list[tuple[str, str]]:
    return [(importer.name, export.member or Path(export.file).name) for importer, export in found(*paths).exports]


def fault(path: Path) -> AgentError:
    with pytest.raises(AgentError) as caught:
        read_all(path)
    return caught.value


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    (tmp_path / "Streaming_History_Audio_2026_0.json").write_bytes(STATEMENT)
    (tmp_path / "TransactionHistory.csv").write_bytes(HISTORY)
    assert kinds(tmp_path) == [
        ("ocbc-csv", "Streaming_History_Audio_2026_0.json"),
        ("spotify-extended", "TransactionHistory.csv"),
    ]


def test_a_file_by_itself_is_looked_at_whatever_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "download.dat"
    path.write_bytes(STATEMENT)
    assert kinds(path) == [("ocbc-csv", "download.dat")]


def test_zip_and_folder_give_the_same_records(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (folder / "a.csv").write_bytes(STATEMENT)
    (folder / "b.json").write_bytes(HISTORY)
    packed = make_zip(tmp_path / "packed.zip", ("x/a.csv", STATEMENT), ("x/b.json", HISTORY))
    assert {row.iri for row in records(read_all(packed))} == {row.iri for row in records(read_all(folder))}


def test_files_without_use_are_left_unopened_with_a_reason(tmp_path: Path) -> None:
    broken = zipfile.ZipInfo("photos/1.jpg")
    path = make_zip(
        tmp_path / "x.zip", (broken, b"\xff\xd8"), ("notes.csv", b"a,b\n"), ("b.json", HISTORY), ("e.csv", b"")
    )
    results = found(path)
    assert results.unopened == (
        Unopened(path=f"{path}!photos/1.jpg", reason="no importer reads .jpg files", code="unwanted"),
        Unopened(path=f"{path}!notes.csv", reason="no importer recognises what is in it"),
        Unopened(path=f"{path}!e.csv", reason="no importer recognises what is in it"),
    )
    assert len(results.exports) == 1


def test_a_member_without_use_is_never_inflated(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("photos/1.jpg", b"\xff" * 5000), ("b.json", HISTORY))
    damaged = bytearray(path.read_bytes())
    damaged[len("photos/1.jpg") + 35] ^= 0xFF
    path.write_bytes(damaged)
    assert kinds(path) == [("spotify-extended", "b.json")]


def test_system_files_links_and_inner_zips_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(STATEMENT)
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    make_zip(tmp_path / "z.zip", ("inner.zip", b"PK"), ("__MACOSX/a.csv", STATEMENT), ("b.json", HISTORY))
    results = found(tmp_path)
    assert [export.member for _, export in results.exports] == [None, "b.json"]
    assert sorted(entry.reason for entry in results.unopened) == [
        "a file of the operating system",
        "a file of the operating system",
        "a link to another place",
        "a zip within a zip: give it by itself",
    ]


def _member(name: str, *, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    return member


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (_member("../a.csv"), "leads out"),
        (_member("x/../../a.csv"), "leads out"),
        (_member("/etc/a.csv"), "absolute"),
        (_member("C:/a.csv"), "absolute"),
        (_member("x\\a.csv"), "backslash"),
        (_member("a.csv", mode=stat.S_IFLNK | 0o777), "link"),
        (_member("a.csv", mode=stat.S_IFIFO | 0o644), "not a regular file"),
    ],
)
def test_a_zip_with_a_dangerous_member_is_refused_whole(tmp_path: Path, member: zipfile.ZipInfo, reason: str) -> None:
    path = make_zip(tmp_path / "x.zip", ("b.json", HISTORY), (member, STATEMENT))
    error = fault(path)
    assert isinstance(error, RefusedExportError)
    assert reason in str(error)


def test_a_zip_with_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make_zip(tmp_path / "x.zip", ("b.json", HISTORY), ("b.json", HISTORY))
    assert "is there twice" in str(fault(path))


def _encrypt(path: Path, name: bytes) -> None:
    """Set the flag of encryption in both headers of a member."""
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x03\x04", max(0, content.index(name) - 40)) + 6] |= 1
    content[content.rindex(b"PK\x01\x02", 0, content.rindex(name)) + 8] |= 1
    path.write_bytes(content)


def test_an_encrypted_member_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("a.csv", STATEMENT), ("b.json", HISTORY))
    _encrypt(path, b"a.csv")
    results = found(path)
    assert [export.member for _, export in results.exports] == ["b.json"]
    assert [(entry.path, entry.code) for entry in results.unopened] == [(f"{path}!a.csv", "encrypted")]


def test_a_damaged_member_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("a.csv", STATEMENT), ("b.json", HISTORY))
    content = bytearray(path.read_bytes())
    content[content.index(b"a.csv") + 20] ^= 0xFF
    path.write_bytes(content)
    results = found(path)
    assert [export.member for _, export in results.exports] == ["b.json"]
    assert [(entry.path, entry.code) for entry in results.unopened] == [(f"{path}!a.csv", "refused_file")]


def test_a_dangerous_zip_does_not_lose_the_other_paths(tmp_path: Path) -> None:
    bad = make_zip(tmp_path / "bad.zip", ("b.json", HISTORY), (_member("../a.csv"), STATEMENT))
    good = make_zip(tmp_path / "good.zip", ("b.json", HISTORY))
    results = found(bad, good)
    assert [export.file for _, export in results.exports] == [str(good)]
    assert [(entry.path, entry.code) for entry in results.unopened] == [(str(bad), "refused_file")]


def test_the_parts_of_one_download_are_read_together(tmp_path: Path) -> None:
    first = make_zip(tmp_path / "takeout-1-001.zip", ("Takeout/x/y/a.csv", STATEMENT))
    second = make_zip(tmp_path / "takeout-1-002.zip", ("Takeout/x/y/b.json", HISTORY))
    assert kinds(first, second) == [("ocbc-csv", "Takeout/x/y/a.csv"), ("spotify-extended", "Takeout/x/y/b.json")]


class _Unseekable(io.RawIOBase):
    """What a zip is written to that is sent as it is made: sizes then follow the members."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, block: ReadableBuffer, /) -> int:
        return self._stream.write(block)


def test_a_zip_that_was_streamed_as_it_was_made_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with path.open("wb") as stream, zipfile.ZipFile(_Unseekable(stream), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", STATEMENT)
    assert path.read_bytes()[6] & 8, "the sizes are in a descriptor behind the member"
    assert kinds(path) == [("ocbc-csv", "a.csv")]


class _Knowing(OcbcCsv):
    """An importer that knows files of its service by their names."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def never_opens(self, name: str) -> str | None:
        return "it says where the person was" if name.startswith("gps/") else None

    def claims(self, name: str) -> bool:
        return name.startswith("bank/")

    def identify(self, export: ExportFile) -> Confidence:
        self.asked.append(export.member or export.file)
        return super().identify(export)


class _Unasked(SpotifyHistory):
    def identify(self, export: ExportFile) -> Confidence:
        raise AssertionError(f"asked about {export.member}")


def test_a_member_that_an_importer_knows_as_private_is_never_inflated(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("gps/1.csv", b"1.3,103.8\n" * 500), ("bank/a.csv", STATEMENT))
    damaged = bytearray(path.read_bytes())
    damaged[len("gps/1.csv") + 35] ^= 0xFF
    path.write_bytes(damaged)
    results = find_exports([path], [_Knowing(), SpotifyHistory()])
    assert [entry.reason for entry in results.unopened] == ["it says where the person was"]
    assert [entry.code for entry in results.unopened] == ["never_opened"]


def test_nobody_else_is_asked_about_a_file_whose_name_one_importer_claims(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("bank/a.csv", STATEMENT))
    knowing = _Knowing()
    assert len(find_exports([path], [_Unasked(), knowing]).exports) == 1
    assert knowing.asked == ["bank/a.csv"]


@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path, part: float) -> None:
    path = make_zip(tmp_path / "x.zip", ("b.json", HISTORY), ("a.csv", STATEMENT))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    error = fault(path)
    assert (type(error), error.code, error.exit_status) == (RefusedExportError, "refused_file", 3)


def test_damage_within_a_member_is_found_while_reading(tmp_path: Path) -> None:
    plays = json.dumps([json.loads(HISTORY)[0] | {"ms_played": number} for number in range(3000)]).encode()
    path = make_zip(tmp_path / "x.zip", ("b.json", plays))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in str(fault(path)) or "broken" in str(fault(path))


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("b.json", HISTORY))
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, len(HISTORY) // 2)
    path.write_bytes(content)
    assert isinstance(fault(path), RefusedExportError)


def test_a_zip_bomb_is_refused_while_it_inflates(tmp_path: Path) -> None:
    head = b'[{"ts":"2026-01-01T00:00:00Z","ms_played":1}'
    path = make_zip(tmp_path / "x.zip", ("b.json", head + b" " * (64 << 20) + b"]"))
    (member,) = export_files(path)
    assert isinstance(member, ZipMember)
    with member.open() as stream, pytest.raises(RefusedExportError, match="bomb"):
        sum(len(block) for block in iter(lambda: stream.read(1 << 20), b""))


def test_an_unrecognised_file_is_told_what_was_tried(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("Date,Shop,Price\n2026-01-01,X,5\n")
    error = fault(path)
    assert isinstance(error, UnrecognisedExportError)
    assert (error.code, error.exit_status) == ("not_recognised", 3)
    assert "ocbc-csv says it has no line" in str(error)
    assert "spotify-extended says it does not start as a JSON array" in str(error)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "refused_file", "is empty"),
        (bytes(range(256)) * 40, "not_recognised", "binary"),
        (b"\x00" * 4096, "not_recognised", "binary"),
        (b"[]", "not_recognised", "no ts and ms_played"),
        (b"\xff\xfe", "not_recognised", "ocbc-csv"),
    ],
)
def test_empty_and_meaningless_files_get_a_clear_error(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    error = fault(path)
    assert error.code == code
    assert words in str(error)


def test_spotifys_technical_log_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    pdf = "x/ReadMeFirst_TechnicalLogInformation.pdf"
    path = make_zip(tmp_path / "x.zip", (pdf, b"%PDF"), ("x/Log.json", b'[{"context_time":1}]'))
    error = fault(path)
    assert isinstance(error, RefusedExportError)
    assert "Extended streaming history" in f"{error} {error.hint}"


def test_a_path_that_is_not_there_is_a_fault_of_the_call(tmp_path: Path) -> None:
    assert isinstance(fault(tmp_path / "none.csv"), UsageError)


def test_one_bad_path_does_not_hide_the_good_ones(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(b"")
    good.write_bytes(STATEMENT)
    results = found(bad, good)
    assert [export.file for _, export in results.exports] == [str(good)]
    assert [type(error) for error in results.faults] == [RefusedExportError]
    assert [entry.path for entry in results.unopened] == [str(bad)]


def _long_file(path: Path, head: bytes, filler: bytes, size: int) -> Path:
    with path.open("wb") as stream:
        stream.write(head)
        for _ in range(size // len(filler)):
            stream.write(filler)
    return path


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("x.csv", b""),
        ("x.csv", STATEMENT),
        ("x.csv", STATEMENT + b'01/01/2026,01/01/2026,"'),
        ("x.json", b"["),
        ("x.json", HISTORY.rstrip(b"] \n") + b',{"ts":"'),
        ("x.json", HISTORY.rstrip(b"] \n") + b',{"ts":["'),
    ],
)
def test_a_line_without_end_is_refused_in_little_memory(tmp_path: Path, name: str, head: bytes) -> None:
    path = _long_file(tmp_path / name, head, b"a" * (1 << 20), 40 << 20)
    tracemalloc.start()
    try:
        error = fault(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code in {"refused_file", "not_recognised"}
    assert peak < 12 << 20


@pytest.mark.parametrize("make", [OcbcCsv, SpotifyHistory])
def test_samples_of_other_services_are_claimed_by_no_importer(make: Callable[[], OcbcCsv | SpotifyHistory]) -> None:
    root = shared("samples")
    claimed = [
        export.file
        for path in sorted(root.iterdir())
        if path.name not in {"ocbc", "spotify"} and path.is_dir()
        for export in export_files(path)
        if not isinstance(export, Unopened) and make().identify(export).value > 0
    ]
    assert claimed == []


def test_looking_at_many_members_keeps_none_of_their_bytes(tmp_path: Path) -> None:
    body = STATEMENT + b" " * 100_000
    path = make_zip(tmp_path / "x.zip", *((f"{number}.csv", body) for number in range(200)))
    tracemalloc.start()
    try:
        results = find_exports([path], [OcbcCsv()])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(results.exports) == 200
    assert kept < 2 << 20
