"""Made-up people who do what real ones do: download exports, import them, allow a study, answer it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from pod_agent.agent import Agent
from pod_agent.config import save_settings
from pod_agent.storage import make_private_folder
from pod_agent.synthetic.exports import SERVICES, write_exports
from pod_agent.synthetic.household import make_household

__all__ = ["Life", "answer_in_crowd", "settle"]

WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a made-up person is made from: ``pace`` purchases a day, and what they download of which days.

    ``operator`` is the made-up pod operator that they log in with, which vouches for them and shows ``webid``.
    """

    seed: int
    operator: str
    webid: str
    folder: Path
    first: date
    last: date
    pace: float
    aggregator: str
    catalogue: str = ""
    services: tuple[str, ...] = SERVICES

    @property
    def home(self) -> Path:
        """The folder of this person's agent."""
        return self.folder / f"person-{self.seed}"


def settle(life: Life) -> Agent:
    """Write the person's exports and make their agent, with an empty pod."""
    make_private_folder(life.home)
    save_settings(
        life.home,
        webid=life.webid,
        issuer=life.operator,
        aggregator=life.aggregator,
        catalogue=life.catalogue,
        simulated="yes",
    )
    person = make_household(life.seed, pace=life.pace, opened=life.first)
    write_exports(person, life.home / "exports", life.first, life.last, services=life.services)
    return Agent.create(life.home)


def answer_in_crowd(lives: list[Life], task: str) -> Iterator[int]:
    """Each person imports, allows the study and answers it; yields the bytes that each sent, as they finish.

    Their agents run in processes of their own, so that no two share anything.
    """
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_live, life, task) for life in lives]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _live(life: Life, task: str) -> int:
    with settle(life) as agent:
        agent.import_paths([life.home / "exports"])
        agent.give(task)
        return sum(outcome.sent for outcome in agent.answer_studies())
