# attack 28: a name of a million letters
# must: wrong raised
# ---
@NESTname@
