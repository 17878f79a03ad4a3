// Camera: reads bar codes where there is no scanner, and gives the text to what a scanner's goes to (scan.js).
// The browser's own reader where it knows our kinds of code, else the one we ship, loaded when the camera is first opened.
// A code counts once while it stays in the picture, and again when it was away for a moment.
(() => {
  const view = document.querySelector("[data-camera-view]");
  if (!view) return;
  const one = name => view.querySelector(`[data-camera-${name}]`);
  const video = one("picture"), keep = one("keep"), said = one("said"), canvas = document.createElement("canvas");
  const KINDS = ["code_128", "ean_13", "data_matrix", "qr_code"], EVERY = 150, AWAY = 700, WIDEST = 1280, KEPT = "hanse-camera-keep";
  let stream = null, read = null, timer = 0, reading = false, last = { code: "", at: 0 };

  const own = async () => {
    const known = window.BarcodeDetector ? await BarcodeDetector.getSupportedFormats() : [];
    if (!KINDS.every(kind => known.includes(kind))) return null;
    const detector = new BarcodeDetector({ formats: KINDS });
    return async () => (await detector.detect(video))[0]?.rawValue || "";
  };
  const loaded = () => window.ZXing ? Promise.resolve() : new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = view.dataset.reader;
    script.onload = done;
    script.onerror = () => { script.remove(); failed(new Error("no reader")); };
    document.head.append(script);
  });
  const shipped = async () => {
    await loaded();
    const { BarcodeFormat, BinaryBitmap, DecodeHintType, Exception, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatReader } = window.ZXing;
    const reader = new MultiFormatReader(), wide = canvas.getContext("2d", { willReadFrequently: true });
    reader.setHints(new Map([[DecodeHintType.POSSIBLE_FORMATS, KINDS.map(kind => BarcodeFormat[kind.toUpperCase()])], [DecodeHintType.TRY_HARDER, true], [DecodeHintType.ASSUME_GS1, true]]));
    return async () => {
      const share = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = video.videoWidth * share;
      canvas.height = video.videoHeight * share;
      wide.drawImage(video, 0, 0, canvas.width, canvas.height);
      try {
        return reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)))).getText();
      } catch (error) {
        if (error instanceof Exception) return "";  // no code in this picture
        throw error;
      }
    };
  };

  const look = async () => {
    if (reading || !stream || video.readyState < video.HAVE_CURRENT_DATA) return;
    reading = true;
    try {
      const code = await read(), now = performance.now();
      if (!code || !stream) return;
      const same = code === last.code && now - last.at < AWAY;
      last = { code, at: now };
      if (!same) heard(code);
    } finally { reading = false; }
  };
  const heard = code => {
    navigator.vibrate?.(40);
    if (!keep.checked) close();
    hanse.scanned(code);
  };

  const WHY = {
    NotAllowedError: "The camera is not allowed for this page. Allow it in the browser’s settings of this page, then open it again.",
    NotFoundError: "This device has no camera. Use a scanner, or type the code.",
    NotReadableError: "Another program has the camera. Close it there, then open it again.",
    "no reader": "The reader of bar codes could not be loaded: no connection. Open the camera again when the line is back.",
  };
  const tell = words => { said.textContent = words; said.hidden = !words; video.hidden = !!words; };
  const open = async () => {
    view.hidden = false;
    tell("");
    if (!navigator.mediaDevices) return tell("The browser gives its camera only to pages with https. Use a scanner, or ask your admin for an https address.");
    try {
      read ||= await own() || await shipped();
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: WIDEST } }, audio: false });
      if (view.hidden) return opened.getTracks().forEach(track => track.stop());  // closed meanwhile
      stream = video.srcObject = opened;
      last = { code: "", at: 0 };
      await video.play();
      timer ||= setInterval(look, EVERY);
    } catch (error) {
      if (error.name === "AbortError") return;  // closed while it opened
      const why = WHY[error.name] || WHY[error.message];
      if (!why) throw error;
      tell(why);
    }
  };
  const close = () => {
    clearInterval(timer);
    timer = 0;
    stream?.getTracks().forEach(track => track.stop());
    stream = video.srcObject = null;
    view.hidden = true;
  };

  keep.checked = localStorage.getItem(KEPT) === "1";
  keep.addEventListener("change", () => localStorage.setItem(KEPT, keep.checked ? "1" : ""));
  addEventListener("click", event => {
    if (event.target.closest?.("[data-camera]")) view.hidden ? open() : close();
    if (event.target.closest?.("[data-camera-close]")) close();
  });
  addEventListener("keydown", event => { if (event.key === "Escape" && !view.hidden) close(); });
  addEventListener("pagehide", close);
})();
