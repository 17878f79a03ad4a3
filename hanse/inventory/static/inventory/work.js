// Stock work: bins and item of a task are scanned one after the other; the last scan books, where nothing else is to be said.
// A wrong scan turns the screen red and books nothing. Without a scanner the field at the bottom takes what is typed.
(() => {
  const form = document.querySelector("[data-work]");
  if (!form) return;
  const one = name => document.querySelector(`[data-${name}]`);
  const steps = [...form.querySelectorAll("[data-step]")], units = form.querySelector(".how-many input"), reasons = one("reasons"), serials = form.elements.serials;
  const plain = code => code.replace(/^\][A-Za-z]\d/, "").replace(/^\x1d/, "");
  const fourteen = digits => digits.padStart(14, "0");
  const same = (read, code) => read.toLowerCase() === code.toLowerCase();
  const namesItem = (read, { want, gtin, lot }) => {
    const code = plain(read);
    if (same(code, want)) return true;
    if (!gtin) return false;
    if (/^\d{8,14}$/.test(code)) return fourteen(code) === fourteen(gtin);
    const found = /^01(\d{14})(.*)$/s.exec(code), carried = found && /(?:^|\x1d|^(?:11|13|15|17)\d{6})10([^\x1d]+)/.exec(found[2]);
    return !!found && found[1] === fourteen(gtin) && (!carried || carried[1] === lot);
  };
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
  const clear = () => { document.querySelector(".phone").classList.remove("is-wrong"); one("wrong").hidden = true; };
  const ready = () => !waiting() && units.value !== "" && !lacks();
  const heard = read => {
    const step = waiting();
    clear();
    if (!step) { if (ready()) book(); return; }
    if ("serials" in step.dataset && !same(plain(read), step.dataset.want)) {
      const serial = (/\x1d?21([^\x1d]+)$/.exec(plain(read).length > 16 ? plain(read) : "") || [0, plain(read)])[1];
      if (!named().includes(serial)) serials.value = [...named(), serial].join("\n");
      if (form.dataset.field !== "counted" && named().length >= Number(units.value)) step.classList.add("ok");
      if (form.dataset.field === "counted") units.value = named().length;
      hanse.right();
      return say();
    }
    const right = "item" in step.dataset ? namesItem(read, step.dataset) : "other" in step.dataset || same(read, step.dataset.want);
    if (!right) return turnRed(read, step);
    step.querySelector("input[type=hidden]").value = read;
    if ("other" in step.dataset) { one("into").textContent = read; if (other()) one("why").textContent = `${step.dataset.want} was suggested`; showReasons(); }
    if (!("serials" in step.dataset)) step.classList.add("ok");
    hanse.right();
    say();
    if (!waiting() && form.dataset.field === "counted") units.focus();
    else if (ready()) book();
  };
  const book = () => form.requestSubmit(document.querySelector("[data-book]"));
  units.addEventListener("input", () => { showReasons(); say(); });
  form.addEventListener("click", event => { const button = event.target.closest("[name=reason]"); if (button) form.elements.not_there.value = "notThere" in button.dataset ? "on" : ""; });
  addEventListener("hanse:scan", event => heard(event.detail.code.trim()));
  say();
  showReasons();
})();
