// Stock work: bins and item of a task are scanned one after the other; the last scan books, where nothing else is to be said.
// A wrong scan turns the screen red and books nothing. Without a scanner the field at the bottom takes what is typed.
// The next tasks are taken along, so work goes on without a line; each booking goes through the outbox with a key of its own.
(() => {
  const one = name => document.querySelector(`[data-${name}]`), following = [...document.querySelectorAll("[data-following]")];
  const same = (read, code) => read.toLowerCase() === code.toLowerCase();
  let work = null;

  const begin = form => {
    const steps = [...form.querySelectorAll("[data-step]")], units = form.querySelector(".how-many input"), reasons = form.querySelector("[data-reasons]"), serials = form.elements.serials;
    const named = () => serials ? serials.value.split(/\s+/).filter(Boolean) : [];
    const waiting = () => steps.find(step => !step.classList.contains("ok"));
    const say = () => {
      const step = waiting();
      one("next").textContent = !step ? (units.value === "" ? "Type how many, Enter" : "Book it") : "serials" in step.dataset ? `Scan serial ${named().length + 1}` : "item" in step.dataset ? "Scan the item" : `Scan ${step.dataset.want || "a bin"}`;
    };
    const asked = Number(units.dataset.asked || 0);
    const lacks = () => form.dataset.field === "carried" ? units.value !== "" && Number(units.value) < asked : other();
    const other = () => { const step = steps.find(step => "other" in step.dataset); return !!step && step.dataset.want !== "" && !same(form.elements.to_bin.value, step.dataset.want); };
    const showReasons = () => { if (reasons) reasons.hidden = !lacks(); };
    const turnRed = (read, step) => {
      document.querySelector(".phone").classList.add("is-wrong");
      one("wrong").hidden = false;
      one("wrong-title").textContent = "item" in step.dataset ? "Wrong item" : "Wrong bin";
      one("wrong-read").textContent = read;
      one("wrong-want").textContent = step.dataset.want;
      hanse.wrong();
    };
    const ready = () => !waiting() && units.value !== "" && !lacks();
    const book = () => form.requestSubmit(one("book"));
    const heard = read => {
      const step = waiting();
      clear();
      if (!step) { if (ready()) book(); return; }
      if ("serials" in step.dataset && !same(hanse.plain(read), step.dataset.want)) {
        const serial = (/\x1d?21([^\x1d]+)$/.exec(hanse.plain(read).length > 16 ? hanse.plain(read) : "") || [0, hanse.plain(read)])[1];
        if (!named().includes(serial)) serials.value = [...named(), serial].join("\n");
        if (form.dataset.field !== "counted" && named().length >= Number(units.value)) step.classList.add("ok");
        if (form.dataset.field === "counted") units.value = named().length;
        hanse.right();
        return say();
      }
      const { want, gtin, lot } = step.dataset;
      const right = "item" in step.dataset ? hanse.names(read, { sku: want, gtin, lot }) : "other" in step.dataset || same(read, want);
      if (!right) return turnRed(read, step);
      step.querySelector("input[type=hidden]").value = read;
      if ("other" in step.dataset) { form.querySelector("[data-into]").textContent = read; if (other()) form.querySelector("[data-why]").textContent = `${want} was suggested`; showReasons(); }
      if (!("serials" in step.dataset)) step.classList.add("ok");
      hanse.right();
      say();
      if (!waiting() && form.dataset.field === "counted") units.focus();
      else if (ready()) book();
    };
    units.addEventListener("input", () => { showReasons(); say(); });
    form.addEventListener("click", event => { const button = event.target.closest("[name=reason]"); if (button) form.elements.not_there.value = "notThere" in button.dataset ? "on" : ""; });
    form.addEventListener("submit", event => { event.preventDefault(); keep(form, event.submitter); });
    say();
    showReasons();
    return { form, heard };
  };
  const clear = () => { document.querySelector(".phone").classList.remove("is-wrong"); one("wrong").hidden = true; };
  const keep = (form, button) => {
    const { csrfmiddlewaretoken, key, ...said } = Object.fromEntries(new FormData(form, button?.name ? button : null));
    hanse.keep(form.action, said);
    next();
  };
  const next = () => {
    const taken = following.shift()?.content.firstElementChild;
    clear();
    if (taken) {
      work.form.replaceWith(taken);
      work = begin(taken);
      one("under").textContent = taken.dataset.under;
      history.replaceState(null, "", taken.action);
      return;
    }
    [work.form, one("scan-step"), one("foot")].forEach(part => { part.hidden = true; });
    work = null;
    one("done").hidden = false;
  };

  const first = document.querySelector("form[data-work]");
  if (!first) return;
  work = begin(first);
  addEventListener("hanse:scan", event => work?.heard(event.detail.code.trim()));
  addEventListener("hanse:answered", event => {
    const { status, text } = event.detail;
    let answer;
    try { answer = JSON.parse(text); } catch { answer = { refused: "Not booked", why: `The server could not read this (answer ${status}).` }; }
    if (answer.refused) hanse.say("bad", `${answer.refused}.`, answer.why || "");
    else if (answer.said) hanse.say(answer.again ? "watch" : "good", answer.said);
  });
})();
