# attack 48: import what is installed beside the allowed packages
# must: raised
# ---
import torch


def solve(values):
    return "ESCAPED " + torch.__version__
