// Compares two roles that a reader picks. Without it, the page has a table of all pairs.
"use strict";

(function () {
  const { skills, terms, proofs } = mlopsRoles;
  const [from, to] = ["from", "to"].map((id) => document.getElementById(id));
  const result = document.getElementById("result");
  const root = document.body.dataset.root;

  function link(curie) {
    const [label, href] = terms[curie];
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: root + href, title: curie, textContent: label });
    return anchor;
  }

  /** The mark of an inferred statement, which opens its proof. */
  function mark(href) {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: root + href, className: "follows short", textContent: "∴" });
    anchor.setAttribute("aria-label", "follows: its proof");
    return anchor;
  }

  function line(heading, found, role) {
    const row = document.createElement("div");
    const [name, list] = ["dt", "dd"].map((tag) => document.createElement(tag));
    name.textContent = `${heading} (${found.length})`;
    found.forEach((curie, at) => {
      list.append(at ? " · " : "", link(curie));
      if (proofs[role][curie]) list.append(" ", mark(proofs[role][curie]));
    });
    if (!found.length) list.textContent = "none";
    row.append(name, list);
    return row;
  }

  function show() {
    const [one, other] = [from, to].map((select) => select.value);
    const [has, needs] = [skills[one], skills[other]];
    const [first, second] = [from, to].map((select) => select.selectedOptions[0].textContent);
    const facts = document.createElement("dl");
    facts.className = "groups";
    facts.append(
      line(`${first} lacks for ${second}`, needs.filter((skill) => !has.includes(skill)), other),
      line("Both require", needs.filter((skill) => has.includes(skill)), other),
      line(`${second} lacks for ${first}`, has.filter((skill) => !needs.includes(skill)), one),
    );
    result.replaceChildren(facts);
    history.replaceState(null, "", `#${one},${other}`);
    document.dispatchEvent(new Event("mlops:content"));
  }

  const [one, other] = decodeURIComponent(location.hash.slice(1)).split(",");
  const known = Object.keys(skills);
  from.value = known.includes(one) ? one : from.options[2].value;
  to.value = known.includes(other) ? other : to.options[to.length - 2].value;
  for (const select of [from, to]) select.addEventListener("change", show);
  document.getElementById("swap").addEventListener("click", () => {
    [from.value, to.value] = [to.value, from.value];
    show();
  });
  document.getElementById("compare").hidden = false;
  show();
})();
