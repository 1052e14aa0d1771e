# attack 18: hide memory in pipes
# must: raised timeout wrong
# limits: wall=2
# ---
import os


def solve(values):
    kept = []
    while True:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        kept.append((reader, writer))
        try:
            while True:
                os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
