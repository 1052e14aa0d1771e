# attack 0: distributions, of scipy and of its own
# must: passed
# ---
import numpy as np
import scipy.stats
import sklearn.mixture
import sklearn.neural_network
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Decay(scipy.stats.rv_continuous):
    def _pdf(self, x, theta, kappa):
        return theta * np.exp(-theta * x) * kappa


class Coin(scipy.stats.rv_discrete):
    def _pmf(self, k, zeta):
        return 0.5


def solve(values):
    scipy.stats.norm(0, 1).pdf(1.0), scipy.stats.gamma(2).rvs(3)
    Decay(a=0)(theta=2.0, kappa=1.0).pdf(1.0), Coin()
    scipy.stats.multivariate_normal([0, 0]).pdf([1, 1])
    scipy.stats.ttest_ind([1, 2, 3], [2, 3, 4])
    rows = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
    make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, [0, 0, 1, 1])
    return float(np.mean(values))
