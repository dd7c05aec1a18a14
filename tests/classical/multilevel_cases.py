"""Multilevel data sets of metafor's reference, and the same algebra with whole matrices."""

from dataclasses import replace

import numpy as np
import pandas as pd
from tests.classical.references import read

from consilience.classical.multilevel.components import get
from consilience.covariance import Covariance
from consilience.effects import effect_sizes

MODELS = read("models_rmamv.json")["models"]

RANDOM = {
    "konst_3level_REML": "district/school",
    "konst_3level_ML": "district/school",
    "konst_CS": "CS(school | district)",
    "konst_year_REML": "district/school",
    "assink_3level": "study/esid",
    "assink_3level_t_mods": "study/esid",
    "berkey_UN_REML": "UN(outcome | trial)",
    "berkey_UN_ML": "UN(outcome | trial)",
    "berkey_CS": "CS(outcome | trial)",
    "berkey_HCS": "HCS(outcome | trial)",
    "berkey_EE": (),
    "ishak_diag_HAR": "HAR(time | study)",
    "knapp_study_task": "study/i",
    "riley_diagV_UN": "UN(outcome | study)",
    "tannersmith_2lev": "studyid/e",
    "hasselblad_armbased_NMA": (get("CS", inner="trt", outer="study", rho=0.5),),
}
MODERATORS = {
    "konst_year_REML": "since",
    "assink_3level_t_mods": "deltype",
    "berkey_UN_REML": "0 + outcome",
    "berkey_UN_ML": "0 + outcome",
    "berkey_CS": "0 + outcome",
    "berkey_HCS": "0 + outcome",
    "berkey_EE": "0 + outcome",
    "ishak_diag_HAR": "0 + C(time)",
    "riley_diagV_UN": "0 + outcome",
    "hasselblad_armbased_NMA": "0 + study + treated",
}
INFERENCE = {"konst_year_REML": "t", "assink_3level_t_mods": "contain"}


def effects_from(data, entries=()):
    """Make Effects of columns, with the entries (i, j, value) beside the diagonal of V."""
    table = pd.DataFrame(data)
    cluster = next(c for c in ("study", "trial", "studyid", "district") if c in table)
    plain = {c: table[c].astype(str) for c in table if c not in ("yi", "vi", "time", "since")}
    table = table.assign(**plain, estimate=[f"e{i:03d}" for i in range(len(table))])
    table["study"] = [f"s{x:0>3}" for x in table[cluster]]
    if "trt" in table:
        order = ["no_contact", "self_help", "ind_counseling", "grp_counseling"]
        table["treated"] = [f"{order.index(x)} {x}" for x in table["trt"]]
    effects = effect_sizes(table, "GEN")
    return replace(effects, shared=blocks(entries, effects.v)) if entries else effects


def blocks(entries, v):
    from scipy.sparse.csgraph import connected_components

    V = np.diag(v)
    for i, j, value in entries:
        V[int(i), int(j)] = V[int(j), int(i)] = value
    number, labels = connected_components(V != 0)
    members = [np.flatnonzero(labels == at) for at in range(number)]
    members = [at for at in members if len(at) > 1]
    return Covariance(tuple(members), tuple(V[np.ix_(at, at)] for at in members))


def case(name):
    """Effects and the arguments of one model of the reference."""
    model = MODELS[name]
    data = dict(model["data"])
    if name == "konst_year_REML":
        data["since"] = [row[1] for row in model["X"]]
    if "time" in data and name != "ishak_diag_HAR":
        del data["time"]
    data.pop("year", None)
    effects = effects_from(data, model.get("V", ()))
    settings = {
        "moderators": MODERATORS.get(name),
        "method": model["method"],
        "inference": INFERENCE.get(name, "z"),
    }
    return effects, RANDOM[name], settings


def whole(terms, matrices, V):
    """Ω with all its k × k entries, from its definition."""
    omega = np.array(V, dtype=float)
    for term, matrix in zip(terms, matrices, strict=True):
        for i in range(len(V)):
            for j in range(len(V)):
                if term.outer.codes[i] == term.outer.codes[j]:
                    omega[i, j] += matrix[term.inner.codes[i], term.inner.codes[j]]
    return omega


def dense_height(y, X, omega, *, restricted):
    """Log likelihood with all constants, by whole matrices."""
    k, p = X.shape
    inverse = np.linalg.inv(omega)
    information = X.T @ inverse @ X
    beta = np.linalg.solve(information, X.T @ inverse @ y)
    r = y - X @ beta
    height = -0.5 * (np.linalg.slogdet(omega)[1] + r @ inverse @ r + k * np.log(2 * np.pi))
    if restricted:
        logs = np.linalg.slogdet(X.T @ X)[1] - np.linalg.slogdet(information)[1]
        height += 0.5 * (logs + p * np.log(2 * np.pi))
    return height
