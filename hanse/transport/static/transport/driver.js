// The driver's phone: a parcel is scanned or tapped, then who received it, in what condition, with signature, photo and place.
// Everything is booked through the outbox with a key of its own: without a line it waits, and nothing is booked twice.
(() => {
  const screen = document.querySelector("[data-drive]");
  if (!screen) return;
  const one = name => document.querySelector(`[data-${name}]`), LARGEST = 420000, WIDEST = 1280;
  const round = JSON.parse(document.getElementById("round").textContent), rowOf = parcel => screen.querySelector(`[data-parcel="${CSS.escape(parcel)}"]`);
  const proof = one("proof"), refusal = one("refusal"), pen = one("sign").getContext("2d");
  const booked = new Map();  // key → parcel
  const done = new Set();
  let at = null, now = null, photo = "", strokes = [], stroke = null;

  // where the phone is
  const locate = () => navigator.geolocation?.watchPosition(found => {
    at = { latitude: found.coords.latitude.toFixed(6), longitude: found.coords.longitude.toFixed(6), accuracy_m: Math.min(found.coords.accuracy, 9999999).toFixed(1) };
    one("place").textContent = `The place is known to ${Math.round(found.coords.accuracy)} m.`;
  }, () => { one("place").textContent = "The phone does not tell its place. The proof is kept without it."; }, { enableHighAccuracy: true, maximumAge: 30000 });

  // showing
  const show = which => {
    one("stops").hidden = which !== "list";
    proof.hidden = which !== "proof";
    refusal.hidden = which !== "refusal";
    one("foot").hidden = which === "list";
    one("book").hidden = one("refuse").hidden = which !== "proof";
    one("step").hidden = which !== "list";
    screen.scrollTop = 0;
    scrollTo(0, 0);
  };
  const left = () => { one("left").textContent = round.filter(p => !done.has(p.parcel)).length; };
  const say = (words, bad) => { const said = one("said"); said.textContent = words; said.hidden = false; said.classList.toggle("bad", !!bad); };
  const mark = (parcel, state, words) => {
    const row = rowOf(parcel);
    if (!row) return;
    row.className = state;
    const line = row.querySelector("[data-outcome]");
    line.textContent = words;
    line.hidden = !words;
  };
  const open = parcel => {
    now = round.find(p => p.parcel === parcel);
    if (!now || done.has(parcel)) return;
    proof.reset();
    photo = "";
    one("shot").hidden = true;
    one("photo-word").textContent = "Take a photo";
    wipe();
    one("name").textContent = now.name;
    one("where").textContent = [now.street, `${now.postcode} ${now.city}`].filter(Boolean).join(", ");
    one("number").textContent = now.parcel;
    one("refused-of").textContent = `${now.name}, parcel ${now.parcel}`;
    proof.elements.received.value = now.units;
    proof.elements.received.max = now.units;
    one("may").replaceChildren(...now.may_receive.map(name => new Option(name)));
    one("names").replaceChildren(...now.may_receive.slice(0, 6).map(name => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = name;
      chip.addEventListener("click", () => { proof.elements.receiver.value = name; proof.elements.relation.value = "named"; });
      return chip;
    }));
    one("said").hidden = true;
    show("proof");
  };

  // signing: strokes of points, 0 … 999 from left to right and from top to bottom
  const sheet = one("sign");
  const wipe = () => { strokes = []; pen.clearRect(0, 0, sheet.width, sheet.height); };
  const point = event => { const box = sheet.getBoundingClientRect(); return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(share => Math.max(0, Math.min(999, Math.round(share * 999)))); };
  const line = (from, to) => { pen.lineWidth = 5; pen.lineCap = "round"; pen.strokeStyle = "#14263d"; pen.beginPath(); pen.moveTo(from[0] / 999 * sheet.width, from[1] / 999 * sheet.height); pen.lineTo(to[0] / 999 * sheet.width, to[1] / 999 * sheet.height); pen.stroke(); };
  sheet.addEventListener("pointerdown", event => { sheet.setPointerCapture(event.pointerId); stroke = [point(event)]; strokes.push(stroke); line(stroke[0], stroke[0]); });
  sheet.addEventListener("pointermove", event => { if (!stroke) return; const next = point(event), last = stroke[stroke.length - 1]; if (Math.hypot(next[0] - last[0], next[1] - last[1]) < 6) return; line(last, next); stroke.push(next); });
  ["pointerup", "pointercancel"].forEach(name => sheet.addEventListener(name, () => { stroke = null; }));
  const signature = () => { let kept = ""; for (const points of strokes) { const next = points.map(p => p.join(",")).join(" "); if (kept.length + next.length > 19900) break; kept += (kept && ";") + next; } return kept; };

  // the photo, made small enough to be kept on the phone
  const shrunk = async file => {
    const picture = await createImageBitmap(file), share = Math.min(1, WIDEST / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (let quality = 0.8; quality > 0.15; quality -= 0.15) {
      const url = canvas.toDataURL("image/jpeg", quality);
      if (url.length < LARGEST) return url;
    }
    return canvas.toDataURL("image/jpeg", 0.1);
  };
  one("photo").addEventListener("change", async event => {
    const file = event.target.files[0];
    if (!file) return;
    try {
      const url = await shrunk(file);
      photo = url.slice(url.indexOf(",") + 1);
      one("shot").src = url;
      one("shot").hidden = false;
      one("photo-word").textContent = "Take another photo";
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      say("This picture cannot be read. Take another one.", true);
    }
  });

  // booking
  const book = (url, body, words) => {
    const parcel = now.parcel, name = now.name;
    try {
      booked.set(hanse.keep(url, { parcel, ...body }), parcel);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      return say("The phone is full: too many photos wait to be sent. Record it without the photo, or wait for a line.", true);
    }
    done.add(parcel);
    mark(parcel, "wait", `${words}, waits to be sent`);
    say(`${name}: ${words.toLowerCase()}.`);
    left();
    hanse.right();
    show("list");
  };
  const filled = form => Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === "string" && value !== ""));
  one("book").addEventListener("click", () => {
    const body = filled(proof);
    if (!body.receiver && !body.left_unattended) { say("Say who received it, or that it was left there.", true); screen.scrollTop = 0; return proof.elements.receiver.focus(); }
    if (strokes.length) body.signature = signature();
    if (photo) body.photo = photo;
    book(screen.dataset.proveUrl, { ...body, ...(at || {}) }, body.left_unattended ? "Left there" : "Delivered");
  });
  refusal.addEventListener("submit", event => { event.preventDefault(); book(screen.dataset.refuseUrl, { ...filled(refusal), reason: event.submitter.value }, "Refused"); });
  one("refuse").addEventListener("click", () => { refusal.reset(); show("refusal"); });
  one("back").addEventListener("click", () => show(refusal.hidden ? "list" : "proof"));
  one("clear").addEventListener("click", wipe);
  addEventListener("hanse:answered", event => {
    const { status, text, body } = event.detail, parcel = booked.get(event.detail.key) || body.parcel;
    if (!parcel) return;
    if (status < 300) { done.add(parcel); mark(parcel, "done", text); }
    else { done.delete(parcel); mark(parcel, "bad", text); say(`${parcel}: ${text}`, true); hanse.wrong(); }
    left();
  });
  one("stops").addEventListener("click", event => { const row = event.target.closest("[data-parcel]"); if (row) open(row.dataset.parcel); });
  addEventListener("hanse:scan", event => {
    const read = hanse.plain(event.detail.code), found = round.find(p => p.parcel === read || p.parcel === read.replace(/^00/, ""));
    if (!found) { hanse.wrong(); return say(`${read} is not of this round.`, true); }
    if (done.has(found.parcel)) return say(`${found.name}: recorded already.`);
    hanse.right();
    open(found.parcel);
  });
  locate();
  show("list");
})();
