"""Who may do what with resources of a Solid server: access rules read, changed and added up, in WAC and in ACP.

Which of the two a server has is found out from what it says (``links.access_kind``). Every change reads the rules,
edits them and writes them back on the condition that nobody else did so meanwhile; rules for others stay as they are,
and the owner is always named, for rules of one's own replace all inherited ones where WAC holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodConflictError, PodDamagedError, PodError
from pod_agent.pods.addresses import origin
from pod_agent.pods.links import ACL, AccessKind, access_kind, link_targets, parent
from pod_agent.pods.permissions import acp, wac
from pod_agent.pods.permissions.rules import OWNING, Graph, Party, Rule, agent, read_graph, turtle
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session

__all__ = ["Access", "Effective", "Held"]

_TRIES = 4
_NOTHING: Graph = frozenset()
_CONTAINS = ox.NamedNode("http://www.w3.org/ns/ldp#contains")


@dataclass(frozen=True, slots=True)
class Effective:
    """A rule that holds for a resource; ``source`` is the resource whose rules say so: itself, or a container above."""

    rule: Rule
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """A resource's own rules as they were read; ``graph`` is None where it has none and inherits all.

    ``document`` is the address of the rules, ``etag`` what makes the next write of them conditional.
    """

    target: str
    document: str
    kind: AccessKind
    graph: Graph | None
    etag: str | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What they say of the resource and of its members."""
        return _LANGUAGES[self.kind].read(self.graph or _NOTHING, self.target)

    def effective(self, inherited: tuple[Effective, ...]) -> tuple[Effective, ...]:
        """What holds for the resource, where ``inherited`` is what containers above say of it."""
        own = tuple(Effective(rule, self.target) for rule in self.rules if rule.resource)
        return own + inherited if self._inherits else own

    def handed_down(self, inherited: tuple[Effective, ...]) -> tuple[Effective, ...]:
        """What holds for its members by itself and the containers above."""
        own = tuple(Effective(rule, self.target) for rule in self.rules if rule.members)
        return own + inherited if self._inherits else own

    @property
    def is_unclear(self) -> bool:
        """Whether there are rules of its own of which none is understood: they may allow anything."""
        return bool(self.graph) and not self.rules

    @property
    def _inherits(self) -> bool:
        return self.kind is AccessKind.ACP or self.graph is None


class Access:
    """The access rules of one storage, by the login of its owner, whose WebID is ``owner``."""

    def __init__(self, session: Session, owner: str) -> None:
        self._session = session
        self._owner = agent(owner)
        self._kind: AccessKind | None = None

    def held(self, target: str) -> Held:
        """The resource's own rules; PodAccessError where the login may not see them, PodError where there are none."""
        answer = self._session.send("HEAD", target)
        addresses = link_targets(answer.headers.get_list("link"), ACL, target)
        address = next((address for address in addresses if origin(address) == origin(target)), None)
        if address is None:
            raise PodError(f"the server names no access rules for {target}", hint="Run: pod-agent doctor")
        response = self._session.send("GET", address, {"accept": TURTLE})
        if self._kind is None:
            self._kind = access_kind(self._session, target)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return Held(target, address, self._kind, None, None)
        etag = response.headers.get("etag")
        return Held(target, address, self._kind, read_graph(response.content, address), etag)

    def effective(self, target: str) -> tuple[Effective, ...]:
        """Every rule that holds for the resource itself, its own and inherited ones."""
        held = self.held(target)
        return held.effective(self.inherited(held))

    def inherited(self, held: Held) -> tuple[Effective, ...]:
        """What the containers above say of their members: the nearest with rules under WAC, all of them under ACP."""
        found: list[Effective] = []
        for above in self._above(held.target):
            found += [Effective(rule, above.target) for rule in above.rules if rule.members]
            if above.graph is not None and held.kind is AccessKind.WAC:
                break
        return tuple(found)

    def storage(self, target: str) -> tuple[str, ...]:
        """The containers above that are the person's, nearest first; the last one is the storage."""
        return tuple(above.target for above in self._above(target))

    def members(self, container: str) -> list[str]:
        """Addresses of what lies in a container, sorted; none where it is missing."""
        response = self._session.send("GET", container, {"accept": TURTLE})
        if response.status_code == HTTPStatus.NOT_FOUND:
            return []
        try:
            found = [
                quad.object.value
                for quad in ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=container)
                if quad.predicate == _CONTAINS and isinstance(quad.object, ox.NamedNode)
            ]
        except SyntaxError as error:
            raise PodDamagedError(f"the list of {container} cannot be read") from error
        return sorted(member for member in found if member.startswith(container) and member != container)

    def close(self, target: str) -> None:
        """Leave the resource and what lies in it to its owner alone, as far as its own rules decide that.

        Where WAC holds that is all there is to decide; where ACP holds, rules of containers above go on to hold.
        """
        self._change(target, lambda _: _NOTHING, inherit=False)

    def allow(self, target: str, rule: Rule) -> None:
        """Add a rule; inherited ones go on to hold."""
        self._change(target, lambda held: self._add(held, held.graph or _NOTHING, rule))

    def disallow(self, target: str, party: Party, *, resource: bool = True, members: bool = True) -> None:
        """Take back what the party may do with the resource, with its members, or both."""

        def without(held: Held) -> Graph:
            edit = _LANGUAGES[held.kind].remove
            graph = held.graph or _NOTHING
            return edit(graph, held.document, target, party, resource=resource, members=members)

        self._change(target, without)

    def restore(self, held: Held) -> None:
        """Make the rules again what they were when they were read; the resource must have had some."""
        self._change(held.target, lambda _: held.graph or _NOTHING)

    def _change(self, target: str, edit: Callable[[Held], Graph], *, inherit: bool = True) -> None:
        for last in (False,) * (_TRIES - 1) + (True,):
            own = held = self.held(target)
            if inherit and own.graph is None and own.kind is AccessKind.WAC:
                held = self._with_inherited(own)
            graph = self._with_owner(held, edit(held))
            if graph == own.graph:
                return
            if own.graph is not None and own.etag is None:
                raise PodError(f"the server gives no ETag for {own.document}, so rules cannot be changed safely")
            try:
                self._write(held, graph)
            except PodConflictError:
                if last:
                    raise
            else:
                return

    def _write(self, held: Held, graph: Graph) -> None:
        condition = {"if-none-match": "*"} if held.etag is None else {"if-match": held.etag}
        self._session.send("PUT", held.document, {"content-type": TURTLE, **condition}, turtle(graph))

    def _with_owner(self, held: Held, graph: Graph) -> Graph:
        """The graph in which the owner may do everything: rules without an owner lock the owner out."""
        members = held.target.endswith("/")
        rules = _LANGUAGES[held.kind].read(graph, held.target)
        for rule in rules:
            if rule.party == self._owner and rule.modes >= OWNING and rule.resource and rule.members >= members:
                return graph
        return self._add(held, graph, Rule(self._owner, OWNING, resource=True, members=members))

    def _with_inherited(self, held: Held) -> Held:
        """Rules that say what the containers above say now, to be changed and then written."""
        graph: Graph = _NOTHING
        members = held.target.endswith("/")
        for rule in {found.rule for found in self.inherited(held)}:
            if rule.conditional:
                raise PodAccessError(
                    f"the access rules above {held.target} are too involved to be copied",
                    hint="Give the resource rules of its own at the pod's provider.",
                )
            graph = self._add(held, graph, Rule(rule.party, rule.modes, resource=True, members=members))
        return Held(held.target, held.document, held.kind, graph, None)

    def _above(self, target: str) -> Iterator[Held]:
        """The containers above with their rules, nearest first, as far as the login may see them."""
        place = parent(target)
        while place is not None:
            try:
                held = self.held(place)
            except PodError as error:
                if type(error) in {PodAccessError, PodError}:  # above the storage there is nothing of the person's
                    return
                raise
            yield held
            place = parent(place)

    @staticmethod
    def _add(held: Held, graph: Graph, rule: Rule) -> Graph:
        return _LANGUAGES[held.kind].add(graph, held.document, held.target, rule)


@dataclass(frozen=True, slots=True)
class _Language:
    """How one of the two kinds of rules is read and edited."""

    read: Callable[[Graph, str], tuple[Rule, ...]]
    add: Callable[[Graph, str, str, Rule], Graph]
    remove: Callable[..., Graph]


_LANGUAGES = {
    AccessKind.WAC: _Language(wac.read, wac.add, wac.remove),
    AccessKind.ACP: _Language(acp.read, acp.add, acp.remove),
}
