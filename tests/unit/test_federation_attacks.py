"""What a business could ask to find out more than the person reads, or to stop other studies; and that it cannot."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consent.budget import Limits
from consent.codec import sign_study
from consent.errors import InvalidStudyError
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import ServerUnreachableError
from pod_agent.federation.checking import check_study
from pod_agent.federation.measuring.computing import encode_histogram
from pod_agent.federation.measuring.public import FILTERS
from pod_agent.federation.measuring.words import OPERATORS
from pod_agent.federation.statistics import preview
from pod_agent.federation.studies import MAX_LIST, fetch_studies
from pod_agent.index.local import LocalIndex
from tests.support.consents import START, Key
from tests.support.door import LEADER, category_study
from tests.support.households import RecordMaker
from vocab.errors import ProjectError, VocabularyError
from vocab.query import OPERATORS as ALL_OPERATORS
from vocab.query import Filter, QuerySpec, Table
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise, Study
from vocab.training import WEEKLY_SPENDING
from vocab.vdaf import sealing

KEY = sealing.public_key(bytes(range(96))).hex()
PERIOD = (date(2026, 1, 1), date(2026, 10, 31))


def study_of(*filters: Filter, cells: tuple[tuple[str, ...], ...] = (("groceries",),), **changes: Any) -> Study:
    query = QuerySpec(measures=("spend",), dimensions=("category",), period=PERIOD, filters=filters)
    return category_study(**{"helper_key": KEY, "statistic": Histogram(query=query, cells=cells), **changes})


def table_of(amounts: dict[str, float]) -> Table:
    return Table(("category", "spend"), tuple(amounts.items()), tuple(() for _ in amounts))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    path: Path = tmp_path_factory.mktemp("index") / "index.sqlite"
    with LocalIndex(path, ZoneInfo("Asia/Singapore")) as held:
        held.upsert([RecordMaker().paid("2026-03-02", 40.00, "FairPrice", "groceries")])
        yield held


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["weekday", "eq", "between", "Blursday", "month", "2026-01", "https://[/", "ab", 2**70]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a JSON document has a value, its inner ones included."""
    if path:
        yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from places(inner, (*path, name))


MANIFESTS = [
    study_of(Filter("weekday", "in", ("Monday", "Sunday")), Filter("month", "between", ("2026-01", "2026-02"))),
    study_of(
        statistic=ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=256, fraction_bits=8), noise=Noise(9**9)
    ),
]
PLACES = [(number, place) for number, study in enumerate(MANIFESTS) for place in places(study.to_json())]


def changed(number: int, place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A sound manifest with one value replaced."""
    manifest: dict[str, Any] = json.loads(json.dumps(MANIFESTS[number].to_json()))
    inner: Any = manifest
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = deepcopy(value)
    return manifest


def looked_at(manifest: object, index: LocalIndex) -> None:
    """All that the agent does with a manifest before anybody is asked."""
    study = Study.from_json(manifest)
    check_study(study, simulated=True)
    cell = None
    if isinstance(study.statistic, Histogram):
        cell = encode_histogram(study, index.run(study.statistic.query, evidence=False), b"s" * 32)
    preview(study, cell, Limits())


QUERY = ("statistic", "query")


@given(where=st.sampled_from(PLACES), value=JSON)
@example(where=(0, (*QUERY, "filters", 0, "value", 0)), value="Blursday")
@example(where=(0, (*QUERY, "filters", 0, "value")), value={"a": 1})
@example(where=(0, (*QUERY, "filters", 0)), value=5)
@example(where=(0, (*QUERY, "filters")), value={"a": 1})
@example(where=(0, (*QUERY, "period")), value={"a": 1})
@example(where=(0, (*QUERY, "period")), value=["2026-01-01"])
@example(where=(0, (*QUERY, "measures")), value={"spend": 1})
@example(where=(0, (*QUERY, "dimensions")), value=["category", "category"])
@example(where=(0, ("helper_url",)), value="https://[/")
@example(where=(0, ("helper_url",)), value="https://operator.example:99999/")
@example(where=(0, ("helper_url",)), value="https://xn--/")
@example(where=(0, ("helper_key",)), value="ab")
@example(where=(0, ("controller",)), value="https://shop.example/%zz")
@example(where=(0, ("min_batch",)), value=10**30)
@example(where=(1, ("noise", "variance")), value=1)
@example(where=(1, ("statistic", "clip")), value=2**31)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_manifest_says_no_error_but_ours_is_raised(
    index: LocalIndex, where: tuple[int, tuple[Any, ...]], value: Any
) -> None:
    with contextlib.suppress(ProjectError):
        looked_at(changed(*where, value), index)


@given(value=JSON)
@settings(max_examples=100, deadline=None)
def test_a_query_or_study_of_any_json_is_read_or_refused(value: Any) -> None:
    for read in (QuerySpec.from_json, Filter.from_json, Study.from_json):
        with pytest.raises(VocabularyError):
            read(value)


def test_a_tiny_noise_is_called_too_small_and_stops_nothing() -> None:
    update = ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=2**31, fraction_bits=8)
    study = study_of(statistic=update, noise=Noise(1), purpose=FEDERATED_TRAINING)
    check_study(study)
    assert any("the noise is too small to hide anything" in line for line in preview(study, None, Limits()).lines)


@pytest.mark.parametrize(
    "condition",
    [
        Filter("amount", "eq", 1234.56),
        Filter("amount", "in", (1234.56,)),
        Filter("amount", "between", (1234.0, 1235.0)),
        Filter("amount", "gt", 100),
        Filter("weekday", "eq", "Blursday"),
        Filter("weekday", "eq", 5),
        Filter("weekend", "eq", "true"),
        Filter("category", "eq", "my dentist"),
        Filter("category", "contains", "groceries"),
        Filter("category", "in", ()),
        Filter("month", "ge", "2026-13"),
        Filter("month", "eq", 2026),
        Filter("month", "in", ("2026-01", "١٢٣٤-01")),
        Filter("merchant", "eq", "clinic"),
    ],
)
def test_a_filter_on_anything_but_public_names_is_refused(condition: Filter) -> None:
    with pytest.raises(InvalidStudyError):
        check_study(study_of(condition))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Filter("category", "eq", "health"), "only from those of which the category is health,"),
        (Filter("category", "in", ("groceries",)), "only from those of which the category is groceries,"),
        (Filter("category", "not_in", ("fees", "cash")), "the category is none of fees and cash,"),
        (Filter("weekday", "ne", "Sunday"), "the weekday is not Sunday,"),
        (Filter("weekend", "eq", "weekend"), "the part of the week is weekend,"),
        (Filter("month", "between", ("2026-02", "2026-03")), "lies between (both included) 2026-02 and 2026-03,"),
    ],
)
def test_the_preview_tells_every_filter(condition: Filter, words: str) -> None:
    study = study_of(condition, Filter("month", "gt", "2026-01"))
    check_study(study)
    lines = preview(study, 0, Limits()).lines
    text = "\n".join(lines)
    assert words.rstrip(",") in text
    assert "the month is after 2026-01," in text
    assert preview(study_of(), 0, Limits()).digest != preview(study, 0, Limits()).digest


def test_every_operator_that_a_study_may_use_has_words() -> None:
    used = {operator for _, operators in FILTERS.values() for operator in operators}
    assert used <= OPERATORS.keys() <= ALL_OPERATORS


def test_a_study_of_one_cell_is_no_question_for_yes_or_no() -> None:
    study = study_of(cells=(("health",),))
    table = table_of({"health": 10.0, "groceries": 70.0, "travel": 20.0})
    draws = [encode_histogram(study, table, number.to_bytes(32, "big")) for number in range(2_000)]
    assert abs(draws.count(0) - 200) < 5 * math.sqrt(2_000 * 0.1 * 0.9)
    text = "\n".join(preview(study, 1, Limits()).lines)
    assert "1 cell (category: health)" in text
    assert "or that it lies elsewhere or you have none" in text
    assert "This time it is none of these" in text


LEADERS = "https://shop.example/"


@pytest.mark.parametrize(
    ("leader", "helper"),
    [
        (LEADERS, "https://shop.example./"),
        (LEADERS, "https://SHOP.example:8443/"),
        (LEADERS, "https://helper.shop.example/"),
        ("https://a.shop.co.uk/", "https://b.shop.co.uk/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://192.0.2.1/", "https://[::ffff:192.0.2.1]/"),
        ("https://192.0.2.1/", "https://192.0.2.1:8443/"),
        ("https://192.0.2.1/", "https://3221225985/"),
        ("https://192.0.2.1/", "https://0xc0000201/"),
        ("https://192.0.2.1/", "https://192.0.513/"),
        (LEADERS, "http://127.0.0.1:7001/"),
        ("http://localhost:7001/", "https://operator.example/"),
        ("http://localhost:7001/", "http://127.0.0.1:7001/"),
        ("http://localhost:7001/", "http://[::1]:7001/"),
        ("http://127.0.0.1:7001/", "https://0.0.0.0:7001/"),
        ("https://a.localhost/", "https://b.localhost/"),
        ("https://[/", "https://operator.example/"),
        (LEADERS, "https://operator.example:99999/"),
        (LEADERS, "https://operator..example/"),
        (LEADERS, "https://operator%2eexample/"),
        (LEADERS, "http://operator.example/"),
        (LEADERS, "http://operator.localhost/"),
    ],
)
def test_two_servers_that_may_be_one_partys_are_refused(leader: str, helper: str) -> None:
    with pytest.raises(InvalidStudyError):
        check_study(study_of(leader_url=leader, helper_url=helper))


@pytest.mark.parametrize(
    ("leader", "helper"),
    [
        (LEADERS, "https://operator.example/helper/"),
        ("https://shop.co.uk/", "https://operator.co.uk/"),
        ("https://shop.com.sg/", "https://operator.org.sg./"),
        ("https://192.0.2.1/", "https://192.0.2.2/"),
        ("http://127.0.0.1:7001/", "http://localhost:7002/"),
    ],
)
def test_two_parties_servers_are_accepted(leader: str, helper: str) -> None:
    check_study(study_of(leader_url=leader, helper_url=helper))


class Endless(httpx.SyncByteStream):
    """An answer that never ends, and how much of it was read."""

    read = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 1_000_000
            yield b" " * 1_000_000


def test_of_a_list_without_end_no_more_is_read_than_a_list_may_have() -> None:
    endless = Endless()
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=endless)))
    with pytest.raises(ServerUnreachableError):
        fetch_studies(LEADER, client=client)
    assert endless.read <= MAX_LIST + 1_000_000


def test_a_packed_list_is_not_unpacked() -> None:
    headers = {"Content-Encoding": "gzip"}
    endless = Endless()
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=endless)))
    with pytest.raises(ServerUnreachableError):
        fetch_studies(LEADER, client=client)
    assert endless.read == 0


@pytest.mark.parametrize("where", [("helper_url",), (*QUERY, "period"), (*QUERY, "filters", 0, "value")])
def test_a_signed_study_that_cannot_be_read_leaves_the_others_on_the_list(where: tuple[Any, ...]) -> None:
    good = study_of()
    odd = changed(0, where, {"a": 1})

    class Raw(Study):
        def to_json(self) -> dict[str, Any]:
            return odd

    entries = [
        {"task": good.task_id.hex(), "manifest": good.to_json(), "proof": sign_study(good, Key(2), START)},
        {"task": "00" * 32, "manifest": odd, "proof": sign_study(_as(Raw, good), Key(2), START)},
    ]
    content = json.dumps({"version": 1, "studies": entries}).encode()
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))
    assert [offered.study for offered in fetch_studies(LEADER, client=client)] == [good]


def _as(kind: type[Study], study: Study) -> Study:
    return kind(**{name: getattr(study, name) for name in Study.__dataclass_fields__})
