"""Being a node of one business: shown who asks, let in under a grant, taken out when the grant is withdrawn.

Training is the one kind of study for which a business learns a WebID: it must let in a person once, and nobody twice.
So the request that names the person passes the gate like any report; it tells no number and costs no privacy loss.
The key is fresh for each time, and says nothing about the person or any other business's node.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from consent.errors import ConsentError, ExpiredError, NoGrantError, WithdrawnError
from consent.gate import Permit
from consent.grant import Disclosure, Grant
from consent.policy import NODE
from consent.proof import key_name, time_text
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import AgentError, LocalStateError, ServerRefusedError, ServerUnreachableError
from pod_agent.federation.consents import Consents
from pod_agent.federation.hosts import is_loopback, server_of
from pod_agent.federation.stores import AgentKey, clock
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.errors import VocabularyError
from vocab.membership import (
    Admission,
    Welcome,
    decode_document,
    encode_document,
    node_name,
    node_path,
    public_pem,
    sign_leave,
)
from vocab.statistics import ModelUpdate

__all__ = ["Membership", "NodeFile", "enter", "in_force", "leave", "require_allowed"]

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
LEAVE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """This agent's node at one business: where it connects, with which key (PEM), under which grant until when.

    ``leader`` is the business's leader and ``controller`` the business; ``authority`` (PEM) is what the training
    server's certificate is checked by, empty for the well-known ones. ``address`` is empty while it is not let in yet.
    """

    leader: str
    controller: str
    grant: str
    until: str
    key: str = field(repr=False)
    address: str = ""
    authority: str = ""

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """The node's key."""
        found = load_pem_private_key(self.key.encode(), None)
        if not isinstance(found, ec.EllipticCurvePrivateKey):
            raise LocalStateError("the kept key of the node is of another kind", hint="Run: pod-agent federation leave")
        return found

    @property
    def public_key(self) -> bytes:
        """The node's public key, PEM."""
        return public_pem(self.private_key.public_key())

    @property
    def ends(self) -> datetime:
        """When the grant ends, UTC."""
        return datetime.fromisoformat(self.until)

    @property
    def name(self) -> bytes:
        """What the leader calls this node."""
        return node_name(self.public_key)

    @property
    def url(self) -> str:
        """Where the leader is told about this node."""
        return self.leader + node_path(self.name)

    def to_json(self) -> dict[str, Any]:
        """What people may see of it."""
        return {
            "node": self.name.hex(),
            "business": self.controller,
            "leader": self.leader,
            "training_server": self.address,
            "grant": self.grant,
            "until": self.until,
        }


class NodeFile:
    """The membership as this machine keeps it, private to this user."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "federation" / "node.json"

    @property
    def signer(self) -> str:
        """The Multikey of this agent, which signs its grants."""
        return key_name(AgentKey(self._home).public_key)

    def read(self) -> Membership | None:
        """The membership, None where there is none; LocalStateError where it cannot be read."""
        try:
            return Membership(**json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise LocalStateError(f"{self._path} cannot be read", hint="Run: pod-agent federation leave") from error

    def write(self, membership: Membership) -> None:
        """Keep it; on disk when this returns."""
        make_private_folder(self._path.parent)
        write_private(self._path, json.dumps(asdict(membership)).encode())

    def forget(self) -> bool:
        """Remove it; False where there was none."""
        return remove_private(self._path)


def enter(consents: Consents, kept: NodeFile, auth: httpx.Auth, *, client: httpx.Client) -> Membership:
    """Be let in by the business whose training studies are offered.

    ``auth`` shows who the person is, by the login of their pod. What was begun before is finished with the same key; a
    membership under another grant is left behind. Raises NoGrantError where no grant in force allows the training,
    the gate's refusal, ServerRefusedError where the business does not let this person in, and ServerUnreachableError.
    """
    grant, leader = _training_grant(consents)
    held = kept.read()
    if held is None or held.address or (held.grant, held.leader) != (grant.identifier, leader):
        held = Membership(
            leader=leader,
            controller=grant.controller,
            grant=grant.identifier,
            until=time_text(grant.until),
            key=_fresh_key(),
        )
        leave(kept, client=client)
        kept.write(held)
    body = _admission(consents, held, kept.signer)
    permit = consents.gate.permit(_disclosure(grant, held, body), grant=grant.identifier)
    try:
        welcome = _ask(held.url, body, permit, auth, client)
    except (ConsentError, AgentError) as error:
        consents.gate.record(permit, error.code)
        raise
    entered = Membership(**{**asdict(held), "address": welcome.address, "authority": welcome.authority})
    kept.write(entered)
    consents.gate.record(permit)
    return entered


def leave(kept: NodeFile, *, client: httpx.Client, grant: str | None = None) -> bool:
    """Tell the business that this node is gone, and forget it; False where the business could not be told.

    With ``grant``, only where the node stands under it. No permit is needed: the signature says that a random key is
    used no more. The key is forgotten only once the business answered, so that telling it can be tried again.
    """
    held = kept.read()
    if held is None or grant not in {None, held.grant}:
        return True
    signature = sign_leave(held.name, held.private_key)
    try:
        answer = client.request("DELETE", held.url, content=signature, timeout=LEAVE_SECONDS)
    except httpx.TransportError:
        return False
    if answer.status_code >= 500:
        return False
    kept.forget()
    return True


def _training_grant(consents: Consents) -> tuple[Grant, str]:
    """A grant in force for the training studies that are offered, and their leader's address."""
    rounds = [one for one in consents.offered() if isinstance(one.study.statistic, ModelUpdate) and one.problem is None]
    parties = {(one.study.controller, one.key): one.study.leader_url for one in rounds}
    now = consents.gate.now()
    for state in consents.gate.states().states:
        leader = parties.get((state.grant.controller, state.grant.controller_key))
        if leader and state.grant.purpose == FEDERATED_TRAINING and state.status(now) == "given":
            return state.grant, leader
    raise NoGrantError(
        "no grant in force allows training with this business", hint="Run: pod-agent requests list, then requests give"
    )


def in_force(consents: Consents, grant: str) -> bool:
    """Whether this grant stands, as pod and log say; PodOfflineError where they do not answer."""
    now = consents.gate.now()
    return any(
        state.grant.identifier == grant and state.status(now) == "given" for state in consents.gate.states().states
    )


def require_allowed(consents: Consents, grant: str, until: datetime) -> None:
    """The quick look before every request of a node: the withdrawals that this machine knows of, and the time."""
    if grant in consents.gate.withdrawn([]):
        raise WithdrawnError
    if clock() >= until:
        raise ExpiredError


def _admission(consents: Consents, held: Membership, signer: str) -> bytes:
    record = consents.papers(held.grant)[f"consent/grants/{held.grant}.ttl"]
    return encode_document(Admission(key=held.public_key.decode(), grant=record.decode(), grant_key=signer))


def _disclosure(grant: Grant, held: Membership, body: bytes) -> Disclosure:
    """The question for the gate: may exactly this be shown to exactly this business?"""
    until: datetime = grant.until
    return Disclosure(
        study=hashlib.sha256(b"pod-agent/1 node" + held.name).hexdigest(),
        controller=grant.controller,
        controller_key=grant.controller_key,
        helper=grant.helper,
        helper_key=grant.helper_key,
        purpose=FEDERATED_TRAINING,
        data=grant.data,
        statistic=NODE,
        micro_rho=0,
        min_batch=grant.min_batch,
        opens=grant.created,
        closes=until,
        recipient=held.url,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _ask(url: str, body: bytes, permit: Permit, auth: httpx.Auth, client: httpx.Client) -> Welcome:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS * attempt)
        try:
            with permit.sending(url, body) as pieces:
                whole = b"".join(pieces)  # the login may have to sign the request a second time
                answer = client.put(url, content=whole, headers={"Content-Type": "application/json"}, auth=auth)
        except httpx.TransportError:
            continue
        if answer.status_code in {200, 201}:
            return _welcome(answer)
        if answer.status_code < 500 and answer.status_code != 429:
            raise ServerRefusedError(
                f"the business does not let this agent take part ({_code(answer)})",
                hint="See that your login holds and the grant is in force: pod-agent federation status",
            )
    raise ServerUnreachableError("the business does not answer, or has no training server now")


def _welcome(answer: httpx.Response) -> Welcome:
    try:
        welcome = decode_document(answer.content, Welcome)
        welcome.check()
    except VocabularyError as error:
        raise ServerUnreachableError("the business's answer cannot be read") from error
    if is_loopback(welcome.address.rpartition(":")[0]) and not server_of(str(answer.url)).loopback:
        raise ServerRefusedError("the business names a training server on this machine", hint="Tell the business.")
    return welcome


def _code(answer: httpx.Response) -> str:
    try:
        code = answer.json()["code"]
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
    return str(code) if str(code).isidentifier() and len(str(code)) < 40 else str(answer.status_code)


def _fresh_key() -> str:
    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
