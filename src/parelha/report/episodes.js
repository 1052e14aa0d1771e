"use strict";
// The browser of episodes. Foreign text enters the page as text nodes and values of options alone.
(() => {
  const section = document.getElementById("episodes");
  if (!section) return;
  const at = (id) => document.getElementById(id);
  const settings = JSON.parse(at("settings").textContent);
  const ROW = 30; // pixels; `.row` in the style has the same
  const KEPT = 12; // chunks in memory
  const [CHUNK, PLACE, STEP, SOURCE, TASK, DRAFT, FINAL, VERDICT, REWARD] = Array(9).keys();

  function make(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(plain).text());
  }

  // --- texts -----------------------------------------------------------------------------------

  const arrived = new Map();
  window.parelhaTexts = (name, text) => arrived.set(name, text);
  const chunks = new Map();

  function read(name) {
    const inline = at(`texts-${name}`);
    if (inline) return unpack(inline.textContent);
    const path = `${settings.folder}/${settings.chunks[name]}`;
    return new Promise((resolve, reject) => {
      const script = make("script", { src: path });
      script.onload = () => {
        resolve(unpack(arrived.get(name)));
        arrived.delete(name);
        script.remove();
      };
      script.onerror = () => reject(new Error(path));
      document.head.append(script);
    });
  }

  function chunk(name) {
    const found = chunks.get(name) || read(name);
    chunks.delete(name);
    chunks.set(name, found); // the latest last
    found.catch(() => chunks.delete(name));
    if (chunks.size > KEPT) chunks.delete(chunks.keys().next().value);
    return found;
  }

  // --- list ------------------------------------------------------------------------------------

  let index; // names by number, and a column for each of the above
  let shown = []; // numbers of the episodes that the filters leave, in order
  let here = -1; // place in `shown`
  const list = at("list");
  const rows = at("rows");

  const value = (column, episode) => index.columns[column][episode];
  const result = (column, episode) => index.results[value(column, episode)];
  const isRight = (column, episode) => result(column, episode)[2];
  const isGraded = (episode) => result(DRAFT, episode)[1] !== null && result(FINAL, episode)[1] !== null;
  const gain = (episode) => (result(FINAL, episode)[1] || 0) - (result(DRAFT, episode)[1] || 0);
  const family = (episode) => index.tasks[value(TASK, episode)].split("/", 1)[0];
  const when = (episode) => {
    const source = index.sources[value(SOURCE, episode)];
    const evaluation = { "before training": "before", "after training": "after" }[source];
    return evaluation || `step ${value(STEP, episode)}`;
  };
  const reward = (number) =>
    number === null || number === undefined ? "–" : (number < 0 ? "−" : "+") + Math.abs(number).toFixed(2);
  const percent = (part) => `${Math.floor(100 * part + 1e-6)} %`;
  const share = ([outcome, part]) => (part === null ? outcome : percent(part));
  const told = ([outcome, part]) => (part === null ? outcome : `${outcome}, ${percent(part)} of hidden cases`);

  const CHANGES = {
    "wrong → right": (e) => !isRight(DRAFT, e) && isRight(FINAL, e),
    "right → wrong": (e) => isRight(DRAFT, e) && isGraded(e) && !isRight(FINAL, e),
    "stayed right": (e) => isRight(DRAFT, e) && isRight(FINAL, e),
    "stayed wrong": (e) => isGraded(e) && !isRight(DRAFT, e) && !isRight(FINAL, e),
    "more cases pass": (e) => isGraded(e) && gain(e) > 0,
    "fewer cases pass": (e) => isGraded(e) && gain(e) < 0,
  };
  const FILTERS = {
    change: (e) => Object.keys(CHANGES).filter((name) => CHANGES[name](e)),
    family: (e) => [family(e)],
    outcome: (e) => [result(FINAL, e)[0]],
    verdict: (e) => [index.verdicts[value(VERDICT, e)]],
    source: (e) => [index.sources[value(SOURCE, e)]],
  };
  const ORDERS = {
    "latest first": (a, b) => b - a,
    "earliest first": (a, b) => a - b,
    "highest reward": (a, b) => (value(REWARD, b) ?? -1e9) - (value(REWARD, a) ?? -1e9) || b - a,
    "lowest reward": (a, b) => (value(REWARD, a) ?? 1e9) - (value(REWARD, b) ?? 1e9) || b - a,
    "largest gain": (a, b) => gain(b) - gain(a) || b - a,
    "largest loss": (a, b) => gain(a) - gain(b) || b - a,
  };

  function fill() {
    for (const [id, labels] of Object.entries(FILTERS)) {
      const counts = new Map(id === "change" ? Object.keys(CHANGES).map((name) => [name, 0]) : []);
      for (const episode of index.columns[0].keys()) {
        for (const label of labels(episode)) counts.set(label, (counts.get(label) || 0) + 1);
      }
      const names = [...counts.keys()];
      if (id === "family") names.sort();
      const options = names.map((name) => make("option", { value: name }, `${name} (${counts.get(name).toLocaleString("en")})`));
      at(id).replaceChildren(make("option", { value: "" }, "all"), ...options);
    }
    at("order").replaceChildren(...Object.keys(ORDERS).map((name) => make("option", { value: name }, name)));
  }

  // `place` says where to be in what is left; by default at its beginning.
  function filter(place = () => 0) {
    const wanted = Object.keys(FILTERS).filter((id) => at(id).value);
    const text = at("task").value.trim().toLowerCase();
    const matches = index.tasks.map((task) => task.toLowerCase().includes(text));
    shown = [...index.columns[0].keys()].filter(
      (e) => matches[value(TASK, e)] && wanted.every((id) => FILTERS[id](e).includes(at(id).value)),
    );
    shown.sort(ORDERS[at("order").value]);
    const [found, all] = [shown.length, index.columns[0].length].map((n) => n.toLocaleString("en"));
    at("count").textContent = `${found} of ${all} episodes`;
    rows.style.height = `${shown.length * ROW}px`;
    list.scrollTop = 0;
    go(place());
  }

  function row(place) {
    const e = shown[place];
    const verdict = index.verdicts[value(VERDICT, e)];
    const mark = (column) =>
      make("span", { class: `result ${isRight(column, e) ? "good" : "bad"}` }, `${isRight(column, e) ? "✓" : "✗"} ${share(result(column, e))}`);
    const label = [
      when(e),
      index.tasks[value(TASK, e)],
      `draft ${told(result(DRAFT, e))}`,
      `reviewer ${verdict}`,
      `last program ${told(result(FINAL, e))}`,
      `reward ${reward(value(REWARD, e))}`,
    ];
    const made = make(
      "div",
      {
        class: "row",
        role: "option",
        id: `episode-${place}`,
        "aria-selected": String(place === here),
        "aria-setsize": shown.length,
        "aria-posinset": place + 1,
        "aria-label": label.join(", "),
      },
      make("span", { class: "when" }, when(e)),
      make("span", { class: "task" }, index.tasks[value(TASK, e)]),
      mark(DRAFT),
      make("span", { class: "verdict" }, verdict),
      mark(FINAL),
      make("span", { class: "number" }, reward(value(REWARD, e))),
    );
    made.style.top = `${place * ROW}px`;
    made.addEventListener("click", () => choose(place));
    return made;
  }

  // Only what is seen, and a little around it, is in the document.
  function draw() {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 10);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 10);
    const made = [];
    for (let place = first; place < last; place += 1) made.push(row(place));
    rows.replaceChildren(...made);
  }

  function go(place) {
    here = Math.max(0, Math.min(shown.length - 1, place));
    if (!shown.length) {
      here = -1;
      list.removeAttribute("aria-activedescendant");
      draw();
      at("episode").replaceChildren(make("p", { class: "note" }, "No episode is like that."));
      return;
    }
    const top = here * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    draw();
    list.setAttribute("aria-activedescendant", `episode-${here}`);
    open(shown[here]);
  }

  // By the user's own hand, so the address may say so.
  function choose(place) {
    chosen = true;
    go(place);
  }

  // --- one episode -----------------------------------------------------------------------------

  let view = "changes";
  let asked = null;
  let chosen = false;

  async function open(episode) {
    asked = episode;
    const name = index.chunks[value(CHUNK, episode)];
    let parts;
    try {
      const { rounds, episodes } = await chunk(name);
      parts = episodes[value(PLACE, episode)].map((number) => rounds[number]);
    } catch (error) {
      if (asked !== episode) return;
      const missing =
        `The texts of this episode are in ${error.message}, which is not there. Either the report was made again ` +
        "since this page was opened (load it again), or the page was moved without the folder beside it.";
      at("episode").replaceChildren(make("p", { role: "alert", class: "missing" }, missing));
      return;
    }
    if (asked !== episode) return; // another one was chosen meanwhile
    if (chosen) history.replaceState(null, "", `#${name}.${value(PLACE, episode)}`);
    at("episode").replaceChildren(heading(episode), ...exchanges(parts));
    performance.mark("episode");
  }

  function heading(e) {
    const source = index.sources[value(SOURCE, e)];
    const where = [source, value(STEP, e) ? `step ${value(STEP, e)}` : "", `${here + 1} of ${shown.length.toLocaleString("en")}`];
    const change = Object.keys(CHANGES).find((name) => CHANGES[name](e));
    const good = isRight(FINAL, e) ? "good" : "bad";
    return make(
      "header",
      null,
      make("h3", null, index.tasks[value(TASK, e)]),
      make("p", { class: "tags" }, ...(change ? [make("b", { class: good }, change), " · "] : []), where.filter(Boolean).join(" · ")),
    );
  }

  // A program and the review of it; beside the review, what came of it.
  function exchanges(parts) {
    const made = [];
    const programs = parts.filter((part) => part.is_code);
    const reviews = parts.filter((part) => !part.is_code);
    for (let k = 0; k < Math.max(programs.length - 1, reviews.length, 1); k += 1) {
      const before = programs[Math.min(k, programs.length - 1)];
      const after = programs[k + 1];
      const left = make("div", { class: "programs" }, ...(after ? compared(before, after, k) : alone(before)));
      const right = reviews[k] ? reviewed(reviews[k]) : make("p", { class: "note" }, "No review.");
      made.push(make("div", { class: "exchange" }, left, make("div", { class: "reviewer" }, right)));
    }
    return made;
  }

  const cased = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const more = (title, ...children) =>
    make("details", null, make("summary", null, make("small", { class: "more" }, title)), ...children);
  const quoted = (text) => make("pre", null, text);

  const named = (part) => (part.heading === "Stored" ? "Stored draft" : part.heading);

  function measured(part) {
    const title = [named(part), part.choice].filter(Boolean).join(": ");
    const state = part.passed === undefined ? "" : part.passed ? " passed" : " failed";
    const facts = (part.measured || []).join(" · ");
    return make("div", { class: `part${state}` }, make("h4", null, title), make("p", { class: "tags" }, facts));
  }

  function behind(part) {
    const made = [];
    if (part.paid) made.push(make("p", { class: "tags" }, part.paid.join(" · ")));
    if (part.missed) made.push(more(`hidden cases that failed, the first ${part.missed.length}`, quoted(part.missed.join("\n"))));
    if (part.findings) made.push(more(`findings of the linters (${part.findings.length})`, quoted(part.findings.join("\n"))));
    if (part.prompt) made.push(more("what the coder was given", quoted(part.prompt)));
    return make("div", { class: "part" }, make("h4", null, `Behind the ${named(part).toLowerCase()}`), ...made);
  }

  const code = (lines, label) =>
    make("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label }, make("code", null, ...lines));

  function alone(part) {
    return [measured(part), code(parelhaDiff.plain(part.text || ""), named(part)), behind(part)];
  }

  function compared(before, after, k) {
    const names = { changes: "changes", before: named(before).toLowerCase(), after: "revision" };
    const place = make("div");
    const show = () => {
      const [one, other] = [before.text || "", after.text || ""];
      const lines = {
        changes: () => parelhaDiff.diff(one, other, after.changes || []),
        before: () => parelhaDiff.plain(one),
        after: () => parelhaDiff.plain(other),
      }[view]();
      place.replaceChildren(
        ...(view === "changes" && one === other ? [make("p", { class: "note" }, "The revision is the same program.")] : []),
        code(lines, cased(names[view])),
      );
    };
    const choice = Object.entries(names).map(([id, name]) => {
      const input = make("input", { type: "radio", name: `view-${k}`, value: id, checked: id === view });
      input.addEventListener("change", () => {
        view = id;
        show();
      });
      return make("label", null, input, ` ${name}`);
    });
    show();
    return [
      make("div", { class: "two" }, measured(before), measured(after)),
      make("fieldset", { class: "views" }, make("legend", null, "Program"), ...choice),
      place,
      ...(k ? [] : [behind(before)]),
      behind(after),
    ];
  }

  function reviewed(part) {
    const made = make("div", { class: "part" }, make("h4", null, `Reviewer: ${part.choice || "no verdict"}`));
    if (part.paid) made.append(make("p", { class: "tags" }, part.paid.join(" · ")));
    for (const [name, output] of part.tools || []) {
      const tool = more(`tool: ${name}`, quoted(output));
      tool.open = true;
      made.append(tool);
    }
    if (part.quote) made.append(make("p", { class: "more" }, "quoted to the coder"), make("blockquote", null, part.quote));
    if (part.text) made.append(make("p", { class: "more" }, "said to the coder"), make("blockquote", null, part.text));
    if (part.prompt) made.append(more("what the reviewer was given", quoted(part.prompt)));
    return made;
  }

  // --- keys ------------------------------------------------------------------------------------

  function move(event) {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -shown.length, End: shown.length };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    choose(here + steps[event.key]);
  }

  // Letters do something only where the focus is in the browser of episodes, and not in a field.
  function letter(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("input:not([type=radio]), select, textarea")) {
      if (event.key === "Escape" && event.target.id === "task") list.focus();
      return;
    }
    const actions = { j: () => choose(here + 1), k: () => choose(here - 1), "/": () => at("task").focus() };
    if (event.key in actions) {
      event.preventDefault();
      actions[event.key]();
    }
  }

  // The place of the episode that the address names; without one, of one that the review mended.
  function first() {
    const [, name, place] = /^#(.+)\.(\d+)$/.exec(location.hash) || [];
    const number = index.chunks.indexOf(name);
    const named = shown.findIndex((e) => value(CHUNK, e) === number && value(PLACE, e) === Number(place));
    if (named >= 0) section.scrollIntoView();
    return Math.max(0, named >= 0 ? named : shown.findIndex(CHANGES["wrong → right"]));
  }

  async function begin() {
    index = await unpack(at("index").textContent);
    fill();
    for (const id of [...Object.keys(FILTERS), "order"]) at(id).addEventListener("change", () => filter());
    at("task").addEventListener("input", () => filter());
    at("filters").addEventListener("submit", (event) => event.preventDefault());
    // Behind the reset itself.
    at("filters").addEventListener("reset", () => setTimeout(filter));
    let waiting = false;
    list.addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        draw();
      });
    });
    list.addEventListener("keydown", move);
    section.addEventListener("keydown", letter);
    filter(first);
    section.classList.add("ready");
    performance.mark("list");
  }
  begin();
})();
