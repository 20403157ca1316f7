"""From releases about items to the model that agents fetch; nothing but published numbers goes in.

A study of item vectors makes a prior; a second one of centred pairs, about that prior, adds what goes together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.errors import NothingLearnedError
from aggregator.leader import Leader
from aggregator.priors import learn_pairs, learn_prior
from aggregator.releases import Release
from aggregator.shared_models import publish_model, published_models, shared_model
from vocab.prior import ItemPrior
from vocab.privacy import epsilon
from vocab.query import QuerySpec
from vocab.shared_model import SharedModel
from vocab.statistics import CentredPairs, ItemVectors
from vocab.study import Study

__all__ = ["learn", "people_of", "second_round"]


def learn(leader: Leader, task: bytes) -> SharedModel:
    """Make the model of a released study of item vectors or of centred pairs, and list it for every agent.

    Doing so again changes nothing. NothingLearnedError where the study is of another kind or has no release, the model
    that it is about is not listed any more, or one of a later release is; UnknownStudyError where there is no such
    study.
    """
    study = leader.study(task).study
    listed = next((one for one in published_models(leader.home) if task.hex() in one.prior.tasks[-1:]), None)
    if listed is not None:
        return listed
    releases = {one.lineage.task: one for one in leader.releases()}
    release = releases.get(task.hex())
    if release is None:
        raise NothingLearnedError("this study has no release")
    if isinstance(study.statistic, ItemVectors):
        model = shared_model(_prior_of(study, study.statistic, release), [study])
    elif isinstance(study.statistic, CentredPairs):
        model = _with_pairs(leader, study, study.statistic, release)
    else:
        raise NothingLearnedError("no model is made of this kind of study")
    model = _after_the_listed(leader, model, list(releases))
    publish_model(leader.home, model, leader.config.signer, leader.now())
    return model


def second_round(leader: Leader, dimension: str) -> CentredPairs:
    """What a study asks that adds pairs to the listed model of these items, about the same days.

    NothingLearnedError where there is no such model, or it has pairs already.
    """
    model = next((one for one in published_models(leader.home) if one.dimension == dimension), None)
    if model is None or model.prior.pairs is not None:
        raise NothingLearnedError("no model of these items is listed that a second round could add to")
    return CentredPairs.about(model.prior, _query_of(leader.study(bytes.fromhex(model.prior.tasks[0])).study))


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
        released_at=_published(release),
        tasks=(study.task_id.hex(),),
    )


def _with_pairs(leader: Leader, study: Study, statistic: CentredPairs, release: Release) -> SharedModel:
    before = next((one for one in published_models(leader.home) if statistic.fits(one.prior)), None)
    if before is None:
        raise NothingLearnedError("the model that this study is about is not listed any more")
    studies = [*(leader.study(bytes.fromhex(task)).study for task in before.prior.tasks), study]
    prior = learn_pairs(
        before.prior,
        statistic.vectors,
        release.values,
        noise_variance=release.noise_variance,
        epsilon=_loss(studies),
        task=study.task_id.hex(),
    )
    return shared_model(replace(prior, released_at=_published(release)), studies)


def _after_the_listed(leader: Leader, model: SharedModel, order: Sequence[str]) -> SharedModel:
    """The model with a time after that of the listed one of its kind, unless that was learned from a later release.

    ``order`` has the tasks of all releases, newest last. It decides, for agents keep the later of two models by times
    in whole seconds, in which two releases can be of one second, and a clock can be set back between them.
    """
    listed = next((one for one in published_models(leader.home) if one.dimension == model.dimension), None)
    if listed is None:
        return model
    if listed.prior.tasks[-1] in order[order.index(model.prior.tasks[-1]) :]:
        raise NothingLearnedError("a model of this kind was learned from a later release")
    later = max(model.prior.released_at, listed.prior.released_at + timedelta(seconds=1))
    return replace(model, prior=replace(model.prior, released_at=later))


def _loss(studies: list[Study]) -> float | None:
    """What all releases together cost a person who took part in each; None where one had no noise."""
    if any(study.noise.variance == 0 for study in studies):
        return None
    return epsilon(sum(study.noise.micro_rho(study.statistic.norm_squared) for study in studies))


def _query_of(study: Study) -> QuerySpec:
    if not isinstance(study.statistic, ItemVectors):
        raise NothingLearnedError("the model was not made of item vectors")
    return study.statistic.query


def _published(release: Release) -> datetime:
    return datetime.fromisoformat(release.published).astimezone(UTC)
