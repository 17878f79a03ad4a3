// Outbox: what was scanned is kept until the server has answered, and sent again with the same key.
//   hanse.keep("/pick/scan", { task: 7, code: "…" })  →  sends at once, or when the line is back, in order
// The page hears "hanse:answered" with { url, body, key, status, text } for each; [data-outbox] shows how many wait.
(() => {
  const NAME = "hanse-outbox:" + (document.querySelector("meta[name=user]")?.content || "");
  const all = () => JSON.parse(localStorage.getItem(NAME) || "[]");
  const store = list => { localStorage.setItem(NAME, JSON.stringify(list)); show(list.length); };
  let sending = false, wait = 1000, broken = false;

  const show = count => document.querySelectorAll("[data-outbox]").forEach(place => {
    place.dataset.state = broken ? "off" : "on";
    place.querySelector("[data-outbox-count]").textContent = count;
    place.setAttribute("aria-label", broken ? `No connection, ${count} waiting` : `Connected, ${count} waiting`);
    place.classList.toggle("good", !broken);
    place.classList.toggle("watch", broken);
    const use = place.querySelector("use");
    if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, broken ? "#wifi-off" : "#wifi"));
  });
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");

  const keep = (url, body) => {
    const key = fresh();
    store([...all(), { url, body, key, at: hanse.now().toISOString() }]);
    send();
    return key;
  };
  const send = async () => {
    if (sending) return;
    sending = true;
    for (let first; (first = all()[0]);) {
      const answer = await post(first);
      broken = !answer;
      if (!answer) { show(all().length); setTimeout(send, wait); wait = Math.min(wait * 2, 15000); break; }
      wait = 1000;
      store(all().filter(kept => kept.key !== first.key));
      dispatchEvent(new CustomEvent("hanse:answered", { detail: { ...first, ...answer } }));
    }
    sending = false;
  };
  // null when the server could not be reached or is busy: that is sent again; any other answer is an answer
  const post = async ({ url, body, key, at }) => {
    const form = new URLSearchParams({ ...body, key, scanned_at: at });
    try {
      const response = await fetch(url, { method: "POST", body: form, headers: { "X-CSRFToken": token(), "HX-Request": "true" }, credentials: "same-origin" });
      if (response.status >= 500 || response.status === 429) return null;
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (error instanceof TypeError) return null;  // no connection
      throw error;
    }
  };
  addEventListener("online", send);
  addEventListener("hanse:line", event => event.detail === "on" && send());
  window.hanse = Object.assign(window.hanse || {}, { keep, waiting: () => all().length });
  show(all().length);
  send();
})();
