"""The embedded pod on disk: private, whole after a kill, one winner between processes."""

from __future__ import annotations

import itertools
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pod_agent.errors import PodConflictError, PodError
from pod_agent.pods.embedded import EmbeddedPod

OLD = b"<#a> <#b> 1 .\n"

WRITER = """
import sys
from pathlib import Path
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.errors import PodConflictError
pod = EmbeddedPod(Path(sys.argv[1]))
body = sys.argv[2].encode() * 200_000
found = pod.read("race.ttl")
print("ready", flush=True)
sys.stdin.readline()
try:
    pod.write("race.ttl", body, if_match=found.etag if found else None)
except PodConflictError:
    sys.exit(3)
"""

REWRITER = """
import itertools, sys
from pathlib import Path
from pod_agent.pods.embedded import EmbeddedPod
pod = EmbeddedPod(Path(sys.argv[1]))
etag = pod.read("a.ttl").etag
print("ready", flush=True)
for letter in itertools.cycle(b"xyz"):
    etag = pod.write("a.ttl", bytes([letter]) * 3_000_000, if_match=etag)
"""


@pytest.fixture
def pod(tmp_path: Path) -> EmbeddedPod:
    return EmbeddedPod(tmp_path / "home" / "pod")


def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )


def wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"


def test_folders_and_files_are_private(pod: EmbeddedPod, tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        pod.write("data/ocbc/transaction/2026/2026-10.ttl", OLD, if_match=None)
    finally:
        os.umask(previous)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert len(modes) == 7


def test_a_folder_that_others_could_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "pod").mkdir(mode=0o755)
    EmbeddedPod(tmp_path / "pod")
    assert stat.S_IMODE((tmp_path / "pod").stat().st_mode) == 0o700


def test_the_root_is_the_folders_address(tmp_path: Path) -> None:
    assert EmbeddedPod(tmp_path / "my pod").root == (tmp_path / "my pod").resolve().as_uri() + "/"


def test_equal_bytes_have_equal_etags_in_every_pod(pod: EmbeddedPod, tmp_path: Path) -> None:
    first = pod.write("a.ttl", OLD, if_match=None)
    assert EmbeddedPod(tmp_path / "other").write("b.ttl", OLD, if_match=None) == first
    assert first[0] == first[-1] == '"'


def test_files_that_are_no_resources_are_not_listed(pod: EmbeddedPod, tmp_path: Path) -> None:
    pod.write("a.ttl", OLD, if_match=None)
    (tmp_path / "home" / "pod" / "My Notes.txt").write_text("mine")
    assert [entry.path for entry in pod.list("")] == ["a.ttl"]


def test_of_five_processes_with_one_etag_one_wins(pod: EmbeddedPod, tmp_path: Path) -> None:
    folder = str(tmp_path / "home" / "pod")
    for letters in ("abcde", "vwxyz"):  # the first five race to make the resource, the others to change it
        writers = [start(WRITER, folder, letter) for letter in letters]
        for writer in writers:
            wait_until_ready(writer)
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write(b"go\n")
        for writer in writers:
            writer.communicate()
        assert sorted(writer.returncode for writer in writers) == [0, 3, 3, 3, 3]
        winner = next(letter for letter, writer in zip(letters, writers, strict=True) if writer.returncode == 0)
        found = pod.read("race.ttl")
        assert found is not None
        assert found.content == winner.encode() * 200_000


def test_a_kill_in_the_middle_of_a_write_leaves_old_or_new(pod: EmbeddedPod, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "pod"
    pod.write("a.ttl", b"x" * 3_000_000, if_match=None)
    left_over = 0
    for round_number in itertools.count():
        writer = start(REWRITER, str(folder))
        wait_until_ready(writer)
        time.sleep(0.01 + 0.007 * (round_number % 8))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        left_over += len(list(folder.glob(".tmp-*")))
        found = EmbeddedPod(folder).read("a.ttl")
        assert found is not None
        assert len(found.content) == 3_000_000
        assert len(set(found.content)) == 1
        assert not list(folder.glob(".tmp-*"))
        if left_over and round_number >= 8:
            break
        assert round_number < 100, "no kill came in the middle of a write"


def test_a_killed_process_gives_the_lock_back(pod: EmbeddedPod, tmp_path: Path) -> None:
    holder = start(
        "import fcntl, sys, time\n"
        "held = open(sys.argv[1], 'w'); fcntl.flock(held, fcntl.LOCK_EX); print('ready', flush=True); time.sleep(60)",
        str(tmp_path / "home" / "pod" / ".lock"),
    )
    wait_until_ready(holder)
    holder.kill()
    holder.communicate()
    pod.write("a.ttl", OLD, if_match=None)


def test_a_folder_that_refuses_is_no_access(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\n"
        "from pod_agent.pods.embedded import EmbeddedPod\nfrom pod_agent.errors import PodAccessError\n"
        "pod = EmbeddedPod(Path(sys.argv[1]))\npod.write('a.ttl', b'', if_match=None)\n"
        "Path(sys.argv[1]).chmod(0) if os.geteuid() else os.setuid(65534)\n"  # the superuser is refused nothing
        "calls = (lambda: pod.read('a.ttl'), lambda: pod.write('b.ttl', b'', if_match=None), lambda: pod.list(''))\n"
        "for call in calls:\n"
        "    try:\n        call()\n"
        "    except PodAccessError as error:\n        print(error)\n"
    )
    folder = tmp_path / "pod"
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    folder.chmod(0o700)
    assert done.stdout == "the pod's folder refuses access: Permission denied\n" * 3


def test_a_full_disk_is_an_error_and_the_old_document_stays(pod: EmbeddedPod, tmp_path: Path) -> None:
    etag = pod.write("a.ttl", OLD, if_match=None)
    program = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from pod_agent.pods.embedded import EmbeddedPod\nfrom pod_agent.errors import PodError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "pod = EmbeddedPod(Path(sys.argv[1]))\n"
        "try:\n    pod.write('a.ttl', b'n' * 1_000_000, if_match=sys.argv[2])\n"
        "except PodError as error:\n    print(error.code, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "home" / "pod"), etag],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("pod_full ")
    found = pod.read("a.ttl")
    assert found is not None
    assert found.content == OLD
    assert [path.name for path in (tmp_path / "home" / "pod").iterdir() if path.name.startswith(".tmp")] == []


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pod").write_text("not a folder")
    with pytest.raises(PodConflictError):
        EmbeddedPod(tmp_path / "pod")
    with pytest.raises(PodError):
        EmbeddedPod(tmp_path / "pod" / "below")
