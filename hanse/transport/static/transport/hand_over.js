// Hand over: a scanned SSCC, or the number of its carrier's label, joins the hand-over; what must stay is refused with its reason; one button closes it.
(() => {
  const form = document.querySelector("[data-hand-over]");
  if (!form) return;
  const one = name => form.querySelector(`[data-${name}]`);
  const boxes = () => [...form.querySelectorAll("input[name=chosen]")];
  const icon = name => { const use = one("step").querySelector("use"); use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`)); };
  const say = (what, more, state = "") => {
    one("step").className = `scan desk ${state}`;
    icon(state === "bad" ? "x" : state === "done" ? "check" : "barcode");
    one("step-what").textContent = what;
    one("step-more").textContent = more;
  };
  // an SSCC as it is printed: 18 digits, in a GS1-128 symbol behind its application identifier 00
  const sscc = code => { const digits = code.replace(/^\][A-Za-z]\d/, "").replace(/\D/g, ""); return digits.length === 20 && digits.startsWith("00") ? digits.slice(2) : digits; };
  const show = () => {
    const chosen = boxes().filter(box => box.checked).length;
    one("in").textContent = chosen;
    boxes().forEach(box => box.closest("tr").classList.toggle("in", box.checked));
    const button = one("close");
    if (!button) return;
    button.disabled = !chosen;
    button.querySelector("span").textContent = chosen ? `Hand over ${chosen} carton${chosen === 1 ? "" : "s"}` : "Hand over";
    one("close-why").textContent = chosen ? `${boxes().length - chosen} stay here.` : "Scan or tick the cartons the driver takes.";
  };
  const refuse = (what, more) => { hanse.wrong(); say(what, more, "bad"); };
  addEventListener("hanse:scan", event => {
    const read = event.detail.code.trim(), row = form.querySelector(`[data-sscc="${CSS.escape(sscc(read))}"], [data-label="${CSS.escape(read)}"]`), box = row?.querySelector("input");
    const number = row?.dataset.sscc || sscc(read);
    if (!row) return refuse("Not of this place", `${event.detail.code.trim()} does not stand ready here. Nothing was booked.`);
    if (row.dataset.inside) return refuse("It lies in another carton", `Scan …${row.dataset.inside.slice(-7)}: …${number.slice(-7)} leaves with it.`);
    if (row.dataset.stays) return refuse("It stays here", `${row.dataset.stays}: carton …${number.slice(-7)} must not leave.`);
    if (!box) return;
    if (box.checked) return say(`…${number.slice(-7)} is in already`, "Scan the next one", "done");
    box.checked = true;
    row.scrollIntoView({ block: "nearest" });
    hanse.right();
    show();
    say(`…${number.slice(-7)} is in`, "Scan the next one", "done");
  });
  form.addEventListener("change", show);
  addEventListener("hanse:live", event => event.detail.topic === "stock" && !boxes().some(box => box.checked) && fetchAgain());
  let asked = 0;
  const fetchAgain = () => { clearTimeout(asked); asked = setTimeout(() => boxes().some(box => box.checked) || location.reload(), 1500); };
  show();
})();
