"""Other forecasts of the same weeks: plain ones, classic ones and networks that see everybody's weeks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.forecast.weeks import Panel, Windows
from pod_agent.models.forecast import AHEAD, MANY
from pod_agent.models.network import WeeklyNetwork, scaled_weeks
from pod_agent.models.network import windows_of as eight_weeks
from pod_agent.models.protocol import Array

__all__ = ["PLAIN", "classic", "long_short_term", "network", "ridge_weights"]

CYCLE = 4
RATES = tuple(rate / 20 for rate in range(1, 20))
NETWORK_STEPS = 600
CELLS, SEEN, EPOCHS, BATCH = 16, 26, 20, 512


def _smoothed(history: Array) -> Array:
    """Simple exponential smoothing; each household has the rate with the least squared error in its own past."""
    best, level = np.full(len(history), np.inf), np.zeros(len(history))
    for rate in RATES:
        now, squares = history[:, 0].copy(), np.zeros(len(history))
        for week in history.T[1:]:
            squares += (week - now) ** 2
            now += rate * (week - now)
        better = squares < best
        best, level = np.where(better, squares, best), np.where(better, now, level)
    return level


PLAIN: Mapping[str, Callable[[Array], Array]] = {
    "naive": lambda weeks: weeks[:, -1],
    "seasonal naive, 4 weeks": lambda weeks: np.tile(weeks[:, -CYCLE:], (1, AHEAD // CYCLE)),
    "mean of 13 weeks": lambda weeks: weeks[:, -MANY:].mean(axis=1),
    "mean of all weeks": lambda weeks: weeks.mean(axis=1),
    "median of 13 weeks": lambda weeks: np.median(weeks[:, -MANY:], axis=1),
    "median of all weeks": lambda weeks: np.median(weeks, axis=1),
    "simple exponential smoothing": _smoothed,
}
"""Forecasts from one household's own weeks, with nothing learned from others."""


def classic(held: Panel) -> dict[str, Array]:
    """AutoETS and AutoTheta of statsforecast, each fitted to each household: minutes for a thousand."""
    import pandas as pd  # noqa: PLC0415 - optional, and seconds to load
    from statsforecast import StatsForecast  # noqa: PLC0415
    from statsforecast.models import AutoETS, AutoTheta  # noqa: PLC0415

    count, known = held.history.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(count), known),
            "ds": np.tile(np.arange(known), count),
            "y": held.history.ravel(),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of series that are nearly constant
        fitted = StatsForecast(models=[AutoETS(), AutoTheta(season_length=1)], freq=1, n_jobs=1)
        ahead = fitted.forecast(df=table, h=AHEAD).sort_values(["unique_id", "ds"])
    return {name: ahead[name].to_numpy(dtype=np.float64).reshape(count, AHEAD) for name in ("AutoETS", "AutoTheta")}


def ridge_weights(learned_from: Windows) -> tuple[float, ...]:
    """Weights of the same features with the least squared error over all households: the mean, not the median."""
    rows = np.concatenate([rows for rows, _ in learned_from])
    means = np.concatenate([targets.mean(axis=1) for _, targets in learned_from])
    gram = rows.T @ rows / len(rows) + 1e-3 * np.eye(rows.shape[1])
    return tuple(np.linalg.solve(gram, rows.T @ means / len(rows)).tolist())


def network(held: Panel) -> Array:
    """(n, 8) by the network of ``weekly-network-1``, trained on all households in one place."""
    examples = [eight_weeks(scaled_weeks(history.tolist())[0]) for history in held.history]
    windows, targets = (np.concatenate(parts) for parts in zip(*examples, strict=True))
    shared = WeeklyNetwork(steps=NETWORK_STEPS).fit_windows(windows, targets).coef_.tolist()
    found = []
    for history in held.history.tolist():
        model = WeeklyNetwork(start=shared).fit([])
        model.scale_ = scaled_weeks(history)[1]
        found.append(model.forecast(history, AHEAD))
    return np.asarray(found)


def long_short_term(held: Panel, seed: int) -> Array:
    """(n, 8) by an LSTM of 16 cells over the last 26 weeks, trained on all households in one place, median loss."""
    import torch  # noqa: PLC0415 - optional, and seconds to load

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    weeks = held.history / np.maximum(held.unit, 1e-9)[:, None]
    ends = range(SEEN, weeks.shape[1] - AHEAD + 1, 2)
    if not ends:
        return np.tile(np.median(held.history[:, -MANY:], axis=1)[:, None], (1, AHEAD))
    inputs = _tensor(np.concatenate([weeks[:, end - SEEN : end] for end in ends]))
    wanted = _tensor(np.concatenate([weeks[:, end : end + AHEAD] for end in ends]))
    cells, out = torch.nn.LSTM(1, CELLS, batch_first=True), torch.nn.Linear(CELLS, AHEAD)
    adam = torch.optim.Adam([*cells.parameters(), *out.parameters()], lr=0.005)

    def ahead(rows: Any) -> Any:
        middle = rows[:, -MANY:].median(dim=1, keepdim=True).values
        return middle + out(cells((rows - middle)[:, :, None])[0][:, -1])

    for _ in range(EPOCHS):
        for batch in _batches(torch.randperm(len(inputs))):
            loss = (ahead(inputs[batch]) - wanted[batch]).abs().mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
    with torch.no_grad():
        found: Array = ahead(_tensor(weeks[:, -SEEN:])).numpy().astype(np.float64)
    return found * held.unit[:, None]


def _batches(order: Any) -> Any:
    return order.split(BATCH)


def _tensor(values: Array) -> Any:
    import torch  # noqa: PLC0415

    return torch.tensor(values, dtype=torch.float32)
