// Theme: light, dark or as the system has it. Kept in a cookie, so the server draws the next page in it.
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [, "system"])[1];
  const show = () => {
    const theme = chosen() === "system" ? (dark.matches ? "dark" : "light") : chosen();
    if (root.dataset.bsTheme === theme) return mark();
    root.dataset.bsTheme = theme;
    mark();
    dispatchEvent(new CustomEvent("hanse:theme", { detail: theme }));
  };
  const mark = () => document.querySelectorAll("[data-theme-choice]").forEach(button =>
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen())));
  dark.addEventListener("change", show);
  addEventListener("DOMContentLoaded", mark);
  addEventListener("click", event => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    document.cookie = `theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
    show();
  });
  show();
})();
