// Why this site: a row unfolds the one below it; what stands open stays open when the page draws itself again.
(() => {
  const open = new Set();
  const draw = () => document.querySelectorAll("[data-unfolds]").forEach(button => {
    const row = document.getElementById(button.dataset.unfolds), on = open.has(button.dataset.unfolds);
    row.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    button.closest("tr").classList.toggle("open", on);
  });
  addEventListener("click", event => {
    const button = event.target.closest?.("[data-unfolds]");
    if (!button) return;
    const name = button.dataset.unfolds;
    open.has(name) ? open.delete(name) : open.add(name);
    draw();
  });
  document.body.addEventListener("htmx:afterSettle", draw);
})();
