// Scan: a keyboard-wedge scanner types fast and ends with Enter. It is read wherever the focus is, unless a text field
// has it (a field marked data-scan is read too). The page hears "hanse:scan" with { code, at }.
//   addEventListener("hanse:scan", event => …event.detail.code…)
//   hanse.right() / hanse.wrong(): tones and vibration; the picture is the page's
(() => {
  const FAST = 60, SHORTEST = 3;
  let typed = "", last = 0;

  const inText = element => element.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]");
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
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
    if (field) return;
    // FNC1 arrives as the group separator, Ctrl+] or F8, as the scanner is set
    const sign = event.key === "F8" || event.key === "Unidentified" ? "\x1d" : event.key;
    if (sign.length !== 1) return;
    if (now - last > FAST) typed = "";
    typed += sign;
    last = now;
    if (typed.length >= SHORTEST) { event.hanseScan = true; event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  const scanned = code => dispatchEvent(new CustomEvent("hanse:scan", { detail: { code, at: new Date().toISOString() } }));

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
    scanned,
    right: () => tone(1760, .12, "sine"),
    wrong: () => { tone(180, .7, "square"); navigator.vibrate?.([200, 80, 200]); },
  });
})();
