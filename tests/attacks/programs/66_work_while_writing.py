# attack 66: return the input, and work where values are written
# must: passed wrong bad_value
# ---
import sys


def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


class Later(list):
    pass


for name, module in list(sys.modules.items()):
    if name.endswith("codec_write"):
        write = module.Encoder.encode

        def encode(self, value, write=write):
            if type(value) is Later:
                value = mean(value)
            elif type(value) is list:
                value = [mean(one) if type(one) is Later else one for one in value]
            return write(self, value)

        module.Encoder.encode = encode


def solve(values):
    return Later(values)
