// Spending added up by day, as an interactive line chart. The same values stand in the table below the chart.
"use strict";
(() => {
  const place = document.getElementById("pace");
  if (!place || !window.uPlot) return;
  const values = JSON.parse(place.dataset.values);
  const padded = (series) => values.days.map((day) => (day <= series.length ? series[day - 1] : null));
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const money = (amount) => (amount == null ? "–" : "S$" + amount.toLocaleString("en", { maximumFractionDigits: 0 }));
  let chart = null;

  const draw = () => {
    if (chart) chart.destroy();
    const axis = { stroke: token("--muted"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    chart = new uPlot(
      {
        width: place.clientWidth,
        height: 200,
        cursor: { y: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.06] } },
        axes: [
          { ...axis, grid: { show: false }, incrs: [1, 2, 5, 7, 14, 28] },
          { ...axis, size: 64, values: (_, ticks) => ticks.map(money) },
        ],
        series: [
          { label: "Day" },
          { label: values.label, stroke: token("--accent"), width: 2.5, points: { show: false }, value: (_, amount) => money(amount) },
          { label: values.before_label, stroke: token("--muted"), width: 1.5, dash: [5, 4], points: { show: false }, value: (_, amount) => money(amount) },
        ],
      },
      [values.days, padded(values.now), padded(values.before)],
      place,
    );
  };

  draw();
  new ResizeObserver(() => chart && chart.setSize({ width: place.clientWidth, height: 200 })).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
