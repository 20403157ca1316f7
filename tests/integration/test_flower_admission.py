"""Nodes with keys at a training server with TLS: who is let in, who is put out, and what each is told."""

from __future__ import annotations

import signal
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from flwr.supercore.primitives.asymmetric import generate_key_pairs

from aggregator.errors import ConfigurationError, UnknownNodeError
from aggregator.grid import admitted
from aggregator.registry import Registry
from aggregator.running import Servers
from aggregator.superlink import SECRET_HEADER, Tls
from aggregator.training_server import TrainingServer
from aggregator.whereabouts import FILE, running_server
from consent.errors import NoGrantError, WithdrawnError
from pod_agent.errors import NodeNotAdmittedError, ServerRefusedError, UntrustedServerError
from pod_agent.federation import joining, membership
from pod_agent.federation.answer import Answered
from pod_agent.federation.consents import Consents
from pod_agent.federation.fleet import FleetConnection
from pod_agent.federation.flower_node import FlowerNode
from pod_agent.federation.joining import Joined
from pod_agent.federation.membership import enter, lasts_until
from pod_agent.federation.node_file import leave
from pod_agent.federation.send import open_client
from tests.support.certificates import Certificates, make_certificates
from tests.support.people import PersonServer
from tests.support.training import Someone, publish, run_round, wait_until
from vocab.training import RoundInstructions

pytestmark = pytest.mark.flower


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def training(servers: Servers, certificates: Certificates) -> Iterator[TrainingServer]:
    tls = Tls(certificate=certificates.certificate, key=certificates.key, authority=certificates.authority)
    with TrainingServer(servers.home, tls=tls) as running:
        yield running


@pytest.fixture(scope="module")
def provider() -> Iterator[PersonServer]:
    with PersonServer() as running:
        yield running


def keys(training: TrainingServer) -> set[bytes]:
    return {one.key for one in admitted(training.link.control)}


def test_people_are_let_in_by_their_logins_and_train_over_tls(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of people with logins", 2)
    joined: list[Joined] = []
    with ExitStack() as stack:
        people = [stack.enter_context(closing(Someone(tmp_path, servers, provider, number))) for number in range(2)]
        for person in people:
            person.consents.give(task)
            person.enter()
        threads = [threading.Thread(target=lambda one=person: joined.append(one.join(15))) for person in people]
        for thread in threads:
            thread.start()
        outcome = run_round(servers, training, task, 2)
        for thread in threads:
            thread.join()
        assert (outcome.asked, outcome.named, outcome.summed) == (2, 2, 2)
        assert joined == [Joined(1, 0), Joined(1, 0)]
        with closing(Registry(servers.home)) as registry:
            assert {person.webid for person in people} <= {member.webid for member in registry.members()}
        for person in people:
            shown = [entry for entry in person.consents.audit() if "/nodes/" in entry["recipient"]]
            assert [(entry["outcome"], entry["micro_rho"]) for entry in shown] == [("permitted", 0), ("sent", 0)]


def test_without_a_grant_nothing_about_the_person_leaves(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    publish(servers, "Round that this person did not allow")
    with closing(Someone(tmp_path, servers, provider)) as person:
        before = len(provider.requests)
        with pytest.raises(NoGrantError):
            person.enter()
        assert len(provider.requests) == before
        assert person.kept.read() is None


def test_withdrawing_ends_the_node_at_once_and_takes_it_out_of_both_lists(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody who withdraws")
    with closing(Someone(tmp_path, servers, provider)) as person:
        grant = person.consents.give(task)
        person.enter()
        held = person.kept.read()
        assert held is not None
        ended: list[BaseException] = []

        def join() -> None:
            try:
                person.join(60)
            except WithdrawnError as error:
                ended.append(error)

        thread = threading.Thread(target=join)
        thread.start()
        wait_until(lambda: held.public_key in keys(training))
        wait_until(lambda: '"POST /v1/fleet/activate-node HTTP/1.1" 200' in training.link.log())
        assert person.consents.withdraw(grant)
        thread.join(60)
        assert [type(error) for error in ended] == [WithdrawnError]
        assert person.kept.read() is None
        wait_until(lambda: held.public_key not in keys(training))
        with closing(Registry(servers.home)) as registry:
            assert person.webid not in {member.webid for member in registry.members()}
        gone = FleetConnection(
            training.address,
            keys=(held.private_key, held.private_key.public_key()),
            root_certificates=held.authority.encode(),
        )
        with pytest.raises(NodeNotAdmittedError):
            gone.open()
        gone.close()


def test_who_the_operator_removes_gets_a_401_that_does_not_interrupt_the_process(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody who is removed")
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        with closing(Someone(tmp_path, servers, provider)) as person:
            person.consents.give(task)
            name = person.enter()
            held = person.kept.read()
            assert held is not None
            node = FlowerNode(
                lambda: FleetConnection(
                    held.address,
                    keys=(held.private_key, held.private_key.public_key()),
                    root_certificates=held.authority.encode(),
                ),
                never,
                pause=0.05,
                patience=60,
            )
            node.start()
            assert node.wait_ready(60)
            with closing(Registry(servers.home)) as registry:
                registry.remove(name)
                with pytest.raises(UnknownNodeError):
                    registry.remove(name)
            node.join(60)
            assert isinstance(node.failure, NodeNotAdmittedError)
    finally:
        signal.signal(signal.SIGINT, before)
    assert interrupts == []


def never(_instructions: RoundInstructions) -> Answered:
    raise AssertionError("nobody asked for anything")


def test_a_new_node_of_the_same_person_takes_the_place_of_the_old_one(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody with two machines")
    with closing(Someone(tmp_path, servers, provider)) as person:
        person.consents.give(task)
        first = person.enter()
        person.kept.forget()
        second = person.enter()
        assert first != second
        with closing(Registry(servers.home)) as registry:
            mine = [member.name for member in registry.members() if member.webid == person.webid]
        assert mine == [second]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-server"},
        {"exp": 1},
        {"cnf": {"jkt": "another key"}},
        {"iss": "http://127.0.0.1:9/"},
        {"webid": None},
    ],
)
def test_a_token_that_does_not_prove_the_person_is_refused(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer, claims: dict[str, object]
) -> None:
    task = publish(servers, f"Round of a stranger {sorted(claims)} {claims}"[:90])
    with closing(Someone(tmp_path, servers, provider)) as person:
        person.consents.give(task)
        provider.claims = claims
        try:
            with pytest.raises(ServerRefusedError, match="not_authorised"):
                person.enter()
        finally:
            provider.claims = {}
        with closing(Registry(servers.home)) as registry:
            assert person.webid not in {member.webid for member in registry.members()}


def test_a_provider_that_the_webid_does_not_name_vouches_for_nobody(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody with a false provider")
    with closing(Someone(tmp_path, servers, provider)) as person:
        person.consents.give(task)
        provider.webid(person.webid.rpartition("/")[2].removesuffix("#me"), issuer="https://honest.example/")
        with pytest.raises(ServerRefusedError, match="not_authorised"):
            person.enter()


def test_a_grant_of_another_person_lets_nobody_in(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody with a borrowed grant")
    with closing(Someone(tmp_path, servers, provider)) as person:
        person.consents.give(task)
        other = provider.webid("another-person")
        with pytest.raises(ServerRefusedError, match="admission_refused"):
            enter(person.consents, person.kept, provider.log_in(other), client=person.client)


def test_a_key_that_was_never_let_in_is_told_so(training: TrainingServer, certificates: Certificates) -> None:
    connection = FleetConnection(
        training.address, keys=generate_key_pairs(), root_certificates=certificates.authority.read_bytes()
    )
    with pytest.raises(NodeNotAdmittedError, match="412"):
        connection.open()
    connection.close()


def test_a_server_with_a_certificate_of_somebody_else_is_not_spoken_to(
    tmp_path: Path, training: TrainingServer
) -> None:
    stranger = make_certificates(tmp_path / "stranger")
    connection = FleetConnection(
        training.address, keys=generate_key_pairs(), root_certificates=stranger.authority.read_bytes()
    )
    with pytest.raises(UntrustedServerError):
        connection.open()
    connection.close()


def test_nodes_see_the_fleet_paths_alone_and_control_demands_its_secret(
    training: TrainingServer, certificates: Certificates
) -> None:
    trusted = ssl.create_default_context(cafile=str(certificates.authority))
    with httpx.Client(verify=trusted, trust_env=False) as client:
        public = f"https://{training.address}"
        hidden = ("control/list-nodes", "control/start-run", "fleet/get-fab", "fleet/get-run", "fleet/register-node")
        for path in (*hidden, "runtime/acquire-task"):
            assert client.post(f"{public}/v1/{path}", content=b"").status_code == 404, path
        assert client.get(f"{public}/docs").status_code == 404
        assert client.post(f"{public}/v1/fleet/pull-messages", content=b"x" * 5_000_000).status_code == 413
        control = training.link.control
        for headers in ({}, {SECRET_HEADER: "guessed"}):
            assert client.post(f"http://{control.address}/v1/control/list-nodes", headers=headers).status_code == 403
    assert (running_server(training._home).secret, (training._home / FILE).stat().st_mode & 0o777) == (
        control.secret,
        0o600,
    )


def test_a_node_that_cannot_say_goodbye_keeps_its_key_to_try_again(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of somebody who leaves")
    with closing(Someone(tmp_path, servers, provider)) as person:
        person.consents.give(task)
        person.enter()

        def away(_request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("away")

        assert not leave(person.kept, client=open_client(httpx.MockTransport(away)))
        assert person.kept.read() is not None
        assert leave(person.kept, client=person.client)
        assert person.kept.read() is None
        assert leave(person.kept, client=person.client)


def test_nodes_are_told_a_name_that_the_certificate_has(certificates: Certificates) -> None:
    tls = Tls(certificate=certificates.certificate, key=certificates.key, authority=certificates.authority)
    tls.check("localhost")
    tls.check("127.0.0.1")
    with pytest.raises(ConfigurationError, match="is not for train"):
        tls.check("train.shop.example")


def test_a_renewed_grant_keeps_the_node_in_beyond_its_first_end(
    tmp_path: Path,
    servers: Servers,
    training: TrainingServer,
    provider: PersonServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = publish(servers, "Round of somebody who renews")
    with closing(Someone(tmp_path, servers, provider)) as person:
        grant = person.consents.give(task)
        first = person.enter()
        until = person.consents.renew(grant, until=date.today() + timedelta(days=180))  # noqa: DTZ011
        expired = iter([True])  # at the first look at the clock the first end is over
        later = datetime.now(UTC) + timedelta(days=100)
        held = person.kept.read()
        assert held is not None
        assert held.ends < later < until
        monkeypatch.setattr(joining, "lasts_until", as_it_was(held.ends))
        monkeypatch.setattr(membership, "clock", lambda: later if next(expired, False) else datetime.now(UTC))
        assert person.join(6) == Joined(0, 0)
        held = person.kept.read()
        assert held is not None
        assert (held.ends, held.name == first) == (until, False)
        with closing(Registry(servers.home)) as registry:
            mine = [(member.name, member.until) for member in registry.members() if member.webid == person.webid]
        assert mine == [(held.name, until)]


def as_it_was(ends: datetime) -> Callable[[Consents, str], datetime | None]:
    """How long a grant lasts, as it stood before it was renewed at the first look, and rightly from then on."""
    looks = iter([ends])
    return lambda consents, grant: next(looks, None) or lasts_until(consents, grant)
