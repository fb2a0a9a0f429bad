"""Figures of other implementations for domain/balance.test.ts; not run by the tests.

    pip install tableone==0.9.6 statsmodels==0.15.0 numpy==2.4.6 pandas
    python test/data/balance-reference.py > test/data/balance-reference.json

Random samples from a fixed seed in two strata with ratios of their own. Standardised mean differences of a number and of a share
come from tableone, means weighted by the inverse of the probability of the arm from statsmodels' DescrStatsW. tableone divides
by the square root of the mean of the two variances, with n - 1 for a number and p(1 - p) for a share.
"""

import json
import warnings

import numpy as np
import pandas as pd
from statsmodels.stats.weightstats import DescrStatsW
from tableone import TableOne

warnings.simplefilter("ignore")
rng = np.random.default_rng(112)


def sample(count, ratios):
    stratum = rng.integers(0, len(ratios), count)
    p = np.array(ratios)[stratum]
    plus = rng.random(count) < p
    age = np.clip(np.round(rng.normal(19 + stratum, 2.2)), 16, 25).astype(int)
    return pd.DataFrame({
        "arm": np.where(plus, "service_plus", "standard"),
        "weight": np.where(plus, 1 / p, 1 / (1 - p)),
        "age": age,
        "minor": (age < 18).astype(str),
        "waited_days": rng.integers(0, 90, count) * (1 + stratum),
    })


def figures(people):
    table = TableOne(people, columns=["age", "minor", "waited_days"], categorical=["minor"], groupby="arm",
                     continuous=["age", "waited_days"], smd=True)
    # Of a share tableone tells the size without the sign.
    found = {name: abs(float(table.smd_table.loc[name].iloc[0])) for name in ("age", "minor", "waited_days")}
    means = {}
    for arm, group in people.groupby("arm"):
        means[arm] = {
            name: float(DescrStatsW(values, weights=group["weight"]).mean)
            for name, values in (("age", group["age"]), ("minor", (group["minor"] == "True").astype(float)),
                                 ("waited_days", group["waited_days"]))
        }
        means[arm]["sd_age"] = float(group["age"].std())
    return {
        "people": [[r.arm, float(r.weight), int(r.age), int(r.waited_days)] for r in people.itertuples()],
        "difference": found,
        "weighted": means,
    }


print(json.dumps([figures(sample(*of)) for of in [(60, [0.5]), (400, [0.5, 2 / 3]), (35, [0.6]), (150, [1 / 3, 0.75, 0.5])]]))
