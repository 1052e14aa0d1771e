# attack 62: let another thread do the work while this one waits
# must: passed
# ---
import threading


def work(values, answers):
    total = 0.0
    for value in values:
        total += value
    answers.append(total / len(values))


def solve(values):
    answers = []
    thread = threading.Thread(target=work, args=(values, answers))
    thread.start()
    thread.join()
    return answers[0]
