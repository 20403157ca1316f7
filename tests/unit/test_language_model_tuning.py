"""Fine-tuning: measured on pairs held out, kept on this machine, removed at a word; clear where it cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pod_agent.assistant.language_models import tuning
from pod_agent.assistant.language_models.tuning import LEAST, check, discard, kept_report, tune_model
from pod_agent.errors import UsageError

PAIRS = [(f"a {word} b", f"c {word}") for word in "d e f g h i j k l m n o".split()]


@pytest.fixture(scope="module")
def opened() -> tuple[Any, Any]:
    """A model of the family of the real one, with a few thousand weights drawn by chance, and one piece for a word."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("peft")
    tokenizers, transformers = pytest.importorskip("tokenizers"), pytest.importorskip("transformers")
    words = ["<eos>", "?", *"abcdefghijklmno", "Put", "the", "question", "in", "plain", "words."]
    bare = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="?"))
    bare.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=bare, eos_token="<eos>", unk_token="?")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    return transformers.LlamaForCausalLM(config), tokenizer


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_it_learns_measures_on_held_out_pairs_and_is_kept_until_it_is_discarded(
    opened: tuple[Any, Any], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    asked: list[str] = []

    def same(text: str, meant: str) -> bool:
        asked.append(meant)
        return text == meant

    told = tune_model(
        tmp_path,
        opened,
        PAIRS,
        name="tiny",
        sha256="0" * 64,
        steps=3,
        same=same,
        advance=lambda done, steps: seen.append((done, steps)),
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]
    held_out = [meant for _, meant in PAIRS[::4]]
    assert asked == held_out * 2
    assert (told.taught, told.before.of, told.after.of) == (9, 3, 3)
    assert told.after.loss != told.before.loss
    assert kept_report(tmp_path) == told
    files = sorted(path for path in (tmp_path / "models" / "tuned").iterdir())
    assert [path.name for path in files] == ["adapter_config.json", "adapter_model.safetensors", "report.json"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert set(json.loads(files[0].read_text())["target_modules"]) == {"q_proj", "v_proj"}
    assert discard(tmp_path)
    assert kept_report(tmp_path) is None
    assert not discard(tmp_path)
    assert not list((tmp_path / "models" / "tuned").iterdir())


@pytest.mark.parametrize(
    ("pairs", "steps", "words"), [(PAIRS[: LEAST - 1], 3, "corrections"), (PAIRS, 0, "steps"), (PAIRS, 9999, "steps")]
)
def test_too_few_corrections_or_too_many_steps_are_refused(pairs: list[Any], steps: int, words: str) -> None:
    pytest.importorskip("gguf")
    with pytest.raises(UsageError, match=words):
        check(pairs, steps)


def test_a_damaged_report_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / tuning.REPORT
    path.parent.mkdir(parents=True)
    for content in (b"", b"[]", b"{}", b'{"before": 1, "after": 2}'):
        path.write_bytes(content)
        assert kept_report(tmp_path) is None


def test_without_its_libraries_it_says_what_to_install(tmp_path: Path) -> None:
    """In a process of its own, where these libraries cannot be found."""
    code = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {"torch", "peft"} else found(name, *rest)
from pod_agent.assistant.language_models.tuning import check
from pod_agent.errors import MissingExtraError
try:
    check([], 1)
except MissingExtraError as error:
    print(error, "|", error.hint)
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "torch, peft" in done.stdout
    assert "pod-agent[tuning]" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"
