"""What someone will likely come back to, by their own history: shops, products, artists, channels and their like."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pod_agent.features.baskets import Habit, History
from pod_agent.features.inputs import HISTORY, LISTENING, RHYTHM, SHARED, WATCHING
from pod_agent.models.returning import HORIZON, Chance, chance
from pod_agent.suggesting.candidate import FEWEST, Candidate, habit_context
from pod_agent.suggesting.words import best_month, day_words, month_words, quoted, times

__all__ = ["MOST", "OWN", "Company", "chances", "returns"]

MOST: Final = 50
"""Most candidates of a kind."""
OWN: Final = {
    "store": HISTORY,
    "category": HISTORY,
    "group": HISTORY,
    "product": HISTORY,
    "artist": LISTENING,
    "track": LISTENING,
    "channel": WATCHING,
    "video": WATCHING,
}
"""The input that the person's own history of a kind is."""

DEEDS: Final = {
    "store": "You bought here",
    "category": "You bought in this category",
    "group": "You bought something of this kind",
    "product": "You bought this",
    "artist": "You played this artist",
    "track": "You played this song",
    "channel": "You watched this channel",
    "video": "You watched this video",
}
LATE: Final = {LISTENING: 0.3, WATCHING: 0.3, HISTORY: 0.5}
"""Weight of the late rate: tastes in music move more slowly than shopping."""
COMPANY: Final = 0.1
"""Weight of what the things say that come in one sitting with it."""
SHARED_WEEKS: Final = 3.0
"""Weeks of own records that outweigh what many people do."""

ROOM: Final = 5
FORGOTTEN_DAYS: Final = 60
FORGOTTEN_TIMES: Final = 8
FORGOTTEN_WEIGHT: Final = 0.5
PEAK_DAYS: Final = 90
"""A favourite of once counts half as much as in its best ninety days, if it was not heard for sixty."""
RISING_DAYS: Final = 28
RISING_TIMES: Final = 5
REGULAR_ENOUGH: Final = 0.3
SHORTEST_GAP: Final = 2.5
"""From so much regularity and so many days on the reason tells the rhythm."""
OFTEN: Final = 5
"""From so many days on the reason tells how often it happens, though no rhythm is in it."""

Company = Mapping[str, tuple[float, str]]
"""What the company of an item says of it, and the item that says most."""


@dataclass(frozen=True, slots=True)
class _Scored:
    habit: Habit
    parts: Mapping[str, float]
    chance: Chance
    friend: str
    forgotten: bool

    @property
    def score(self) -> float:
        return sum(self.parts.values())


def returns(
    history: History,
    without: frozenset[str],
    *,
    company: Company | None = None,
    shared: Mapping[str, float] | None = None,
    rediscover: bool = False,
    leave_out: frozenset[str] = frozenset(),
) -> list[Candidate]:
    """What the person had before, by the chance that they come back within a week, best first; at most ``MOST``.

    ``shared`` is the chance that anyone does, by a public model. With ``rediscover`` favourites of long ago are among
    them; ``leave_out`` are names that are never suggested.
    """
    company, shared = company or {}, shared or {}
    scored = [
        _scored(history, habit, without, company.get(habit.item), shared.get(habit.item), rediscover=rediscover)
        for habit in history.habits.values()
        if habit.item not in leave_out
    ]
    scored.sort(key=lambda each: (-each.score, each.habit.item))
    return [_candidate(history, each) for each in _with_room(scored)[:MOST] if each.score > 0]


def _with_room(scored: Sequence[_Scored]) -> list[_Scored]:
    """One place in ``ROOM`` is for a favourite of once, for what is played anyway needs no suggestion.

    ``scored`` are best first, and so are those given out: who moves up gets the score of whom it follows.
    """
    once = deque(each for each in scored if each.forgotten)
    found: list[_Scored] = []
    for each in (each for each in scored if not each.forgotten):
        while once and (once[0].score >= each.score or len(found) % ROOM == ROOM - 1):
            old = once.popleft()
            own = next(iter(old.parts))
            lift = max(0.0, (found[-1].score if found else old.score) - old.score)
            found.append(replace(old, parts={**old.parts, own: old.parts[own] + lift}))
        found.append(each)
    return [*found, *once]


def chances(history: History | None) -> dict[str, float]:
    """The chance of each item of a history by itself; computed once for each history."""
    if history is None:
        return {}
    if not history.chances:
        late = LATE[OWN[history.kind]]
        history.chances.update(
            (name, chance(habit.days, history.first, history.today, late=late).total)
            for name, habit in history.habits.items()
        )
    return history.chances


def _scored(
    history: History,
    habit: Habit,
    without: frozenset[str],
    company: tuple[float, str] | None,
    shared: float | None,
    *,
    rediscover: bool,
) -> _Scored:
    own = OWN[history.kind]
    found = chance(habit.days, history.first, history.today, late=LATE[own])
    parts, friend = {own: found.base}, ""
    if RHYTHM not in without:
        parts[RHYTHM] = found.due
    if company is not None:
        parts[own] += COMPANY * (company[0] - found.base)
        friend = company[1] if company[0] > found.base else ""
    if shared is not None:
        weight = SHARED_WEEKS / ((history.today - history.first + 1) / HORIZON + SHARED_WEEKS)
        parts[SHARED] = weight * (shared - sum(parts.values()))
    peak = _peak(habit, history.today) if rediscover else 0.0
    parts[own] += max(0.0, FORGOTTEN_WEIGHT * peak - sum(parts.values()))
    return _Scored(habit, parts, found, friend, forgotten=peak > 0)


def _peak(habit: Habit, today: int) -> float:
    """The chance of a week in the best ninety days of something not heard lately; 0 for what was, or never often."""
    if today - habit.last < FORGOTTEN_DAYS or habit.times < FORGOTTEN_TIMES:
        return 0.0
    best, start = 0, 0
    for end, day in enumerate(habit.days):
        while day - habit.days[start] >= PEAK_DAYS:
            start += 1
        best = max(best, end - start + 1)
    return min(1.0, best * HORIZON / PEAK_DAYS)


def _candidate(history: History, each: _Scored) -> Candidate:
    habit = each.habit
    found = each.chance.rhythm
    is_told = found is not None and found.regular >= REGULAR_ENOUGH and found.gap >= SHORTEST_GAP
    gap = found.gap if found is not None and is_told and RHYTHM in each.parts else None
    return Candidate(
        kind=history.kind,
        item=habit.item,
        parts=each.parts,
        reason=_reason(history, each, gap),
        family=history.family,
        rows=habit.rows,
        context={**habit_context(habit, history.today, gap), "forgotten": float(each.forgotten)},
    )


def _reason(history: History, each: _Scored, gap: float | None) -> str:
    habit = each.habit
    told = f"{DEEDS[history.kind]} {times(habit.times)}"
    if history.occasions < FEWEST:
        days = "one day" if history.occasions == 1 else f"{history.occasions} days"
        return f"{told}, last on {day_words(habit.last)}; a first guess, for your records have only {days} of this."
    if habit.times == 1:
        return f"{told}, on {day_words(habit.last)}."
    if each.forgotten:
        return f"{told}, most often in {best_month(habit)}, and not since {day_words(habit.last)}."
    return f"{told}{_manner(history, each, gap)}."


def _manner(history: History, each: _Scored, gap: float | None) -> str:
    """What is most worth telling of a habit: its rhythm, its rise, its company, or no more than its days."""
    habit, today = each.habit, history.today
    lately = habit.between(today - RISING_DAYS + 1, today)
    if gap is not None:
        return f", about every {round(gap)} days, last on {day_words(habit.last)}{_due(history, habit, gap)}"
    if _rises(history, habit, lately):
        return f", {lately} of them in the four weeks up to {day_words(today)}"
    friend = history.habits.get(each.friend)
    if lately < 2 and friend is not None and friend.between(today - RISING_DAYS + 1, today):
        return f", last on {day_words(habit.last)}, and it often goes with {quoted(friend.item)}, which you had lately"
    days = len(set(habit.days)) if RHYTHM in each.parts and OWN[history.kind] == HISTORY else 0
    usual = (habit.last - habit.days[0]) / (days - 1) if days >= OFTEN else 0.0
    pace = f", once in {round(usual)} days on average" if usual >= SHORTEST_GAP else ""
    return f" since {month_words(habit.days[0])}{pace}, last on {day_words(habit.last)}"


def _rises(history: History, habit: Habit, lately: int) -> bool:
    """Whether it happened at least twice as often in the last four weeks as in the twelve weeks before."""
    start = history.today - 4 * RISING_DAYS + 1
    before = habit.between(start, history.today - RISING_DAYS)
    return history.first <= start and lately >= RISING_TIMES and lately * 3 >= 2 * before


def _due(history: History, habit: Habit, gap: float) -> str:
    due = habit.last + round(gap)
    if history.today - habit.last > 3 * gap:
        return ", longer ago than usual"
    return f": due since {day_words(due)}" if due <= history.today else f": due about {day_words(due)}"
