"""Being a node of one business: shown who asks, let in under a grant, taken out when the grant is withdrawn.

Training is the one kind of study for which a business learns a WebID: it must let in a person once, and nobody twice.
So the request that names the person passes the gate like any report; it tells no number and costs no privacy loss.
The key is fresh for each time, and says nothing about the person or any other business's node.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from datetime import datetime

import httpx

from consent.errors import ConsentError, ExpiredError, NoGrantError, WithdrawnError
from consent.gate import Permit
from consent.grant import Disclosure, Grant
from consent.policy import NODE
from consent.proof import time_text
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import AgentError, ServerRefusedError, ServerUnreachableError
from pod_agent.federation.consents import Consents
from pod_agent.federation.hosts import is_loopback, server_of
from pod_agent.federation.node_file import Membership, NodeFile, fresh_key, leave
from pod_agent.federation.stores import clock
from vocab.errors import VocabularyError
from vocab.membership import Admission, Welcome, decode_document, encode_document
from vocab.statistics import ModelUpdate

__all__ = ["enter", "in_force", "require_allowed"]

ATTEMPTS = 3
PAUSE_SECONDS = 0.5


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
            key=fresh_key(),
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
    entered = replace(held, address=welcome.address, authority=welcome.authority)
    kept.write(entered)
    consents.gate.record(permit)
    return entered


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
