// Draws the chart data of the server with uPlot: thin curves of seeds, thick
// means of cells. Labels are put into the page as text, never as markup.
"use strict";
const charts = (() => {
  const shown = new Map(); // figure -> {plot, data}

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faded = (c) => c + (c.length === 7 ? "80" : "");

  function label(data, s) {
    const cell = data.cells[s.cell] || "";
    return cell ? cell + ", " + s.label : s.label;
  }

  // Points that only some curves have stay unknown to the others; null is a
  // value that is not finite, and breaks the curve.
  function table(data) {
    if (!data.series.length) return [[]];
    return uPlot.join(data.series.map((s) => [data.xs[s.x], s.y]));
  }

  const brief = (v) => Math.abs(v) >= 10000 ? +(v / 1000).toPrecision(4) + "k" : String(+v.toPrecision(6));
  const exact = (v) => v === null || v === undefined ? "–" : String(+v.toPrecision(4));

  function options(figure, data) {
    const several = data.series.some((s) => s.mean);
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width: Math.max(figure.clientWidth, 200), height: +figure.dataset.height || 340,
      legend: { show: false }, scales: { x: { time: false }, y: { range: (u, low, high) => low === null ? [0, 1] : low === high ? [low - 0.5, high + 0.5] : uPlot.rangeNum(low, high, 0.06, false) } }, cursor: { drag: { x: true, y: false }, points: { size: 6 } },
      axes: [
        { ...axis, values: (u, ticks) => ticks.map(brief), grid: { show: false }, size: 30, label: "outer steps", labelSize: 18, labelGap: 0, labelFont: "12px system-ui, sans-serif" },
        { ...axis, size: 56, values: (u, ticks) => ticks.map(brief) },
      ],
      series: [{}].concat(data.series.map((s) => {
        const c = colour("--c" + Math.max(0, s.cell) % 8);
        const single = data.series.length === 1;
        return { label: label(data, s), stroke: s.mean || single || !several ? c : faded(c), width: s.mean ? 2.6 : single ? 1.6 : 1, points: { show: false } };
      })),
      hooks: { setCursor: [(u) => read(figure, u, data)] },
    };
  }

  // read tells the values under the cursor in words: means, or the curves of
  // cells that have but one.
  function read(figure, u, data) {
    const out = figure.querySelector(".reading");
    if (!out) return;
    const at = u.cursor.idx;
    if (at === null || at === undefined) { out.textContent = ""; return; }
    const means = new Set(data.series.filter((s) => s.mean).map((s) => s.cell));
    const words = data.series.map((s, i) => s.mean || !means.has(s.cell) ? label(data, s) + ": " + exact(u.data[i + 1][at]) : null).filter((w) => w && !w.endsWith("–"));
    out.textContent = "step " + u.data[0][at] + "  " + words.slice(0, 12).join("  ·  ");
  }

  function draw(figure, data) {
    const before = shown.get(figure);
    if (!data.series.length) return;
    const same = before && JSON.stringify([before.data.cells, before.data.series.map((s) => [s.cell, s.label, s.mean])]) ===
      JSON.stringify([data.cells, data.series.map((s) => [s.cell, s.label, s.mean])]);
    if (same) {
      before.plot.setData(table(data), !zoomed(before.plot));
      before.data.xs = data.xs; before.data.series = data.series;
      return;
    }
    if (before) before.plot.destroy();
    figure.querySelectorAll("svg.plot, .empty, .reading, .canvas").forEach((e) => e.remove());
    const holder = document.createElement("div");
    holder.className = "canvas";
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", data.metric + " over outer steps, " + data.series.length + " curves");
    const reading = document.createElement("p");
    reading.className = "reading";
    figure.prepend(holder, reading);
    const plot = new uPlot(options(figure, data), table(data), holder);
    shown.set(figure, { plot, data });
  }

  // zoomed tells whether the reader has chosen a part of the steps.
  function zoomed(u) {
    const xs = u.data[0];
    return xs.length > 1 && (u.scales.x.min > xs[0] || u.scales.x.max < xs[xs.length - 1]);
  }

  function again() {
    for (const [figure, { plot, data }] of [...shown]) {
      plot.destroy();
      shown.delete(figure);
      draw(figure, data);
    }
  }

  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => shown.forEach(({ plot }, figure) => plot.setSize({ width: Math.max(figure.clientWidth, 200), height: plot.height })), 100);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);

  return { draw };
})();
