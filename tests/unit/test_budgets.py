"""Budgets of spending: kept in the pod, worked out against the records, and asked about in words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.assistant.answering import ask
from pod_agent.assistant.beside import Beside
from pod_agent.assistant.budget_desk import BudgetDesk
from pod_agent.cli.main import main
from pod_agent.errors import PodDamagedError, PodError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.budgets import BUDGETS, MOST, Budget, Rhythm, Scope, keep_budget, read_budgets, remove_budget
from pod_agent.ingest.judging import fault_of
from pod_agent.models.budgets import period_of
from pod_agent.pods.pod import Pod
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.memory_pod import Fault, FaultyPod, MemoryPod
from vocab.answer import Answer
from vocab.errors import ProjectError
from vocab.records import Money, Record

TODAY = date(2026, 5, 20)
"""A Wednesday."""


def budget(name: str = "groceries", amount: str = "100", per: str = "month", scope: str = "category") -> Budget:
    return Budget(scope=Scope(scope), name=name, amount=Money.of(Decimal(amount), "SGD"), per=Rhythm(per))


def household() -> list[Record]:
    make = RecordMaker()
    return [
        make.paid("2025-12-31", 70, "Fresh Mart", "groceries"),
        make.paid("2026-04-02", 80, "Fresh Mart", "groceries"),
        make.paid("2026-04-30", 40.5, "Fresh Mart", "groceries"),
        make.paid("2026-05-01", 45, "Fresh Mart", "groceries"),
        make.paid("2026-05-19", -5, "Fresh Mart", "groceries", kind="refund"),
        make.paid("2026-05-17", 30, "Noodle House", "eating-out"),
        make.paid("2026-05-18", 12, "Noodle House", "eating-out"),
        make.paid("2026-05-20", 13, "Noodle House", "eating-out"),
        make.paid("2026-05-20", 200, "", "transfers", kind="transfer", description="TOP UP to OWN ACCOUNT"),
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("budgets") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


@dataclass
class Home:
    """A pod that is read where it is written."""

    pod: Pod = field(default_factory=MemoryPod)

    @property
    def known(self) -> Pod:
        return self.pod


@pytest.fixture
def desk(index: LocalIndex) -> BudgetDesk:
    return BudgetDesk(kept=Home(), index=index, today=TODAY, absolute=tuple)


@pytest.fixture
def asked(index: LocalIndex, desk: BudgetDesk) -> Callable[[str], Answer]:
    return lambda question: ask(index, question, TODAY, beside=Beside(budgets=desk.held))


# In the pod


def test_the_same_budgets_in_any_order_are_the_same_bytes() -> None:
    three = [budget(), budget("Noodle House", "9.90", "week", "merchant"), budget("all", "2000", "year", "all")]
    pods = [MemoryPod(), MemoryPod()]
    for pod, order in zip(pods, (three, three[::-1]), strict=True):
        for each in order:
            keep_budget(pod, each)
    assert pods[0].resources[BUDGETS].content == pods[1].resources[BUDGETS].content
    assert read_budgets(pods[0]) == (three[2], three[0], three[1])


def test_a_new_budget_for_the_same_takes_the_place_of_the_old_one() -> None:
    pod = MemoryPod()
    keep_budget(pod, budget("Noodle House", scope="merchant"))
    keep_budget(pod, budget("NOODLE house", "5", "week", "merchant"))
    assert read_budgets(pod) == (budget("NOODLE house", "5", "week", "merchant"),)
    keep_budget(pod, budget("NOODLE house", "5", "week", "merchant"))
    assert len(pod.writes) == 2


def test_what_is_removed_is_gone_and_what_is_not_there_cannot_be() -> None:
    pod = MemoryPod()
    keep_budget(pod, budget())
    assert remove_budget(pod, "Groceries") == (budget(),)
    assert read_budgets(pod) == ()
    with pytest.raises(UsageError):
        remove_budget(pod, "groceries")


@pytest.mark.parametrize(
    "wrong", [budget(""), budget("x" * 201), budget("a\nb"), budget(amount="0"), budget(amount="-1")]
)
def test_what_is_no_budget_is_refused_before_anything_is_written(wrong: Budget) -> None:
    pod = MemoryPod()
    with pytest.raises(UsageError):
        keep_budget(pod, wrong)
    assert pod.writes == []


def test_there_are_only_so_many() -> None:
    pod = MemoryPod()
    for number in range(MOST):
        keep_budget(pod, budget(f"Shop {number}", scope="merchant"))
    with pytest.raises(UsageError):
        keep_budget(pod, budget("one more", scope="merchant"))
    keep_budget(pod, budget("shop 7", "3", scope="merchant"))
    assert len(read_budgets(pod)) == MOST


@pytest.mark.parametrize(
    ("old", "new"),
    [("100.00", "lots"), ("100.00", "-1.00"), ('"month"', '"day"'), ("budgetOf", "budgetFor"), (" .\n", " .")],
)
def test_a_damaged_document_is_named_with_what_to_do(old: str, new: str) -> None:
    pod = MemoryPod()
    keep_budget(pod, budget())
    content = pod.resources[BUDGETS].content
    assert not fault_of(BUDGETS, content)
    damaged = content.decode().replace(old, new).encode()
    assert damaged != content
    assert fault_of(BUDGETS, damaged)
    pod.resources[BUDGETS] = replace(pod.resources[BUDGETS], content=damaged)
    with pytest.raises(PodDamagedError):
        read_budgets(pod)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_write_that_fails_leaves_the_budgets_of_before_or_the_new_ones(fault: Fault) -> None:
    inner = MemoryPod()
    keep_budget(inner, budget())
    new = budget("all", "9", "year", "all")
    with contextlib.suppress(PodError):
        keep_budget(FaultyPod(inner, 0, fault), new)
    held = MemoryPod()
    held.resources = dict(inner.resources)
    try:
        found = set(read_budgets(held))
    except PodDamagedError:
        return  # told as damaged, which sync mends
    assert found in ({budget()}, {budget(), new})


# Worked out


@pytest.mark.parametrize(
    ("per", "first", "last"),
    [
        ("week", date(2026, 5, 18), date(2026, 5, 24)),
        ("month", date(2026, 5, 1), date(2026, 5, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_are_those_of_the_calendar(per: str, first: date, last: date) -> None:
    assert period_of(Rhythm(per), TODAY) == (first, last)


def test_february_and_december_end_where_they_do() -> None:
    assert period_of(Rhythm.MONTH, date(2028, 2, 29)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert period_of(Rhythm.MONTH, date(2026, 12, 3)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert period_of(Rhythm.WEEK, date(2027, 1, 1)) == (date(2026, 12, 28), date(2027, 1, 3))


def test_progress_is_spending_less_refunds_without_transfers(desk: BudgetDesk) -> None:
    desk.set("groceries", "100")
    desk.set("noodle house", "25", "week")
    desk.set("all", "1,500.50", Rhythm.YEAR)
    everything, groceries, noodles = (each.to_json() for each in desk.progress())
    assert (everything["spent"], everything["left"], everything["days_left"]) == (215.5, 1285, 226)
    assert (groceries["spent"], groceries["left"], groceries["per_day"]) == (40, 60, 5)
    assert (noodles["spent"], noodles["left"], noodles["exceeded"], noodles["per_day"]) == (25, 0, False, None)
    assert [len(each["evidence"]) for each in (everything, groceries, noodles)] == [7, 2, 2]


def test_a_period_that_is_over_has_no_days_left(desk: BudgetDesk) -> None:
    desk.set("groceries", "120")
    [april] = desk.progress(within=date(2026, 4, 10))
    assert (april.spent, april.exceeded, april.days_left, april.per_day) == (Fraction("120.5"), True, 0, None)
    [december] = desk.progress(within=date(2025, 12, 1))
    assert desk.told(december).endswith("SGD 50.00 was left.")


@pytest.mark.parametrize("name", ["grocries", "Unheard Of", "", "income", "transfers", "cash"])
def test_a_budget_is_set_for_what_can_be_spent_on(desk: BudgetDesk, name: str) -> None:
    with pytest.raises(UsageError) as told:
        desk.set(name, "10")
    assert "or all, or a merchant" in (told.value.hint or "")


@pytest.mark.parametrize("amount", ["ten", "", "NaN", "Infinity", "1e400", "0", "-3", "1.005", "99999999999999999"])
def test_an_amount_is_more_than_nothing_and_to_the_cent(desk: BudgetDesk, amount: str) -> None:
    with pytest.raises(ProjectError):
        desk.set("groceries", amount)
    assert desk.held() == ()


# Asked about

ASKED = [
    ("am I within my groceries budget?", "yes", None, 2),
    ("did I exceed my grocery budget?", "no", None, 2),
    ("Am I over budget on eating out this week?", "yes", None, 2),
    ("did i keep to my groceries budget last month", "no", None, 2),
    ("How much of my groceries budget is left?", 60.0, "SGD", 2),
    ("how much can I still spend on groceries", 60.0, "SGD", 2),
    ("how much is left of my eating out budget", -1.0, "SGD", 2),
    ("how much of my budget for groceries did I spend last month?", 120.5, "SGD", 2),
    ("what percentage of my groceries budget have I used", 40.0, "percent", 2),
    ("which budgets did I exceed last month?", (("groceries", 20.5),), "SGD", 2),
    ("Which of my budgets have I exceeded?", (("eating-out", 1.0),), "SGD", 4),
    ("what budgets do I have", (("eating-out", 24.0), ("groceries", 100.0)), "SGD", 0),
    ("what is my groceries budget", (("groceries", 100.0),), "SGD", 0),
]


@pytest.mark.parametrize(("question", "expected"), [(question, tuple(expected)) for question, *expected in ASKED])
def test_a_question_about_budgets_is_computed_and_cited(
    asked: Callable[[str], Answer], desk: BudgetDesk, question: str, expected: tuple[object, ...]
) -> None:
    desk.set("groceries", "100")
    desk.set("eating out", "24", "week")
    answer = asked(question)
    assert (answer.status, answer.value, answer.unit, answer.count) == ("answered", *expected), answer.text


DECLINED = [
    ("how much of my transport budget is left", "no budget for transport"),
    ("how much of my groceries budget is left this week", "for each month"),
    ("will I exceed my groceries budget this month", "pod-agent forecast"),
    ("set my groceries budget to 500", "pod-agent budgets set"),
    ("what budget should I set for groceries", "no advice"),
    ("why did I exceed my groceries budget", "no causes"),
    ("how much privacy budget is left", "pod-agent budget show"),
]


@pytest.mark.parametrize(("question", "told"), DECLINED)
def test_what_budgets_cannot_tell_is_declined_with_a_next_step(
    asked: Callable[[str], Answer], desk: BudgetDesk, question: str, told: str
) -> None:
    desk.set("groceries", "100")
    answer = asked(question)
    assert answer.status == "declined"
    assert told in answer.text


@pytest.mark.parametrize("question", [question for question, *_ in ASKED])
def test_without_a_budget_the_command_is_named(asked: Callable[[str], Answer], question: str) -> None:
    answer = asked(question)
    assert answer.status == "declined"
    assert "pod-agent budgets set" in answer.text


ASKED_BACK = [
    "how much of my budget is left",  # which one?
    "am I not within my groceries budget",
    "how much of my budget except groceries is left",
    "am I within my groceries budget on Mondays",
    "am I within my groceries budget for purchases over 20 dollars",
    "how much of my zzz budget is left",
]


@pytest.mark.parametrize("question", ASKED_BACK)
def test_a_word_that_cannot_be_used_is_asked_back(
    asked: Callable[[str], Answer], desk: BudgetDesk, question: str
) -> None:
    desk.set("groceries", "100")
    desk.set("eating out", "24", "week")
    assert asked(question).status == "clarify"


def test_a_shop_that_is_called_so_is_no_budget(tmp_path: Path) -> None:
    make = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.rebuild([make.paid("2026-05-02", 60, "Budget Cars", "transport")])
        assert ask(index, "how much did I spend at Budget Cars?", TODAY).value == 60
        assert ask(index, "how much did I spend at Budget Hotels?", TODAY).status != "answered"


# On the command line


def run(home: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--home", str(home), "budgets", *arguments])
    return int(left.value.code or 0)


def test_the_commands_set_list_and_remove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    Agent.create(home).close()
    assert run(home, "set", "groceries", "400.50", "--per", "month") == 0
    assert run(home, "list", "--json") == 0
    assert run(home, "set", "groceries", "nothing") == 2
    assert run(home, "set", "nonsense", "4") == 2
    capsys.readouterr()
    assert run(home, "--json") == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["of"], told["name"], told["amount"], told["per"], told["left"]) == (
        ("category", "groceries", 400.5, "month", 400.5)
    )
    assert run(home, "remove", "Groceries") == 0
    assert run(home, "remove", "groceries") == 2


def test_the_two_budgets_point_at_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    for group, other in (("budgets", "pod-agent budget"), ("budget", "pod-agent budgets")):
        with pytest.raises(SystemExit):
            main([group, "--help"])
        assert f'"{other}"' in " ".join(capsys.readouterr().out.split())
