"""Backups of a server's folder: whole, compared with their list, and never restored over something."""

from __future__ import annotations

import errno
import gzip
import io
import os
import resource
import signal
import tarfile
import threading
from pathlib import Path

import msgspec
import pytest

from pod_agent.errors import LocalStateError, PassphraseError, PodDamagedError, PodError, UsageError
from pod_agent.pods.hosting.backup import Contents, back_up, inspect, restore
from pod_agent.pods.hosting.settings import change, load

MOMENT = 1_790_000_000_123_456_789
SAMPLE = {
    "data/ann/.acl": b"<#owner> .",
    "data/ann/profile/card$.ttl": b"<#me> a <#Person> .",
    "data/ann/caf\u00e9 %20.ttl": b"",
    "data/ann/big.bin": os.urandom(3_000_000),
    "data/ann/.meta": b"<> a <#Storage> .",
    "data/.internal/accounts/data/1$.json": msgspec.json.encode(
        {"payload": {"**pod**": {"2": {"baseUrl": "http://localhost:3000/ann/"}}}}
    ),
    "data/.internal/setup/current-server-version$.json": b'{"payload": "7.2.0"}',
}
PASSING = ("data/.internal/tempFiles/temp-1.txt", "data/.internal/locks/abc.lock")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "server"
    place.mkdir()
    change(place, {"port": 3000, "quota_mb": 7})
    for name, content in SAMPLE.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(MOMENT, MOMENT))
    for name in PASSING:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"half")
    (place / "data" / "ann" / "empty").mkdir()
    os.utime(place / "data" / "ann", ns=(MOMENT + 1, MOMENT + 1))
    (place / "packages").mkdir()
    (place / "server.log").write_text("a line")
    return place


@pytest.mark.parametrize("passphrase", [None, "a passphrase"])
def test_what_is_restored_is_what_was_kept(folder: Path, tmp_path: Path, passphrase: str | None) -> None:
    archive, again = tmp_path / "out" / "one.tar.gz", tmp_path / "again"
    contents = back_up(folder, archive, passphrase)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert (contents.accounts, contents.pods, contents.version) == (1, 1, "7.2.0")
    assert contents.address == "http://localhost:3000/"
    assert restore(archive, again, passphrase) == contents
    kept = {path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()}
    assert set(kept) == {*SAMPLE, "settings.json", "port"}
    assert all(kept[name] == content for name, content in SAMPLE.items())
    assert load(again) == load(folder)
    assert (again / "data" / "ann" / "empty").is_dir()
    assert (again / "data/ann/big.bin").stat().st_mtime_ns == MOMENT
    assert (again / "data/ann").stat().st_mtime_ns == MOMENT + 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in [again, *again.rglob("*")])
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_sealed_backup_shows_nothing(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive, "a passphrase")
    assert gzip.compress(b"")[:3] not in archive.read_bytes()[:200]
    with pytest.raises(UsageError, match="sealed"):
        inspect(archive)
    with pytest.raises(PassphraseError):
        restore(archive, tmp_path / "again", "another")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("cut", [1, 8, 30, 5000, 2_000_000])
def test_a_backup_that_was_cut_off_restores_nothing(folder: Path, tmp_path: Path, cut: int) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    archive.write_bytes(archive.read_bytes()[:-cut])
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_changed_byte_in_a_backup_is_found(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    whole = archive.read_bytes()
    for place in range(20, len(whole), len(whole) // 7):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        with pytest.raises(PodDamagedError):
            inspect(archive)


def repack(archive: Path, change_members: dict[str, bytes], *, names: dict[str, str] | None = None) -> None:
    """The backup again with other contents or names, its checksums right."""
    with tarfile.open(archive) as old:
        members = {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as new:
        for name, content in {**members, **change_members}.items():
            member = tarfile.TarInfo((names or {}).get(name, name))
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    archive.write_bytes(out.getvalue())


def test_a_file_that_is_not_what_the_list_says_is_found(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    repack(archive, {})
    inspect(archive)
    repack(archive, {"data/ann/.acl": b"<#other> ."})
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/tmp/evil",
        "data/../../evil",
        "packages/evil.js",
        "data/.internal/locks/x",
        "",
        ".",
        "data",
        "data/evil\0",
        "data/" + "evil" * 100,
        "data/ann/.meta",
    ],
)
def test_a_backup_writes_nowhere_else(folder: Path, tmp_path: Path, name: str) -> None:
    archive = tmp_path / "one.tar.gz"
    contents = back_up(folder, archive)
    listed = {name if old == "data/ann/.acl" else old: kept for old, kept in contents.files.items()}
    listing = msgspec.json.encode(msgspec.structs.replace(contents, files=listed))
    repack(archive, {"contents.json": listing}, names={"data/ann/.acl": name})
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "deep" / "again")
    assert not any(path.name == "evil" for path in tmp_path.rglob("*"))


def test_containers_outside_are_not_touched(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    contents = back_up(folder, archive)
    listing = msgspec.json.encode(msgspec.structs.replace(contents, containers={"data/../../made": 0}))
    repack(archive, {"contents.json": listing})
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_backup_holds_files_only(folder: Path, tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    odd = tarfile.TarInfo("data/ann/odd")
    odd.type, odd.linkname = kind, "data/ann/.acl"
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        new.addfile(odd)
        for member in old:
            new.addfile(member, old.extractfile(member))
    archive.write_bytes(out.getvalue())
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("moment", [-(10**40), 10**40])
def test_a_time_that_no_file_can_have_restores_nothing(folder: Path, tmp_path: Path, moment: int) -> None:
    archive = tmp_path / "one.tar.gz"
    contents = back_up(folder, archive)
    with_zero = msgspec.json.encode(msgspec.structs.replace(contents, containers={"data/ann": 77}))
    listing = with_zero.replace(b":77}", b":%d}" % moment)
    repack(archive, {"contents.json": listing})
    with pytest.raises(PodDamagedError):
        restore(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", ["link.ttl", "link"])
def test_a_link_in_the_pods_ends_the_backup_before_anything_is_left_out(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "other" / "disk").mkdir(parents=True)
    (tmp_path / "other" / "secret").write_text("of another program")
    (folder / "data" / "ann" / name).symlink_to(tmp_path / "other" / ("disk" if name == "link" else "secret"))
    with pytest.raises(UsageError, match=f"{name} is a symbolic link"):
        back_up(folder, tmp_path / "one.tar.gz")
    assert not list(tmp_path.glob("*.gz")) + list(tmp_path.glob(".backup*"))


def test_a_container_that_may_not_be_read_ends_the_backup(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def refused(path: Path) -> object:  # tests may run as root, to whom the system refuses nothing
        if Path(path).name == "profile":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(LocalStateError, match="profile: Permission denied"):
        back_up(folder, tmp_path / "one.tar.gz")


def test_a_folder_without_a_server_gives_no_backup(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no server lives in"):
        back_up(tmp_path / "mistyped", tmp_path / "one.tar.gz")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_is_no_damage(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(LocalStateError, match="too large"):
            restore(archive, tmp_path / "again")
        with pytest.raises(LocalStateError, match="too large"):
            back_up(folder, tmp_path / "two.tar.gz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    assert {path.name for path in tmp_path.iterdir()} == {"one.tar.gz", "server"}


def test_nothing_is_written_over(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    back_up(folder, archive)
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        back_up(folder, archive)
    with pytest.raises(UsageError, match="outside"):
        back_up(folder, folder / "data" / "one.tar.gz")
    with pytest.raises(UsageError, match="not empty"):
        restore(archive, folder)
    assert archive.read_bytes() == before
    assert (folder / "data/ann/.acl").read_bytes() == SAMPLE["data/ann/.acl"]


def test_packages_that_are_installed_stay_beside_what_is_restored(folder: Path, tmp_path: Path) -> None:
    archive, again = tmp_path / "one.tar.gz", tmp_path / "again"
    back_up(folder, archive)
    (again / "packages" / "0123456789abcdef").mkdir(parents=True)
    restore(archive, again)
    assert (again / "packages" / "0123456789abcdef").is_dir()
    assert load(again).port == 3000


def test_metadata_that_is_being_written_is_waited_for(folder: Path, tmp_path: Path) -> None:
    """The server writes ``.meta`` files in place: first empty, then whole."""
    meta = folder / "data" / "ann" / ".meta"
    whole = b"<> a <#Storage> ." * 50
    meta.write_bytes(whole)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            meta.write_bytes(b"")
            stop.wait(0.001)
            meta.write_bytes(whole)
            stop.wait(0.2)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            contents: Contents = back_up(folder, tmp_path / f"{number}.tar.gz")
            assert contents.files["data/ann/.meta"].size == len(whole)
    finally:
        stop.set()
        writer.join()


def test_metadata_that_never_rests_ends_the_backup(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pod_agent.pods.hosting.backup._FRESH_NS", 10**18)
    monkeypatch.setattr("pod_agent.pods.hosting.backup._TRY_SECONDS", 0.0)
    (folder / "data" / "ann" / ".meta").write_bytes(b"now")
    with pytest.raises(PodError, match="changes all the time"):
        back_up(folder, tmp_path / "one.tar.gz")
    assert list(tmp_path.glob("*.tar.gz")) == []
    assert list(tmp_path.glob(".backup-*")) == []
