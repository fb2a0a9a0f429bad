"""Figures of other implementations for domain/survival.test.ts; not run by the tests.

    pip install lifelines==0.30.3 scipy==1.17.1 statsmodels==0.15.0
    python test/data/survival-reference.py > test/data/survival-reference.json

Random samples from a fixed seed, with ties, censoring, times of 0, and shares from none to most censored.
Kaplan-Meier, log-log limits, quantiles and restricted means come from lifelines, Greenwood's variance from
statsmodels, log-rank tests (stratified too) from statsmodels, p-values and tails of the chi-square distribution from scipy.
Late entries: the curve from lifelines, the test as the score test of a Cox model of statsmodels at no effect, which is the
log-rank test where no two events have the same time. Shares with competing events: statsmodels, with late entries lifelines.
"""

import json
import warnings

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import qth_survival_time, restricted_mean_survival_time
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

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


def late_sample(count, scale, censoring):
    """Times without ties; about half entered late, and who had ended by then was never seen."""
    life, limit = rng.exponential(scale, count), rng.exponential(scale / censoring, count)
    entry = np.where(rng.random(count) < 0.5, 0, rng.exponential(scale / 3, count))
    days, events = np.minimum(life, limit), (life <= limit).astype(int)
    seen = days > entry
    return days[seen], events[seen], entry[seen]


def late_curve(days, events, entry):
    fit = KaplanMeierFitter().fit(days, events, entry=entry)
    limits = fit.confidence_interval_
    steps = []
    for t, e in sorted(zip(days, events)):
        s = float(fit.survival_function_.loc[t].iloc[0])
        if e and 0 < s < 1:
            steps.append([float(t), s, float(limits.loc[t].iloc[0]), float(limits.loc[t].iloc[1])])
    return {"observations": [[float(t), int(e), float(b)] for t, e, b in zip(days, events, entry)], "steps": steps}


def late_test(groups):
    days, events, entry = (np.concatenate([g[i] for g in groups]) for i in range(3))
    which = np.concatenate([np.full(len(g[0]), i) for i, g in enumerate(groups)])
    dummies = np.stack([which == i for i in range(1, len(groups))], axis=1).astype(float)
    model = PHReg(days, dummies, status=events, entry=entry)
    null = np.zeros(len(groups) - 1)
    score, information = model.score(null), -model.hessian(null)
    return {
        "observations": [[float(t), int(e), float(b), int(g)] for t, e, b, g in zip(days, events, entry, which)],
        "chiSquare": float(score @ np.linalg.solve(information, score)),
    }


def competing(count, scale, step):
    life, other, limit = (np.floor(rng.exponential(s, count) / step) * step for s in (scale, 2 * scale, 2 * scale))
    days = np.minimum(np.minimum(life, other), limit)
    cause = np.where(life == days, 1, np.where(other == days, 2, 0))
    # It takes times of 0 for none.
    days = days + 1
    fit = CumIncidenceRight(days, cause)
    return {
        "observations": [[float(t), int(c), 0] for t, c in zip(days, cause)],
        "steps": [[float(t), float(a), float(b)] for t, a, b in zip(fit.times, *fit.cinc)],
    }


def late_competing(count, scale):
    life, other, limit = (rng.exponential(s, count) for s in (scale, 2 * scale, 2 * scale))
    days = np.minimum(np.minimum(life, other), limit)
    cause = np.where(life == days, 1, np.where(other == days, 2, 0))
    entry = np.where(rng.random(count) < 0.5, 0, rng.exponential(scale / 3, count))
    seen = days > entry
    days, cause, entry = days[seen], cause[seen], entry[seen]
    shares = [AalenJohansenFitter(calculate_variance=False).fit(days, cause, event_of_interest=k, entry=entry)
              .cumulative_density_.iloc[:, 0] for k in (1, 2)]
    return {
        "observations": [[float(t), int(c), float(b)] for t, c, b in zip(days, cause, entry)],
        "steps": [[float(t), float(shares[0].loc[t]), float(shares[1].loc[t])] for t, c in sorted(zip(days, cause)) if c],
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
late = {
    "curves": [late_curve(*late_sample(*shape)) for shape in [(30, 60, 0.5), (80, 90, 1), (120, 40, 0.3)]],
    "tests": [late_test([late_sample(*shape) for shape in shapes]) for shapes in [
        [(40, 40, 0.5), (50, 70, 0.5)],
        [(60, 40, 1), (50, 45, 1), (40, 80, 0.5)],
    ]],
}
incidences = [competing(40, 60, 1), competing(90, 30, 5), late_competing(60, 50), late_competing(120, 90)]
print(json.dumps({"curves": curves, "tests": tests, "tails": tails, "late": late, "incidences": incidences}))
