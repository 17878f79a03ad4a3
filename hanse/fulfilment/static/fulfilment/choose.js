// A scan opens the row whose data-code has it: totes and orders at the packing station.
addEventListener("hanse:scan", event => {
  const read = event.detail.code.trim(), code = (hanse.elements(read)["00"] || read).toLowerCase();
  const row = [...document.querySelectorAll("[data-scan-rows] [data-code]")].find(one => one.dataset.code.toLowerCase().split(" ").includes(code));
  const link = row?.querySelector("a");
  if (link) { hanse.right(); location.assign(link.href); return; }
  hanse.wrong();
  hanse.say("bad", `${event.detail.code} is not waiting here.`, "Scan a tote or an order of this list.");
});
