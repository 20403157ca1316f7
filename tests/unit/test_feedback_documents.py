"""Verdicts and switched-off inputs in the pod: same words, same bytes; what is taken back is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from pod_agent.errors import PodDamagedError, PodError, UsageError
from pod_agent.ingest.feedback import (
    INPUTS,
    Feedback,
    Opinion,
    change_feedback,
    read_feedback,
    read_switched_off,
    switch_inputs,
)
from tests.support.devices import Device
from tests.support.exports import spotify_json
from tests.support.memory_pod import Fault, FaultyPod, MemoryPod
from vocab import terms

START = datetime(2026, 10, 30, 9, 30, tzinfo=UTC)


def said(item: str = "Kopi", opinion: str = "up", days: int = 0, **more: Any) -> Feedback:
    return Feedback(
        **{"kind": "store", "item": item, "opinion": Opinion(opinion), "at": START + timedelta(days=days), **more}
    )


def enter(pod: Any, each: Feedback) -> list[Feedback]:
    return change_feedback(pod, add=[each], remove=each.replaces)


FULL = said(
    'A "shop" \\ \n咖啡',
    context={"often": 0.5, "one": 1.0},
    traits=("category=groceries", "maker=x"),
    sources=("dbs", "ocbc"),
)
OFFER = Feedback(
    kind="offer", item="https://shop.example/c#1", title="10 % off", opinion=Opinion.NOT_MY_TASTE, at=START
)


def test_verdicts_are_read_as_they_were_said() -> None:
    pod = MemoryPod()
    for each in (FULL, OFFER):
        enter(pod, each)
    assert set(map(str, read_feedback(pod))) == {str(FULL), str(OFFER)}
    assert list(pod.resources) == ["feedback/2026-10.ttl"]


def test_the_same_verdicts_in_any_order_are_the_same_bytes_without_blank_nodes() -> None:
    entries = [FULL, OFFER, said(days=3), said("Bakery", "hide")]
    one, two = MemoryPod(), MemoryPod()
    for each in entries:
        enter(one, each)
    for each in reversed(entries):
        enter(two, each)
    assert {path: each.content for path, each in one.resources.items()} == {
        path: each.content for path, each in two.resources.items()
    }
    for path, resource in one.resources.items():
        quads = list(ox.parse(resource.content, format=ox.RdfFormat.TURTLE, base_iri=f"https://pod.example/{path}"))
        assert not any(isinstance(part, ox.BlankNode) for quad in quads for part in (quad.subject, quad.object))
        kinds = {quad.object.value for quad in quads if quad.predicate.value == terms.TYPE}
        assert terms.FEEDBACK in kinds


def test_a_new_opinion_takes_the_place_of_an_older_one_in_another_month() -> None:
    pod = MemoryPod()
    enter(pod, said(opinion="up"))
    assert enter(pod, said(opinion="down", days=5)) == [said(opinion="up")]
    assert [each.opinion for each in read_feedback(pod)] == ["down"]
    assert b"LikeAction, pa:Feedback" not in pod.resources["feedback/2026-10.ttl"].content


def test_hiding_stands_beside_an_opinion_and_every_purchase_counts() -> None:
    pod = MemoryPod()
    for number, opinion in enumerate(("hide", "up", "bought", "bought")):
        enter(pod, said(opinion=opinion, days=number))
    assert [each.opinion for each in read_feedback(pod)] == ["hide", "up", "bought", "bought"]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.LOST_ANSWER])
@pytest.mark.parametrize("number", [0, 1])
def test_a_crash_while_an_opinion_is_replaced_leaves_the_old_or_the_new_one(number: int, fault: Fault) -> None:
    memory = MemoryPod()
    old, new = said(opinion="up", days=-40), said(opinion="down", days=5)
    enter(memory, old)
    with pytest.raises(PodError):
        enter(FaultyPod(memory, number, fault), new)
    assert read_feedback(memory) == ((old,) if (number, fault) == (0, Fault.SERVER_ERROR) else (new,))
    enter(memory, new)
    assert read_feedback(memory) == (new,)


def test_a_crash_while_all_is_taken_back_never_brings_an_older_word_into_force() -> None:
    memory = MemoryPod()
    old, new = said(opinion="up", days=-40), said(opinion="down", days=5)
    for each in (old, new):
        change_feedback(memory, add=[each], remove=lambda _: False)
    with pytest.raises(PodError):
        change_feedback(FaultyPod(memory, 1, Fault.SERVER_ERROR), remove=lambda _: True)
    assert read_feedback(memory) == (new,)


def test_what_is_taken_back_is_gone_from_every_month() -> None:
    pod = MemoryPod()
    for number in (-40, 0, 5):
        enter(pod, said(opinion="bought", days=number))
    gone = change_feedback(pod, remove=lambda each: each.item == "Kopi")
    assert len(gone) == 3
    assert read_feedback(pod) == ()
    assert all(b"Kopi" not in resource.content for resource in pod.resources.values())


def test_the_same_word_again_is_no_write() -> None:
    pod = MemoryPod()
    for _ in range(2):
        enter(pod, FULL)
        switch_inputs(pod, off=["text"])
    assert pod.writes == ["feedback/2026-10.ttl", INPUTS]


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.99])
def test_a_document_that_is_cut_short_is_refused_and_never_replaced(keep: float) -> None:
    pod = MemoryPod()
    for each in (FULL, OFFER):
        enter(pod, each)
    path, resource = next(iter(pod.resources.items()))
    pod.put(path, resource.content[: int(keep * len(resource.content))])
    held = pod.resources[path].content
    with pytest.raises(PodDamagedError):
        read_feedback(pod)
    with pytest.raises(PodDamagedError):
        enter(pod, said())
    assert pod.resources[path].content == held


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("often=0.500", "often=nan"),
        ("often=0.500", "often=1e999"),
        ("2026-10-30T09:30:00.000Z", "0001-01-01T00:00:00.000+14:00"),
        ("2026-10-30T09:30:00.000Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_numbers_and_times_that_no_agent_writes_are_a_damage(word: str, other: str) -> None:
    pod = MemoryPod()
    enter(pod, FULL)
    resource = pod.read("feedback/2026-10.ttl")
    assert resource is not None
    assert word in resource.content.decode()
    pod.write("feedback/2026-10.ttl", resource.content.replace(word.encode(), other.encode()), if_match=resource.etag)
    with pytest.raises(PodDamagedError):
        read_feedback(pod)


@pytest.mark.parametrize("item", ["", "  ", "x" * 3000, "\ud800", "a\0b"])
def test_what_no_document_can_hold_is_refused(item: str) -> None:
    pod = MemoryPod()
    with pytest.raises(UsageError):
        enter(pod, said(item))
    with pytest.raises(UsageError):
        enter(pod, replace(OFFER, item="no iri> <x"))
    assert not pod.resources


def test_inputs_are_switched_off_and_on() -> None:
    pod = MemoryPod()
    assert read_switched_off(pod) == frozenset()
    assert switch_inputs(pod, off=["text", "flows"]) == read_switched_off(pod) == {"text", "flows"}
    assert switch_inputs(pod, on=["text"], off=["shop"]) == read_switched_off(pod) == {"flows", "shop"}
    pod.put(INPUTS, pod.resources[INPUTS].content[:-20])
    with pytest.raises(PodDamagedError):
        read_switched_off(pod)


def test_devices_bring_each_other_what_was_said_and_put_back_what_vanished(tmp_path: Path) -> None:
    pod = MemoryPod()
    laptop, desktop = (Device(pod, tmp_path / name) for name in ("laptop", "desktop"))
    laptop.imports(spotify_json(tmp_path / "plays.json", [(0, 0)]))
    enter(laptop.syncing.pod, FULL)
    assert [str(each) for each in read_feedback(laptop.syncing.known)] == [str(FULL)]
    assert read_feedback(desktop.syncing.known) == ()
    switch_inputs(laptop.syncing.pod, off=["text"])
    desktop.sync()
    before = list(pod.reads)
    assert [str(each) for each in read_feedback(desktop.syncing.known)] == [str(FULL)]
    assert read_switched_off(desktop.syncing.known) == {"text"}
    assert pod.reads == before, "what is known is read without a request"
    enter(desktop.syncing.pod, OFFER)
    change_feedback(desktop.syncing.pod, remove=lambda each: each.item == FULL.item)
    laptop.sync()
    assert read_feedback(laptop.syncing.known) == (OFFER,)
    path = "feedback/2026-10.ttl"
    pod.put(path, pod.resources[path].content[:150])
    laptop.sync()
    assert read_feedback(pod) == (OFFER,), "half a document is mended"
    enter(laptop.syncing.pod, said())
    whole = pod.resources[path].content
    pod.put(path, whole[: whole.rindex(b"\n<#")])
    laptop.sync()
    assert len(read_feedback(pod)) == 2, "so is one that ends between two verdicts"
    change_feedback(laptop.syncing.pod, remove=lambda each: each.kind == "store")
    pod.remove(path)
    laptop.sync()
    assert read_feedback(pod) == (OFFER,), "what no program of ours removes is put back"
    for device in (laptop, desktop):
        device.close()


def test_a_crash_between_pod_and_copy_is_made_up_for_by_a_sync(tmp_path: Path) -> None:
    pod = MemoryPod()
    device = Device(pod, tmp_path / "laptop")
    device.sync()
    enter(pod, OFFER)  # the write reached the pod; the program ended before it noted that
    assert read_feedback(device.syncing.known) == ()
    device.sync()
    assert read_feedback(device.syncing.known) == (OFFER,)
    device.close()
