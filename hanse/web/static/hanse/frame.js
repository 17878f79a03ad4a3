// The frame: menus that close, forms sent once, messages for what went wrong on the way.
(() => {
  const toasts = document.getElementById("toasts");

  // hanse.say("bad", "Not saved.", "No connection."): a message in the corner; good ones leave after 8 s
  const say = (kind, what, why = "") => {
    const box = document.createElement("div"), message = document.createElement("div");
    box.className = "toast-one";
    message.className = `msg ${kind}`;
    const words = document.createElement("div"), strong = document.createElement("b");
    strong.textContent = what;
    words.append(strong, " " + why);
    message.append(words);
    box.append(message);
    toasts.append(box);
    leave(box);
  };
  const leave = box => box.querySelector(".bad, .watch") || setTimeout(() => box.remove(), 8000);
  // hanse.now(): the time here; in a demo it has a course of its own, which the page is told
  const [real, simulated, pace] = (document.querySelector("meta[name=clock]")?.content || "0 0 1").split(" ").map(Number);
  const now = () => new Date(simulated + (Date.now() - real) * pace);
  window.hanse = Object.assign(window.hanse || {}, { say, now });
  if (toasts) {
    toasts.addEventListener("click", event => event.target.closest("a, button") || event.target.closest(".toast-one")?.remove());
    document.body.addEventListener("htmx:oobAfterSwap", () => toasts.querySelectorAll(".toast-one").forEach(leave));
  }

  const closeMenus = except => document.querySelectorAll("details[data-menu][open]").forEach(menu => menu === except || (menu.open = false));
  addEventListener("click", event => closeMenus(event.target.closest?.("details[data-menu]")));
  addEventListener("keydown", event => event.key === "Escape" && closeMenus());

  // a form goes once; its key makes a second arrival harmless, this keeps it from happening
  addEventListener("submit", event => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post]")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => delete form.dataset.sent));

  // a finished HTMX form takes a fresh key, unless its answer replaced it
  document.body.addEventListener("htmx:afterRequest", event => {
    const form = event.detail.elt, key = form.matches?.("form") && form.querySelector("input[name=key]");
    if (key && event.detail.successful && form.isConnected) key.value = crypto.randomUUID?.().replaceAll("-", "") || key.value + "1";
  });
  document.body.addEventListener("htmx:sendError", () => say("watch", "No connection.", "Nothing was sent. Try again when the line is back."));
  document.body.addEventListener("htmx:responseError", event => {
    const number = event.detail.xhr.getResponseHeader("X-Problem-Number");
    if (event.detail.xhr.status === 401) return location.reload();
    say("bad", "This could not be done.", "Nothing was changed." + (number ? ` Tell your admin: ${number}.` : ""));
  });
})();
