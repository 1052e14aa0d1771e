# attack 27: endless digits
# must: timeout memory raised
# limits: wall=0.5
# ---
import decimal


def solve(values):
    decimal.getcontext().prec = 10**8
    return float(decimal.Decimal(2).sqrt())
