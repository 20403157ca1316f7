"""Whatever bytes a training server sends as a message, they are read or refused."""

from __future__ import annotations

import pytest
from flwr.app import ConfigRecord, Metadata, RecordDict
from flwr.app.message import make_message
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.federation.fleet import read_fields, read_message
from vocab.errors import VocabularyError

pytestmark = pytest.mark.flower

FIELDS: dict[str, str | int | list[float]] = {"study": "{}", "round": 1, "weights": [1.0, -2.0]}
MESSAGE = make_message(
    metadata=Metadata(1, "", 1, 2, "", "", 1.8e9, 60.0, "train"),
    content=RecordDict({"instructions": ConfigRecord({**FIELDS})}),
)
PARTS = {name: part.deflate() for name, part in get_all_nested_objects(MESSAGE).items()}


def test_a_whole_message_is_read() -> None:
    assert read_fields(read_message(MESSAGE.object_id, dict(PARTS))) == FIELDS


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_part_is_refused_and_never_raises_anything_else(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(sorted(PARTS)))
    whole = PARTS[part]
    flip = st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)).map(
        lambda place: whole[: place[0]] + bytes([place[1]]) + whole[place[0] + 1 :]
    )
    cut = st.integers(0, len(whole)).map(lambda length: whole[:length])
    damaged = data.draw(st.one_of(flip, cut, st.binary(max_size=60), st.sampled_from(sorted(PARTS.values()))))
    try:
        fields = read_fields(read_message(MESSAGE.object_id, {**PARTS, part: damaged}))
    except VocabularyError:
        return
    assert isinstance(fields, dict)
