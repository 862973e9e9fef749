"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const form = find("#filter"), search = find("#search"), help = find("#help");
  const rows = all("tr.unit"), entries = all(".entry");
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  const words = new Map();
  const bar = find(".bar");

  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
    return words.get(row);
  };
  const fits = (row, show) =>
    show === "all" || (show === "changed" ? "changed" in row.dataset
      : show === "findings" ? row.dataset.severity !== ""
      : row.dataset.severity.split(" ").includes(show));

  const filter = () => {
    const show = new FormData(form).get("show"), wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(fits(row, show) && (!wanted || wordsOf(row).includes(wanted)));
      shown += row.hidden ? 0 : 1;
    }
    for (const entry of entries) {
      entry.hidden = !entry.querySelector("tr.unit:not([hidden])");
      links.get(entry.id).parentElement.classList.toggle("faint", entry.hidden);
    }
    find("#nothing").hidden = shown > 0;
    find("#status").textContent = `${shown} of ${rows.length} units`;
  };

  const step = (list, forward) => {
    const active = document.activeElement, inside = find("main").contains(active) && active !== find("main");
    const line = bar.getBoundingClientRect().bottom + 24;
    const bit = forward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const beyond = (item) => inside && active.closest(".entry")
      ? active.compareDocumentPosition(item) & bit
      : forward === item.getBoundingClientRect().top > line;
    const fitting = (item) => !item.closest("[hidden]") && beyond(item);
    const next = forward ? list.find(fitting) : list.findLast(fitting);
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };

  const keys = {
    j: () => step(rows.filter((row) => row.dataset.severity), true),
    k: () => step(rows.filter((row) => row.dataset.severity), false),
    n: () => step(entries, true),
    p: () => step(entries, false),
    "/": () => search.focus(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === search) {
      if (event.key === "Escape") search.blur();
      return;
    }
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) links.get(target.id).setAttribute("aria-current", "true");
      else links.get(target.id).removeAttribute("aria-current");
    }
  }, { rootMargin: "-120px 0px -70% 0px" });
  entries.forEach((entry) => watcher.observe(entry));

  new ResizeObserver(() => {
    const covered = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    document.documentElement.style.setProperty("--bar", `${covered}px`);
  }).observe(bar);

  const phone = matchMedia("(max-width: 60rem)"), contents = find("#contents");
  const fold = () => { contents.open = !phone.matches; };
  phone.addEventListener("change", fold);
  fold();
  contents.addEventListener("click", (event) => { if (event.target.closest("a") && phone.matches) contents.open = false; });

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  find("#help-button").addEventListener("click", () => help.showModal());
  filter();
})();
