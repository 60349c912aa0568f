// Sets the colours that were chosen on an earlier page, before anything is drawn.
"use strict";
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be refused; the colours are then those of the system.
  }
})();
