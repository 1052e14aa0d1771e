"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = () => window.innerWidth < 640;

  function look() {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--soft").trim();
    const grid = style.getPropertyValue("--grid").trim();
    const axis = { color: ink, gridcolor: grid, zerolinecolor: grid, linecolor: grid };
    return {
      font: { color: ink, family: getComputedStyle(document.body).fontFamily, size: narrow() ? 11 : 12 },
      hoverlabel: {
        bgcolor: style.getPropertyValue("--card").trim(),
        bordercolor: grid,
        font: { color: style.getPropertyValue("--ink").trim() },
      },
      xaxis: axis,
      yaxis: axis,
    };
  }

  function merge(base, extra) {
    const made = { ...base };
    for (const [key, value] of Object.entries(extra)) {
      const both = made[key] && typeof made[key] === "object" && !Array.isArray(made[key]);
      made[key] = both ? merge(made[key], value) : value;
    }
    return made;
  }

  function draw(place) {
    const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    const fixed = {
      template: null,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: narrow() ? 46 : 58, r: 12, t: 8, b: 44 },
      height: figure.layout.height || (narrow() ? 280 : 320),
      hovermode: figure.layout.hovermode || "x unified",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", itemwidth: 30 },
      xaxis: { zeroline: false, automargin: true },
      yaxis: { automargin: true },
    };
    const { template, ...own } = figure.layout;
    const layout = merge(merge(fixed, own), look());
    const options = { responsive: true, displayModeBar: false };
    Plotly.react(place, figure.data, layout, options);
  }

  // The library stands beside the page, or above it, or in it; each place is tried.
  async function library(places) {
    for (const path of places) {
      const found = await new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = path;
        script.onload = () => resolve(true);
        script.onerror = () => resolve(false);
        document.head.append(script);
      });
      if (found && window.Plotly) return true;
    }
    return Boolean(window.Plotly);
  }

  // Charts near the screen are drawn at once, the others one after the other.
  async function begin() {
    const places = [...document.querySelectorAll(".chart")];
    const settings = JSON.parse(document.getElementById("settings").textContent);
    if (!places.length) return;
    if (!(await library(settings.library))) {
      document.documentElement.classList.add("chartless");
      document.getElementById("missing").hidden = false;
      return;
    }
    const drawn = new Set();
    const drawOnce = (place) => {
      if (!drawn.has(place)) {
        drawn.add(place);
        draw(place);
      }
    };
    const watcher = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => drawOnce(entry.target)),
      { rootMargin: "600px" },
    );
    places.forEach((place) => watcher.observe(place));
    const drawRest = () => {
      const next = places.find((place) => !drawn.has(place));
      if (next) {
        drawOnce(next);
        setTimeout(drawRest, 30);
      }
    };
    setTimeout(drawRest, 30);
    dark.addEventListener("change", () => drawn.forEach(draw));
    window.addEventListener("beforeprint", () => places.forEach(drawOnce));
  }
  begin();
})();
