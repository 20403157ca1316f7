"""The portal as a WSGI application: studies and releases of one leader, for the business's own browser.

``Shelf`` is all it sees: the public terms of studies, how far each is, and releases.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from aggregator.errors import UnknownReleaseError
from aggregator.portal.charts import interval_bar
from aggregator.portal.entry import Entry, guard
from aggregator.portal.exporting import release_csv
from aggregator.portal.questions import add_questions
from aggregator.portal.shelf import Shelf
from aggregator.portal.together import SHOWN, strongest
from aggregator.releases import Release, Row
from vocab.errors import ProjectError
from vocab.prior import ItemPrior
from vocab.privacy import epsilon
from vocab.study import Study
from vocab.wording import day_text

__all__ = ["create_app"]

LOGGER = logging.getLogger(__name__)


GROUPS = (
    ("running", "Open now", "How many answered is told in steps of ten times, and never exactly."),
    ("waiting", "Closed, not summed yet", "pod-aggregator collect TASK closes the batch once and for all."),
    ("released", "Released", ""),
    ("abandoned", "Given up", "Too few valid reports, or nobody collected in time: every report was erased unread."),
)
"""The states of studies in the order of the page, with what is said of each."""

OFFER_GROUPS = (
    ("running", "Running", "Every agent has them and matches on its own. Who saw or used one is not known here."),
    ("coming", "Coming", "Published already; agents show them from their first day on."),
    ("drafted", "Drafted", "Not published: pod-aggregator catalogue OFFERS puts them into the catalogue."),
    ("ended", "Ended", "Agents show them no more. Leave them out of the next catalogue."),
)
"""The states of offers, the same way."""


def create_app(shelf: Shelf, port: int, *, door: Entry | None = None) -> Flask:
    """The portal over this shelf on 127.0.0.1 at ``port``; ``door`` makes the sign-in links."""
    app = Flask(__name__)
    guard(app, door or Entry(port))
    app.jinja_env.filters.update(count=_count, words=_words, day=_day, written=day_text, party=_party)
    app.jinja_env.globals.update(bar=interval_bar, largest_of=_largest, sqrt=math.sqrt, loss=_loss)

    @app.get("/")
    def overview() -> str:
        running = [item for item in shelf.studies() if item.state == "running"]
        return render_template("overview.html", running=len(running), releases=list(reversed(shelf.releases())))

    add_questions(app, shelf)

    @app.get("/studies")
    def studies() -> str:
        released = {release.lineage.task: release.id for release in shelf.releases()}
        return render_template("studies.html", studies=shelf.studies(), released=released, groups=GROUPS)

    @app.get("/offers")
    def offers() -> str:
        counts = _redemptions(shelf.releases())
        return render_template("offers.html", offers=shelf.offers(), groups=OFFER_GROUPS, counts=counts)

    @app.get("/models")
    def models() -> str:
        released = {release.lineage.task: release.id for release in shelf.releases()}
        found = shelf.models()
        most = {model.dimension: _most(model.prior) for model in found}
        return render_template("models.html", models=found, released=released, most=most)

    @app.get("/releases/<name>")
    def release(name: str) -> str:
        found = _find(shelf, name)
        return render_template(
            "release.html",
            release=found,
            groups=_groups(found.rows),
            largest=_largest(found.rows),
            together=strongest(found),
        )

    @app.get("/releases/<name>.csv")
    def download(name: str) -> Response:
        found = _find(shelf, name)
        response = make_response(release_csv(found))
        response.headers["Content-Type"] = "text/csv; charset=utf-8"
        response.headers["Content-Disposition"] = f'attachment; filename="release-{found.id}.csv"'
        return response

    app.register_error_handler(ProjectError, _project_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    return app


def _most(prior: ItemPrior) -> list[tuple[str, float, float]]:
    """The items that most people have, with both shares."""
    rows = zip(prior.items, prior.ever, prior.lately, strict=True)
    return sorted(rows, key=lambda row: -row[1])[:SHOWN]


def _redemptions(releases: Sequence[Release]) -> dict[str, tuple[Row, str]]:
    """The newest released count of each offer by its name, with the release's id."""
    counted = [release for release in releases if release.dimensions == ("offer",)]
    return {row.labels[0]: (row, release.id) for release in counted for row in release.rows}


def _find(shelf: Shelf, name: str) -> Release:
    for release in shelf.releases():
        if release.id == name:
            return release
    raise UnknownReleaseError("there is no release of this id")


def _groups(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows of several dimensions by all labels but the last, in the study's order; all in one group otherwise."""
    if rows and len(rows[0].labels) > 1:
        groups = groupby(rows, key=lambda row: row.labels[:-1])
        return [(", ".join(labels), list(group)) for labels, group in groups]
    return [("", list(rows))] if rows else []


def _largest(rows: Sequence[Row]) -> float:
    return max((max(row.high or 0.0, float(row.value or 0)) for row in rows), default=0.0)


def _project_error(error: ProjectError) -> Response:
    return _error_page(error.http_status, str(error), error.hint)


def _http_error(error: HTTPException) -> Response:
    return _error_page(error.code or 500, error.description or "", "")


def _unexpected(error: Exception) -> Response:
    LOGGER.error("%s while showing a page", type(error).__name__)
    return _error_page(500, "Something went wrong here.", "")


def _error_page(status: int, message: str, hint: str) -> Response:
    return make_response(render_template("portal_error.html", status=status, message=message, hint=hint), status)


def _count(number: float | None) -> str:
    return "\N{EN DASH}" if number is None else f"{number:,.0f}".replace("-", "\N{MINUS SIGN}")


def _words(name: str) -> str:
    """The last part of a name or IRI, as words; months and classes as they are."""
    if name[:1].isdigit():
        return name
    last = name.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in last)
    return spaced.replace("-", " ").replace("_", " ").strip().capitalize()


def _day(moment: str) -> str:
    return day_text(date.fromisoformat(moment[:10]))


def _loss(study: Study) -> float:
    return epsilon(study.noise.micro_rho(study.statistic.norm_squared))


def _party(webid: str) -> str:
    return urlsplit(webid).hostname or webid
