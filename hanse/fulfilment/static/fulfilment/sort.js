// The put wall: a scan says into which tote the units go, at once and without a line; what was put is booked by the outbox.
// An item the page does not know of came meanwhile: the form asks the server, which draws the page anew.
(() => {
  const form = document.querySelector("[data-sort]");
  if (!form) return;
  const units = JSON.parse(document.getElementById("told").textContent), one = name => document.querySelector(`[data-put${name}]`);
  const put = (it, code) => {
    one("").hidden = false;
    one("-units").textContent = it.units.toLocaleString("en-GB");
    one("-sku").textContent = it.sku;
    one("-lot").textContent = it.lot ? `, lot ${it.lot}` : "";
    one("-tote").textContent = it.order;
    one("-wrong")?.remove();
    document.querySelector(`[data-task="${it.task}"]`)?.remove();
    units.splice(units.indexOf(it), 1);
    hanse.keep(form.getAttribute("action"), { task: it.task, scanned: code });
    hanse.right();
  };
  addEventListener("hanse:scan", event => {
    form.elements.read.value = event.detail.code.trim();
    form.requestSubmit();
  });
  form.addEventListener("submit", event => {
    const code = form.elements.read.value.trim(), found = units.find(it => hanse.names(code, it));
    if (!found && !hanse.waiting() && navigator.onLine) return;
    event.preventDefault();
    form.elements.read.value = "";
    if (found) return put(found, code);
    one("").hidden = true;
    hanse.keep(form.getAttribute("action"), { site: form.elements.site.value, read: code });
    hanse.wrong();
    hanse.say("bad", `Nothing here wants ${code}.`, "Put it aside until all is sent, then scan it again.");
  });
  addEventListener("hanse:answered", event => {
    const { status, text } = event.detail;
    let answer;
    try { answer = JSON.parse(text); } catch { answer = { refused: "Not booked", why: `The server could not read this (answer ${status}).` }; }
    if (answer.refused) hanse.say("bad", `${answer.refused}.`, answer.why || "");
  });
})();
