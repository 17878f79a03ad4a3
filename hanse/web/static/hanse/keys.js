// Keys: / search, J K move, Enter open or next step, X choose, F filter, T take, G and a letter for pages, ? lists all.
// A row takes part by standing in <tbody data-rows>. Its first link opens it; [data-key="enter"] or "t" in it come first.
(() => {
  let going = 0;
  const help = document.getElementById("keys-help");
  const inField = element => element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-rows] > tr:not([data-part]), [data-rows] > li")].filter(row => row.offsetParent);
  const cursor = () => document.querySelector("[data-rows] > .cursor");

  const moveTo = row => {
    cursor()?.classList.remove("cursor");
    row.classList.add("cursor");
    row.scrollIntoView({ block: "nearest" });
    (row.querySelector("[data-key=enter]") || row.querySelector("a, button, input"))?.focus({ preventScroll: true });
  };
  const step = by => {
    const all = rows(), at = all.indexOf(cursor());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) moveTo(next);
  };
  const within = selector => cursor()?.querySelector(selector);
  const press = element => element && (element.click(), true);
  const onPage = name => document.querySelector(`main [data-key="${name}"], .top [data-key="${name}"]`);
  const focusOn = element => element && (element.focus(), element.select?.(), true);

  const keys = {
    "/": () => focusOn(document.querySelector('[data-key="/"]')),
    j: () => (step(1), true), k: () => (step(-1), true),
    x: () => press(within("input[type=checkbox]")),
    t: () => press(within('[data-key="t"]') || onPage("t")),
    f: () => { const filter = onPage("f"); return filter && (filter.matches("input, select") ? focusOn(filter) : (filter.focus(), filter.click(), true)); },
    g: () => (going = Date.now(), true),
    "?": () => help && (help.open ? help.close() : help.showModal(), true),
    Enter: event => {
      if (event.target.closest?.("a, button, summary") && !event.target.closest("[data-rows]")) return false;
      const row = cursor();
      if (!row || (event.target !== document.body && !row.contains(event.target))) return false;
      return press(row.querySelector("[data-key=enter]") || row.querySelector("a[href]"));
    },
  };
  const go = letter => {
    const target = document.querySelector(`[data-go="${letter}"]`)?.href || document.querySelector(`[data-go-to="${letter}"]`)?.dataset.url;
    if (target) location.assign(target);
  };

  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || event.hanseScan) return;
    if (event.key === "Escape" && inField(event.target)) return event.target.blur();
    if (inField(event.target) || (help?.open && event.key !== "?")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (Date.now() - going < 1200 && /^[a-z0-9]$/.test(key)) { going = 0; event.preventDefault(); return go(key); }
    if (Object.hasOwn(keys, key) && keys[key](event)) event.preventDefault();
  });
  addEventListener("click", event => {
    if (event.target.closest?.("[data-keys-help]")) help?.showModal();
    const row = event.target.closest?.("[data-rows] > tr, [data-rows] > li");
    if (row && !row.classList.contains("cursor")) { cursor()?.classList.remove("cursor"); row.classList.add("cursor"); }
  });
  // a row that HTMX has drawn again keeps the cursor
  let held = -1;
  document.body?.addEventListener("htmx:beforeSwap", () => { held = rows().indexOf(cursor()); });
  document.body?.addEventListener("htmx:afterSettle", () => { if (held >= 0 && !cursor()) rows()[Math.min(held, rows().length - 1)]?.classList.add("cursor"); held = -1; });
})();
