// Live: the server names what changed (topic and id); what shows it fetches itself again.
//   <section data-live="orders" hx-get="/orders?part=table" hx-trigger="live" hx-swap="outerHTML">  a table: "3 new" waits above it
//   <div data-live="order:H-100001" hx-get="…" hx-trigger="live" hx-swap="outerHTML">               one thing: drawn again at once
// Changed cells are tinted for two seconds; what stands under the pointer never moves.
(() => {
  const url = document.querySelector("meta[name=live]")?.content;
  if (!url) return;
  let source = null, wait = 1000, timer = 0, seen = null;

  const state = (name, words) => {
    document.documentElement.dataset.line = name;
    document.querySelectorAll("[data-line-state]").forEach(place => { place.dataset.state = name; place.textContent = words; });
    dispatchEvent(new CustomEvent("hanse:line", { detail: name }));
  };
  const open = () => {
    const address = new URL(url, location.href);
    if (seen) address.searchParams.set("after", seen);
    source = new EventSource(address, { withCredentials: true });
    source.onopen = () => { const back = wait > 1000; wait = 1000; state("on", "Live"); if (back) refetchAll(); };
    source.onmessage = event => { seen = event.lastEventId || seen; heard(event.data); };
    source.onerror = () => {
      source.close();
      state("off", "Not live; trying again");
      clearTimeout(timer);
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, 30000);
    };
  };
  // data: {"topic": "order", "id": "H-100001"}, or a list of such
  const heard = data => [].concat(JSON.parse(data)).forEach(({ topic, id }) => {
    dispatchEvent(new CustomEvent("hanse:live", { detail: { topic, id } }));
    document.querySelectorAll("[data-live]").forEach(element => {
      const wanted = element.dataset.live.split(" ");
      if (id !== undefined && wanted.includes(`${topic}:${id}`)) refetch(element);
      else if (wanted.includes(topic)) element.matches("[data-live-rows]") ? announce(element, id) : refetch(element);
    });
  });

  // the event stays on the element: a row that is drawn again does not draw its table
  const ask = element => element.dispatchEvent(new CustomEvent("live", { bubbles: false }));

  // one refetch at a time and element; what comes meanwhile asks for one more
  const refetch = element => {
    if (element.dataset.fetching) { element.dataset.again = "1"; return; }
    if (busy(element)) { setTimeout(() => element.isConnected && refetch(element), 1000); return; }
    clearTimeout(element.liveTimer);
    element.liveTimer = setTimeout(() => { element.dataset.fetching = "1"; ask(element); }, 100);
  };
  // not while someone types in it or an action of it is under way
  const busy = element => element.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select");
  const refetchAll = () => document.querySelectorAll("[data-live]").forEach(element => element.matches("[data-live-rows]") ? announce(element) : refetch(element));

  // a table: rows that are shown are drawn again in place, others are counted above it
  const announce = (element, id) => {
    const row = id !== undefined && element.querySelector(`[data-row="${CSS.escape(id)}"]`);
    if (row) { if (row.hasAttribute("hx-get") && !row.matches(":hover")) refetch(row); else if (row.hasAttribute("hx-get")) row.addEventListener("mouseleave", () => refetch(row), { once: true }); return; }
    element.newOnes = element.newOnes || new Set();
    if (id !== undefined) element.newOnes.add(id);
    let bar = element.querySelector(":scope > .new-ones");
    if (!bar) {
      bar = document.createElement("button");
      bar.type = "button";
      bar.className = "new-ones";
      bar.addEventListener("click", () => { element.newOnes = null; bar.remove(); ask(element); });
      (element.querySelector(":scope > .scroll-x, :scope > table") || element.firstElementChild).before(bar);
    }
    bar.textContent = element.newOnes.size ? `${element.newOnes.size} new` : "The line was down. Show what changed";
  };

  // tint what is different after the swap
  const before = new Map();
  const cells = element => [...element.querySelectorAll("td, dd, .big, [data-cell]")];
  const idOf = element => element.id || element.dataset.live || element.dataset.row;
  document.body.addEventListener("htmx:beforeSwap", event => {
    const element = event.detail.target;
    if (!element.dataset?.fetching && !element.matches?.("[data-live], [data-row]")) return;
    before.set(idOf(element), cells(element).map(cell => cell.textContent.trim()));
  });
  document.body.addEventListener("htmx:afterSettle", event => {
    const element = event.detail.elt, was = before.get(idOf(element));
    if (!was) return;
    before.delete(idOf(element));
    const again = element.dataset.again;
    delete element.dataset.fetching; delete element.dataset.again;
    const now = cells(element);
    if (now.length === was.length) now.forEach((cell, i) => cell.textContent.trim() === was[i] || cell.classList.add("changed"));
    if (again) refetch(element);
  });
  document.body.addEventListener("htmx:afterRequest", event => { if (!event.detail.successful) delete event.detail.elt.dataset.fetching; });

  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", event => { if (event.persisted) open(); });
  open();
})();
