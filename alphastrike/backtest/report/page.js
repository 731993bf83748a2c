"use strict";
(function () {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const options = { responsive: true, displayModeBar: false };

  function axis(own) {
    const style = getComputedStyle(document.documentElement);
    const line = style.getPropertyValue("--line").trim();
    return Object.assign({ gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true }, own);
  }

  function layout(chart) {
    const style = getComputedStyle(document.documentElement);
    const panel = style.getPropertyValue("--panel").trim();
    const ink = style.getPropertyValue("--ink").trim();
    const merged = {
      height: chart.height,
      margin: { l: 60, r: 16, t: 34, b: 36 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: style.getPropertyValue("--muted").trim() },
      hoverlabel: { bgcolor: panel, bordercolor: style.getPropertyValue("--line").trim(), font: { color: ink } },
      hovermode: "x unified",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
    };
    Object.assign(merged, chart.layout);
    for (const name of Object.keys(chart.layout)) {
      if (/^[xy]axis\d*$/.test(name)) merged[name] = axis(chart.layout[name]);
    }
    return merged;
  }

  function draw(id, chart) {
    if (chart) Plotly.react(id, chart.traces, layout(chart), options);
  }

  const select = document.getElementById("symbol");
  function drawPrice() {
    const chart = charts.prices[select.value];
    if (!chart) return;
    draw("price", chart);
    document.getElementById("price-note").textContent = chart.note;
  }

  function drawAll() {
    draw("equity", charts.equity);
    draw("leverage", charts.leverage);
    draw("weights", charts.weights);
    draw("halts", charts.halts);
    drawPrice();
  }

  select.addEventListener("change", drawPrice);
  dark.addEventListener("change", drawAll);
  drawAll();
})();
