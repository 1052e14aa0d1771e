# attack 59: hide the code in base64
# must: passed
# lint: dynamic
# ---
import base64

CODE = b"bGFtYmRhIHZhbHVlczogc3VtKHZhbHVlcykgLyBsZW4odmFsdWVzKQ=="
solve = eval(base64.b64decode(CODE))
