"""The listing of the storage's root, which some servers show to everybody: found, and closed.

The profile and whatever else is public stays so: only the rule that lets strangers list the root itself is taken away,
and put back where the person's WebID could not be resolved any more.
"""

from __future__ import annotations

from pod_agent.errors import PodAccessError, PodError
from pod_agent.pods.permissions.access import Access
from pod_agent.pods.permissions.rules import PartyKind
from pod_agent.pods.webid.discovery import Profile, discover

__all__ = ["close_listing", "public_listing"]

_OPEN = {PartyKind.PUBLIC, PartyKind.AUTHENTICATED}


def public_listing(access: Access, root: str) -> str | None:
    """The storage above the agent's container, where its listing is open to strangers; None where it is not."""
    above = access.storage(root)
    if not above:
        return None
    storage = above[-1]
    return storage if _is_open(access, storage) else None


def close_listing(access: Access, storage: str, webid: str) -> None:
    """Let strangers list the storage no longer; what lies in it keeps its rules.

    PodAccessError, and the rule is back, where the WebID would lead to no login or another storage afterwards; and
    where the listing stays open by rules that are not the storage's own.
    """
    before = _found(webid)
    rules = access.held(storage)
    for party in {rule.party for rule in rules.rules if rule.resource and rule.party.kind in _OPEN}:
        access.disallow(storage, party, members=False)
    if _found(webid) == before:
        if _is_open(access, storage):
            raise PodAccessError(
                f"{storage} stays open to strangers, by rules that are not its own",
                hint="Ask the pod's provider to close it.",
            )
        return
    access.restore(rules)
    raise PodAccessError(
        f"without the public listing of {storage} your WebID would no longer lead to your storage, so it stays",
        hint=f"Add <{webid}> <http://www.w3.org/ns/pim/space#storage> <{storage}> . to your profile, then try again.",
    )


def _is_open(access: Access, storage: str) -> bool:
    return any(held.rule.party.kind in _OPEN for held in access.effective(storage))


def _found(webid: str) -> Profile | None:
    try:
        return discover(webid)
    except PodError:
        return None
