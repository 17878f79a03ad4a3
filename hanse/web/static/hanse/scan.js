// Scan: a keyboard-wedge scanner types fast and ends with Enter. It is read wherever the focus is, unless a text field
// has it (a field marked data-scan is read too). The page hears "hanse:scan" with { code, at }.
//   addEventListener("hanse:scan", event => …event.detail.code…)
//   hanse.right() / hanse.wrong(): tones and vibration; the picture is the page's
//   hanse.names(code, { sku, gtin, lot }): whether a read names the item, and no other lot than the wanted one
//   hanse.elements(code), hanse.plain(code): what a GS1 element string carries; a read without what the scanner put before it
(() => {
  const FAST = 60, SHORTEST = 3;
  let typed = "", last = 0;

  const inText = element => element.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]");
  addEventListener("keydown", event => {
    // FNC1 arrives as the group separator, Ctrl+] or F8, as the scanner is set
    const parts = event.key === "\x1d" || event.key === "F8" || event.key === "Unidentified" || event.ctrlKey && event.key === "]";
    if (!parts && (event.ctrlKey || event.metaKey || event.altKey) || event.isComposing) return;
    const field = inText(event.target);
    if (field && !field.matches("[data-scan]")) return;
    const now = event.timeStamp;  // when the key was pressed, however busy the page is
    if (event.key === "Enter") {
      const code = field ? field.value.trim() : now - last < FAST * 3 ? typed : "";
      typed = "";
      if (code.length < (field ? 1 : SHORTEST)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (field) field.value = "";
      return scanned(code);
    }
    const sign = parts ? "\x1d" : event.key;
    if (field && parts) {
      event.preventDefault();
      field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
    }
    if (field) return;
    if (sign.length !== 1) return;
    if (now - last > FAST) typed = "";
    typed += sign;
    last = now;
    if (typed.length >= SHORTEST) { event.hanseScan = true; event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  const scanned = code => dispatchEvent(new CustomEvent("hanse:scan", { detail: { code, at: hanse.now().toISOString() } }));

  // a read is the code itself, a GTIN of any length, or a GS1 element string that begins with one
  const plain = code => code.replace(/^\][A-Za-z]\d/, "").replace(/^\x1d/, "");
  const fourteen = digits => digits.padStart(14, "0");
  const elements = code => {
    const found = {}, fixed = { "00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6 };
    for (let rest = plain(code); rest.length > 2;) {
      const ai = rest.slice(0, 2), length = fixed[ai];
      if (!length && ai !== "10" && ai !== "21") return found;
      const end = length ? 2 + length : (rest.indexOf("\x1d") + 1 || rest.length + 1) - 1;
      found[ai] = rest.slice(2, end);
      rest = rest.slice(end).replace(/^\x1d/, "");
    }
    return found;
  };
  const names = (code, { sku, gtin, lot = "" }) => {
    const read = plain(code), parts = elements(code);
    if (read.toLowerCase() === sku.toLowerCase()) return true;
    if (!gtin) return false;
    if (/^\d{8,14}$/.test(read)) return fourteen(read) === fourteen(gtin);
    return !!parts["01"] && fourteen(parts["01"]) === fourteen(gtin) && (parts["10"] ?? lot) === lot;
  };

  let sound = null;
  const tone = (hertz, seconds, shape) => {
    if (!window.AudioContext) return;
    sound ||= new AudioContext();
    const voice = sound.createOscillator(), loud = sound.createGain();
    voice.type = shape;
    voice.frequency.value = hertz;
    loud.gain.setValueAtTime(.25, sound.currentTime);
    loud.gain.exponentialRampToValueAtTime(.001, sound.currentTime + seconds);
    voice.connect(loud).connect(sound.destination);
    voice.start();
    voice.stop(sound.currentTime + seconds);
  };
  window.hanse = Object.assign(window.hanse || {}, {
    scanned, plain, elements, names, fourteen,
    right: () => tone(1760, .12, "sine"),
    wrong: () => { tone(180, .7, "square"); navigator.vibrate?.([200, 80, 200]); },
  });
})();
