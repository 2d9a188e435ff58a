"""What any estimator could reach on `granary collab sample`: the posterior mean by Gibbs sampling, with the planted strengths known.

python collab_bound.py FOLDER [FACTORS [SWEEPS]]   (needs numpy; FOLDER as `granary collab sample` writes it)
"""

import json
import sys
from math import erf, sqrt

import numpy as np

folder = sys.argv[1]
sweeps = int(sys.argv[3]) if len(sys.argv) > 3 else 150
truth = json.load(open(f"{folder}/truth.json"))
planted, floor = truth["planted"], truth["noiseFloor"]["validRmse"]
strengths = np.array(planted["factors"][: int(sys.argv[2]) if len(sys.argv) > 2 else None])
noise, mean = planted["noise"], planted["mean"]
train, valid = (np.loadtxt(f"{folder}/{name}", dtype=int) for name in ("u1.base", "u1.test"))
users, items = (max(train[:, c].max(), valid[:, c].max()) for c in (0, 1))
user, item, rating = train[:, 0] - 1, train[:, 1] - 1, train[:, 2].astype(float)
random = np.random.default_rng(0)
# Rounding to whole stars adds the variance of a uniform step.
variance = noise**2 + 1 / 12

# The mean rating after noise, rounding and cutting to 1 … 5, of each planted value.
values = np.linspace(-3, 10, 2601)
below = np.vectorize(lambda rating: 0.5 * (1 + erf(rating / sqrt(2))))
means = sum(
    r * ((1 if r == 5 else below((r + 0.5 - values) / noise)) - (0 if r == 1 else below((r - 0.5 - values) / noise)))
    for r in range(1, 6)
)


def draw(rows, index, other_index, other, prior):
    """Rows [bias, factors] of one side, given the other side's."""
    features = np.concatenate([np.ones((len(index), 1)), other[other_index, 1:]], 1)
    rest = rating - mean - other[other_index, 0]
    width = features.shape[1]
    precision, weighted = np.zeros((rows, width, width)), np.zeros((rows, width))
    for a in range(width):
        weighted[:, a] = np.bincount(index, features[:, a] * rest, rows)
        for b in range(width):
            precision[:, a, b] = np.bincount(index, features[:, a] * features[:, b], rows)
    covariance = np.linalg.inv(precision / variance + np.diag(1 / prior))
    centre = (covariance @ (weighted / variance)[..., None])[..., 0]
    return centre + (np.linalg.cholesky(covariance) @ random.normal(size=(rows, width, 1)))[..., 0]


priors = [np.r_[planted[side] ** 2, strengths] for side in ("userBias", "itemBias")]
tables = [random.normal(size=(rows, len(prior))) * np.sqrt(prior) for rows, prior in zip((users, items), priors)]
predicted, kept = np.zeros(len(valid)), 0
for sweep in range(sweeps):
    tables[0] = draw(users, user, item, tables[1], priors[0])
    tables[1] = draw(items, item, user, tables[0], priors[1])
    if sweep < sweeps // 3:
        continue
    u, i = tables[0][valid[:, 0] - 1], tables[1][valid[:, 1] - 1]
    predicted += np.interp(mean + u[:, 0] + i[:, 0] + (u[:, 1:] * i[:, 1:]).sum(1), values, means)
    kept += 1
rmse = sqrt(((predicted / kept - valid[:, 2]) ** 2).mean())
print(json.dumps({"rmse": rmse, "noise_floor": floor, "above": rmse / floor - 1}))
