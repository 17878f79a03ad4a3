// Release: what was ticked stays ticked when the list is drawn again because something changed.
(() => {
  let ticked = [];
  const boxes = place => [...place.querySelectorAll("input[name=chosen]")];
  document.body.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.target.matches?.("[data-keeps-ticks]")) ticked = boxes(event.detail.target).filter(box => box.checked).map(box => box.value);
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const again = boxes(document).filter(box => ticked.includes(box.value) && !box.checked);
    ticked = [];
    again.forEach(box => { box.checked = true; });
  }, true);  // before the bar of chosen rows is drawn
})();
