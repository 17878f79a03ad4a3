// Audit: each scan counts one unit of the item it names; what is of no item of the carton goes into the last row.
(() => {
  const form = document.querySelector("[data-audit]");
  if (!form) return;
  const told = JSON.parse(document.getElementById("told").textContent);
  const fields = () => [...form.querySelectorAll("[name=units]")];
  const total = () => {
    const units = fields().reduce((sum, field) => sum + (Number(field.value) || 0), 0);
    form.querySelector("[data-total]").textContent = units ? `${units} unit${units === 1 ? "" : "s"} counted` : "Nothing counted yet";
  };
  const count = field => { field.value = (Number(field.value) || 0) + 1; total(); };
  addEventListener("hanse:scan", event => {
    const code = event.detail.code.trim(), step = form.querySelector("[data-step]");
    const n = told.findIndex(item => hanse.names(code, { ...item, lot: hanse.elements(code)["10"] }));
    const other = form.querySelector("[data-other]"), named = other.querySelector("[name=sku]");
    if (n >= 0) count(fields()[n]);
    else if (!named.value || named.value === code) { named.value = code; count(other.querySelector("[name=units]")); }
    step.classList.toggle("bad", n < 0);
    form.querySelector("[data-step-what]").textContent = n >= 0 ? `${told[n].sku} counted` : `${code} is no item of this carton`;
    form.querySelector("[data-step-more]").textContent = n >= 0 ? "Scan the next unit" : named.value === code ? "It stands in the last row" : "Finish this audit with what stands in the last row first";
    if (n >= 0) hanse.right(); else hanse.wrong();
  });
  form.addEventListener("input", total);
})();
