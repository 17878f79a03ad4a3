// The put wall: a scan, read wherever the focus is, is what the form would be given.
(() => {
  const form = document.querySelector("[data-sort]");
  if (!form) return;
  addEventListener("hanse:scan", event => { form.elements.read.value = event.detail.code.trim(); form.requestSubmit(); });
})();
