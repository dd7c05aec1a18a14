"""What models make of a sampling covariance: splits, weights, joint answers at given scatters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.covariance import Covariance
from consilience.errors import DataError
from consilience.gaussian import Bonds, Errors, Joint, counted, refuse_singular, split


def random_covariance(seed, sizes=(2, 3, 5), single=2):
    """Blocks of several sizes, scattered among the estimates, some nearly singular."""
    rng = np.random.default_rng(seed)
    k = sum(sizes) + single
    places = np.split(rng.permutation(k), np.cumsum(sizes))[: len(sizes)]
    members = tuple(np.sort(each) for each in places)
    blocks = []
    for size in sizes:
        root = rng.normal(size=(size, size + int(rng.integers(0, 3))))
        blocks.append(root @ root.T / size + 1e-3 * np.eye(size))
    v = rng.uniform(0.1, 2.0, k)
    for at, block in zip(members, blocks, strict=True):
        v[at] = np.diagonal(block)
    return Covariance(members, tuple(blocks)), v, rng


seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_own_and_shared_errors_add_up_to_the_covariance(seed):
    shared, v, _ = random_covariance(seed)
    own, loads = split(shared, v)
    assert (own > 0).all()
    np.testing.assert_allclose(np.diag(own) + loads @ loads.T, shared.dense(v), atol=1e-12)


def test_equal_correlations_need_one_shared_error():
    block = 0.3 * (0.6 * np.ones((4, 4)) + 0.4 * np.eye(4))
    own, loads = split(Covariance((np.arange(4),), (block,)), np.full(4, 0.3))
    assert loads.shape == (4, 1)
    np.testing.assert_allclose(own, 0.12)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_a_rotation_makes_errors_independent_whatever_the_scatter(seed):
    shared, v, rng = random_covariance(seed)
    y, W = rng.normal(size=len(v)), rng.normal(size=(len(v), 2))
    turned, columns, values = Errors.of(v, shared).rotated(y, W)
    for tau2 in (0.0, 0.5):
        total = shared.dense(v) + tau2 * np.eye(len(v))
        direct = W.T @ np.linalg.solve(total, np.column_stack([W, y]))
        weighed = columns.T @ (np.column_stack([columns, turned]) / (values + tau2)[:, None])
        np.testing.assert_allclose(weighed, direct, rtol=1e-8, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_joint_answers_are_those_of_one_dense_matrix(seed):
    """With scatters that differ inside the blocks, as a sampler may have them."""
    shared, v, rng = random_covariance(seed)
    k, nodes = len(v), 3
    V, h, r = shared.dense(v), rng.uniform(0.0, 1.0, (nodes, k)), rng.normal(size=(nodes, k))
    joint = Joint(Bonds(Errors.of(v, shared)), h)
    pulled, left, logs = joint.pulled(r), joint.left(), joint.log_density(r)
    solved, mates, ours = joint.solved(r), joint.from_others(), joint.log_density_of(r, [0, 3, 4])
    for node in range(nodes):
        total = V + np.diag(h[node])
        gain = np.diag(h[node]) @ np.linalg.inv(total)
        np.testing.assert_allclose(pulled[node], gain @ r[node], atol=1e-9)
        np.testing.assert_allclose(left[node], np.diag(gain @ V), atol=1e-9)
        np.testing.assert_allclose(mates[node], 1 - np.diag(gain), atol=1e-9)
        np.testing.assert_allclose(solved[node], np.linalg.solve(total, r[node]), rtol=1e-7)
        whole = _normal(r[node], total)
        others = np.setdiff1d(np.arange(k), [0, 3, 4])
        rest = _normal(r[node][others], total[np.ix_(others, others)])
        assert ours[node] == pytest.approx(whole - rest, abs=1e-8)
        for place in range(k):
            others = np.delete(np.arange(k), place)
            rest = _normal(r[node][others], total[np.ix_(others, others)])
            assert logs[node, place] == pytest.approx(whole - rest, abs=1e-8)


def _normal(r, cov):
    _, logs = np.linalg.slogdet(cov)
    return -0.5 * (len(r) * np.log(2 * np.pi) + logs + r @ np.linalg.solve(cov, r))


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(0.05, 1.0))
def test_less_trust_is_a_power_of_the_likelihood_given_the_trusted(seed, weight):
    shared, v, rng = random_covariance(seed)
    doubtful = rng.random(len(v)) < 0.5
    found = counted(shared, np.where(doubtful, v / weight, v))
    for at, block, used in zip(shared.members, shared.blocks, found.blocks, strict=True):
        full = np.flatnonzero(~doubtful[at])
        trusted = np.zeros_like(block)
        trusted[np.ix_(full, full)] = np.linalg.inv(block[np.ix_(full, full)])
        precision = trusted + weight * (np.linalg.inv(block) - trusted)
        np.testing.assert_allclose(np.linalg.inv(used), precision, rtol=1e-6, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_no_trust_leaves_a_submatrix(seed):
    shared, v, rng = random_covariance(seed)
    out = rng.random(len(v)) < 0.4
    errors = Errors.of(np.where(out, np.inf, v), shared)
    kept = shared.keep(~out).dense(v[~out])
    inside = errors.used.dense(errors.v)[np.ix_(~out, ~out)]
    np.testing.assert_allclose(inside, kept, atol=1e-12)
    assert np.isinf(errors.v[out]).all()


def test_what_cannot_be_known_is_refused_by_name():
    for rho in (1.0, 1.0 - 1e-12):
        block = np.array([[1.0, rho], [rho, 1.0]])
        with pytest.raises(DataError, match=r"b, c.*[Ll]eave one of them out"):
            refuse_singular(Covariance((np.array([1, 2]),), (block,)), ("a", "b", "c"))
    block = np.array([[1.0, 0.999999], [0.999999, 1.0]])
    refuse_singular(Covariance((np.array([1, 2]),), (block,)), ("a", "b", "c"))
