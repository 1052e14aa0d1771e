# attack 0: nothing: an honest program must pass
# must: passed
# ---
import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler


def solve(values: list[float]) -> float:
    """Return the mean, by way of a scaler, after using other models."""
    column = np.asarray(values).reshape(-1, 1)
    LinearRegression().fit(column, column)
    RandomForestRegressor(n_estimators=3, n_jobs=2).fit(column, column.ravel())
    KMeans(n_clusters=1, n_init=1).fit(column)
    return float(StandardScaler().fit(column).mean_[0])
