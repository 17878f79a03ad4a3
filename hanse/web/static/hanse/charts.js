// Charts: <figure class="chart" data-chart="id-of-json-script" aria-label="…"></figure>, drawn by ECharts as SVG in the
// colours of the tokens; a button [data-chart-table="id"] shows the figures, [data-chart-csv="id"] saves them.
// The JSON: {kind: "lines" | "steps" | "bars", x: "day" | "word", unit, near?, series: [{name, colour, fill?, dashed?, bars?, dots?, hidden?, above?, points: [[x, y, url?]]}], marks?: [{x, word}]}
// A hidden line and one `above` it make a band, of what the first and the second say; `near` lets the scale begin where the values do.
(() => {
  const css = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const dataOf = id => JSON.parse(document.getElementById(id).textContent);
  const drawn = new Map();

  const axis = more => ({ axisLine: { lineStyle: { color: css("line-strong") } }, axisTick: { show: false }, splitLine: { lineStyle: { color: css("line") } }, ...more, axisLabel: { color: css("quiet"), fontSize: 12, hideOverlap: true, ...more.axisLabel } });
  const looks = (serie, data) => {
    const colour = css(serie.colour), bars = serie.bars || data.kind === "bars";
    const base = { name: serie.name, color: colour, data: serie.points.map(([x, y, url]) => ({ value: data.x === "word" ? y : [x, y], url })) };
    if (bars) return { ...base, type: "bar", barMaxWidth: 18, label: { show: serie.points.length <= 14, position: "top", color: css("text"), fontWeight: 600, formatter: point => Number([].concat(point.value).at(-1)).toLocaleString("en-GB") } };
    if (serie.hidden) {
      const below = serie.above ? new Map(data.series[data.series.indexOf(serie) - 1].points) : null;
      return { ...base, data: serie.points.map(([x, y, url]) => ({ value: [x, below ? y - (below.get(x) ?? 0) : y], url })), type: "line", stack: "band", symbol: "none", tooltip: { show: false }, lineStyle: { opacity: 0 }, areaStyle: serie.fill ? { color: css(serie.fill), opacity: .75 } : undefined };
    }
    return { ...base, type: "line", step: data.kind === "steps" ? "end" : false, symbol: serie.dots ? "circle" : "none", symbolSize: 6, lineStyle: { width: 2, type: serie.dashed ? "dashed" : "solid" }, areaStyle: serie.fill ? { color: css(serie.fill), opacity: .5 } : undefined };
  };
  const marks = data => data.marks?.length ? { symbol: "none", silent: true, lineStyle: { color: css("ink"), type: "solid", width: 1 }, label: { formatter: "{b}", color: css("ink") }, data: data.marks.map(mark => ({ xAxis: mark.x, name: mark.word })) } : undefined;
  const option = data => {
    const series = data.series.map(serie => looks(serie, data));
    if (series.length && marks(data)) series[0].markLine = marks(data);
    return {
      animation: false, aria: { enabled: true }, textStyle: { fontFamily: "Inter", fontSize: 12, color: css("quiet") },
      legend: { show: data.series.filter(serie => !serie.hidden).length > 1, right: 8, top: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: css("quiet") } },
      grid: { left: 8, right: 20, top: 34, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", backgroundColor: css("surface"), borderColor: css("line-strong"), textStyle: { color: css("text"), fontSize: 12 }, valueFormatter: value => value == null ? "" : Number(value).toLocaleString("en-GB") },
      xAxis: data.x === "word" ? axis({ type: "category", data: data.series[0]?.points.map(point => point[0]) || [], splitLine: { show: false } }) : axis({ type: "time", splitLine: { show: false }, axisLabel: { formatter: "{d} {MMM}" } }),
      yAxis: axis({ type: "value", scale: !!data.near, min: data.near ? span => Math.max(0, Math.floor((Math.min(...data.series.flatMap(serie => serie.points.map(point => point[1]))) - 2) / 5) * 5) : undefined, max: data.near ? 100 : undefined, axisLine: { show: false }, splitNumber: 4, axisLabel: { formatter: value => value.toLocaleString("en-GB") } }), series };
  };
  const draw = figure => {
    if (!figure.offsetParent) return;
    let chart = drawn.get(figure);
    if (!chart) {
      chart = echarts.init(figure, null, { renderer: "svg" });
      chart.on("click", point => point.data?.url && location.assign(point.data.url));
      drawn.set(figure, chart);
      new ResizeObserver(() => chart.resize()).observe(figure);
    }
    chart.setOption(option(dataOf(figure.dataset.chart)), true);
  };

  const rowsOf = data => {
    const xs = [...new Set(data.series.flatMap(serie => serie.points.map(point => point[0])))];
    if (data.x !== "word") xs.sort();
    const values = data.series.map(serie => new Map(serie.points));
    return [[data.x === "word" ? "" : "Day", ...data.series.map(serie => serie.name + (data.unit ? `, ${data.unit}` : ""))], ...xs.map(x => [x, ...values.map(map => map.get(x) ?? "")])];
  };
  const table = data => {
    const [head, ...body] = rowsOf(data), element = document.createElement("table");
    element.className = "t";
    const line = (row, tag) => { const tr = document.createElement("tr"); row.forEach((value, i) => { const cell = document.createElement(tag); cell.textContent = i && value !== "" && tag === "td" ? Number(value).toLocaleString("en-GB") : value; if (i) cell.className = "num"; tr.append(cell); }); return tr; };
    element.append(line(head, "th"), ...body.map(row => line(row, "td")));
    return element;
  };
  const toggle = button => {
    const figure = document.querySelector(`[data-chart="${button.dataset.chartTable}"]`);
    let place = figure.nextElementSibling?.matches(".chart-table") ? figure.nextElementSibling : null;
    if (!place) {
      place = document.createElement("div");
      place.className = "chart-table";
      place.tabIndex = 0;
      place.hidden = true;
      place.append(table(dataOf(figure.dataset.chart)));
      figure.after(place);
    }
    place.hidden = !place.hidden;
    figure.hidden = !place.hidden;
    button.textContent = place.hidden ? "Table" : "Chart";
    draw(figure);
  };
  const save = id => {
    const plain = value => typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    const quote = value => /[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([rowsOf(dataOf(id)).map(row => row.map(plain).map(quote).join(",")).join("\r\n")], { type: "text/csv" }));
    link.download = `${id}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const drawAll = () => {
    drawn.forEach((chart, figure) => { if (!figure.isConnected) { chart.dispose(); drawn.delete(figure); } });
    document.querySelectorAll("[data-chart]").forEach(draw);
  };
  addEventListener("click", event => {
    const button = event.target.closest?.("[data-chart-table], [data-chart-csv]");
    if (button) button.dataset.chartTable ? toggle(button) : save(button.dataset.chartCsv);
  });
  addEventListener("hanse:theme", drawAll);
  document.body.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
