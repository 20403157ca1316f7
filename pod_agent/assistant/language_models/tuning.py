"""Fine-tuning, as an option: low-rank weights of a local model on the person's own corrections, made and kept here.

The model is read from its GGUF file into full numbers, and matrices of rank 8 beside the projections of queries and
values learn to put a question as the person meant it (E. J. Hu et al., LoRA, 2021). A part of the corrections is held
out: the table before and after is of those alone. A small model hardly gains by it, and answers do not use it: they
rest on the examples themselves. Nothing is fetched and nothing leaves the machine.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pod_agent.errors import MissingExtraError, UsageError
from pod_agent.storage import remove_private, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ADAPTER", "LEAST", "Measured", "Tuned", "check", "discard", "kept_report", "load_gguf", "tune_model"]

ADAPTER: Final = "models/tuned/adapter_model.safetensors"
CONFIG: Final = "models/tuned/adapter_config.json"
REPORT: Final = "models/tuned/report.json"
INSTALL: Final = "pip install 'pod-agent[tuning]'"
LEAST: Final = 8
"""Pairs without which nothing is learnt and nothing could be measured."""
HELD_OUT: Final = 4
"""Every so-manieth pair is held out."""
RANK: Final = 8
BATCH: Final = 4
MOST_STEPS: Final = 400
LONGEST: Final = 192
"""Pieces of words of one pair."""
WRITTEN: Final = 48
"""Pieces of words that the model may write for a question."""
RATE: Final = 3e-4
TASK: Final = "Put the question in plain words."

Pair = tuple[str, str]
"""A question, and the plain question that is meant by it."""
Advance = Callable[[int, int], None]
"""Is told the steps that are done, and all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """On held-out pairs: the mean loss of a piece of a word of what is meant, and how many were put as meant."""

    loss: float
    right: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of it: the model by its digest, the pairs that taught, and the measures before and after."""

    model: str
    sha256: str
    taught: int
    steps: int
    parameters: int
    before: Measured
    after: Measured

    @property
    def is_better(self) -> bool:
        """Whether more held-out questions are put as meant."""
        return self.after.right > self.before.right


def tune_model(
    home: Path,
    opened: tuple[Any, Any],
    pairs: Sequence[Pair],
    *,
    name: str,
    sha256: str,
    steps: int = 60,
    same: Callable[[str, str], bool] = str.__eq__,
    advance: Advance = lambda _done, _all: None,
) -> Tuned:
    """Learn from the pairs, measure on those held out, and keep the low-rank weights with the table in the home.

    ``opened`` is a causal model with its tokenizer, ``same`` says whether what was written means what was meant.
    UsageError for too few pairs or too many steps, MissingExtraError where a library is missing. Stopped midway nothing
    is kept.
    """
    check(pairs, steps)
    import torch  # noqa: PLC0415 - an extra
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - an extra

    model, tokenizer = opened
    torch.manual_seed(0)
    kept_out, taught = pairs[::HELD_OUT], [pair for number, pair in enumerate(pairs) if number % HELD_OUT]
    before = _measured(model, tokenizer, kept_out, same)
    learner = get_peft_model(
        model, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    )
    weights = [weight for weight in learner.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=RATE)
    learner.train()
    for done, batch in enumerate(_batches(taught, steps), 1):
        optimiser.zero_grad()
        for pair in batch:
            (_loss(learner, tokenizer, pair) / len(batch)).backward()
        optimiser.step()
        advance(done, steps)
    learner.eval()
    after = _measured(learner, tokenizer, kept_out, same)
    parameters = sum(weight.numel() for weight in weights)
    told = Tuned(
        model=name, sha256=sha256, taught=len(taught), steps=steps, parameters=parameters, before=before, after=after
    )
    _keep(home, learner, told)
    return told


def load_gguf(path: Path, *, threads: int = 1) -> tuple[Any, Any]:
    """The model of a GGUF file in full numbers, and its tokenizer; MissingExtraError where a library is missing."""
    _need()
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch  # noqa: PLC0415 - an extra
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415 - an extra
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415 - an extra

    torch.set_num_threads(threads)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    given = {"gguf_file": path.name, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(path.parent, **given)
        model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **given)
    except (ValueError, OSError, KeyError, NotImplementedError) as error:
        raise UsageError(f"{path.name} cannot be fine-tuned here", hint="Take a model of the Llama family.") from error
    return model, tokenizer


def kept_report(home: Path) -> Tuned | None:
    """What was tuned last and is still kept; None where there is none, or its report is damaged."""
    try:
        told = json.loads((home / REPORT).read_bytes())
        return Tuned(**{**told, "before": Measured(**told["before"]), "after": Measured(**told["after"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def discard(home: Path) -> bool:
    """Remove what tuning kept; whether there was anything."""
    removed = [remove_private(home / name) for name in (REPORT, ADAPTER, CONFIG)]
    return any(removed)


def check(pairs: Sequence[Pair], steps: int) -> None:
    """MissingExtraError where a library is missing, UsageError for too few pairs or too many steps."""
    _need()
    if len(pairs) < LEAST:
        hint = "Correct answers first: pod-agent ask QUESTION --meant QUESTION"
        raise UsageError(f"there are {len(pairs)} corrections, tuning needs at least {LEAST}", hint=hint)
    if not 1 <= steps <= MOST_STEPS:
        raise UsageError(f"tuning takes from 1 to {MOST_STEPS} steps")


def _need() -> None:
    missing = [name for name in ("torch", "transformers", "peft", "gguf") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"fine-tuning needs {', '.join(missing)}", hint=INSTALL)


def _batches(pairs: Sequence[Pair], steps: int) -> Iterator[list[Pair]]:
    """As many batches as there are steps, over and over in the same order."""
    for step in range(steps):
        yield [pairs[(step * BATCH + place) % len(pairs)] for place in range(min(BATCH, len(pairs)))]


def _prompt(tokenizer: Any, question: str) -> list[int]:
    messages = [{"role": "system", "content": TASK}, {"role": "user", "content": question}]
    if tokenizer.chat_template is None:
        return list(tokenizer.encode(f"{TASK}\n{question}\n"))
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return list(tokenizer.encode(text, add_special_tokens=False))


def _loss(model: Any, tokenizer: Any, pair: Pair) -> Any:
    """The mean loss of the pieces of what is meant; the question itself is not learnt."""
    import torch  # noqa: PLC0415 - an extra

    asked = _prompt(tokenizer, pair[0])
    meant = [*tokenizer.encode(pair[1], add_special_tokens=False), tokenizer.eos_token_id]
    pieces = (asked + meant)[-LONGEST:]
    labels = ([-100] * len(asked) + meant)[-LONGEST:]
    return model(input_ids=torch.tensor([pieces]), labels=torch.tensor([labels])).loss


def _measured(model: Any, tokenizer: Any, pairs: Sequence[Pair], same: Callable[[str, str], bool]) -> Measured:
    import torch  # noqa: PLC0415 - an extra

    losses, right = [], 0
    with torch.no_grad():
        for question, meant in pairs:
            losses.append(float(_loss(model, tokenizer, (question, meant))))
            right += same(_written(model, tokenizer, question), meant)
    return Measured(loss=round(math.fsum(losses) / len(losses), 3), right=right, of=len(pairs))


def _written(model: Any, tokenizer: Any, question: str) -> str:
    """What the model writes for a question, its likeliest piece each time."""
    import torch  # noqa: PLC0415 - an extra

    asked = torch.tensor([_prompt(tokenizer, question)])
    made = model.generate(
        input_ids=asked,
        attention_mask=torch.ones_like(asked),
        max_new_tokens=WRITTEN,
        do_sample=False,
        pad_token_id=tokenizer.eos_token_id,
    )
    text = str(tokenizer.decode(made[0, asked.shape[1] :], skip_special_tokens=True)).strip()
    return text.splitlines()[0].strip() if text else ""


def _keep(home: Path, learner: Any, told: Tuned) -> None:
    """Weights and settings as peft reads them, the report last: without it nothing counts as kept."""
    from peft import get_peft_model_state_dict  # noqa: PLC0415 - an extra
    from safetensors.torch import save  # noqa: PLC0415 - an extra

    discard(home)
    weights = {
        name: value.contiguous()
        for name, value in get_peft_model_state_dict(learner, save_embedding_layers=False).items()
    }
    settings = learner.peft_config["default"].to_dict()
    write_private(home / ADAPTER, save(weights))
    write_private(home / CONFIG, json.dumps(settings, default=sorted).encode())
    write_private(home / REPORT, json.dumps(asdict(told)).encode())
