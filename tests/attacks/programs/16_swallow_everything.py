# attack 16: catch every exception and go on
# must: timeout
# limits: wall=0.4
# ---
def solve(values):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
