"""Verdicts on two devices in any order, with syncs between: both end with the same words and the same order."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.ingest.feedback import (
    Feedback,
    Opinion,
    change_feedback,
    read_feedback,
    read_switched_off,
    switch_inputs,
)
from pod_agent.suggesting.feedback_policy import FeedbackPolicy
from pod_agent.suggesting.suggestion import CONTEXT, Suggestion
from tests.support.devices import Device
from tests.support.memory_pod import MemoryPod

NAMES = ("Bakery", "Clinic", "Deli", "Energy Gym")
INPUTS = ("text", "shop")
START = datetime(2026, 9, 28, 8, tzinfo=UTC)
TODAY = date(2026, 10, 31)
steps = st.lists(
    st.one_of(
        st.tuples(st.booleans(), st.sampled_from(NAMES), st.sampled_from(list(Opinion))),
        st.tuples(st.booleans(), st.sampled_from(NAMES), st.just("undo")),
        st.tuples(st.booleans(), st.sampled_from(INPUTS), st.sampled_from(["on", "off"])),
        st.tuples(st.booleans(), st.just(""), st.just("sync")),
    ),
    min_size=1,
    max_size=10,
)


def shown() -> list[Suggestion]:
    return [
        Suggestion(
            kind="store",
            item=name,
            title=name,
            score=0.8 - 0.1 * place,
            reason="",
            inputs=(),
            evidence=(),
            novel=False,
            context=(1.0, *([0.1 * place] * (len(CONTEXT) - 1))),
        )
        for place, name in enumerate(NAMES)
    ]


def policy_of(device: Device) -> FeedbackPolicy:
    said = read_feedback(device.syncing.known)
    return FeedbackPolicy(said, today=TODAY, secret=bytes(32), records=lambda _: [])


def do(device: Device, number: int, name: str, what: str, expected: dict[str, set[str]]) -> None:
    """One step, and what ought to follow of it."""
    pod, at = device.syncing.pod, START + timedelta(days=number)
    if what == "sync":
        device.sync()
    elif what == "undo":
        change_feedback(pod, remove=lambda each: each.item == name)
        expected["hidden"].discard(name)
        expected["said"].discard(name)
    elif what in {"on", "off"}:
        switch_inputs(pod, **{what: [name]})
        (expected["off"].add if what == "off" else expected["off"].discard)(name)
    else:
        entry = Feedback(kind="store", item=name, opinion=Opinion(what), at=at, context={"one": 1.0})
        change_feedback(pod, add=[entry], remove=entry.replaces)
        expected["said"].add(name)
        if entry.opinion is Opinion.HIDE:
            expected["hidden"].add(name)


@given(steps)
@settings(max_examples=20, deadline=None)
def test_both_devices_show_the_same_and_hiding_wins(script: list[tuple[bool, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pod = MemoryPod()
        laptop, desktop = (Device(pod, Path(folder, name)) for name in ("laptop", "desktop"))
        expected: dict[str, set[str]] = {"hidden": set(), "said": set(), "off": set()}
        for number, (first, name, what) in enumerate(script):
            do(laptop if first else desktop, number, name, what, expected)
        for device in (laptop, desktop):
            device.sync()
            assert {each.item for each in read_feedback(device.syncing.known)} == expected["said"]
            assert read_switched_off(device.syncing.known) == expected["off"]
        one, two = policy_of(laptop), policy_of(desktop)
        found = one.reorder(shown())
        assert found == two.reorder(shown())
        assert {each.item for each in found} == set(NAMES) - expected["hidden"]
        if not expected["said"]:
            assert found == shown()
        for mine, theirs in zip(one.rankings, two.rankings, strict=True):
            assert np.array_equal(mine.orders.orders, theirs.orders.orders)
        for device in (laptop, desktop):
            device.close()
