# attack 39: change the locale, the umask and the limits
# must: wrong
# repeat: 2
# ---
import locale
import os
import sys

locale.setlocale(locale.LC_ALL, "C")
os.umask(0o777)
sys.setswitchinterval(100)
sys.set_int_max_str_digits(0)


def solve(values):
    return 0.0
