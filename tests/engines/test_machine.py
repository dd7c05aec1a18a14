"""The machine that runs a model's density, against PyTensor's own evaluation of the same graph."""

import ctypes

import numpy as np
import pytest
from scipy import special
from tests.engines.tied_cases import CASES, model, review

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines.nuts import sampler
from consilience.engines.nuts.machine import UnwritableError, translated
from consilience.engines.nuts.machine import special as own
from consilience.engines.nuts.machine.called import lying, record
from consilience.engines.nuts.machine.scalars import CODES
from consilience.engines.nuts.machine.writing import program_of

pytestmark = pytest.mark.nuts

WIDE = np.array([-1e308, -700.0, -3.7, -1.0, -0.3, -1e-12, 0.0, 1e-12, 0.4, 1.0, 2.5, 36.0, 710.0])
EVERY = np.array([*WIDE, np.inf, -np.inf, np.nan])
POSITIVE = np.geomspace(1e-8, 1e8, 200)


def run(graph, *values):
    """Give the outputs of a graph by the machine, with its inputs side by side."""
    program = program_of(graph, [np.zeros(np.shape(value)) for value in values])
    x = np.concatenate([np.ravel(value).astype(float) for value in values])
    found, lies = np.empty(len(x) + len(program.coded.results)), lying([program, program])
    given = (array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in (x, found))
    where = lies.ctypes.data_as(ctypes.POINTER(ctypes.c_int64))
    assert record().ctypes(len(x), len(found), *given, where) == 0
    ends = np.cumsum([at.size for at in program.outputs])
    parts = np.split(found[len(x) :], ends[:-1])
    return [part.reshape(at.shape) for part, at in zip(parts, program.outputs, strict=True)]


def held(build, *values, rtol=1e-13):
    """Hold a graph of these inputs against PyTensor's evaluation of it, without any rewriting."""
    import pytensor
    import pytensor.tensor as pt
    from pytensor.graph import FunctionGraph

    inputs = [pt.tensor(shape=np.shape(value)) for value in values]
    outputs = build(*inputs)
    with np.errstate(all="ignore"), pytensor.config.change_flags(mode="FAST_COMPILE"):
        truth = pytensor.function(inputs, outputs, mode=pytensor.compile.mode.Mode("py", None))
        expected = truth(*(np.asarray(value, dtype=float) for value in values))
    found = run(FunctionGraph(inputs, outputs, clone=True), *values)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs.astype(float), rtol=rtol, atol=1e-300)


def elementwise(name):
    """Give PyTensor's function of elements of this class."""
    import pytensor.scalar as ps
    from pytensor.tensor.elemwise import Elemwise

    found = {type(op).__name__: op for op in (*vars(ps).values(), *vars(ps.math).values())}
    return Elemwise(found[name])


@pytest.mark.parametrize("name", [name for name in CODES if name not in ("Psi", "TriGamma")])
def test_every_function_of_elements(name):
    op = elementwise(name)
    count = op.scalar_op.nin
    grids = np.meshgrid(*[EVERY] * count) if count > 1 else [EVERY]
    if name == "GammaLn":  # SciPy and C differ about it at minus infinity
        grids = [EVERY[-np.inf != EVERY]]
    if name == "Clip":  # whose bounds are in order
        grids = [grids[0], np.fmin(grids[1], grids[2]), np.fmax(grids[1], grids[2])]
    if name == "Switch":
        held(lambda a, b, c: [op(a > 0, b, c)], *grids)
    else:
        held(lambda *given: [op(*given)], *grids, rtol=2e-13)


def test_functions_of_truths():
    import pytensor.tensor as pt

    held(lambda a, b: [pt.and_(a > 0, b > 0), pt.or_(a > 0, b > 0), ~(a > 0)], EVERY, EVERY[::-1])
    held(lambda a: [pt.cast(a > 0, "float64"), pt.cast(a, "bool")], EVERY[:-1])


def test_special_functions():
    """They stand where SciPy has them over sixteen orders of magnitude."""
    np.testing.assert_allclose([own.psi(x) for x in POSITIVE], special.psi(POSITIVE), rtol=1e-12)
    below = np.array([-0.3, -1.7, -25.4])
    np.testing.assert_allclose([own.psi(x) for x in below], special.psi(below), rtol=1e-12)
    trigamma = special.polygamma(1, POSITIVE)
    np.testing.assert_allclose([own.trigamma(x) for x in POSITIVE], trigamma, rtol=1e-13)
    x = np.concatenate([np.linspace(-20, 8, 300), POSITIVE])
    np.testing.assert_allclose([own.erfcx(each) for each in x], special.erfcx(x), rtol=1e-12)


def test_what_moves_elements_about():
    import pytensor.tensor as pt

    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((3, 4)), rng.standard_normal(4)
    at, twice = np.array([2, 0, 2]), np.array([1, 1, 3])
    moves = {
        "index": lambda a, b: [a[1:, ::2], a[at], b[::-1], a[at, twice], a[:, None] * b[None, 1]],
        "shape": lambda a, b: [a.T.reshape((2, 6)), a.dimshuffle(1, "x", 0), b * a.shape[0]],
        "join": lambda a, b: [pt.concatenate([a, b[None]]), pt.stack([b, b**2], axis=1)],
        "place": lambda a, b: [pt.set_subtensor(b[at], a[0, :3]), pt.inc_subtensor(a[:, 1], 2.0)],
        "repeat": lambda a, b: [
            pt.inc_subtensor(b[twice], a[1, :3]),
            pt.inc_subtensor(a[at, twice], b[:3]),
        ],
        "diagonal": lambda a, b: [pt.diag(b), pt.diagonal(a), pt.diag(a[:, :3] @ a[:, 1:].T)],
        "fill": lambda a, b: [pt.alloc(b[0], 2, 3) + pt.ones((2, 3)), pt.zeros_like(a) + b],
    }
    for build in moves.values():
        held(build, a, b)


def test_sums_and_matrices():
    import pytensor.tensor as pt

    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((3, 4, 4)), rng.standard_normal((3, 4))

    def build(a, b):
        square = a @ a.transpose(0, 2, 1) + np.eye(4)
        root, upper = pt.linalg.cholesky(square), pt.linalg.cholesky(square[0], lower=False)
        return [
            *(
                a.sum(axis=(0, 2)),
                a.sum(),
                a.prod(axis=1),
                a.max(axis=0),
                a.min(),
                (a > 0).all(axis=2),
            ),
            *(pt.dot(a[0], b.T), pt.dot(b, a[1]), square, root, upper),
            *(pt.linalg.solve_triangular(root, b, lower=True, b_ndim=1),),
            *(
                pt.linalg.solve_triangular(upper, a[1]),
                pt.linalg.solve_triangular(upper.T, b[0], lower=True),
            ),
            *(
                pt.logsumexp(a, axis=1),
                pt.special.softmax(b, axis=1),
                pt.special.log_softmax(b, axis=0),
            ),
        ]

    held(build, a, b, rtol=1e-11)


def test_a_matrix_without_a_root_has_none():
    import pytensor.tensor as pt

    held(lambda a: [pt.linalg.cholesky(a)], np.array([[1.0, 2.0], [2.0, 1.0]]))


def models(effects_of):
    """Give models that ask for every kind of density the package writes."""
    half, mu = priors.HalfNormal(0.5), priors.Normal(0.0, 1.0)
    y, v = [0.1, 0.5, -0.2, 0.9, 0.3, 1.4], [0.05, 0.1, 0.2, 0.04, 0.3, 0.02]
    few = effects_of(y, v, arm=["a", "b", "a", "b", "c", "c"])
    for scatter in (heterogeneity.StudentT, heterogeneity.TwoComponent):
        yield cs.Model(mu=mu, heterogeneity=scatter(tau=half)), few
    for by in (heterogeneity.PooledByGroup("arm", half), heterogeneity.Normal(half)):
        levels = cs.terms.Exchangeable("arm", scale=half)
        yield cs.Model(mu=mu, terms=(levels,), heterogeneity=by), few
    for case in list(CASES.values())[:2]:
        yield model(case), review(case.outcomes)


def test_densities_and_slopes_are_those_of_the_model(effects_of):
    """At points far and near, of the model as PyMC itself evaluates it."""
    rng = np.random.default_rng(4)
    for each, effects in models(effects_of):
        built = each.pymc(effects)
        mode = {"mode": "FAST_COMPILE"}
        value, slope = built.compile_logp(**mode), built.compile_dlogp(**mode)
        record = built.compile_fn(built.unobserved_value_vars, inputs=built.value_vars, **mode)
        given = translated(built)
        density, recorded, start = given.height, given.recorded, given.initial_point_func
        for scale in (0.0, 0.5, 2.0):
            x = start(1) + scale * rng.standard_normal(given.n_dim)
            names = [variable.name for variable in built.value_vars]
            point = {name: np.asarray(recorded(x)[name]) for name in names}
            found, slopes = density(x)
            np.testing.assert_allclose(found, value(point), rtol=1e-9)
            np.testing.assert_allclose(slopes, slope(point), rtol=1e-7, atol=1e-9)
            for variable, theirs in zip(built.unobserved_value_vars, record(point), strict=True):
                np.testing.assert_allclose(
                    recorded(x)[variable.name], theirs, rtol=1e-10, atol=1e-14
                )


def test_what_it_cannot_write_is_compiled(monkeypatch):
    import nutpie
    import pymc as pm
    import pytensor.tensor as pt

    with pm.Model() as built:
        x = pm.Normal("x", shape=3)
        pm.Potential("sorted", pt.sort(x)[0])
    with pytest.raises(UnwritableError, match=r"no instruction for .*Sort"):
        translated(built)
    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda _: "compiled")
    assert sampler.compile_model(built).model == "compiled"


def test_shared_data_can_be_exchanged():
    import pymc as pm

    with pm.Model() as built:
        level = pm.Data("level", np.array([1.0, 2.0]))
        x = pm.Normal("x")
        pm.Deterministic("shifted", x + level)
        pm.Normal("y", x, level, observed=np.array([0.3, 0.1]))
    whole, other = translated(built), translated(built).with_data(level=np.array([3.0, 5.0]))
    for each, scale in ((whole, np.array([1.0, 2.0])), (other, np.array([3.0, 5.0]))):
        each._make_model(None)  # nutpie takes it
        density = each.height(np.array([0.2]))[0]
        residual = (np.array([0.3, 0.1]) - 0.2) / scale
        expected = (
            -0.5 * 0.04 - 0.5 * np.sum(residual**2) - np.log(scale).sum() - 1.5 * np.log(2 * np.pi)
        )
        assert density == pytest.approx(expected, rel=1e-12)
        recorded = each.recorded(np.array([0.2]))
        np.testing.assert_allclose(recorded["shifted"], 0.2 + scale)
