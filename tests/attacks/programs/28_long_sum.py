# attack 28: an expression of fifty thousand terms
# must: raised memory crashed wrong timeout
# ---
@NEST+@
