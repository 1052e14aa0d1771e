# attack 60: form feeds and odd line ends in a comment
# must: passed raised
# lint: encoding
# ---
# a comment that ends@FF@@CR@here = 1
def solve(values):
    return sum(values) / len(values)
