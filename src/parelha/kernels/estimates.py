"""What a pass keeps, in numbers that estimates of memory need without torch."""

# Activations that a pass in bfloat16 keeps for its gradient, for each token, layer and hidden unit;
# counted on small models of several architectures: 48 to 81.
ACTIVATION_BYTES = 64
# Rows of logits that an update holds at once, at most: 256 x 152k in bfloat16 are 78 MB.
LOGIT_ROWS = 256
