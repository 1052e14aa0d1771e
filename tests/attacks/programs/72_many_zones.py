# attack 72: thousands of moments, each in another time zone than the one before
# must: wrong bad_value
# limits: wall=8 cpu=6
# ---
import zoneinfo

import pandas as pd

ZONES = [zoneinfo.ZoneInfo(name) for name in sorted(zoneinfo.available_timezones())]


def solve(values):
    return [pd.Timestamp(2024, 1, 1, tz=ZONES[i % len(ZONES)]) for i in range(6000)]
