# attack 28: nesting deeper than a parser allows
# must: raised memory crashed
# ---
@NEST(@
