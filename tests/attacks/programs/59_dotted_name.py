# attack 59: reach it through a server's dotted names
# must: passed
# lint: unread
# ---
import xmlrpc.server

MODULES = xmlrpc.server.resolve_dotted_attribute(xmlrpc.server, "sys.modules", True)
RUN = xmlrpc.server.resolve_dotted_attribute(MODULES["builtins"], "eval", False)
solve = RUN("lambda values: sum(values) / len(values)")
