"""Figures of other implementations for domain/survival.test.ts; not run by the tests.

    pip install lifelines==0.30.3 scipy==1.17.1 statsmodels==0.15.0
    python test/data/survival-reference.py > test/data/survival-reference.json

Random samples from a fixed seed, with ties, censoring, times of 0, and shares from none to most censored.
Kaplan-Meier, log-log limits, quantiles and restricted means come from lifelines, Greenwood's variance from
statsmodels, log-rank tests (stratified too) from statsmodels, p-values and tails of the chi-square distribution from scipy.
"""

import json
import warnings

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time, restricted_mean_survival_time
from scipy.stats import chi2
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

warnings.simplefilter("ignore")
rng = np.random.default_rng(112)


def sample(count, scale, censoring, step):
    life = np.floor(rng.exponential(scale, count) / step) * step
    limit = np.floor(rng.exponential(scale / censoring, count) / step) * step if censoring else life + 1
    return np.minimum(life, limit), (life <= limit).astype(int)


def finite(x):
    return float(x) if np.isfinite(x) else None


def curve(days, events):
    fit = KaplanMeierFitter().fit(days, events)
    limits = fit.confidence_interval_
    # lifelines puts a time of 0 before all others, whether it was seen or not.
    seen = [t for t in fit.survival_function_.index if t in set(days)]
    greenwood = SurvfuncRight(days, events)
    se = dict(zip(greenwood.surv_times, greenwood.surv_prob_se))
    steps = []
    for t in seen:
        s = fit.survival_function_.loc[t].iloc[0]
        row = fit.event_table.loc[t]
        inside = 0 < s < 1
        steps.append({
            "days": float(t),
            "atRisk": int(fit.event_table.loc[t:, "removed"].sum()),
            "events": int(row["observed"]),
            "censored": int(row["censored"]),
            "survival": float(s),
            "low": finite(limits.loc[t].iloc[0]) if inside else None,
            "high": finite(limits.loc[t].iloc[1]) if inside else None,
            # Of event times only; None where the curve is at 0.
            "standardError": finite(se[t]) if t in se and inside else None,
        })
    # An observed time near the middle: what is beyond the last has no value.
    horizon = float(sorted(days)[len(days) // 2])
    quantiles = {}
    # 1e-12: the curve may be at 1 - share but for rounding.
    for share in (0.25, 0.5, 0.9):
        ends = [finite(qth_survival_time(1 - share, limits[[name]])) for name in limits.columns]
        quantiles[str(share)] = {"days": finite(fit.percentile(1 - share + 1e-12)), "low": ends[0], "high": ends[1]}
    return {
        "observations": [[float(t), int(e)] for t, e in zip(days, events)],
        "steps": steps,
        "quantiles": quantiles,
        "horizon": horizon,
        "restrictedMean": float(restricted_mean_survival_time(fit, t=horizon)),
    }


def test_of(groups, strata=None):
    days = np.concatenate([g[0] for g in groups])
    events = np.concatenate([g[1] for g in groups])
    which = np.concatenate([np.full(len(g[0]), i) for i, g in enumerate(groups)])
    chi, _ = survdiff(days, events, which, strata=strata)
    return {
        "observations": [[float(t), int(e), int(g)] for t, e, g in zip(days, events, which)],
        "strata": None if strata is None else [int(s) for s in strata],
        "chiSquare": float(chi),
        "pValue": float(chi2.sf(chi, len(groups) - 1)),
    }


curves = [curve(*sample(*shape)) for shape in
          [(12, 40, 0, 1), (30, 60, 0.5, 1), (50, 20, 1, 5), (80, 90, 2, 7), (150, 120, 0.3, 1), (25, 3, 0.4, 1)]]
tests = [test_of([sample(*shape) for shape in shapes]) for shapes in [
    [(20, 40, 0.5, 1), (25, 70, 0.5, 1)],
    [(60, 40, 1, 5), (50, 45, 1, 5)],
    [(30, 40, 0, 1), (30, 60, 0.5, 1), (30, 20, 0.5, 1)],
    [(40, 30, 1, 7)] * 5,
]]
for shapes in [[(60, 40, 0.5, 3), (60, 70, 0.5, 3)], [(40, 40, 0.5, 3), (40, 40, 0.5, 3), (40, 80, 0.5, 3)]]:
    groups = [sample(*shape) for shape in shapes]
    tests.append(test_of(groups, strata=rng.integers(0, 4, sum(len(g[0]) for g in groups))))
tails = [[x, k, float(chi2.sf(x, k))] for k in (1, 2, 3, 5, 7, 10, 30, 101) for x in
         (0.001, 0.1, 0.5, 1, 2.5, 5, 10, 20, 50, 100, 200)]
print(json.dumps({"curves": curves, "tests": tests, "tails": tails}))
