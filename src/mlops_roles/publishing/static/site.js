// What every page of the site has in common: labels in another language, and the way back to the
// pages about people. Pages read without it.
"use strict";

(function () {
  const root = document.body.dataset.root;
  const KEPT = "mlops-roles-language";
  const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" };
  const english = new WeakMap();

  function kept() {
    try {
      const found = localStorage.getItem(KEPT);
      return found in LANGUAGES ? found : "en";
    } catch {
      return "en"; // the browser keeps nothing for this page
    }
  }

  /** Write the labels of terms in a language; a term without a label in it stays English. */
  function label(language) {
    const labels = language === "en" ? {} : window.mlopsLabels?.[language] || {};
    for (const place of document.querySelectorAll("a[title*=':'], [data-term]")) {
      const term = place.dataset.term || place.title;
      const node = place.querySelector(".full") || place;
      if (node.children.length) continue;
      if (!english.has(node)) english.set(node, node.textContent);
      const found = labels[term];
      const text = found || english.get(node);
      if (node.textContent !== text) node.textContent = text;
      if (found) node.lang = language;
      else node.removeAttribute("lang");
    }
  }

  function speak(language) {
    if (language === "en" || window.mlopsLabels) {
      label(language);
      return;
    }
    const script = document.createElement("script");
    script.src = `${root}data/labels.js`;
    script.addEventListener("load", () => label(language));
    document.head.append(script);
  }

  /**
   * Link the pages about people of a local server. Their secret address comes in the fragment, which
   * is never sent to a server, leaves the address bar, and is kept for this tab alone.
   */
  function linkStaff() {
    const [, given] = /^#staff=([\w-]{20,})$/.exec(location.hash) || [];
    if (given) history.replaceState(null, "", location.pathname + location.search);
    let known = given;
    try {
      if (given) sessionStorage.setItem("mlops-roles-staff", given);
      else known = sessionStorage.getItem("mlops-roles-staff");
    } catch {
      // this page alone links them
    }
    if (!known) return;
    const [item, anchor] = ["li", "a"].map((tag) => document.createElement(tag));
    Object.assign(anchor, { href: `/staff/${known}/`, textContent: "Staff", rel: "noreferrer" });
    item.append(anchor);
    document.querySelector(".top nav ul")?.append(item);
  }

  linkStaff();
  const choice = document.createElement("select");
  choice.id = "language";
  choice.setAttribute("aria-label", "Language of labels");
  for (const [code, name] of Object.entries(LANGUAGES)) choice.append(new Option(name, code));
  choice.value = kept();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, choice.value);
    } catch {
      // this page alone changes its language
    }
    speak(choice.value);
  });
  document.querySelector(".top .bar")?.append(choice);
  document.addEventListener("mlops:content", () => speak(choice.value));
  if (choice.value !== "en") speak(choice.value);
})();
