# attack 28: fifty thousand minus signs
# must: raised memory crashed wrong
# ---
@NEST-@
