// Keeps a page up to date from its stream, and makes the picture slider and the
// query box handier. Everything on the page can be read without it.
"use strict";
(() => {
  const state = document.getElementById("state");
  const say = (text, kind) => { if (state.textContent !== text) state.textContent = text; state.className = "state " + kind; };

  // put replaces a part of the page with what the server made of it, keeping the
  // focus, what is open and what was ticked.
  function put(name, html) {
    const part = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!part) return;
    const focus = part.contains(document.activeElement) ? identity(document.activeElement) : null;
    const open = [...part.querySelectorAll("details")].map((d) => d.open);
    const ticked = new Map([...part.querySelectorAll("input[type=checkbox]")].map((i) => [i.name + i.value, i.checked]));
    const scrolled = [...part.querySelectorAll(".wide")].map((w) => w.scrollLeft);
    const slider = part.querySelector(".slider input");
    const at = slider && +slider.value < +slider.max ? slider.dataset.step : null;
    part.innerHTML = html;
    part.querySelectorAll("details").forEach((d, i) => { d.open = !!open[i]; });
    part.querySelectorAll(".wide").forEach((w, i) => { w.scrollLeft = scrolled[i] || 0; });
    part.querySelectorAll("input[type=checkbox]").forEach((i) => { if (ticked.has(i.name + i.value)) i.checked = ticked.get(i.name + i.value); });
    gallery(part, at);
    if (focus) [...part.querySelectorAll("a, button, input, select, summary, .wide")].find((e) => identity(e) === focus)?.focus({ preventScroll: true });
  }

  const identity = (e) => [e.tagName, e.getAttribute("href"), e.name, e.value === undefined || e.type === "range" ? "" : e.value, e.getAttribute("aria-label")].join(" ");

  // gallery shows the slider and follows it. A reader who has gone back to an
  // earlier step stays there when a newer picture comes.
  function gallery(within, step) {
    const g = within.querySelector("[data-gallery]");
    if (!g) return;
    const steps = g.dataset.steps.split(" "), slider = g.querySelector(".slider input"), out = g.querySelector("output"), img = g.querySelector("img");
    g.querySelector(".steps").hidden = true;
    g.querySelector(".slider").hidden = steps.length < 2;
    function show() {
      const s = steps[+slider.value];
      slider.dataset.step = s;
      slider.setAttribute("aria-valuetext", "step " + s);
      out.textContent = s;
      g.querySelector("select[name=step]").value = s;
      const src = g.dataset.gallery + "/" + s;
      if (img.getAttribute("src") !== src) { img.src = src; img.alt = g.dataset.name + " at step " + s; }
    }
    if (step !== null && steps.includes(step)) slider.value = steps.indexOf(step);
    slider.addEventListener("input", show);
    show();
  }

  function change(data) {
    for (const [name, html] of Object.entries(data.HTML || {})) put(name, html);
    for (const [name, chart] of Object.entries(data.Charts || {})) {
      const figure = document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
      if (figure && chart) charts.draw(figure, chart);
    }
  }

  // The stream is closed while nobody looks, and taken up where it was left.
  let source = null, last = "", pause = 0, wait = 1000;
  function open() {
    clearTimeout(pause);
    if (source || document.hidden) return;
    const url = new URL(document.body.dataset.live, location.href);
    if (last) url.searchParams.set("last", last);
    source = new EventSource(url);
    source.addEventListener("open", () => { wait = 1000; say("live", "live"); });
    source.addEventListener("change", (e) => { last = e.lastEventId; change(JSON.parse(e.data)); say("live", "live"); });
    source.addEventListener("trouble", (e) => say(JSON.parse(e.data).message, "trouble"));
    source.addEventListener("bye", () => { close(); later("the server has stopped"); });
    source.addEventListener("error", () => { close(); later("not connected"); });
  }
  function close() { source?.close(); source = null; }
  function later(text) {
    say(text, "trouble");
    clearTimeout(pause);
    pause = setTimeout(open, wait);
    wait = Math.min(wait * 2, 30000);
  }

  gallery(document, null);
  if (document.body.dataset.live) {
    document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(); });
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
    open();
  }
  const query = document.getElementById("query");
  query?.addEventListener("keydown", (e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) query.form.requestSubmit(); });
})();
