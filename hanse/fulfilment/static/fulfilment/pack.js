// Pack: items are scanned into the carton, the scale is compared with what they should weigh, closing makes the label.
// Nothing is booked before the carton is closed; a wrong scan turns the step red, and is kept by the server as well.
(() => {
  const station = document.querySelector("[data-pack]");
  if (!station) return;
  const one = name => station.querySelector(`[data-${name}]`);
  const told = JSON.parse(document.getElementById("told").textContent);
  const lines = told.lines.map(line => ({ ...line, in: 0, taken: [], reads: [] }));
  const units = lines.reduce((sum, line) => sum + line.quantity, 0);
  const order = [];
  let wrong = false;

  const { plain, elements } = hanse;
  const names = (line, code) => {
    if (line.tracking !== "serial") return hanse.names(code, line);
    const serial = elements(code)["21"] || plain(code);
    return line.serials.includes(serial) && !line.taken.includes(serial);
  };

  const icon = (element, name) => { const use = element.querySelector("use"); use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`)); };
  const say = (what, more, state = "") => {
    one("step").className = `scan desk ${state}`;
    icon(one("step"), state === "bad" ? "x" : state === "done" ? "check" : "barcode");
    one("step-what").textContent = what;
    one("step-more").textContent = more;
  };
  const note = (mood, words) => {
    const list = one("log"), row = document.createElement("li"), time = document.createElement("time"), dot = document.createElement("i"), said = document.createElement("span");
    if (!order.length && !wrong) list.replaceChildren();
    list.querySelector(".quiet")?.closest("li").remove();
    time.textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    dot.className = `dot ${mood}`;
    said.textContent = words;
    row.append(time, dot, said);
    list.prepend(row);
    while (list.children.length > 8) list.lastChild.remove();
  };

  const heard = code => {
    const line = lines.find(line => names(line, code) && line.in < line.quantity && !line.stopped);
    const stopped = !line && lines.find(line => names(line, code) && line.stopped);
    if (!line) hanse.keep(station.dataset.scanUrl, { read: code });
    if (stopped) {
      wrong = true;
      hanse.wrong();
      say(`Lot ${stopped.lot} is stopped`, "Put the unit aside and take it out below. Nothing was booked.", "bad");
      return note("bad", `${stopped.sku} refused: lot ${stopped.lot} is stopped`);
    }
    if (!line) {
      const full = lines.find(line => names(line, code));
      wrong = true;
      hanse.wrong();
      say(full ? `No more ${full.sku}` : "Wrong item", full ? `All ${full.quantity} are in the carton. Nothing was booked.` : `${code} does not belong to this order. Put it back. Nothing was booked.`, "bad");
      return note("bad", full ? `${full.sku} refused: all ${full.quantity} are in` : `${code} refused: not of this order`);
    }
    wrong = false;
    line.in++;
    if (line.tracking === "serial") line.taken.push(elements(code)["21"] || plain(code));
    line.reads.push(code);
    order.push([line, 1, true]);
    note("good", `${line.sku} in, number ${total()}`);
    hanse.right();
    show(line);
  };
  // a carton is as shown when its type is used and just its units were scanned
  const asShown = () => (told.proposed || []).find(carton => carton.type === one("type")?.value && lines.every((line, n) => line.in === (carton.units[n] || 0)));
  const draw = () => {
    let next = null;
    const left = lines.map(line => line.in);
    [...station.querySelectorAll('[data-proposed="0"] [data-unit]')].sort((a, b) => a.dataset.number - b.dataset.number).forEach(unit => {
      const done = left[unit.dataset.unit] > 0;
      if (done) left[unit.dataset.unit]--;
      else next ??= unit;
      unit.classList.toggle("done", done);
      unit.classList.toggle("next", unit === next && total() > 0);
    });
  };
  const total = () => lines.reduce((sum, line) => sum + line.in, 0);
  const show = current => {
    lines.forEach((line, n) => {
      const row = station.querySelector(`[data-line="${n}"]`);
      row.querySelector("[data-in]").textContent = line.in.toLocaleString("en-GB");
      row.querySelector("[data-mark]").hidden = line.in < line.quantity;
      row.querySelector("[data-rest]").hidden = !line.in || line.in === line.quantity || line.tracking === "serial" || line.scan > line.reads.length;
      row.classList.toggle("cur", line === current && line.in < line.quantity);
      row.classList.toggle("done", line.in === line.quantity);
    });
    const count = total(), left = units - count, next = current && current.in < current.quantity ? current : lines.find(line => line.in < line.quantity);
    one("total").textContent = `${count} of ${units} units scanned into the carton`;
    one("undo").hidden = !order.length;
    if (!left) say("All scanned", "Weigh it and close the carton", "done");
    else if (count) say(`Scan ${next.sku}`, `${next.quantity - next.in} more of ${next.name}; or any other below`);
    else say("Scan an item into the carton", `Any of the ${units} units below`);
    todo("units", !left, left ? `${left} unit${left === 1 ? "" : "s"} to scan` : "All units are in");
    draw();
    weigh();
  };
  const todo = (name, right, words, off = false) => {
    const row = station.querySelector(`[data-todo="${name}"]`);
    row.querySelector("[data-open]").hidden = right || off;
    row.querySelector("[data-true]").hidden = !right;
    const no = row.querySelector("[data-false]");
    if (no) no.hidden = !off;
    row.querySelector("[data-words]").textContent = words;
  };

  const kilograms = grams => (grams / 1000).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  const weigh = () => {
    const type = one("type")?.value, tare = type ? told.types[type] : Number(station.querySelector("[name=tare_g]").value) || 0;
    one("tare").hidden = !!type;
    const known = lines.every(line => !line.in || line.weight != null);
    const expected = known ? lines.reduce((sum, line) => sum + line.in * (line.weight || 0), 0) + tare : null;
    const all = lines.every(line => line.weight != null) ? lines.reduce((sum, line) => sum + line.quantity * line.weight, 0) + tare : null;
    const typed = one("scale").value.trim(), right = /^\d+([.,]\d{1,3})?$/.test(typed);
    const grams = right ? Math.round(Number(typed.replace(",", ".")) * 1000) : null;
    const allowed = expected == null ? null : Math.max(told.tolerance, (lines.reduce((sum, line) => sum + line.in * line.weight * line.percent, 0) + tare * told.percent) / 100);
    const off = grams != null && expected != null && Math.abs(grams - expected) > allowed;
    station.querySelector("[data-close] [name=weight_g]").value = grams ?? "";
    one("expected").textContent = expected == null ? "" : `expected ${kilograms(expected)} ± ${(allowed / 1000).toFixed(2)} kg`;
    one("fill").setAttribute("width", all && grams != null ? Math.min(100, 100 * grams / all) : all ? Math.min(100, 100 * (expected || 0) / all) : 0);
    const said = one("scale-said");
    said.className = `small ${off || (typed && !right) ? "bad" : "quiet"}`;
    said.textContent = typed && !right ? "Give kilograms, such as 12.77." : grams == null ? "Content and empty carton together. Left empty, the weight is not checked."
      : expected == null ? "An item has no weight of its own, so nothing can be compared." : off ? `${total()} units and the carton should weigh ${kilograms(expected)} kg. Check the content.` : `${total()} units and the carton should weigh ${kilograms(expected)} kg. The scale agrees.`;
    todo("weight", grams != null && !off && expected != null, off ? "The scale does not agree" : grams == null ? "Weight check, when weighed" : "The scale agrees", off);
    const button = one("close-button");
    if (!button) return;
    const stop = !total() ? "Scan at least one unit." : off || (typed && !right) ? "The scale does not agree with the content." : "";
    button.disabled = stop !== "";
    one("close-why").textContent = stop || (total() < units ? `${units - total()} units stay in the tote for another carton.` : "The label and the slip come next.");
    button.querySelector("span").textContent = total() && total() < units ? `Close with ${total()} of ${units} units` : "Close carton";
  };

  station.querySelectorAll("[data-as-proposed]").forEach(form => form.addEventListener("submit", () => {
    form.querySelector("[data-weight]").value = station.querySelector("[data-close] [name=weight_g]").value;
  }));
  station.querySelector("[data-close]").addEventListener("submit", () => {
    if (told.proposed?.length) one("proposal").value = asShown() ? told.word : "other";
    if (one("type")?.value) station.querySelector("[name=tare_g]").value = 0;
    one("content").replaceChildren(...lines.filter(line => line.in).map(line => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "content";
      field.value = [line.line, line.in, line.lot, line.taken.join(" "), line.reads.map(encodeURIComponent).join(" ")].join("|");
      return field;
    }));
  });
  // the scale sends its figure and Enter; the field lets go at once, so that the next scan is not typed into it
  let weighed = "";
  one("scale").addEventListener("keydown", event => { if (event.key === "Enter") { event.preventDefault(); one("scale").blur(); } });
  one("scale").addEventListener("blur", () => { const typed = one("scale").value.trim(); /^(\d{1,6}([.,]\d{1,3})?)?$/.test(typed) ? weighed = typed : one("scale").value = weighed; weigh(); });
  station.addEventListener("input", event => event.target.matches("[data-scale], [name=tare_g], [data-type]") && weigh());
  station.addEventListener("click", event => {
    if (event.target.closest("[data-undo]")) {
      const [line, count, scanned] = order.pop();
      line.in -= count;
      line.taken.pop();
      if (scanned) line.reads.pop();
      wrong = false;
      note("", `${line.sku} taken out again`);
      show(line);
    }
    const rest = event.target.closest("[data-rest]");
    if (rest) {
      const line = lines[rest.closest("[data-line]").dataset.line], count = line.quantity - line.in;
      line.in += count;
      order.push([line, count]);
      note("good", `${count} more ${line.sku} in`);
      show(line);
    }
  });
  addEventListener("keydown", event => { if (event.key === "F9" && !one("close-button")?.disabled) { event.preventDefault(); one("close-button").click(); } });
  // the code on an empty carton closes it as it is shown
  const closes = code => !total() && [...station.querySelectorAll("[data-as-proposed]")].find(form => form.dataset.asProposed.toLowerCase() === code.toLowerCase())?.querySelector("button");
  addEventListener("keydown", event => { if (event.key === "F8") { event.preventDefault(); station.querySelector("[data-as-proposed] button")?.click(); } });
  addEventListener("hanse:scan", event => { const code = event.detail.code.trim(), button = closes(code); button ? button.click() : heard(code); if (one("typed-code")) one("typed-code").value = ""; });
  show(null);
})();
