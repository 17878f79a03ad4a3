// A GS1 label is scanned at the receive form, wherever the focus is: the form comes again with what the label says.
addEventListener("hanse:scan", event => {
  const form = document.getElementById("book");
  form.elements.read.value = event.detail.code;
  form.requestSubmit();
});
