/* Draws a figure from its specification: <div data-chart="id of a json_script">. What stands inside is the same figure
   without a script, and stays for readers of the screen; the chart is drawn over it only when it is there. */
(() => {
  "use strict";
  const ROW = 34, AROUND = 16;

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function options(figure, width) {
    const ink = colour("--q-ink"), soft = colour("--q-ink-soft"), line = colour("--q-line"), accent = colour("--q-accent");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const font = getComputedStyle(document.body).fontFamily;
    return {
      animation: !still,
      animationDuration: 400,
      aria: { enabled: true, label: { description: `${figure.title}. ${figure.sentence}` } },
      textStyle: { fontFamily: font, color: ink },
      grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: colour("--q-surface"), borderColor: line,
        textStyle: { color: ink, fontFamily: font },
        formatter: (point) => `${figure.bars[point.dataIndex].rank}  ${point.name}  ${figure.bars[point.dataIndex].text}`,
      },
      xAxis: {
        type: "value", min: (range) => Math.min(0, range.min), max: (range) => Math.max(100, range.max),
        axisLabel: { color: soft, hideOverlap: true }, splitLine: { lineStyle: { color: line } },
      },
      yAxis: {
        type: "category", inverse: true, data: figure.bars.map((bar) => bar.label),
        axisTick: { show: false }, axisLine: { lineStyle: { color: soft } },
        axisLabel: {
          color: ink, interval: 0, width: width * 0.36, overflow: "truncate",
          formatter: (label, place) => `${figure.bars[place].rank}  ${label}`,
        },
      },
      series: [{
        type: "bar", barWidth: "58%", itemStyle: { color: accent, borderRadius: [0, 2, 2, 0] },
        emphasis: { disabled: true }, data: figure.bars.map((bar) => bar.value),
        label: { show: true, position: "right", color: ink, formatter: (point) => figure.bars[point.dataIndex].text },
      }],
    };
  }

  function draw(holder) {
    const figure = JSON.parse(document.getElementById(holder.dataset.chart).textContent);
    if (!figure.bars.length) return;
    const canvas = document.createElement("div");
    canvas.style.height = `${figure.bars.length * ROW + AROUND * 2}px`;
    holder.firstElementChild.hidden = true;
    holder.append(canvas);
    const chart = window.echarts.init(canvas, null, { renderer: "svg" });
    const show = () => { chart.resize(); chart.setOption(options(figure, canvas.clientWidth), true); };
    show();
    window.addEventListener("resize", show);
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      window.matchMedia(query).addEventListener("change", show);
    }
  }

  if (window.echarts) document.querySelectorAll("[data-chart]").forEach(draw);
})();
