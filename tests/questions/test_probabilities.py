"""Probabilities, ranks, shortest intervals, power scaling and conflict of priors and data."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import ConvergenceError, ModelError, RefusalError
from consilience.questions.narrowest import several_peaks

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "questions.json").read_text("utf-8")
)
KNOWN = {"halfnormal": priors.HalfNormal, "halfcauchy": priors.HalfCauchy}
VERBS = {
    "loo": cs.loo,
    "exact_loo": cs.exact_loo,
    "probabilities": cs.probabilities,
    "ranks": cs.ranks,
    "borrowing": cs.borrowing,
    "influence": cs.influence,
    "outliers": cs.outliers,
    "cumulative": cs.cumulative,
    "power_scaling": cs.power_scaling,
    "shortest": cs.shortest,
    "conflict": cs.conflict,
}


@pytest.mark.parametrize("name", VERBS)
def test_a_failed_fit_answers_no_question(fits, twin_of, name):
    failed = twin_of(fits["random"], faults="R-hat 1.2")
    with pytest.raises(ConvergenceError):
        VERBS[name](failed)
    with pytest.raises(ModelError, match=name):
        VERBS[name]("no fit")


def test_probabilities_agree_with_the_draws(fits, twins):
    asked = {"thresholds": (0.1, 0.3, -0.2), "rope": (-0.1, 0.2)}
    exact = cs.probabilities(fits["random"], **asked)
    drawn = cs.probabilities(twins["random"], **asked)
    columns = ["p_gt_0", "p_gt_0.1", "p_gt_0.3", "p_gt_-0.2", "p_rope"]
    np.testing.assert_allclose(exact[columns], drawn[columns], atol=0.015)
    assert list(exact.index) == ["mu", "new", *(f"theta[t{i}]" for i in range(8))]
    assert exact.attrs["rope"] == (-0.1, 0.2)


def test_probabilities_of_a_closed_form(make, models):
    fit = cs.fit(models["common"], make([0.3], [0.1]))
    precision = 1 + 1 / 0.1
    posterior = stats.norm(3 / precision, precision**-0.5)
    found = cs.probabilities(fit, (0.2,), rope=(0.0, 0.2))
    for name in ("mu", "new", "theta[t0]"):
        assert found.loc[name, "p_gt_0.2"] == pytest.approx(posterior.sf(0.2), abs=1e-12)
        assert found.loc[name, "p_rope"] == pytest.approx(
            posterior.cdf(0.2) - posterior.cdf(0.0), abs=1e-12
        )


def test_probabilities_fall_with_the_threshold_and_new_trials_are_less_certain(fits):
    found = cs.probabilities(fits["levels"], (0.0, 0.1, 0.2, 0.5))
    chances = found[["p_gt_0", "p_gt_0.1", "p_gt_0.2", "p_gt_0.5"]].to_numpy()
    assert (np.diff(chances, axis=1) < 0).all()
    assert found.loc["new", "sd"] > found.loc["mu", "sd"]


@pytest.mark.parametrize(
    "asked",
    [
        {"thresholds": (np.nan,)},
        {"thresholds": 0.2},
        {"thresholds": "0.2"},
        {"thresholds": (0.2, "x")},
        {"rope": (0.1, 0.1)},
        {"rope": (0.2, -0.2)},
        {"rope": (0.1,)},
        {"rope": 3},
        {"rope": (-np.inf, 0)},
        {"level": 1.0},
    ],
)
def test_bad_thresholds_are_refused(fits, asked):
    with pytest.raises(ModelError):
        cs.probabilities(fits["random"], **asked)


def test_ranks_are_a_doubly_stochastic_matrix(fits):
    for by in ("", "type"):
        found = cs.ranks(fits["levels"], by)
        np.testing.assert_allclose(found.matrix.sum(axis=0), 1)
        np.testing.assert_allclose(found.matrix.sum(axis=1), 1)
        places = found.matrix.columns.to_numpy()
        np.testing.assert_allclose(found.table["mean_rank"], found.matrix @ places)
        n = len(places)
        np.testing.assert_allclose(found.table["sucra"], (n - found.table["mean_rank"]) / (n - 1))
        reached = found.matrix.cumsum(axis=1).iloc[:, :-1].mean(axis=1)
        np.testing.assert_allclose(found.table["sucra"], reached)  # Salanti's own definition
        np.testing.assert_allclose(found.table["p_best"], found.matrix[1])
        assert found.table["sucra"].mean() == pytest.approx(0.5)
        assert found.table["mean_rank"].is_monotonic_increasing
        assert (found.table["mcse_p_best"] < 0.01).all()


def test_two_levels_rank_by_the_probability_of_their_difference(make, models):
    """P(a above b) in closed form from subgroups' exact difference."""
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(cs.terms.Exchangeable("type", priors.HalfNormal(0.5)),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    effects = make(np.array([0.1, 0.2, 0.6, 0.7]), np.full(4, 0.03), type=list("aabb"))
    fit = cs.fit(model, effects, cs.engines.Exact(seed=4, draws=5000))
    found = cs.ranks(fit, "type")
    exact = cs.subgroups(fit, "type").attrs["differences"][0]["p_gt_0"]
    error = float(found.table["mcse_p_best"].max())
    assert found.table.loc["a", "p_best"] == pytest.approx(exact, abs=4 * error)
    turned = cs.ranks(fit, "type", largest_is_best=False)
    assert turned.table.loc["a", "p_best"] == pytest.approx(1 - found.table.loc["a", "p_best"])
    assert found.table.loc["a", "k"] == 2


def test_what_cannot_be_ranked_is_refused(fits, make, models):
    with pytest.raises(ModelError, match="no term that reads 'type'"):
        cs.ranks(fits["random"], "type")
    with pytest.raises(ModelError, match="no column"):
        cs.ranks(fits["random"], "nowhere")
    with pytest.raises(ModelError, match="at least two"):
        cs.ranks(cs.fit(models["random"], make([0.1], [0.1])))


def test_sampled_ranks_state_their_error(twins):
    found = cs.ranks(twins["levels"], "type")
    assert (found.table["mcse_rank"] > 0).all()


@pytest.mark.parametrize(
    "case",
    [one for one in REFERENCE["bayesmeta"] if "tight" in one["fit"]],
    ids=lambda case: f"{case['data']} {case['fit']}",
)
def test_shortest_intervals_are_those_of_bayesmeta(make, case):
    mu = case["mu_prior"]
    model = cs.Model(
        mu=priors.Flat() if mu["sd"] is None else priors.Normal(mu["mean"], mu["sd"]),
        heterogeneity=heterogeneity.Normal(
            KNOWN[case["tau_prior"]["family"]](case["tau_prior"]["scale"])
        ),
    )
    fit = cs.fit(model, make(np.array(case["y"]), np.array(case["sigma"]) ** 2))
    found = cs.shortest(fit)
    for name in ("mu", "tau"):
        row, size = found.loc[name], found.loc[name, "sd"]
        ends = np.array(case[f"shortest_{name}"]) / size
        np.testing.assert_allclose(row[["lower", "upper"]].astype(float) / size, ends, atol=3e-3)


@pytest.mark.parametrize("name", ["common", "random", "levels", "by_group", "cauchy"])
def test_shortest_intervals_hold_their_mass_and_are_shorter(fits, name):
    fit = fits[name]
    found = cs.shortest(fit, 0.9)
    assert (found["shorter"] <= 1 + 1e-9).all()
    assert found.attrs["several_peaks"] == []
    rows = [*fit.posterior.coefficients, *(hyper.name for hyper in fit.posterior.layout.hypers)]
    above = fit.posterior.cdf({row: found.loc[row, "upper"] for row in rows})
    below = fit.posterior.cdf({row: found.loc[row, "lower"] for row in rows})
    for row in rows:
        assert above[row] - below[row] == pytest.approx(0.9, abs=1e-8)
        assert below[row] == pytest.approx(found.loc[row, "p_below"], abs=1e-8)
    for end in np.linspace(0.01, 0.09, 9):  # no other interval of this mass is narrower
        other = fit.summary(0.9)
        assert (found["upper"] - found["lower"] <= other["upper"] - other["lower"] + 1e-9).all(), (
            end
        )


def test_a_falling_density_starts_at_zero(fits):
    row = cs.shortest(fits["random"]).loc["tau"]
    assert row["lower"] == 0.0
    assert row["p_below"] == 0.0


def test_shortest_among_draws(fits, twins):
    exact, drawn = cs.shortest(fits["random"]), cs.shortest(twins["random"])
    assert list(exact.index) == list(drawn.index)
    width = exact["upper"] - exact["lower"]
    np.testing.assert_allclose((drawn["upper"] - drawn["lower"]) / width, 1, atol=0.04)


def test_two_peaks_are_named(make):
    """Far-apart estimates and a wide tau: a true effect is its own estimate or the mean."""
    model = cs.Model(
        mu=priors.Normal(0, 0.1), heterogeneity=heterogeneity.Normal(priors.HalfCauchy(0.1))
    )
    fit = cs.fit(model, make(np.array([0.0, 4.0]), np.array([1e-2, 1.0])))
    assert "theta[t1]" in cs.shortest(fit).attrs["several_peaks"]
    x = np.linspace(-4, 4, 401)[:, None]
    one, two = stats.norm.pdf(x), stats.norm.pdf(x - 2) + stats.norm.pdf(x + 2)
    assert list(several_peaks(np.hstack([one, two]))) == [False, True]


def test_power_scaling_of_a_conflict_and_of_weak_data(make):
    strong = cs.Model(mu=priors.Normal(0, 0.1), heterogeneity="Nothing")
    found = cs.power_scaling(cs.fit(strong, make(np.full(5, 1.0), np.full(5, 0.05))))
    assert found.loc["mu", "diagnosis"] == "moves with the prior and with the data"
    weak = cs.Model(mu=priors.Normal(0, 100), heterogeneity="Nothing")
    found = cs.power_scaling(cs.fit(weak, make(np.full(5, 1.0), np.full(5, 0.05))))
    assert found.loc["mu", "diagnosis"] == "hardly moves with the prior"
    assert found.loc["mu", "prior"] < 0.01


def test_power_scaling_and_conflict_do_not_contradict_each_other(make):
    """A narrow prior where the data are moves the answer and is in conflict with nothing."""
    narrow = cs.Model(mu=priors.Normal(0.3, 0.12), heterogeneity="Nothing")
    fit = cs.fit(narrow, make(0.3 + np.array([0.3, -0.3, 0, 0.1, 0.2]), np.full(5, 0.05)))
    assert cs.power_scaling(fit).loc["mu", "diagnosis"].startswith("moves with the prior")
    assert cs.conflict(fit).attrs["words"] == ("The data lie where the priors expected them.",)
    words = " ".join(cs.power_scaling(fit)["diagnosis"])
    assert "conflict" not in words


def test_power_scaling_rows_are_parameters(fits, twins):
    rows = cs.power_scaling(fits["levels"])
    summary = fits["levels"].summary()
    assert list(rows.index) == [name for name in summary.index if not name.startswith("theta")]
    assert len(cs.power_scaling(fits["levels"], trials=True)) == len(summary)
    np.testing.assert_allclose(
        cs.power_scaling(fits["random"])[["prior", "likelihood"]],
        cs.power_scaling(twins["random"])[["prior", "likelihood"]],
        atol=0.05,
    )


def test_priors_at_the_top_alone_arescaled_variables(fits):
    """A closed form: scaling N(0, 1) by α is N(0, 1/α); levels given their scale stay."""
    from consilience.questions.scaling import scaled_variables

    assert scaled_variables(fits["levels"]) == ["mu", "beta", "tau", "type_scale"]


def test_power_scaling_needs_a_prior(fits):
    with pytest.raises(RefusalError, match="improper"):
        cs.power_scaling(fits["flat"])
    with pytest.raises(ModelError, match="threshold"):
        cs.power_scaling(fits["random"], threshold=0)


def test_conflict_of_the_scatter_is_a_tail_of_chi_square(make):
    """Without heterogeneity Q of replicates has k − 1 degrees of freedom."""
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity="Nothing")
    y, v = np.array([0.1, 0.9, 0.4, -0.3]), np.array([0.05, 0.1, 0.2, 0.1])
    row = cs.conflict(cs.fit(model, make(y, v))).loc["heterogeneity"]
    exact = stats.chi2(3).sf(row["observed"])
    assert row["p_upper"] == pytest.approx(exact, abs=4 * row["mcse"])
    assert row["p_value"] == pytest.approx(2 * min(row["p_upper"], 1 - row["p_upper"]))


def test_conflict_of_the_mean_is_a_normal_tail(make):
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity="Nothing")
    table = cs.conflict(cs.fit(model, make([70.0, 71.0], [1.0, 1.0])))
    exact = 2 * stats.norm.sf(70.5 / np.sqrt(1.5))
    assert table.loc["mu", "p_value"] == pytest.approx(exact, rel=1e-6)
    assert "unit" in table.attrs["words"][0]


def test_surprising_scatter_is_said(make):
    model = cs.Model(
        mu=priors.Normal(0, 10), heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.01))
    )
    table = cs.conflict(cs.fit(model, make(np.array([-3.0, 3.0, 0.0]), [0.1] * 3)))
    assert table.loc["heterogeneity", "p_value"] < 0.01
    assert any("heterogeneity" in words for words in table.attrs["words"])


def test_improper_priors_foresee_nothing(fits, make, models):
    table = cs.conflict(fits["flat"])
    assert table["p_value"].isna().all()
    assert table["note"].str.len().min() > 0
    one = cs.conflict(cs.fit(models["random"], make([0.1], [0.1])))
    assert np.isnan(one.loc["heterogeneity", "p_value"])
    assert np.isfinite(one.loc["mu", "p_value"])


def test_a_flat_mean_does_not_hide_the_scatter(make):
    model = cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)))
    table = cs.conflict(cs.fit(model, make([0.1, 0.3, 0.2], [0.1] * 3)))
    assert np.isnan(table.loc["mu", "p_value"])
    assert np.isfinite(table.loc["heterogeneity", "p_value"])
