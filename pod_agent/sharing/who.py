"""Who can read what: the access rules of the agent's container and of the storage around it, added up.

Rules are read resource by resource, as the server has them; nothing is inferred from what the agent itself once wrote.
Where a rule holds under conditions, what is told is the most that it allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pod_agent.errors import PodAccessError
from pod_agent.pods.links import parent
from pod_agent.pods.permissions.access import Access, Effective, Held
from pod_agent.pods.permissions.rules import Party, PartyKind, agent

__all__ = ["Audience", "Place", "look_around"]

_AT_ONCE = 4  # requests; more make Community Solid Server slower
_OPEN = {PartyKind.PUBLIC, PartyKind.AUTHENTICATED}


@dataclass(frozen=True, slots=True)
class Place:
    """One resource, every rule that holds for it, and whether it has rules of its own.

    ``unclear`` marks one whose own rules cannot be read or are in words that are not known here: nobody can tell from
    them who may do what.
    """

    resource: str
    rules: tuple[Effective, ...]
    own: bool
    unclear: bool = False

    def parties(self) -> set[Party]:
        """Everybody who may do anything with it."""
        return {held.rule.party for held in self.rules}

    def may(self, party: Party) -> list[str]:
        """What the party itself may do with it, sorted."""
        return sorted({mode.value for held in self.rules if held.rule.party == party for mode in held.rule.modes})


@dataclass(frozen=True, slots=True)
class Audience:
    """Every resource that was looked at, containers before what lies in them, and whose pod it is."""

    owner: Party
    places: tuple[Place, ...]

    @property
    def open_places(self) -> list[str]:
        """What the public, or everybody with any login, may read or change."""
        return [place.resource for place in self.places if any(party.kind in _OPEN for party in place.parties())]

    @property
    def unclear_places(self) -> list[str]:
        """What has rules that cannot be read or understood; others may have access to it."""
        return [place.resource for place in self.places if place.unclear]

    def others(self) -> list[Party]:
        """Everybody but the owner."""
        return sorted({party for place in self.places for party in place.parties()} - {self.owner})

    def reach(self, party: Party) -> list[Place]:
        """Where the party may do something; what lies in a container is left out where it may do the same there."""
        reached = {place.resource: place for place in self.places if party in place.parties()}

        def is_told(place: Place) -> bool:
            above = reached.get(parent(place.resource) or "")
            return above is None or above.may(party) != place.may(party)

        return [place for place in reached.values() if is_told(place)]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-agent share who --json`` prints them."""
        return {
            "owner": self.owner.iri,
            "looked_at": len(self.places),
            "public": self.open_places,
            "unclear": self.unclear_places,
            "agents": [
                {
                    "who": party.iri or party.kind.value,
                    "kind": party.kind.value,
                    "may": [
                        {"resource": place.resource, "modes": place.may(party), "conditional": _limited(place, party)}
                        for place in self.reach(party)
                    ],
                }
                for party in self.others()
            ],
            "resources": [_told(place) for place in self.places if place.own or place.parties() != {self.owner}],
        }


def look_around(access: Access, root: str, owner: str, progress: Callable[[], None] = lambda: None) -> Audience:
    """Read the rules of the storage, of what lies between, and of all in the agent's container, whose address is root.

    ``progress`` is called after each resource. Two requests a resource.
    """
    above = [access.held(container) for container in reversed(access.storage(root))]
    places = [_place(held, access.effective(held.target)) for held in above]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for place in _walk(access, pool, access.held(root), access.inherited(access.held(root))):
            places.append(place)
            progress()
    return Audience(agent(owner), tuple(places))


def _walk(
    access: Access, pool: ThreadPoolExecutor, container: Held, inherited: tuple[Effective, ...]
) -> Iterator[Place]:
    yield _place(container, container.effective(inherited))
    passed = container.handed_down(inherited)
    members = access.members(container.target)
    for address, held in zip(members, pool.map(lambda member: _readable(access, member), members), strict=True):
        if held is None:
            yield Place(address, passed, own=True, unclear=True)
        elif address.endswith("/"):
            yield from _walk(access, pool, held, passed)
        else:
            yield _place(held, held.effective(passed))


def _place(held: Held, rules: tuple[Effective, ...]) -> Place:
    return Place(held.target, rules, own=held.graph is not None, unclear=held.is_unclear)


def _readable(access: Access, address: str) -> Held | None:
    """The rules of a resource; None where they are not readable."""
    try:
        return access.held(address)
    except PodAccessError:
        return None


def _limited(place: Place, party: Party) -> bool:
    return all(held.rule.conditional for held in place.rules if held.rule.party == party)


def _told(place: Place) -> dict[str, Any]:
    return {
        "resource": place.resource,
        "own": place.own,
        "rules": [
            {
                "who": held.rule.party.iri or held.rule.party.kind.value,
                "kind": held.rule.party.kind.value,
                "modes": sorted(mode.value for mode in held.rule.modes),
                "from": held.source,
                "conditional": held.rule.conditional,
            }
            for held in sorted(place.rules, key=lambda held: (held.rule.party, held.source))
        ],
    }
