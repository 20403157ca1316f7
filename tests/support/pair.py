"""Leader and helper in this process, joined by WSGI, over their real databases."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import httpx

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.config import init_helper, init_leader, load_helper, load_leader
from aggregator.helper import Helper, create_helper_app
from aggregator.issuing.config import trust_issuer
from aggregator.leader import Leader, create_leader_app
from aggregator.releases import Release
from aggregator.verifiers import Verifier
from tests.support.studies import histogram_study
from tests.support.tokens import MadeRosters, made_issuers, token_for
from vocab import wire
from vocab.study import Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import make_report, randomness_bytes

__all__ = ["Pair", "send", "upload"]


def send(
    study: Study, measurement: Measurement, secret: bytes | None = None, token: bytes | None = None
) -> wire.Report:
    """A fresh report, with a token of made-up issuers where the study counts tokens."""
    secret, randomness = secret or os.urandom(32), os.urandom(randomness_bytes(study))
    token = token_for(study, secret) if token is None else token
    return make_report(study, measurement, secret=secret, randomness=randomness, token=token)


def upload(client: httpx.Client, report: wire.Report) -> int:
    """PUT a report; the status."""
    return client.put(report.path, content=wire.encode(report)).status_code


class Pair:
    """Both servers with a clock that tests set; ``fitted`` fits a study to them, ``store`` is a PostgreSQL database.

    Without a ``verifier`` each has its own.
    """

    def __init__(self, home: Path, store: str = "", verifier: Verifier | None = None) -> None:
        if not (home / "leader.toml").exists():
            pods, shop = "https://pods.example/profile#us", "https://shop.example/profile#us"
            invitation = init_helper(home, url="http://helper.test/", helper=pods, store=store)
            init_leader(home, invitation, url="http://leader.test/", controller=shop, store=store)
            for issuer in made_issuers().issuers:
                trust_issuer(home, issuer.url)
        config = load_leader(home)
        self.home = home
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self.leader = Leader(home, config, clock=lambda: self.now, verifier=verifier)
        helper = load_helper(home)
        self.helper = Helper(home, helper, clock=lambda: self.now, verifier=verifier, network=MadeRosters())
        self.agents = self._client(create_leader_app(self.leader), config.url)
        self.direct = self._client(create_helper_app(self.helper), config.helper_url)
        transport = httpx.WSGITransport(app=create_helper_app(self.helper))
        self.channel = HelperChannel(config.helper_url, bytes.fromhex(config.channel_key), transport=transport)

    @staticmethod
    def _client(app: object, url: str) -> httpx.Client:
        return httpx.Client(transport=httpx.WSGITransport(app=app), base_url=url)  # type: ignore[arg-type]

    def fitted(self, study: Study) -> Study:
        """The study with this pair's parties, and made-up issuers unless it is for made-up people."""
        config = self.leader.config
        return replace(
            study,
            controller=config.controller,
            leader_url=config.url,
            helper=config.helper,
            helper_url=config.helper_url,
            helper_key=config.helper_key,
            issuers=study.issuers if study.demo else made_issuers().issuers,
        )

    def study(self, cells: int = 8, *, variance: int = 0, min_batch: int = 5) -> Study:
        """A published histogram study."""
        made = self.fitted(histogram_study(cells, variance=variance, min_batch=min_batch))
        self.leader.publish(made, self.channel)
        return made

    def upload(self, study: Study, cells: Iterable[int]) -> list[wire.Report]:
        """Honest reports, all taken."""
        reports = [send(study, cell) for cell in cells]
        assert [upload(self.agents, report) for report in reports] == [201] * len(reports)
        return reports

    def collect(self, study: Study) -> Release:
        """Collect a study."""
        return collect(self.leader, study.task_id, self.channel)

    def found(self, server: Literal["leader", "helper"], query: str, *parameters: object) -> list[Any]:
        """Rows of a server's store."""
        store = self.leader.database if server == "leader" else self.helper.database
        with store.reading() as rows:
            return rows.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Close everything."""
        self.agents.close()
        self.direct.close()
        self.channel.__exit__(None, None, None)
        self.leader.close()
        self.helper.close()
