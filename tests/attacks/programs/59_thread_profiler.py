# attack 59: run what was compiled from a profiler of threads
# must: passed
# lint: unread
# ---
import threading

SPACE = {}
TEXT = "def solve(values):\n    return sum(values) / len(values)"


def profile(frame, event, arg):
    if not SPACE:
        SPACE.update(found=True)
        vars(threading._sys.modules["builtins"])["exec"](TEXT, SPACE)


threading.setprofile(profile)
THREAD = threading.Thread(target=len, args=("",))
THREAD.start()
THREAD.join()


def solve(values):
    return SPACE["solve"](values)
