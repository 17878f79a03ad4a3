// Together: the scanned label of a carton puts that carton into the one that is shown.
(() => {
  const form = document.querySelector("[data-together]");
  if (!form) return;
  const said = document.querySelector("[data-said]");
  // an SSCC as it is printed: 18 digits, in a GS1-128 symbol behind its application identifier 00
  const sscc = code => { const digits = code.replace(/^\][A-Za-z]\d/, "").replace(/\D/g, ""); return digits.length === 20 && digits.startsWith("00") ? digits.slice(2) : digits; };
  addEventListener("hanse:scan", event => {
    const number = sscc(event.detail.code.trim());
    if (number.length !== 18) {
      hanse.wrong();
      if (said) said.textContent = `${event.detail.code.trim()} is no carton. Nothing was booked.`;
      return;
    }
    hanse.right();
    form.elements.carton.value = number;
    form.requestSubmit();
  });
})();
