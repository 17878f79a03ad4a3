// Timeline: <div class="timeline" data-timeline="id-of-json-script">the server's own table</div>. The table stays until the
// picture is ready, and for print. The JSON: {zone, from, to, now, promised: [from, to], rows: [{id, name, said}],
// spans: [{row, from, to, stage: packed | shipped | delivered | ahead, word}]}; instants in ISO, told in the zone named.
(() => {
  const escape = text => { const box = document.createElement("span"); box.textContent = text; return box.innerHTML; };

  // the library tells time in the reader's zone; shift each instant so that its clock reads as in the place
  const shifted = (iso, zone) => {
    const at = new Date(iso), there = new Date(at.toLocaleString("en-US", { timeZone: zone }));
    return there;
  };
  const draw = place => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "1";
    const data = JSON.parse(document.getElementById(place.dataset.timeline).textContent), when = iso => shifted(iso, data.zone);
    const groups = data.rows.map(row => ({ id: row.id, content: `<b>${escape(row.name)}</b><br>${escape(row.said)}` }));
    const items = data.spans.map((span, i) => ({ id: i, group: span.row, type: "range", start: when(span.from), end: when(span.to), className: `stage ${span.stage}`, content: escape(span.word || ""), title: escape(span.title || span.word || "") }));
    if (data.promised) items.push({ id: "due", type: "background", className: "due", start: when(data.promised[0]), end: when(data.promised[1]), content: "" });
    const picture = document.createElement("div"), fallback = document.createElement("div");
    fallback.append(...place.childNodes);
    place.append(fallback, picture);
    const height = 39 * data.rows.length + 33;
    const days = (when(data.to) - when(data.from)) / 864e5, narrow = innerWidth <= 700;
    const timeline = new vis.Timeline(picture, items, groups, {
      start: when(data.from), end: when(data.to), min: when(data.from), max: when(data.to), stack: false, zoomable: false, moveable: days > 12,
      margin: { item: { vertical: 6 }, axis: 6 }, height: `${height}px`, orientation: "top", showCurrentTime: false, showMajorLabels: false,
      timeAxis: days > 12 ? undefined : { scale: "day", step: 1 }, format: { minorLabels: { day: narrow && days > 3 ? "D" : "ddd D MMM" } }, groupOrder: "id", tooltip: { followMouse: true },
      onInitialDrawComplete: () => { fallback.hidden = true; } });
    if (data.now && when(data.now) < when(data.to)) timeline.addCustomTime(when(data.now), "now");
    addEventListener("beforeprint", () => { fallback.hidden = false; });
    addEventListener("afterprint", () => { fallback.hidden = true; });
  };
  const drawAll = () => document.querySelectorAll("[data-timeline]").forEach(draw);
  document.body.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
