"use strict";
// Opens the case that the address names, and shows only the cases that match the filter.
const cases = [...document.querySelectorAll("article")];
const texts = new Map();
const form = document.getElementById("filter");

function textOf(article) {
  if (!texts.has(article)) texts.set(article, article.textContent.toLowerCase());
  return texts.get(article);
}

function apply() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const article of cases) {
    const data = article.dataset;
    const matches = ["outcome", "level", "operation", "cause"].every((name) => !wanted[name] || data[name] === wanted[name])
      && (!wanted.fact || data.facts.split(" ").includes(wanted.fact))
      && words.every((word) => textOf(article).includes(word));
    article.hidden = !matches;
    if (matches) count += 1;
  }
  for (const cause of document.querySelectorAll("section.cause")) {
    cause.hidden = !cause.querySelector("article:not([hidden])");
  }
  form.querySelector("output").textContent = `${count} of ${cases.length} cases`;
}

function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches("article")) return;
  target.hidden = false;
  if (target.parentElement.matches(".cause")) target.parentElement.hidden = false;
  target.querySelector("details").open = true;
  target.scrollIntoView();
}

let waiting;
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(apply, 100);
});
form.addEventListener("reset", () => setTimeout(apply));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", open);
form.hidden = false;
apply();
open();
