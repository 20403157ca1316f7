"""Rules in WAC and ACP: whatever is added is read back, and taking back one party's leaves everybody else's."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod_agent.errors import PodAccessError
from pod_agent.pods.permissions import acp, wac
from pod_agent.pods.permissions.rules import (
    AUTHENTICATED,
    PUBLIC,
    READ,
    Graph,
    Mode,
    Party,
    PartyKind,
    Rule,
    agent,
    read_graph,
    turtle,
)

DOCUMENT = "https://pod.example/alice/notes/.rules"
TARGET = "https://pod.example/alice/notes/"
ANN, BEN = agent("https://ann.example/#me"), agent("https://ben.example/#me")
TEAM = Party(PartyKind.GROUP, "https://pod.example/alice/people#team")
LANGUAGES = pytest.mark.parametrize("language", [wac, acp], ids=["wac", "acp"])

MODES = st.frozensets(st.sampled_from(list(Mode)), min_size=1)
SCOPES = st.sampled_from([(True, False), (False, True), (True, True)])


def rules(*parties: Party) -> st.SearchStrategy[list[Rule]]:
    one = st.builds(
        lambda party, modes, scope: Rule(party, modes, resource=scope[0], members=scope[1]),
        st.sampled_from(parties),
        MODES,
        SCOPES,
    )
    return st.lists(one, max_size=6)


def allowed(language: ModuleType, graph: Graph, party: Party) -> set[tuple[Mode, str]]:
    found = set()
    for rule in language.read(graph, TARGET):
        if rule.party == party:
            found |= {(mode, scope) for mode in rule.modes for scope in ("resource", "members") if getattr(rule, scope)}
    return found


def expected(given_rules: list[Rule], party: Party) -> set[tuple[Mode, str]]:
    return {
        (mode, scope)
        for rule in given_rules
        if rule.party == party
        for mode in rule.modes
        for scope in ("resource", "members")
        if getattr(rule, scope)
    }


@LANGUAGES
@given(
    chosen=rules(ANN, BEN, PUBLIC, AUTHENTICATED), gone=st.sampled_from([ANN, BEN, PUBLIC, AUTHENTICATED]), scope=SCOPES
)
def test_taking_back_leaves_everybody_elses_rules(
    language: ModuleType, chosen: list[Rule], gone: Party, scope: tuple[bool, bool]
) -> None:
    graph = Graph()
    for rule in chosen:
        graph = language.add(graph, DOCUMENT, TARGET, rule)
    for party in (ANN, BEN, PUBLIC, AUTHENTICATED):
        assert allowed(language, graph, party) == expected(chosen, party)
    resource, members = scope
    left = language.remove(graph, DOCUMENT, TARGET, gone, resource=resource, members=members)
    left = read_graph(turtle(left), DOCUMENT)
    for party in {ANN, BEN, PUBLIC, AUTHENTICATED} - {gone}:
        assert allowed(language, left, party) == expected(chosen, party)
    removed = {name for name, wanted in (("resource", resource), ("members", members)) if wanted}
    assert allowed(language, left, gone) == {pair for pair in expected(chosen, gone) if pair[1] not in removed}


@LANGUAGES
@given(chosen=rules(ANN, BEN, PUBLIC))
def test_the_same_rules_give_the_same_bytes_in_any_order(language: ModuleType, chosen: list[Rule]) -> None:
    def written(order: list[Rule]) -> bytes:
        graph = Graph()
        for rule in order:
            graph = language.add(graph, DOCUMENT, TARGET, rule)
        return turtle(graph)

    assert written(chosen) == written(chosen[::-1])
    assert b"_:" not in written(chosen)


def test_a_rule_for_several_people_is_split_where_one_of_them_goes() -> None:
    graph = read_graph(
        b"""@prefix acl: <http://www.w3.org/ns/auth/acl#>.
        [] a acl:Authorization; acl:agent <https://ann.example/#me>, <https://ben.example/#me>;
           acl:agentGroup <https://pod.example/alice/people#team>; acl:agentClass acl:AuthenticatedAgent;
           acl:accessTo <./>, <./other>; acl:default <./>; acl:mode acl:Read.""",
        DOCUMENT,
    )
    left = wac.remove(graph, DOCUMENT, TARGET, BEN, resource=True, members=False)
    for party in (ANN, TEAM, AUTHENTICATED):
        assert allowed(wac, left, party) == {(Mode.READ, "resource"), (Mode.READ, "members")}
    assert allowed(wac, left, BEN) == {(Mode.READ, "members")}
    assert wac.read(left, TARGET + "other")  # what the document says of another resource stays
    assert BEN in {rule.party for rule in wac.read(left, TARGET + "other")}
    assert b"_:" not in turtle(left)


ACP_PREFIX = b"@prefix acp: <http://www.w3.org/ns/solid/acp#>. @prefix acl: <http://www.w3.org/ns/auth/acl#>.\n"


def test_what_is_denied_stays_denied() -> None:
    graph = read_graph(
        ACP_PREFIX
        + b"""<> acp:resource <./>; acp:accessControl <#c>. <#c> acp:apply <#p>, <#never>.
        <#p> acp:allow acl:Read; acp:deny acl:Write; acp:anyOf <#m>. <#m> acp:agent <https://ben.example/#me>.
        <#never> acp:deny acl:Read; acp:anyOf <#m>.""",
        DOCUMENT,
    )
    left = acp.remove(graph, DOCUMENT, TARGET, BEN, resource=True, members=True)
    text = turtle(left).decode()
    assert allowed(acp, left, BEN) == set()
    assert text.count("acp#deny") == 2
    assert "https://ben.example/#me" in text  # the denials are about him


def test_a_matcher_that_named_one_agent_is_not_left_for_everybody() -> None:
    """A policy for Ben with one application must not become a policy for everybody with that application."""
    graph = read_graph(
        ACP_PREFIX
        + b"""<> acp:resource <./>; acp:accessControl <#c>. <#c> acp:apply <#any>, <#all>.
        <#any> acp:allow acl:Read; acp:anyOf <#m>. <#m> acp:agent <https://ben.example/#me>; acp:client <https://app/>.
        <#all> acp:allow acl:Read; acp:allOf <#ben>, <#app>. <#ben> acp:agent <https://ben.example/#me>.
        <#app> acp:client <https://app/>.""",
        DOCUMENT,
    )
    assert {rule.conditional for rule in acp.read(graph, TARGET)} == {True}
    left = acp.remove(graph, DOCUMENT, TARGET, BEN, resource=True, members=True)
    assert acp.read(left, TARGET) == ()
    assert b"acp#allow" not in turtle(left)


def test_an_exception_is_no_permission_to_be_taken_back() -> None:
    graph = read_graph(
        ACP_PREFIX
        + b"""<> acp:resource <./>; acp:accessControl <#c>. <#c> acp:apply <#p>.
        <#p> acp:allow acl:Read; acp:anyOf <#all>; acp:noneOf <#ben>.
        <#all> acp:agent acp:PublicAgent. <#ben> acp:agent <https://ben.example/#me>.""",
        DOCUMENT,
    )
    assert acp.remove(graph, DOCUMENT, TARGET, BEN, resource=True, members=True) == graph
    assert acp.read(graph, TARGET) == (Rule(PUBLIC, READ, resource=True, members=False, conditional=True),)


def test_rules_that_are_no_turtle_or_endless_are_refused() -> None:
    with pytest.raises(PodAccessError, match="cannot be read"):
        read_graph(b"<a> <b>", DOCUMENT)
    with pytest.raises(PodAccessError, match="too long"):
        read_graph(b"".join(b"<#a> <#b> %d .\n" % number for number in range(6_000)), DOCUMENT)
