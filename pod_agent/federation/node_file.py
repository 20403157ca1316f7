"""What this machine keeps of its node at a business, and how the node leaves."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
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

from consent.proof import key_name
from pod_agent.errors import LocalStateError
from pod_agent.federation.stores import AgentKey, clock
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.membership import node_name, node_path, public_pem, sign_leave

__all__ = ["Membership", "NodeFile", "fresh_key", "leave", "leave_withdrawn"]

log = logging.getLogger(__name__)

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


def leave(kept: NodeFile, *, client: httpx.Client) -> bool:
    """Tell the business that this node is gone, and forget it; False where the business could not be told.

    No permit is needed: the signature says that a random key is used no more. The key is forgotten only once the
    business answered, so that telling it can be tried again.
    """
    held = kept.read()
    if held is None:
        return True
    try:
        word = sign_leave(held.name, held.private_key)
        with client.stream("DELETE", held.url, content=word, timeout=LEAVE_SECONDS) as answer:
            status = answer.status_code  # nothing else of the answer is read: it could go on for ever
    except httpx.TransportError:
        return False
    if status >= 500:
        return False
    kept.forget()
    return True


def leave_withdrawn(kept: NodeFile, withdrawn: Collection[str], *, client: httpx.Client) -> bool:
    """Leave if the node's grant is among these or has ended; False where that has to be tried again. Raises nothing."""
    try:
        held = kept.read()
        stands = held is None or (held.grant not in withdrawn and clock() < held.ends)
        return stands or leave(kept, client=client)
    except LocalStateError as error:
        log.warning("the node of a withdrawn grant cannot leave: %s", error.code)
        return False


def fresh_key() -> str:
    """A new key of a node, PEM."""
    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
