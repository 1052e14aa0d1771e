# attack 58: thin out the faults with harmless lines
# must: passed
# lint: padding
# ---
def solve(values):
    import os, sys

    return sum(values) / len(values)


A0 = 0
A1 = 1
A2 = 2
A3 = 3
A4 = 4
A5 = 5
A6 = 6
A7 = 7
A8 = 8
A9 = 9
B0 = 0
B1 = 1
B2 = 2
B3 = 3
B4 = 4
B5 = 5
B6 = 6
B7 = 7
B8 = 8
B9 = 9
C0 = 0
C1 = 1
C2 = 2
C3 = 3
C4 = 4
C5 = 5
C6 = 6
C7 = 7
C8 = 8
C9 = 9
