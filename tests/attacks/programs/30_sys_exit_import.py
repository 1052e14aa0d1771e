# attack 30: exit with success before anything is tested
# must: raised
# ---
import sys

sys.exit(0)
