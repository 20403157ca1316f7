"""From the release of a study of item vectors to the prior that agents fetch; nothing but published numbers goes in."""

from __future__ import annotations

from datetime import UTC, datetime

from aggregator.errors import NothingLearnedError
from aggregator.leader import Leader
from aggregator.priors import learn_prior
from aggregator.releases import Release
from aggregator.shared_models import publish_model, shared_model
from vocab.prior import ItemPrior
from vocab.shared_model import SharedModel
from vocab.statistics import ItemVectors
from vocab.study import Study

__all__ = ["learn", "people_of"]


def learn(leader: Leader, task: bytes) -> SharedModel:
    """Make the model of a released study of item vectors, and list it for every agent.

    Doing so again changes nothing. NothingLearnedError where the study is of another kind or has no release, or a model
    of a later release is listed; UnknownStudyError where there is no such study.
    """
    study = leader.study(task).study
    release = next((one for one in leader.releases() if one.lineage.task == task.hex()), None)
    if not isinstance(study.statistic, ItemVectors) or release is None:
        raise NothingLearnedError("this study has no release of item vectors")
    model = shared_model(_prior_of(study, study.statistic, release), [study])
    publish_model(leader.home, model, leader.config.signer, leader.now())
    return model


def people_of(statistic: ItemVectors, release: Release) -> int:
    """How many people a release rests on, as far as it tells: from its noisy count, and at least the minimum batch."""
    if release.reports is not None:
        return release.reports
    return max(release.batch_floor, round(release.values[-1] / statistic.person))


def _prior_of(study: Study, statistic: ItemVectors, release: Release) -> ItemPrior:
    return learn_prior(
        statistic.encoding,
        release.values[:-1],
        dimension=statistic.query.dimensions[0],
        items=statistic.items,
        people=people_of(statistic, release),
        noise_variance=release.noise_variance,
        epsilon=release.epsilon,
        delta=release.delta,
        released_at=datetime.fromisoformat(release.published).astimezone(UTC),
        tasks=(study.task_id.hex(),),
    )
