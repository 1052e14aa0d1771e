# attack 28: a hundred nested blocks
# must: raised
# ---
@NESTif@
