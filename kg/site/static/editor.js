// The SPARQL editor: completes terms, runs the query without leaving the page, and shows the answer as a table.
"use strict";
(() => {
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  const area = form.querySelector("textarea");
  const answer = document.querySelector("[data-answer]");
  const share = form.querySelector("[data-share]");
  const known = JSON.parse(document.getElementById("completions").textContent);
  const made = (tag, attributes = {}, ...inner) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inner);
    return element;
  };

  // Completion -------------------------------------------------------------------------------------------------------
  const options = [
    ...known.terms.map(([name, meaning]) => [name, meaning]),
    ...Object.entries(known.prefixes).map(([prefix, iri]) => [`${prefix}:`, iri]),
    ...known.words.map((word) => [word, ""]),
  ];
  const list = made("ul", { class: "completions", id: "completing", role: "listbox", "aria-label": "Completions", hidden: "" });
  area.parentElement.append(list);
  for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": "completing" })) area.setAttribute(name, value);
  let found = [];
  let at = -1;

  const close = () => {
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  };
  const choose = (place) => {
    at = place;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-activedescendant", `completing-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const begun = () => /[\w-]*:?[\w-]*$/.exec(area.value.slice(0, area.selectionStart))[0];
  const variables = () => [...new Set(area.value.match(/[?$]\w+/g) ?? [])];

  function offer(asked) {
    const before = area.value.slice(0, area.selectionStart);
    const variable = /[?$]\w*$/.exec(before)?.[0];
    const word = variable ?? begun();
    const low = word.toLowerCase();
    const from = variable ? variables().filter((name) => name !== word).map((name) => [name, ""]) : options;
    found = word || asked ? from.filter(([name]) => name.toLowerCase().startsWith(low) && name !== word).slice(0, 40) : [];
    if (!variable && word.includes(":") === false && low.length > 2) {
      found.push(...options.filter(([name]) => name.includes(":") && name.toLowerCase().split(":")[1].startsWith(low) && !name.toLowerCase().startsWith(low)).slice(0, 20));
    }
    if (!found.length || (!asked && low.length < 2)) return close();
    list.replaceChildren(
      ...found.map(([name, meaning], number) => {
        const item = made("li", { id: `completing-${number}`, role: "option" }, made("code", {}, name), made("span", {}, meaning.split(". ")[0].slice(0, 140)));
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(number);
        });
        return item;
      }),
    );
    const line = before.split("\n");
    list.hidden = false;
    const height = parseFloat(getComputedStyle(area).lineHeight) || 20;
    // Positions are set through the object model, which the Content-Security-Policy allows.
    list.style.top = `${Math.min(line.length * height - area.scrollTop + 14, area.clientHeight)}px`;
    list.style.left = `${Math.min(line.at(-1).length * 8.4 + 10, Math.max(0, area.clientWidth - 300))}px`;
    choose(-1); // Enter ends the line as long as nobody has chosen
  }

  function take(place) {
    const before = area.value.slice(0, area.selectionStart);
    const length = (/[?$]\w*$/.exec(before)?.[0] ?? begun()).length;
    const [name] = found[place];
    area.setRangeText(name + (name.endsWith(":") ? "" : " "), before.length - length, before.length, "end");
    close();
    if (name.endsWith(":")) offer(true);
  }

  area.addEventListener("input", () => offer(false));
  area.addEventListener("blur", () => setTimeout(close, 150));
  area.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      offer(true);
    } else if (!list.hidden) {
      const number = found.length + 1; // one of them is to choose none
      if (event.key === "ArrowDown") choose(((at + 2) % number) - 1);
      else if (event.key === "ArrowUp") choose(((at + number) % number) - 1);
      else if (event.key === "Enter" && at >= 0) take(at);
      else if (event.key === "Tab") take(Math.max(at, 0));
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    }
  });

  // Running ----------------------------------------------------------------------------------------------------------
  const shorten = (iri) => {
    for (const [prefix, start] of Object.entries(known.prefixes).sort((a, b) => b[1].length - a[1].length)) if (iri.startsWith(start)) return `${prefix}:${iri.slice(start.length)}`;
    return iri;
  };
  const base = Object.entries(known.prefixes).find(([prefix]) => prefix === "paper")?.[1].replace(/paper\/$/, "") ?? "";
  const root = form.dataset.root ?? "";
  function shown(term) {
    if (!term) return "";
    if (term.type === "triple") return made("span", {}, "<<( ", ...["subject", "predicate", "object"].flatMap((part) => [shown(term.value[part]), " "]), ")>>");
    if (term.type !== "uri") return made("bdi", {}, term.value ?? JSON.stringify(term));
    const [place] = term.value.split("#");
    const here = base && place.startsWith(base) ? `${root}/${place.slice(base.length)}` : null;
    if (here) return made("a", { href: encodeURI(here).replaceAll("%25", "%") }, made("bdi", {}, shorten(term.value)));
    return /^https?:/.test(term.value) ? made("a", { href: term.value, rel: "noopener noreferrer nofollow" }, shorten(term.value)) : term.value;
  }
  // Of SELECT * the engine has the columns by the alphabet; here they stand as the query first names them.
  function columns(names, query) {
    if (!/^[^{]*\bselect\s+((distinct|reduced)\s+)?\*/i.test(query)) return names;
    const place = (name) => query.search(new RegExp(`[?$]${name}(?![\\p{L}\\p{N}_])`, "u"));
    return [...names].sort((one, other) => place(one) - place(other));
  }
  function table({ head, results }) {
    const names = columns(head.vars, area.value);
    const numeric = (term) => /#(integer|decimal|double|float|gYear)$/.test(term?.datatype ?? "");
    const rows = results.bindings.slice(0, 2000).map((row) => made("tr", {}, ...names.map((name) => made("td", numeric(row[name]) ? { class: "number" } : {}, shown(row[name])))));
    return made(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Answer" },
      made("table", {}, made("thead", {}, made("tr", {}, ...names.map((name) => made("th", { scope: "col" }, name)))), made("tbody", {}, ...rows)),
    );
  }
  const LONGEST = 8000; // characters of an address that every server and browser takes
  const saving = (query, formats) => {
    const links = Object.entries(formats).map(([ending, name]) => made("a", { href: `${form.action}?${new URLSearchParams({ query, format: ending })}`, download: `answer.${ending}` }, name));
    return links[0].href.length < LONGEST ? [" · Save as ", ...links.flatMap((link) => [link, " "])] : [];
  };

  let current = null; // what ends the query that runs
  const cancel = made("button", { type: "button", hidden: "" }, "Cancel");
  form.querySelector("[type=submit]").after(" ", cancel);
  cancel.addEventListener("click", () => {
    current?.abort();
    area.focus(); // the button goes
  });
  async function run(event) {
    event?.preventDefault();
    close();
    current?.abort();
    const own = (current = new AbortController());
    cancel.hidden = false;
    const started = performance.now();
    answer.replaceChildren(made("p", { class: "dim" }, "Running …"));
    const query = area.value;
    const address = `${location.pathname}?query=${encodeURIComponent(query)}`;
    share.hidden = address.length >= LONGEST;
    if (!share.hidden) {
      history.replaceState(null, "", address);
      share.href = address;
    }
    try {
      const response = await fetch(form.action, {
        method: "POST",
        signal: own.signal,
        body: new URLSearchParams({ query }),
        headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9, text/plain;q=0.1" },
      });
      const text = await response.text();
      const time = `${Math.round(performance.now() - started).toLocaleString("en")} ms`;
      const kind = response.headers.get("content-type") ?? "";
      if (!response.ok) answer.replaceChildren(made("p", { class: "problem", role: "alert" }, (kind.includes("html") ? response.statusText : text).slice(0, 2000)));
      else if (kind.includes("json")) {
        const found = JSON.parse(text);
        if ("boolean" in found) answer.replaceChildren(made("p", { class: "value" }, found.boolean ? "Yes" : "No"), made("p", { class: "dim" }, time));
        else {
          const number = found.results.bindings.length;
          answer.replaceChildren(made("p", { class: "dim" }, `${number.toLocaleString("en")} ${number === 1 ? "row" : "rows"} in ${time}${number > 2000 ? ", the first 2,000 shown" : ""}`, ...saving(query, { csv: "CSV", tsv: "TSV", json: "JSON" })), table(found));
        }
      } else answer.replaceChildren(made("p", { class: "dim" }, time, ...saving(query, { ttl: "Turtle", jsonld: "JSON-LD" })), made("pre", { tabindex: "0" }, text.slice(0, 200000)));
    } catch {
      if (own === current) answer.replaceChildren(own.signal.aborted ? made("p", { class: "dim" }, "Cancelled.") : made("p", { class: "problem", role: "alert" }, "The server does not answer."));
    } finally {
      if (own === current) cancel.hidden = true;
    }
  }
  form.addEventListener("submit", run);
})();
