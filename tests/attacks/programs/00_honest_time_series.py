# attack 0: nothing: time zones and resampling
# must: passed
# ---
import pandas as pd


def solve(values: list[float]) -> float:
    """Return the mean."""
    index = pd.date_range("2024-01-01", periods=len(values), freq="h", tz="America/Sao_Paulo")
    return float(pd.Series(values, index=index).resample("YS").mean().iloc[0])
