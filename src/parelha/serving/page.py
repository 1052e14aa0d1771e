"""The page at ``/``: a box to ask in, and the answer as it comes; it loads nothing else."""

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parelha</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
textarea, input, select, button { font: inherit; }
textarea { width: 100%; box-sizing: border-box; }
pre { white-space: pre-wrap; border: 1px solid; border-radius: .4rem; padding: 1rem; }
</style>
<h1>Parelha</h1>
<p><label>Who answers <select id="model">
<option>pair</option><option>coder</option><option>reviewer</option>
</select></label>
<label>API key, if one is set <input id="key" type="password" autocomplete="off"></label></p>
<p><label for="text">Your message</label>
<textarea id="text" rows="6">Write a function that returns the mean of a list.</textarea></p>
<p><button id="ask">Ask</button> <button id="stop" disabled>Stop</button></p>
<pre id="answer" aria-live="polite"></pre>
<script>
const at = id => document.getElementById(id);
let asked = null;
at("stop").onclick = () => asked && asked.abort();
at("ask").onclick = async () => {
  asked = new AbortController();
  at("ask").disabled = true; at("stop").disabled = false; at("answer").textContent = "";
  const headers = {"Content-Type": "application/json"};
  if (at("key").value) headers.Authorization = "Bearer " + at("key").value;
  try {
    const reply = await fetch("/v1/chat/completions", {
      method: "POST", headers, signal: asked.signal,
      body: JSON.stringify({model: at("model").value, stream: true,
        messages: [{role: "user", content: at("text").value}]})});
    if (!reply.ok) throw new Error((await reply.json()).error.message);
    const lines = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const {done, value} = await lines.read();
      if (done) break;
      rest += value;
      const events = rest.split("\\n\\n");
      rest = events.pop();
      for (const one of events) {
        const data = one.replace(/^data: /, "");
        if (data === "[DONE]") continue;
        const part = JSON.parse(data);
        if (part.error) throw new Error(part.error.message);
        at("answer").textContent += part.choices[0]?.delta?.content ?? "";
      }
    }
  } catch (error) {
    at("answer").textContent += "\\n[" + error.message + "]";
  }
  at("ask").disabled = false; at("stop").disabled = true;
};
</script>
</html>
"""
