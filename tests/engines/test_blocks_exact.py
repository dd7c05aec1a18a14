"""The exact engine on tied estimates, against one dense normal on a dense grid."""

import time

import numpy as np
import pandas as pd
import pytest
from tests.engines.tied_cases import CASES, dense, evidence, model, review

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines.exact.block_solve import in_blocks, values_of, whole_blocks
from consilience.engines.exact.form import assemble
from consilience.engines.exact.solve import equations

COUNTS = {  # odd: a prior of its own on that axis; see tied_cases.axis
    "two levels of clusters": (48, 48),
    "estimates in studies": (48, 49),
    "two views": (48, 40),
    "unstructured": (28, 28, 23),
    "compound symmetry and correlated errors": (28, 22, 22),
}


@pytest.mark.parametrize("name", CASES)
def test_posterior_and_evidence_are_those_of_one_dense_normal(name):
    case = CASES[name]
    effects = review(case.outcomes)
    whole, means, sds = dense(case, effects, COUNTS[name])
    fit = cs.fit(model(case), effects, "exact")
    rows = ["mu", *case.hypers, *(f"theta[{label}]" for label in effects.labels)]
    table = fit.summary().loc[rows]
    assert fit.log_evidence == pytest.approx(whole, abs=1e-7)
    np.testing.assert_allclose(table["mean"], means, atol=1e-7)
    np.testing.assert_allclose(table["sd"], sds, rtol=1e-6)


@pytest.fixture(scope="module")
def views():
    case = CASES["two views"]
    return case, review(case.outcomes), cs.fit(model(case), review(case.outcomes), "exact")


def test_leave_one_out_is_the_ratio_of_two_evidences(views):
    case, effects, fit = views
    table = cs.exact_loo(fit).table
    for place in (0, 2, 4):
        lpd = fit.log_evidence - evidence(case, effects, (48, 40), place)
        assert table["lpd"].iloc[place] == pytest.approx(lpd, abs=1e-7)
    foreseen = cs.check(fit).trials["p_value_loo"].to_numpy()
    np.testing.assert_allclose(table["p_value"], foreseen, atol=1e-7)


def test_draws_are_those_of_the_closed_form(views):
    """True effects of one study are one effect; their moments and likelihoods are the rule's."""
    _, effects, fit = views
    posterior, table = fit.draws["posterior"], fit.summary()
    theta = posterior["theta"].to_numpy().reshape(-1, effects.k)
    slope = posterior["beta"].to_numpy().reshape(-1)
    np.testing.assert_allclose(theta[:, 1] - theta[:, 0], slope, atol=1e-6)
    rows = table.loc[[f"theta[{label}]" for label in effects.labels]]
    error = rows["sd"].to_numpy(float) / np.sqrt(len(theta))
    assert np.all(np.abs(theta.mean(axis=0) - rows["mean"].to_numpy(float)) < 4.5 * error)
    np.testing.assert_allclose(theta.std(axis=0), rows["sd"].to_numpy(float), rtol=0.06)


def test_it_is_saved_and_read_back(views, tmp_path):
    fit = views[-1]
    fit.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    assert again.model == fit.model
    columns = ["mean", "sd", "lower", "upper"]
    np.testing.assert_allclose(again.summary()[columns], fit.summary()[columns], rtol=1e-12)


def test_a_new_trial_of_a_known_study_leans_on_its_estimates(views):
    """θ of a study that was seen is the study's own effect; of a new one, the population's."""
    fit = views[-1]
    trials = [
        cs.NewTrial(sei=0.1, outcome="p", study="A", name="known"),
        cs.NewTrial(sei=0.1, outcome="p", study="Z", name="new"),
        cs.NewTrial(sei=0.1, outcome="q", study="Z", name="its other"),
        cs.NewTrial(sei=0.1, outcome="p", name="unnamed"),
    ]
    found = cs.summarise(cs.predict(fit, trials))
    own = fit.summary().loc["theta[Ap]"]
    assert found.loc["theta[known]", "mean"] == pytest.approx(own["mean"], abs=0.02)
    assert found.loc["theta[known]", "sd"] == pytest.approx(own["sd"], rel=0.06)
    for name in ("new", "unnamed"):
        assert found.loc[f"theta[{name}]", "sd"] > 1.5 * own["sd"]
    drawn = cs.predict(fit, trials)["predictions"]
    theta, mu = (drawn[name].to_numpy().reshape(-1, 4) for name in ("theta", "mu"))
    shared = theta - mu
    np.testing.assert_allclose(shared[:, 1], shared[:, 2], atol=1e-6)
    assert abs(np.corrcoef(shared[:, 1], shared[:, 3])[0, 1]) < 0.1


def large(clusters, each):
    """Estimates in arms of studies, all of one size."""
    rng, k = np.random.default_rng(5), clusters * each
    table = pd.DataFrame({
        "study": np.repeat([f"s{i:05d}" for i in range(clusters)], each),
        "arm": np.tile([f"a{i // 3}" for i in range(each)], clusters),
        "estimate": [f"e{i}" for i in range(k)], "dose": rng.normal(size=k),
        "yi": rng.normal(0.3, 0.4, k), "vi": rng.uniform(0.01, 0.1, k),
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


HALF = priors.HalfNormal(0.5)
DEEP = cs.Model(
    mu=priors.Flat(),
    terms=(terms.Linear("dose", priors.Normal(0.0, 1.0)),),
    heterogeneity=heterogeneity.Nested(("study", "arm"), HALF, heterogeneity.Normal(HALF)),
)


def test_levels_and_whole_blocks_are_one_likelihood():
    """The recursion through the levels against Cholesky factors of the blocks."""
    form = assemble(DEEP, large(7, 11))
    plain = equations(form.W, form.y, form.bonds.errors.v, mean=form.mean, sd=form.sd)
    laid = whole_blocks(form.W, plain.residual, bonds=form.bonds, wide=False)
    blocks = in_blocks(plain, laid)
    phi = np.array([[0.3, 0.2, 0.1], [0.0, 0.4, 0.0], [2.0, 0.0, 0.5], [1e-4, 3.0, 1e-3]])
    point, spread = form.point(phi), form.equations.spread
    ties = tuple(tie.values(point) for tie in form.bonds.ties)
    pieces = [(np.arange(4), values_of(form.variance(phi), ties), spread)]
    ours, whole = form.given(phi), blocks.solve(pieces, 4)
    for name in ("log_likelihood", "mean", "variance"):
        np.testing.assert_allclose(getattr(ours, name), getattr(whole, name), rtol=1e-10)
    np.testing.assert_allclose(ours.root @ ours.root.swapaxes(1, 2),
                               whole.root @ whole.root.swapaxes(1, 2), rtol=1e-9)  # fmt: skip


def test_levels_cost_no_more_than_their_estimates():
    """40 000 estimates in one study: whole blocks would need 10 GB a node."""
    form = assemble(DEEP, large(2, 20_000))
    found = form.given(np.array([[0.3, 0.2, 0.1]]))
    assert np.isfinite(found.log_likelihood).all()
    start = time.process_time()
    form.given(np.tile([[0.3, 0.2, 0.1]], (8, 1)))
    assert time.process_time() - start < 0.5
