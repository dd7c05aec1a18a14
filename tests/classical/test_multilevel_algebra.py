"""The structured algebra against whole matrices built from the definition, on random data."""

import itertools

import numpy as np
import pandas as pd
import pytest
from tests.classical.multilevel_cases import dense_height, whole

from consilience.classical.multilevel import criteria, pool_multilevel
from consilience.classical.multilevel.algebra.blocks import Blocks, lower_solve
from consilience.classical.multilevel.algebra.chain import Chain
from consilience.classical.multilevel.algebra.woodbury import Woodbury
from consilience.classical.multilevel.components import get, written
from consilience.classical.multilevel.objective import Objective
from consilience.covariance import INDEPENDENT, Covariance
from consilience.effects import effect_sizes

K = 24
SITES = [f"p{i}" for i in range(6)]


def random_effects_data(seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({
        "estimate": [f"e{i:02d}" for i in range(K)],
        "lab": [f"lab{i // 8}" for i in range(K)],
        "study": [f"s{i // 3:02d}" for i in range(K)],
        "drug": [f"d{i}" for i in rng.integers(0, 5, K)],
        "outcome": [f"o{i}" for i in np.tile([0, 1, 2], K // 3)],
        "time": np.tile([0.5, 1.0, 3.0], K // 3),
        "site": [SITES[i] for i in rng.integers(0, 6, K)],
        "x": rng.normal(size=K),
        "yi": rng.normal(size=K),
        "vi": rng.uniform(0.05, 0.5, K),
    })  # fmt: skip
    return effect_sizes(table.sample(frac=1, random_state=seed), "GEN")


def correlation(seed=3):
    root = np.random.default_rng(seed).normal(size=(6, 8))
    cov = root @ root.T
    sd = np.sqrt(np.diag(cov))
    return pd.DataFrame(cov / np.outer(sd, sd), SITES, SITES)


def distances(seed=4):
    at = np.random.default_rng(seed).normal(size=(6, 2))
    return pd.DataFrame(np.linalg.norm(at[:, None] - at, axis=2), SITES, SITES)


SPECS = {
    "three levels": "study/estimate",
    "four levels": "lab/study/estimate",
    "two levels": "study",
    "crossed": ("study", "drug"),
    "nested and crossed": ("study/estimate", "drug"),
    "two crossing": ("study", "drug", "outcome"),
    "CS": "CS(outcome | study)",
    "HCS": "HCS(outcome | study)",
    "UN": "UN(outcome | study)",
    "DIAG": "DIAG(outcome | study)",
    "ID": "ID(outcome | study)",
    "AR": "AR(outcome | study)",
    "HAR": "HAR(outcome | study)",
    "CAR": "CAR(time | study)",
    "two structures": ("UN(outcome | study)", "drug"),
    "within a path": "CS(outcome | lab/study)",
    "known": (get("Known", level="site", matrix=correlation()), "site"),
    "known and nested": (get("Known", level="site", matrix=correlation()), "study/estimate"),
    "SPEXP": (get("SPEXP", place="site", distances=distances()), "study"),
    "SPGAU": (get("SPGAU", place="site", distances=distances()), "study"),
    "SPRAT": (get("SPRAT", place="site", distances=distances()), "study"),
    "SPSPH": (get("SPSPH", place="site", distances=distances()), "study"),
    "SPLIN in labs": get("SPLIN", place="site", distances=distances(), outer="lab"),
    "none": (),
}


def laid(name):
    effects = random_effects_data()
    terms = [term for each in written(SPECS[name]) for term in each.lay(effects)]
    return effects, terms


def some_blocks(effects):
    """Covariances between the first two estimates of every second study."""
    members, blocks = [], []
    for study in sorted(set(effects.table["study"]))[::2]:
        at = np.flatnonzero(effects.table["study"] == study)[:2]
        block = np.diag(effects.v[at])
        block[0, 1] = block[1, 0] = 0.6 * np.sqrt(effects.v[at].prod())
        members.append(at)
        blocks.append(block)
    return Covariance(tuple(members), tuple(blocks))


def matrices_of(terms, seed=5):
    rng = np.random.default_rng(seed)
    return [t.shape.matrix(rng.uniform(0.4, 1.1, len(t.shape.names))) for t in terms]


def algebras(effects, terms, A, shared):
    """Every algebra that takes these terms, whatever would be chosen."""
    found = [Blocks(A, effects.v, terms, shared=shared)]
    if shared.independent and all(term.intercept or term.whole for term in terms):
        found.append(Woodbury(A, effects.v, terms))
    if shared.independent and terms and not any(Woodbury(A, effects.v, terms).beside):
        found.extend([Chain(A, effects.v, terms)] if all(t.intercept for t in terms) else [])
    return found


@pytest.mark.parametrize("sharing", [False, True], ids=["independent", "sharing"])
@pytest.mark.parametrize("name", SPECS)
def test_every_algebra_equals_whole_matrices(name, sharing):
    effects, terms = laid(name)
    shared = some_blocks(effects) if sharing else INDEPENDENT
    A = np.column_stack([np.ones(K), effects.table["x"], effects.y])
    matrices = matrices_of(terms)
    omega = whole(terms, matrices, shared.dense(effects.v))
    inverse = np.linalg.inv(omega)
    kernel = np.cov(np.random.default_rng(6).normal(size=(3, 9)))
    pulled = inverse @ A @ kernel @ A.T @ inverse - inverse
    for algebra in algebras(effects, terms, A, shared):
        state = algebra.at(matrices)
        near(state.squares, A.T @ inverse @ A)
        near(state.logdet, np.linalg.slogdet(omega)[1])
        near(state.solved(), inverse @ A)
        for term, found in zip(terms, state.pull(kernel), strict=True):
            near(found, collected(term, pulled))


@pytest.mark.parametrize("name", [name for name in SPECS if name != "none"])
def test_random_effects_equal_their_definition(name):
    effects, terms = laid(name)
    A = np.column_stack([np.ones(K), effects.table["x"], effects.y])
    matrices = matrices_of(terms)
    omega = whole(terms, matrices, np.diag(effects.v))
    inverse = np.linalg.inv(omega)
    X = A[:, :2]
    cov = np.linalg.inv(X.T @ inverse @ X)
    beta = cov @ X.T @ inverse @ effects.y
    projection = inverse - inverse @ X @ cov @ X.T @ inverse
    weights, spread = np.append(-beta, 1.0), np.zeros((3, 3))
    spread[:2, :2] = cov
    for algebra, place in itertools.product(
        algebras(effects, terms, A, INDEPENDENT), range(len(terms))
    ):
        term, matrix = terms[place], matrices[place]
        found = algebra.at(matrices).guess(place, weights=weights, spread=spread)
        pairs = set(zip(term.outer.codes, term.inner.codes, strict=True))
        assert pairs == set(zip(found.outer, found.inner, strict=True))
        for outer, inner, mean, variance in zip(
            found.outer, found.inner, found.mean, found.variance, strict=True
        ):
            cross = np.where(term.outer.codes == outer, matrix[inner, term.inner.codes], 0.0)
            near(mean, cross @ inverse @ (effects.y - X @ beta))
            near(variance, matrix[inner, inner] - cross @ projection @ cross)


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("name", [name for name in SPECS if name != "none"])
def test_the_slope_is_that_of_the_whole_likelihood(name, method):
    """Height and slope of the objective, by differences of the height by whole matrices."""
    effects, terms = laid(name)
    shared = INDEPENDENT
    X = np.column_stack([np.ones(K), 1990 + 10 * effects.table["x"]])
    objective = Objective(
        (effects.y, effects.v, X), shared=shared, terms=terms, criterion=criteria.get(method)
    )
    u = np.random.default_rng(8).uniform(0.4, 1.1, objective.parameters.count)

    def height(u):
        matrices = [objective.unit * G for G in objective.parameters.matrices(u)]
        omega = whole(terms, matrices, shared.dense(effects.v))
        return dense_height(effects.y, X, omega, restricted=method == "REML")

    point = objective.at(u)
    assert objective.heights(point, criteria.get(method)) == pytest.approx(height(u), rel=1e-9)
    step = 1e-5
    for at in range(len(u)):
        move = step * (np.arange(len(u)) == at)
        slope = (height(u + move) - height(u - move)) / (2 * step)
        assert point.slope[at] == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", ["three levels", "crossed", "UN", "CAR", "known", "SPEXP"])
def test_a_whole_analysis_with_shared_participants(name):
    """Coefficients, their covariance, likelihood and I² at the estimates, by whole matrices."""
    from dataclasses import replace

    effects = random_effects_data()
    effects = replace(effects, shared=some_blocks(effects))
    pooled = pool_multilevel(effects, SPECS[name], moderators="x")
    objective = pooled.solution.objective
    scaled = objective.parameters.matrices(pooled.solution.point.u)
    V = effects.shared.dense(effects.v)
    omega = whole(pooled.terms, [objective.unit * G for G in scaled], V)
    X, inverse = pooled.design.full, np.linalg.inv(omega)
    cov = np.linalg.inv(X.T @ inverse @ X)
    near(pooled.cov, cov, 1e-9)
    near(pooled.beta, cov @ X.T @ inverse @ effects.y, 1e-9)
    height = dense_height(effects.y, X, omega, restricted=True)
    assert pooled.log_likelihood == pytest.approx(height, rel=1e-10)
    under_v = np.linalg.inv(V)
    projection = under_v - under_v @ X @ np.linalg.inv(X.T @ under_v @ X) @ X.T @ under_v
    near(pooled.heterogeneity()["Q"], effects.y @ projection @ effects.y, 1e-10)
    if not np.isnan(pooled.heterogeneity()["tau2"]):
        total = float(omega[0, 0] - V[0, 0])
        share = 100 * total / (total + (K - 2) / np.trace(projection))
        assert pooled.heterogeneity()["I2"] == pytest.approx(share, rel=1e-9, abs=1e-9)


def test_many_estimates_need_no_matrix_of_their_size():
    """Three levels on 20 000 estimates within 60 MB; one k × k matrix alone would be 3 200."""
    import tracemalloc

    rng = np.random.default_rng(9)
    k, n = 20_000, 1_000
    study = rng.integers(0, n, k)
    v = rng.uniform(0.02, 0.2, k)
    y = 0.3 + rng.normal(0, 0.3, n)[study] + rng.normal(0, np.sqrt(v + 0.04))
    table = pd.DataFrame({"study": study.astype(str), "estimate": np.arange(k).astype(str)})
    effects = effect_sizes(table.assign(yi=y, vi=v), "GEN")
    tracemalloc.start()
    pooled = pool_multilevel(effects, "study/estimate")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
    between, within = pooled.variance_components()["estimate"]
    assert between == pytest.approx(0.09, abs=0.02)
    assert within == pytest.approx(0.04, abs=0.004)


def collected(term, pulled):
    """Sum the cells of a k × k matrix over the cells of G."""
    found = np.zeros((term.shape.n, term.shape.n))
    for i, j in itertools.product(range(K), range(K)):
        if term.outer.codes[i] == term.outer.codes[j]:
            found[term.inner.codes[i], term.inner.codes[j]] += pulled[i, j]
    return found


def near(ours, theirs, tolerance=1e-10):
    size = max(float(np.max(np.abs(theirs), initial=0.0)), 1e-3)
    assert np.max(np.abs(np.asarray(ours) - theirs), initial=0.0) <= tolerance * size


@pytest.mark.parametrize("size", [1, 5, 300])
def test_triangles_are_solved_alike_by_rows_and_by_lapack(size):
    rng = np.random.default_rng(size)
    root = np.tril(rng.normal(size=(2, size, size))) / size + np.eye(size)
    right = rng.normal(size=(2, size, 3))
    np.testing.assert_allclose(root @ lower_solve(root, right), right, rtol=1e-10, atol=1e-12)
