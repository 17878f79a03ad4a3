// Chosen rows: the bar of actions takes the place above the heading, and each action says how many of them it fits.
(() => {
  const format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  const draw = bar => {
    const boxes = [...document.querySelectorAll(`input[name=chosen][form="${bar.id}"]`)];
    const chosen = boxes.filter(box => box.checked), rows = chosen.map(box => box.closest("tr"));
    boxes.forEach(box => box.closest("tr").setAttribute("aria-selected", String(box.checked)));
    bar.hidden = !chosen.length;
    bar.querySelector("[data-chosen-count]").textContent = chosen.length;
    bar.querySelector("[data-chosen-sum]").textContent = sums(rows);
    bar.querySelectorAll("[data-action]").forEach(button => {
      const fits = rows.filter(row => (row.dataset.fits || "").split(" ").includes(button.dataset.action)).length;
      button.disabled = !fits;
      button.querySelector("[data-fits-count]").textContent = fits < rows.length ? `${fits} of ${rows.length}` : "";
    });
    const all = document.querySelector(`[data-choose-all="${bar.id}"]`);
    if (all) { all.checked = chosen.length > 0 && chosen.length === boxes.length; all.indeterminate = chosen.length > 0 && !all.checked; }
  };
  const sums = rows => {
    const by = {};
    rows.forEach(row => { if (row.dataset.sum) by[row.dataset.unit || ""] = (by[row.dataset.unit || ""] || 0) + Math.round(Number(row.dataset.sum) * 10000); });
    return Object.entries(by).map(([unit, sum]) => `${format.format(sum / 10000)} ${unit}`.trim()).join(", ");
  };
  const drawAll = () => document.querySelectorAll("[data-chosen]").forEach(draw);

  let last = null;
  addEventListener("click", event => {
    const box = event.target;
    if (box.matches?.("[data-chosen-clear]")) { choose(box.closest("[data-chosen]").id, false); return; }
    if (!box.matches?.("input[name=chosen]")) return;
    const all = [...document.querySelectorAll(`input[name=chosen][form="${box.getAttribute("form")}"]`)];
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach(other => { other.checked = box.checked; });
    }
    last = box;
    drawAll();
  });
  const choose = (id, on) => { document.querySelectorAll(`input[name=chosen][form="${id}"]`).forEach(box => { box.checked = on; }); drawAll(); };
  addEventListener("change", event => event.target.matches?.("[data-choose-all]") && choose(event.target.dataset.chooseAll, event.target.checked));
  addEventListener("pageshow", drawAll);
  document.body?.addEventListener("htmx:afterSettle", drawAll);
  addEventListener("keydown", event => { if (event.key === "Escape") document.querySelectorAll("[data-chosen]:not([hidden])").forEach(bar => choose(bar.id, false)); });
})();
