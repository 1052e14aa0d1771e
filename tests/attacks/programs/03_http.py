# attack 3: fetch a page
# must: raised
# ---
import urllib.request


def solve(values):
    return "ESCAPED " + urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=1).read()
