// Comfort, and the sign that the page is still open. Every page works without this file.
"use strict";

document.documentElement.classList.add("script");

// A stream that stands as long as the page does: when the last one ends, the program ends.
let wasOpen = false;
const stream = new EventSource("/alive");
stream.onopen = () => { wasOpen = true; document.getElementById("ended").hidden = true; };
stream.onerror = () => {
  if (!wasOpen) return;
  stream.close();
  setTimeout(() => { document.getElementById("ended").hidden = false; }, 500);
};
addEventListener("pagehide", () => stream.close());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// What is wrong is read out first.
document.getElementById("problems")?.focus();

// Parts that belong to a choice.
for (const select of document.querySelectorAll("select[data-kind]")) {
  const card = select.closest(".card");
  const show = () => {
    const isOwn = select.value === "own" || select.value.endsWith("+own");
    card.querySelector(".own-columns").toggleAttribute("data-closed", !isOwn);
    for (const part of card.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== select.value;
  };
  select.addEventListener("change", show);
  show();
}

// The language of the first page changes at once.
document.querySelector(".language select")?.addEventListener("change", (event) => {
  event.target.form.requestSubmit(event.target.form.querySelector("button[value=look]"));
});

// What takes long says so, and is not sent twice.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    if (form.dataset.slow) document.getElementById("slow").textContent = form.dataset.slow;
    setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; }, 0);
  });
}
addEventListener("pageshow", () => { for (const button of document.querySelectorAll("button")) button.disabled = false; });

// The picture beside what is read from it.
const picture = document.getElementById("picture");
picture?.addEventListener("change", () => {
  const preview = document.getElementById("preview");
  const file = picture.files[0];
  preview.hidden = true;
  if (file) {
    preview.onload = () => { preview.hidden = false; };
    preview.src = URL.createObjectURL(file);
  }
});

// Line numbers beside the file's text; a complaint's line is shown.
const text = document.getElementById("text");
if (text) {
  const numbers = document.getElementById("numbers");
  const count = () => {
    numbers.textContent = Array.from({length: text.value.split("\n").length}, (_, line) => line + 1).join("\n");
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("input", count);
  text.addEventListener("scroll", count);
  count();
  const line = document.getElementById("problems")?.textContent.match(/(?:line |第 ?)(\d+)/)?.[1];
  if (line) {
    const start = text.value.split("\n").slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    document.querySelector("#problems a").addEventListener("click", (event) => {
      event.preventDefault();
      text.focus();
      text.setSelectionRange(start, start + (text.value.split("\n")[line - 1] || "").length);
      text.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(text).lineHeight));
    });
  }
}
