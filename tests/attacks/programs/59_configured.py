# attack 59: let a configuration of logging resolve the function
# must: passed
# lint: unread
# ---
import logging.config

RESOLVE = logging.config.DictConfigurator({}).resolve
solve = RESOLVE("builtins.eval")("lambda values: sum(values) / len(values)")
