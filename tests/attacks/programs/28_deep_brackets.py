# attack 28: a subscript chain of fifty thousand
# must: raised memory crashed timeout
# ---
@NEST[@
