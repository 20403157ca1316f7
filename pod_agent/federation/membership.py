"""Being a node of one business: shown who asks, let in under a grant, taken out when the grant is withdrawn.

Training is the one kind of study for which a business learns a WebID: it must let in a person once, and nobody twice.
So the request that names the person passes the gate like any report; it tells no number and costs no privacy loss.
The key is fresh for each time, and says nothing about the person or any other business's node.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

import httpx

from consent.errors import ConsentError, ExpiredError, InvalidStudyError, NoGrantError, WithdrawnError
from consent.gate import Permit
from consent.grant import Disclosure, Grant, GrantState, Status
from consent.policy import NODE
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import AgentError, ServerRefusedError, ServerUnreachableError
from pod_agent.federation.consents import Consents
from pod_agent.federation.hosts import server_of
from pod_agent.federation.node_file import Membership, NodeFile, fresh_key, leave
from pod_agent.federation.stores import clock
from vocab.errors import VocabularyError
from vocab.membership import Admission, Welcome, decode_document, encode_document
from vocab.times import utc_text

__all__ = ["enter", "in_force", "lasts_until", "require_allowed"]

ATTEMPTS = 3
PAUSE_SECONDS = 0.5


def enter(consents: Consents, kept: NodeFile, auth: httpx.Auth, *, client: httpx.Client) -> Membership:
    """Be let in by the business whose training studies are offered.

    ``auth`` shows who the person is, by the login of their pod. What was begun before is finished with the same key; a
    membership under another grant is left behind. Raises NoGrantError where no grant in force allows the training,
    the gate's refusal, ServerRefusedError where the business does not let this person in, and ServerUnreachableError.
    """
    held = kept.read()
    state, leader = _training_grant(consents, held)
    grant, until = state.grant, utc_text(state.ends(consents.gate.now()))
    if held is None or held.address or (held.grant, held.leader, held.until) != (grant.identifier, leader, until):
        held = Membership(
            leader=leader,
            controller=grant.controller,
            grant=grant.identifier,
            until=until,
            key=fresh_key(),
        )
        leave(kept, client=client)
        kept.write(held)
    body = _admission(consents, state, held, kept.signer)
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


def _training_grant(consents: Consents, held: Membership | None) -> tuple[GrantState, str]:
    """A grant in force for training, and the leader of its business: the one joined before, or one that offers now."""
    now = consents.gate.now()
    allowed = [
        state
        for state in consents.gate.states().states
        if state.grant.purpose == FEDERATED_TRAINING and state.status(now) == "given"
    ]
    parties = {
        (one.study.controller, one.key): one.study.leader_url for one in consents.offered() if one.problem is None
    }
    for state in allowed:
        known = held.leader if held is not None and held.grant == state.grant.identifier else ""
        leader = known or parties.get((state.grant.controller, state.grant.controller_key))
        if leader:
            return state, leader
    if allowed:
        raise NoGrantError(
            "the business with which you allowed training offers nothing now",
            hint="Run pod-agent federation join again when it does: pod-agent requests list",
        )
    raise NoGrantError(
        "no grant in force allows training with this business", hint="Run: pod-agent requests list, then grants give"
    )


def in_force(consents: Consents, grant: str) -> bool:
    """Whether this grant stands, as pod and log say; PodOfflineError where they do not answer."""
    return lasts_until(consents, grant) is not None


def lasts_until(consents: Consents, grant: str) -> datetime | None:
    """When this grant ends if it stands, with its renewals, else None; PodOfflineError as above."""
    now = consents.gate.now()
    found = (state for state in consents.gate.states().states if state.grant.identifier == grant)
    return next((state.ends(now) for state in found if state.status(now) == "given"), None)


def require_allowed(consents: Consents, grant: str, until: datetime) -> None:
    """The quick look before every request of a node: the withdrawals that this machine knows of, and the time."""
    if grant in consents.gate.withdrawn([]):
        raise WithdrawnError
    if clock() >= until:
        raise ExpiredError


def _admission(consents: Consents, state: GrantState, held: Membership, signer: str) -> bytes:
    """The grant, and of its later papers that of the last renewal alone."""
    papers, name = consents.papers(held.grant), f"consent/grants/{held.grant}"
    renewals = [event.sequence for event in state.events if event.status is Status.RENEWED]
    renewal = papers[f"{name}/events/{renewals[-1]:04d}.ttl"].decode() if renewals else ""
    grant = papers[f"{name}.ttl"].decode()
    return encode_document(Admission(key=held.public_key.decode(), grant=grant, renewal=renewal, grant_key=signer))


def _disclosure(grant: Grant, held: Membership, body: bytes) -> Disclosure:
    """The question for the gate: may exactly this be shown to exactly this business?"""
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
        closes=held.ends,
        recipient=held.url,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _ask(url: str, body: bytes, permit: Permit, auth: httpx.Auth, client: httpx.Client) -> Welcome:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS * attempt)
        try:
            with ExitStack() as held:
                headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
                answer = client.put(url, content=_Body(permit, url, body, held), headers=headers, auth=auth)
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


class _Body:
    """The body under its permit, in pieces; from the start where the login has to sign the request a second time.

    With the last piece gone, a withdrawal waits no longer: the business may take its time to answer.
    """

    def __init__(self, permit: Permit, url: str, body: bytes, held: ExitStack) -> None:
        self._permit, self._url, self._body, self._held = permit, url, body, held

    def __iter__(self) -> Iterator[bytes]:
        self._held.close()
        yield from self._held.enter_context(self._permit.sending(self._url, self._body))
        self._held.close()


def _welcome(answer: httpx.Response) -> Welcome:
    try:
        welcome = decode_document(answer.content, Welcome)
        welcome.check()
        named = server_of(f"https://{welcome.address}/")
    except (VocabularyError, InvalidStudyError) as error:
        raise ServerUnreachableError("the business's answer cannot be read") from error
    if named.loopback and not server_of(str(answer.url)).loopback:
        raise ServerRefusedError("the business names a training server on this machine", hint="Tell the business.")
    return welcome


def _code(answer: httpx.Response) -> str:
    try:
        code = answer.json()["code"]
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
    return str(code) if str(code).isidentifier() and len(str(code)) < 40 else str(answer.status_code)
