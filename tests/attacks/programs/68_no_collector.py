# attack 68: switch the garbage collector off
# must: passed
# ---
import gc

gc.disable()
gc.freeze()
gc.set_threshold(0)


def solve(values):
    boxes = []
    for value in values:
        boxes.append([value])
    return sum(box[0] for box in boxes) / len(boxes)
