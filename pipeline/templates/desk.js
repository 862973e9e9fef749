"use strict";
(() => {
  const find = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const slug = document.body.dataset.slug;
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

  const send = async (action, data = {}) => {
    try {
      const answer = await fetch(`/api/${encodeURIComponent(slug)}/${action}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(data),
      });
      return { status: answer.status, data: await answer.json() };
    } catch {
      return { status: 0, data: { error: "The server does not answer. Is `duizhao review` still running? Your text is still here." } };
    }
  };

  if (!slug) {
    const table = find("#issues");
    const refresh = async () => {
      const answer = await (await fetch("/api/overview")).json();
      table.innerHTML = answer.rows;
      if (answer.pending) setTimeout(refresh, 700);
    };
    if (table && "pending" in document.body.dataset) setTimeout(refresh, 500);
    return;
  }

  const form = find("#filter"), search = find("#search"), main = find("main"), bar = find(".bar");
  const help = find("#help"), term = find("#term"), ask = find("#ask");
  const entries = all(".entry");
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  const units = () => all("article.unit");
  const unitOf = (node) => node?.closest?.("article.unit");
  const isOpen = (row) => row.dataset.severity !== "" || !["approved", "kept"].includes(row.dataset.state);
  const current = () => unitOf(document.activeElement) || find("article.unit.last");

  /* Filter and search */
  const shows = {
    all: () => true,
    open: isOpen,
    findings: (row) => row.dataset.severity !== "",
    edited: (row) => row.dataset.state === "edited",
    stale: (row) => row.dataset.state === "stale" || row.dataset.state === "missing",
    approved: (row) => row.dataset.state === "approved",
  };
  let wantedUnits = null;
  const filter = () => {
    const show = shows[new FormData(form).get("show")], words = search.value.trim().toLowerCase();
    let shown = 0;
    const rows = units();
    for (const row of rows) {
      const named = !wantedUnits || wantedUnits.has(row.dataset.unit);
      const fits = named && show(row) && (!words || row.textContent.toLowerCase().includes(words));
      row.hidden = !fits && !find(".editor", row);
      shown += row.hidden ? 0 : 1;
    }
    for (const entry of entries) {
      entry.hidden = !find("article.unit:not([hidden])", entry);
      links.get(entry.id)?.parentElement.classList.toggle("faint", entry.hidden);
    }
    for (const small of all("[data-count]")) small.textContent = rows.filter(shows[small.dataset.count]).length;
    find("#nothing").hidden = shown > 0;
    find("#status").textContent = `${shown} of ${rows.length} units`;
  };

  /* Messages */
  const toast = find("#toast"), notice = find("#notice"), offer = find("#offer");
  let fading;
  const say = (words, wrong = false) => {
    notice.textContent = words;
    toast.classList.toggle("wrong", wrong);
    toast.classList.toggle("shown", Boolean(words));
    clearTimeout(fading);
    if (!wrong) fading = setTimeout(() => { toast.classList.remove("shown"); offer.hidden = true; }, 6000);
  };

  const put = (html, id) => {
    const old = find(`article[data-unit="${CSS.escape(id)}"]`);
    if (!old || find(".editor", old)) return old;
    const had = old.contains(document.activeElement) || old.classList.contains("last");
    old.outerHTML = html;
    const row = find(`article[data-unit="${CSS.escape(id)}"]`);
    if (had) mark(row);
    return row;
  };
  const take = (data) => {
    for (const [id, html] of Object.entries(data.rows || {})) put(html, id);
    for (const [index, html] of Object.entries(data.entries || {})) {
      const link = links.get(`entry-${index}`);
      if (link) { link.parentElement.innerHTML = html; links.set(`entry-${index}`, find(`nav a[href="#entry-${index}"]`)); }
    }
    if (data.progress) find("#progress").innerHTML = data.progress;
    if ("steps" in data) find("#undo").hidden = !data.steps;
    offer.hidden = !data.offers;
    if (data.offers) {
      offer.textContent = `Fill in ${data.offers} in other issues`;
      offer.dataset.unit = data.units[0];
    }
    filter();
  };
  const act = async (action, data, words) => {
    const { status, data: answer } = await send(action, data);
    if (answer.rows) take(answer);
    say(status === 200 ? answer.notice || words || "" : answer.error, status !== 200);
    return { status, data: answer };
  };

  /* Moving */
  const mark = (row) => {
    all(".last").forEach((other) => other.classList.remove("last"));
    row.classList.add("last");
    row.focus({ preventScroll: true });
  };
  const go = (node) => {
    if (!node) return;
    if (node.matches("article")) mark(node);
    else node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "start" });
  };
  const step = (list, forward) => {
    const from = unitOf(document.activeElement) || document.activeElement.closest?.(".entry") || find("article.unit.last");
    const bit = forward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const line = bar.getBoundingClientRect().bottom + 24;
    const beyond = (node) => (from ? from.compareDocumentPosition(node) & bit : forward === node.getBoundingClientRect().top > line);
    const fitting = (node) => !node.closest("[hidden]") && beyond(node);
    go(forward ? list.find(fitting) : list.findLast(fitting));
  };

  /* Dialogs that ask */
  let unanswered = () => {};
  const question = (title, label, findings = "", yes = "OK") => new Promise((resolve) => {
    unanswered(null);
    unanswered = resolve;
    const inside = find("form", ask), words = find("input", ask);
    find("h2", ask).textContent = title;
    find(".findings", ask).innerHTML = findings;
    find(".strong", ask).textContent = yes;
    find("label", ask).hidden = !label;
    find("label span", ask).textContent = label;
    words.value = "";
    words.required = Boolean(label);
    let given = null;
    inside.onsubmit = (event) => { event.preventDefault(); given = label ? words.value.trim() : "yes"; if (given) ask.close(); };
    /* The close event of the question before may come when this one is already open. */
    ask.onclose = () => { if (!ask.open) resolve(given); };
    ask.showModal();
    (label ? words : find("[data-action=close]", ask)).focus();
  });

  /* Changing a unit */
  const change = async (row, kind, more = {}) => {
    const data = { unit: row.dataset.unit, seen: row.dataset.seen, kind, ...more };
    const answer = await send("change", data);
    if (answer.status === 422) {
      const sure = await question("Something was lost. Save it all the same?", "", answer.data.findings, "Save it");
      mark(row);
      return sure ? change(row, kind, { ...more, confirmed: true }) : answer;
    }
    if (answer.data.rows) take(answer.data);
    const words = { edit: "saved", approve: "approved", unapprove: "to be reviewed again", comment: "comment added" };
    say(answer.status === 200 ? answer.data.notice || words[kind] || "done" : answer.data.error, answer.status !== 200);
    return answer;
  };
  const withWords = async (row, kind, title, label, more = {}) => {
    const text = await question(title, label);
    mark(row);
    if (text) await change(row, kind, { text, ...more });
  };

  /* Editing in place */
  const leave = (row) => {
    find(".editor", row)?.remove();
    row.classList.remove("editing");
    mark(row);
    filter();
  };
  const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
  const check = async (row, area, version) => {
    await wait(250);
    if (area.dataset.version !== version || !area.isConnected) return;
    const { status, data } = await send("check", { unit: row.dataset.unit, text: area.value });
    if (area.dataset.version !== version || status !== 200) return;
    find(".live", row).innerHTML = data.preview;
    find(".live-findings", row).innerHTML = data.findings;
    all(".live-findings button", row).forEach((button) => button.remove());
    row.classList.toggle("blocked", data.blocking);
  };
  const edit = (row) => {
    if (!row.dataset.seen || find(".editor", row)) return find("textarea", row)?.focus();
    const editor = find("#editor").content.cloneNode(true);
    const area = find("textarea", editor);
    area.lang = find(".result .text", row).lang;
    area.value = row.dataset.target;
    area.dataset.version = "0";
    area.addEventListener("input", () => {
      area.dataset.version = String(Number(area.dataset.version) + 1);
      grow(area);
      check(row, area, area.dataset.version);
    });
    find(".cell.result", row).append(editor);
    row.classList.add("editing");
    grow(area);
    check(row, area, "0");
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    row.scrollIntoView({ block: "nearest" });
  };
  const clash = (row, answer, text) => {
    const box = find(".theirs", row), title = document.createElement("p"), other = document.createElement("p");
    title.textContent = "Somebody else changed this unit. Theirs is below, yours is in the field.";
    title.className = "who";
    other.textContent = answer.theirs;
    other.lang = find("textarea", row).lang;
    const take = Object.assign(document.createElement("button"), { type: "button", textContent: "Take theirs" });
    take.dataset.action = "take-theirs";
    box.replaceChildren(title, other, take);
    box.hidden = false;
    const fresh = document.createElement("template");
    fresh.innerHTML = answer.rows[row.dataset.unit];
    row.dataset.seen = fresh.content.firstElementChild.dataset.seen;
    row.dataset.target = answer.theirs;
    row.dataset.fresh = answer.rows[row.dataset.unit];
    find("textarea", row).value = text;
  };
  const keep = async (row, approve) => {
    const area = find("textarea", row), text = area.value, id = row.dataset.unit;
    const data = { unit: id, seen: row.dataset.seen, kind: "edit", text };
    let answer = await send("change", data);
    if (answer.status === 422) {
      const sure = await question("Something was lost. Save it all the same?", "", answer.data.findings, "Save it");
      area.focus();
      if (!sure) return;
      answer = await send("change", { ...data, confirmed: true });
    }
    if (answer.status === 409 && answer.data.theirs !== undefined) clash(row, answer.data, text);
    if (answer.status !== 200) return say(answer.data.error, true);
    leave(row);
    take(answer.data);
    say("saved");
    const saved = find(`article[data-unit="${CSS.escape(id)}"]`);
    if (approve) await change(saved, "approve", { confirmed: true });
  };
  const cancel = async (row) => {
    const area = find("textarea", row);
    if (area.value !== row.dataset.target && !(await question("Throw your text away?", "", "", "Throw it away"))) return area.focus();
    const fresh = row.dataset.fresh;
    leave(row);
    if (fresh) put(fresh, row.dataset.unit);
  };

  /* Glossary terms */
  const addTerm = () => {
    const text = String(getSelection()).trim().slice(0, 200);
    const row = unitOf(getSelection().anchorNode?.parentElement) || current();
    term.dataset.unit = row?.dataset.unit || "";
    find(".error", term).textContent = "";
    find("form", term).reset();
    if (/[\u3400-\u9fff]/.test(text)) find("[name=rendering]", term).value = text;
    else find("[name=term]", term).value = text;
    term.showModal();
  };
  find("form", term).addEventListener("submit", async (event) => {
    event.preventDefault();
    const { status, data } = await send("term", Object.fromEntries(new FormData(event.target)));
    if (status !== 200) { find(".error", term).textContent = data.error; return; }
    term.close();
    wantedUnits = data.units.length ? new Set(data.units) : null;
    filter();
    say(`${data.notice}. Looking what it changes …`);
    await ready();
    const fresh = await page();
    find("#banners").replaceWith(find("#banners", fresh));
    say(data.units.length ? `${data.notice}; only they are shown, Esc shows all` : data.notice);
  });
  find("[name=policy]", term).addEventListener("change", (event) => {
    find("[name=rendering]", term).closest("label").hidden = event.target.value === "keep";
  });

  /* Findings that come later, and the page anew */
  const ready = async () => {
    for (;;) {
      const answer = await (await fetch(`/api/${encodeURIComponent(slug)}/ready`)).json();
      if (answer.ready) return;
      await wait(400);
    }
  };
  const page = async () => new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const renew = async () => {
    const fresh = await page();
    for (const row of all("article.unit", fresh)) {
      const old = find(`article[data-unit="${CSS.escape(row.dataset.unit)}"]`);
      if (old && old.outerHTML !== row.outerHTML) put(row.outerHTML, row.dataset.unit);
    }
    for (const id of ["banners", "progress"]) find(`#${id}`).replaceWith(find(`#${id}`, fresh));
    find("nav ol")?.replaceWith(find("nav ol", fresh));
    all("nav a").forEach((link) => links.set(link.hash.slice(1), link));
    filter();
  };

  const clean = (inside) => all("article.unit[data-clean]:not([hidden])", inside).map((row) => row.dataset.unit);
  const approveClean = async (inside) => {
    const wanted = clean(inside);
    if (wanted.length) await act("approve-clean", { units: wanted });
    else say("nothing here can be approved without a look");
  };
  const reloading = async (action) => {
    const { status } = await act(action, {}, "working …");
    if (status === 200) location.reload();
  };

  const actions = {
    approve: (row) => change(row, "approve"),
    unapprove: (row) => change(row, "unapprove"),
    edit,
    comment: (row) => withWords(row, "comment", "Comment", "What should the others know?"),
    dismiss: (row, node) => withWords(row, "dismiss", "Dismiss the finding", "Why is it no error?", { finding: node.dataset.finding }),
    reopen: (row, node) => change(row, "reopen", { finding: node.dataset.finding }),
    machine: (row) => change(row, "machine"),
    raw: (row) => change(row, "raw"),
    save: (row) => keep(row, false),
    "save-approve": (row) => keep(row, true),
    cancel,
    "take-theirs": (row) => { const area = find("textarea", row); area.value = row.dataset.target; area.dispatchEvent(new Event("input")); find(".theirs", row).hidden = true; area.focus(); },
    "approve-clean": () => approveClean(document),
    "approve-entry": (_row, node) => approveClean(node.closest(".entry")),
    undo: () => act("undo"),
    spread: (_row, node) => act("spread", { unit: node.dataset.unit }),
    adopt: () => reloading("adopt"),
    update: () => reloading("update"),
    term: addTerm,
    help: () => help.showModal(),
    close: (_row, node) => node.closest("dialog").close(),
  };
  document.addEventListener("click", (event) => {
    const node = event.target.closest("[data-action]");
    if (node) actions[node.dataset.action](unitOf(node), node);
    else if (unitOf(event.target) && !event.target.closest("a, textarea")) {
      all(".last").forEach((other) => other.classList.remove("last"));
      unitOf(event.target).classList.add("last");
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = unitOf(event.target);
    if (row && !row.classList.contains("last")) {
      all(".last").forEach((other) => other.classList.remove("last"));
      row.classList.add("last");
    }
  });

  /* Keyboard */
  const onUnit = (doing) => () => { const row = current(); if (row) doing(row); };
  const keys = {
    j: () => step(units().filter(isOpen), true),
    k: () => step(units().filter(isOpen), false),
    ArrowDown: () => step(units(), true),
    ArrowUp: () => step(units(), false),
    n: () => step(entries, true),
    p: () => step(entries, false),
    a: onUnit((row) => row.dataset.seen && change(row, row.dataset.state === "approved" ? "unapprove" : "approve")),
    A: onUnit((row) => approveClean(row.closest(".entry"))),
    e: onUnit(edit),
    c: onUnit((row) => row.dataset.seen && actions.comment(row)),
    r: onUnit((row) => row.dataset.seen && actions.machine(row)),
    t: addTerm,
    u: () => actions.undo(),
    "/": () => search.focus(),
    "?": () => help.showModal(),
    Escape: () => { wantedUnits = null; filter(); },
  };
  document.addEventListener("keydown", (event) => {
    if (find("dialog[open]") || event.isComposing) return;
    const row = unitOf(event.target);
    if (event.target.matches("textarea")) {
      const strong = event.ctrlKey || event.metaKey;
      const doing = strong && event.key === "Enter" ? "save-approve" : strong && event.key === "s" ? "save" : event.key === "Escape" ? "cancel" : "";
      if (doing) { event.preventDefault(); actions[doing](row); }
      return;
    }
    if (event.target === search) {
      if (event.key === "Escape") search.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  addEventListener("beforeunload", (event) => {
    const lost = all("textarea.source").some((area) => area.value !== unitOf(area).dataset.target);
    if (lost) event.preventDefault();
  });

  /* Layout */
  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) links.get(target.id)?.setAttribute("aria-current", "true");
      else links.get(target.id)?.removeAttribute("aria-current");
    }
  }, { rootMargin: "-120px 0px -70% 0px" });
  entries.forEach((entry) => watcher.observe(entry));
  new ResizeObserver(() => {
    const covered = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    document.documentElement.style.setProperty("--bar", `${covered}px`);
  }).observe(bar);
  const phone = matchMedia("(max-width: 60rem)"), contents = find("#contents");
  const fold = () => { if (contents) contents.open = !phone.matches; };
  phone.addEventListener("change", fold);
  fold();
  contents?.addEventListener("click", (event) => { if (event.target.closest("a") && phone.matches) contents.open = false; });

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
  if ("pending" in document.body.dataset) ready().then(renew);
  document.documentElement.dataset.ready = "";
})();
