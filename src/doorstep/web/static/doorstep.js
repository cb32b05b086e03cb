// Comfort alone: every page does its work without this.
"use strict";

document.documentElement.classList.add("scripted");

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const typing = (at) => at.closest("input, select, textarea, [contenteditable]") !== null;
const PLACES = { t: "/today", o: "/orders", s: "/stock", f: "/sites", r: "/routes", p: "/chart" };
let goingSince = 0;

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  const link = next.querySelector("a");
  if (link) {
    link.focus();
  } else {
    next.tabIndex = -1;
    next.focus();
  }
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Escape") {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    if (pressed.target.matches("[data-find]")) pressed.target.blur();
    return;
  }
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || typing(pressed.target)) return;
  const going = pressed.timeStamp - goingSince < 1500;
  goingSince = pressed.key === "g" ? pressed.timeStamp : 0;
  if (going && PLACES[pressed.key]) {
    const link = document.querySelector(`.side a[href="${PLACES[pressed.key]}"]`);
    if (link) link.click();
  } else if (pressed.key === "/") {
    const field = document.querySelector("#q") || document.querySelector("[data-find]");
    if (field) {
      pressed.preventDefault();
      field.focus();
      field.select();
    }
  } else if (pressed.key === "j") {
    step(1);
  } else if (pressed.key === "k") {
    step(-1);
  } else if (pressed.key === "?") {
    window.location.assign("/help");
  }
});

// A menu closes when something else is pressed.
document.addEventListener("click", (pressed) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(pressed.target)) menu.open = false;
  });
  const copied = pressed.target.closest("[data-copy]");
  if (copied && !window.getSelection().toString() && navigator.clipboard) {
    navigator.clipboard.writeText(copied.textContent.trim()).then(() => {
      copied.classList.add("copied");
      window.setTimeout(() => copied.classList.remove("copied"), 1200);
    });
  }
});

document.addEventListener("change", (changed) => {
  if (changed.target.matches("[data-send]")) changed.target.form.requestSubmit();
});

document.addEventListener("submit", (sent) => {
  const asked = sent.target.dataset.confirm;
  if (asked && !window.confirm(asked)) sent.preventDefault();
  // Pressed twice it is sent once: the first answer would be lost, and what is told once with it.
  if (sent.target.method === "post" && !sent.defaultPrevented) {
    if (sent.target.dataset.sent) sent.preventDefault();
    sent.target.dataset.sent = "yes";
    window.setTimeout(() => delete sent.target.dataset.sent, 10000); // in case no answer comes
  }
});

// Whoever comes back to the page may send its forms again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
