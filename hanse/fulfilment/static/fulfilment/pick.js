// Pick: one task at a time on the hand-held, bin first, then the item, the tote where the site wants it, then the next task by itself.
// The walk is taken along, so picking goes on without a line; every scan, right or wrong, and every booking goes through
// the outbox with a key of its own, in order.
(() => {
  const screen = document.querySelector("[data-pick]");
  if (!screen) return;
  const one = name => document.querySelector(`[data-${name}]`), all = name => document.querySelectorAll(`[data-${name}]`);
  const put = (name, words) => all(name).forEach(place => { place.textContent = words; });
  const walk = JSON.parse(document.getElementById("walk").textContent);
  const total = walk.length, GRACE = 1500, { plain, elements, names, fourteen } = hanse;
  let task = walk[0], done = 0, binRight = false, taken = 0, serials = [], scanned = [], wrong = null, booking = 0, toteRight = false, short = "", carried = false;
  // what was booked and lies in the tote still, the latest first
  const held = JSON.parse(document.getElementById("held").textContent);

  const same = (one, other) => one.toLowerCase() === other.toLowerCase();
  const namesItem = code => task.tracking === "serial" ? serialOf(code) !== "" : names(code, task);
  const serialOf = code => {
    const read = elements(code)["21"] || plain(code);
    return task.serials.includes(read) && !serials.includes(read) ? read : "";
  };

  // units lie on the cart's place once its tote is scanned; what is short says why first
  const toteWanted = () => task.scan_tote && !toteRight && binRight && taken > 0 && (taken >= task.wanted || short !== "");

  // drawing
  const icon = (element, name) => { const use = element?.querySelector("use"); if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`)); };
  const marked = (place, before, different) => { const mark = document.createElement("mark"); mark.textContent = different; place.replaceChildren(before, ...(different ? [mark] : [])); };
  const spans = words => words.map(word => { const span = document.createElement("span"); span.textContent = word; return span; });
  const show = () => {
    const parts = task.bin.split("-").length <= 4 ? task.bin.split("-") : [task.bin];
    const code = one("bin-parts"), legend = one("bin-legend");
    code.className = `code-xl n${parts.length}`;
    legend.className = `small quiet legend n${parts.length}`;
    code.replaceChildren(...spans(parts));
    legend.replaceChildren(...spans(parts.length === 4 ? ["zone", "aisle", "bay", "level"] : []));
    one("bin").classList.toggle("ok", binRight);
    icon(one("bin-said"), binRight ? "check" : "scan");
    one("bin-said").querySelector("span").textContent = binRight ? "Bin scanned" : "Scan the bin";
    marked(one("sku"), task.same, task.other);
    put("name", task.name);
    put("lot", task.lot ? `Lot ${task.lot}` : "");
    put("taken", taken);
    put("wanted", task.wanted);
    put("tote", task.tote);
    put("slot", task.slot || "");
    one("into").classList.toggle("now", toteWanted());
    all("slot").forEach(place => { place.hidden = !task.slot; });
    document.querySelectorAll("[data-plan-tasks]").forEach(mark => mark.classList.toggle("now", mark.dataset.planTasks.split(" ").includes(String(task.task))));
    put("stop", done + 1);
    put("stops", total);
    one("walkbar").querySelector(".f1").setAttribute("width", done);
    one("walkbar").setAttribute("aria-label", `${done} of ${total} stops done`);
    one("type").disabled = !scanned.length || task.tracking === "serial";
    one("undo").disabled = !binRight && !held.length;
    all("held-open").forEach(button => { button.disabled = !held.length; });
    overSaid();
    pips();
    step();
    const full = taken >= task.wanted && binRight;
    one("short-open").disabled = full;
  };
  // how many more than asked for the customer takes, as far as they lie there for nobody else
  const overSaid = () => {
    const left = task.wanted + task.over - taken, over = Math.max(taken - task.wanted, 0), place = one("over-said");
    place.hidden = !task.over;
    place.textContent = over ? `${over} over${left ? `, up to ${left} more allowed` : ", no more allowed"}` : `Up to ${task.over} more allowed`;
  };
  const pips = () => {
    const bar = (width, part) => { const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"); svg.setAttribute("viewBox", "0 0 100 10"); svg.setAttribute("preserveAspectRatio", "none"); const rect = (kind, wide) => { const r = document.createElementNS("http://www.w3.org/2000/svg", "rect"); r.setAttribute("class", kind); r.setAttribute("width", wide); r.setAttribute("height", 10); return r; }; svg.append(rect("f0", 100), rect("f1", part)); return svg; };
    const many = task.wanted > 7;
    one("pips").classList.toggle("many", many);
    one("pips").replaceChildren(...(many ? [bar(280, Math.min(100 * taken / task.wanted, 100))] : Array.from({ length: task.wanted }, (_, i) => bar(34, i < taken ? 100 : 0))));
  };
  const step = () => {
    const left = Math.max(task.wanted - taken, 0), what = one("step-what"), more = one("step-more");
    if (wrong) { what.textContent = "Scan the right one to go on"; more.textContent = `${taken} of ${task.wanted} taken`; return; }
    if (!binRight) { what.textContent = "Scan the bin"; more.textContent = task.bin; return; }
    if (toteWanted()) { what.textContent = "Scan the tote"; more.textContent = `Place ${task.slot}: ${task.tote}`; return; }
    if (!left) { what.textContent = `${taken} of ${task.wanted} taken`; more.textContent = walk.length > 1 ? `Going on to ${walk[1].bin}` : "Last stop of this walk"; return; }
    what.textContent = task.tracking === "serial" ? "Scan the serial" : taken ? "Scan the next one" : "Scan the item";
    more.textContent = !taken ? `${left} of ${task.sku}` : task.tracking === "serial" ? `${left} more` : `${left} more, or tap ${taken} and say how many`;
  };
  const flash = element => { element.classList.remove("flash"); void element.offsetWidth; element.classList.add("flash"); };

  // the red screen: what was scanned, what is wanted, the difference underlined
  const differing = (place, code, other) => {
    let at = 0;
    while (at < code.length && at < other.length && code[at] === other[at]) at++;
    if (at < 3) at = 0;
    const different = document.createElement("b");
    different.textContent = code.slice(at);
    place.replaceChildren(code.slice(0, at), different);
  };
  const RED = {
    bin: () => ["Wrong bin", "Go on to the right one. Nothing was booked.", "Go to", task.bin, `${task.sku} lies there`],
    item: () => ["Wrong item", "Put it back. Nothing was booked.", "Take", task.sku, `${task.name}, from ${task.bin}`],
    tote: () => ["Wrong tote", "Put the units into the right one. Nothing was booked.", `Put into place ${task.slot}`, task.tote, `${taken} of ${task.sku}`],
  };
  const turnRed = (read, kind = binRight ? "item" : "bin") => {
    const [title, why, word, wanted, about] = RED[kind]();
    wrong = { read, wanted, kind };
    document.querySelector(".phone").classList.add("is-wrong");
    one("wrong").hidden = false;
    put("wrong-title", title);
    put("wrong-why", why);
    put("want-word", word);
    put("wrong-about", "");
    put("want-about", about);
    differing(one("wrong-read"), read, wrong.wanted);
    differing(one("wrong-want"), wrong.wanted, read);
    if (kind === "item") asLot(read);
    one("step").classList.add("again");
    hanse.wrong();
    step();
  };
  // the right item of another lot, or a serial that is in the tote already
  const asLot = read => {
    const parts = elements(read), other = parts["10"];
    if (task.tracking === "serial" && serials.includes(parts["21"] || plain(read))) put("wrong-why", "This one is in the tote already. Nothing was booked.");
    if (other === undefined || other === task.lot || !task.gtin || fourteen(parts["01"] || "") !== fourteen(task.gtin)) return;
    wrong.lot = true;
    put("wrong-title", "Wrong lot");
    differing(one("wrong-read"), `Lot ${other}`, `Lot ${task.lot}`);
    differing(one("wrong-want"), `Lot ${task.lot}`, `Lot ${other}`);
    put("want-about", `${task.sku}, from ${task.bin}`);
  };
  const clearRed = () => {
    wrong = null;
    document.querySelector(".phone").classList.remove("is-wrong");
    one("wrong").hidden = true;
    one("step").classList.remove("again");
  };

  // scanning
  const keepScan = (what, read) => hanse.keep(screen.dataset.scanUrl.replace("/0/", `/${task.task}/`), { what, read });
  const heard = code => {
    closeSheets();
    if (!task) return;
    if (booking && walk.length > 1 && same(code, walk[1].bin)) book("");  // the next bin is scanned: this task is done
    else if (toteWanted() && (short || taken >= task.wanted + task.over || !namesItem(code))) return heardTote(code);
    else if (taken >= task.wanted + task.over && binRight) { turnRed(code); keepScan("item", code); return; }
    if (binRight && !taken && same(code, task.bin)) { keepScan("bin", code); clearRed(); flash(one("bin")); hanse.right(); return show(); }
    if (!binRight) {
      const right = same(code, task.bin);
      keepScan("bin", code);
      if (!right) return turnRed(code);
      clearRed();
      binRight = true;
      flash(one("bin"));
    } else {
      const serial = task.tracking === "serial" ? serialOf(code) : "";
      const right = namesItem(code);
      // a bare serial is no code of the item; it is kept with the booking
      if (!serial || elements(code)["01"]) keepScan("item", code);
      if (!right) return turnRed(code);
      clearRed();
      if (serial) serials.push(serial);
      scanned.push(code);
      taken++;
      flash(document.querySelector(".item"));
    }
    flash(one("step"));
    hanse.right();
    show();
    settle();
  };
  const heardTote = code => {
    keepScan("tote", code);
    if (!same(hanse.plain(code), task.tote)) return turnRed(code, "tote");
    clearRed();
    toteRight = true;
    flash(one("into"));
    hanse.right();
    if (short) return book(short);
    show();
    settle();
  };
  const settle = () => {
    clearTimeout(booking);
    booking = taken >= task.wanted && binRight && scanned.length && !toteWanted() ? setTimeout(() => book(""), GRACE) : 0;
  };
  const book = reason => {
    short = reason;
    if (toteWanted()) { closeSheets(); return show(); }
    clearTimeout(booking);
    booking = 0;
    hanse.keep(screen.dataset.bookUrl.replace("/0/", `/${task.task}/`), {
      taken, reason, tote: task.into || "", serials: serials.join(" "), scanned_bin: binRight ? task.bin : "", scanned_tote: toteRight ? task.tote : "", scanned_item: task.tracking === "serial" || !scanned.length ? "" : scanned[0],
    });
    document.querySelectorAll("[data-plan-tasks]").forEach(mark => {
      const left = mark.dataset.planTasks.split(" ").filter(number => walk.slice(1).some(stop => String(stop.task) === number));
      if (mark.classList.contains("now")) mark.classList.toggle("done", !left.length);
    });
    const here = binRight ? task.bin : "";
    if (taken) held.unshift({ task: task.task, sku: task.sku, bin: task.bin, units: taken, serials: [...serials] });
    walk.shift();
    done++;
    next(here);
  };
  const next = here => {
    closeSheets();
    clearRed();
    // who stands at the bin already need not scan it again
    [task, binRight, taken, serials, scanned, toteRight, short] = [walk[0], !!here && walk[0]?.bin === here, 0, [], [], false, ""];
    carried = binRight;
    if (!task) {
      screen.hidden = true;
      screen.classList.add("gone");
      one("step").hidden = one("foot").hidden = true;
      one("done").hidden = false;
      one("walkbar").querySelector(".f1").setAttribute("width", done);
      return;
    }
    history.replaceState(null, "", task.url);
    show();
  };

  // buttons
  const closeSheets = () => { ["short", "count", "floor", "held", "bad", "shade"].forEach(name => { if (one(name)) one(name).hidden = true; }); };
  const open = name => { closeSheets(); one(name).hidden = one("shade").hidden = false; one(name).querySelector("button").focus(); };
  // nothing is scanned here yet: what was booked last is taken back, and picked again under another number
  const undoLast = () => { if (held.length) takeBack(held[0]); };
  const takeBack = pick => {
    hanse.keep(screen.dataset.undoUrl.replace("/0/", `/${pick.task}/`), {});
    held.splice(held.indexOf(pick), 1);
    closeSheets();
    show();
  };
  // what lies in the tote: each pick can be undone, and a unit that is not good replaced; units with a serial one by one
  let bad = null;
  const button = (words, act) => { const made = document.createElement("button"); made.type = "button"; made.className = "b"; made.textContent = words; made.addEventListener("click", act); return made; };
  const showHeld = () => {
    const row = (pick, serial) => {
      const line = document.createElement("li"), words = document.createElement("span");
      words.className = "grow";
      words.textContent = serial ? `${pick.sku}, serial ${serial}` : `${pick.units} × ${pick.sku} from ${pick.bin}`;
      line.append(words, ...(serial && serial !== pick.serials[0] ? [] : [button("Undo", () => takeBack(pick))]), button("Replace…", () => { bad = { pick, serial }; put("bad-sku", pick.sku); open("bad"); }));
      return line;
    };
    one("held-list").replaceChildren(...held.flatMap(pick => pick.serials.length ? pick.serials.map(serial => row(pick, serial)) : [row(pick, "")]));
    open("held");
  };
  const replace = reason => {
    const { pick, serial } = bad;
    hanse.keep(screen.dataset.replaceUrl.replace("/0/", `/${pick.task}/`), { reason, serial });
    pick.units--;
    pick.serials = pick.serials.filter(other => other !== serial);
    if (!pick.units) held.splice(held.indexOf(pick), 1);
    closeSheets();
    show();
  };
  const undo = () => {
    clearRed();
    if (!taken && !short && !toteRight && (!binRight || carried)) return undoLast();
    if (short || toteRight) short = "", toteRight = false;
    else if (taken) { taken--; scanned.length > 1 || !taken ? scanned.pop() : null; serials.pop(); if (!taken) scanned = []; } else binRight = false;
    show();
    settle();
  };
  let typed = 0;
  const showTyped = number => { typed = Math.max(1, Math.min(task.wanted + task.over, number)); put("typed", typed); };
  const actions = {
    "[data-undo]": undo,
    "[data-undo-last]": undoLast,
    "[data-skip]": () => { if (booking) return book(""); walk.push(walk.shift()); next(); },
    "[data-short-open]": () => { clearRed(); put("short-taken", taken); put("short-left", task.wanted - taken); one("change").disabled = one("type").disabled; open("short"); },
    "[data-reason]": button => book(button.dataset.reason),
    "[data-held-open]": showHeld,
    "[data-bad-reason]": button => replace(button.dataset.badReason),
    "[data-back], [data-shade]": closeSheets,
    "[data-map]": () => open("floor"),
    "[data-type], [data-change]": () => { showTyped(taken); open("count"); },
    "[data-add]": button => showTyped(typed + Number(button.dataset.add)),
    "[data-all]": () => showTyped(task.wanted),
    "[data-typed-ok]": () => { taken = typed; closeSheets(); show(); settle(); },
  };
  addEventListener("click", event => {
    for (const [where, act] of Object.entries(actions)) {
      const button = event.target.closest?.(where);
      if (button && !button.disabled) return act(button);
    }
  });
  addEventListener("hanse:scan", event => heard(event.detail.code.trim()));

  // what the server said to what was kept
  addEventListener("hanse:answered", event => {
    const { url, body, status, text } = event.detail;
    let answer;
    try { answer = JSON.parse(text); } catch { answer = { refused: "The server could not read this.", why: `Answer ${status}.` }; }
    if (answer.refused) { if (!url.endsWith("/scan") || status !== 409) hanse.say("bad", `${answer.refused}.`, answer.why || ""); return; }
    if (answer.url) return location.assign(answer.url);
    if (answer.replaced) return hanse.say("watch", answer.said + ".", answer.replaced);
    if (answer.short) return hanse.say("watch", answer.said + ".", "The bin will be counted.");
    if (answer.right === false && wrong && wrong.read === body.read) {
      if (answer.found && wrong.kind === "item" && !wrong.lot && answer.found.sku !== task.sku) {
        differing(one("wrong-read"), answer.found.sku, task.sku);
        differing(one("wrong-want"), task.sku, answer.found.sku);
        put("wrong-about", answer.found.name + (answer.found.bins.length ? `, belongs in ${answer.found.bins.join(" or ")}` : ""));
      } else if (wrong.kind === "item" && !answer.found) put("wrong-about", "No item has this code");
    }
  });
  show();
})();
