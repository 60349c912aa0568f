// What every page does beyond reading: suggestions while one types, the choice of colours, buttons that copy.
"use strict";
(() => {
  const made = (tag, attributes = {}, ...inner) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inner);
    return element;
  };

  const papersOf = (number) => `${number.toLocaleString("en")} ${number === 1 ? "paper" : "papers"}`;

  // Colours ----------------------------------------------------------------------------------------------------------
  {
    const toggle = made("button", { type: "button", class: "theme", "aria-label": "Dark colours" });
    document.querySelector(".menu").append(toggle);
    const dark = () => {
      const chosen = document.documentElement.dataset.theme;
      return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    };
    const show = () => toggle.setAttribute("aria-pressed", String(dark()));
    toggle.addEventListener("click", () => {
      const theme = dark() ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      try {
        localStorage.setItem("theme", theme);
      } catch {
        // Storage may be refused; the choice then lasts for this page.
      }
      show();
    });
    show();
  }

  // Copying ----------------------------------------------------------------------------------------------------------
  for (const box of document.querySelectorAll(".copyable")) {
    const button = made("button", { type: "button" }, "Copy");
    const text = box.querySelector("pre");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Press Ctrl+C";
      }
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    box.append(button);
  }

  // Suggestions: an editable combobox with a list, as the ARIA Authoring Practices describe it -------------------------
  const form = document.querySelector("form.search");
  const input = form?.querySelector("input");
  if (!input) return;
  const list = made("ul", { class: "suggestions", id: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: "" });
  form.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" })) input.setAttribute(name, value);
  const kinds = { method: "Method", dataset: "Dataset", metric: "Metric", task: "Task", paper: "Paper", code: "Repository" };
  const { suggest, root } = form.dataset;
  const find = suggest
    ? async (words, limit) => (await fetch(`${suggest}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } })).json()
    : async (words, limit) => (await indexed(words, limit)).map((entry) => ({ ...entry, url: root + entry.url }));
  let found = [];
  let at = -1;
  let asked = 0;

  let waiting;
  const close = () => {
    clearTimeout(waiting);
    asked += 1; // an answer that comes now comes too late
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (place) => {
    at = place;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `suggestion-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const go = (place) => {
    if (found[place]?.url) location.href = found[place].url;
  };
  const show = (entries) => {
    found = entries.filter((entry) => entry.url);
    list.replaceChildren(
      ...found.map((entry, number) => {
        const facts = entry.kind === "paper" ? "" : papersOf(entry.papers);
        const item = made(
          "li",
          { id: `suggestion-${number}`, role: "option", "aria-selected": "false" },
          made("span", { class: `kind ${entry.kind}` }, kinds[entry.kind] ?? entry.kind),
          made("span", { class: "label" }, made("bdi", {}, entry.name.slice(0, 200))),
          made("span", { class: "count" }, facts),
        );
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => go(number));
        return item;
      }),
    );
    choose(-1);
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
  };
  form.addEventListener("submit", close);
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const words = input.value.trim();
    const number = ++asked;
    if (!words) return close();
    waiting = setTimeout(async () => {
      try {
        const entries = await find(words, 8);
        if (number === asked && document.activeElement === input) show(entries);
      } catch {
        close();
      }
    }, 80);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length && !event.altKey) {
      event.preventDefault();
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((at + step + 1 + (found.length + 1)) % (found.length + 1)) - 1);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
      event.preventDefault();
      go(at);
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest?.("input, textarea, select, [contenteditable]")) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });

  // A site of files: the index is a script for each beginning of words, which hands its names to window.kgIndex --------
  const parts = {};
  window.kgIndex = (part, entries, divisions) => parts[part]?.done(Object.assign(entries, { divisions }));
  const load = (part) => {
    if (!parts[part]) {
      const wanted = (parts[part] = {});
      wanted.entries = new Promise((resolve) => {
        wanted.done = resolve;
        const script = made("script", { src: `${root}static/search/${part}.js` });
        script.addEventListener("error", () => resolve([]));
        document.head.append(script);
      });
    }
    return parts[part].entries;
  };
  const plain = (text) => {
    const lower = text.toLowerCase();
    return /[^\0-\x7f]/.test(lower) ? lower.normalize("NFKD").replace(/[\u0300-\u036f]/g, "") : lower;
  };
  const wordsOf = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const partOf = (word, length) => {
    const start = [...word].slice(0, length).join("");
    return /^[a-z0-9]*$/.test(start) ? start || "all" : "other";
  };
  // The scripts that have the names with a word. One that is too large is divided by further letters, "_" for all that are
  // not listed; it has itself the names that come first for the word alone.
  const partsOf = async (word, length, alone) => {
    const part = partOf(word, length);
    const { divisions } = await load(part);
    if (!divisions) return [part];
    const below = (start) => divisions.filter((letters) => letters.startsWith(start) && letters !== start);
    let start = "";
    for (const letter of [...word].slice(length)) {
      if (!below(start).length) break;
      start += divisions.includes(start + letter) ? letter : "_";
    }
    if (!start && alone) return [part];
    const inside = below(start).filter((letters) => !below(letters).length);
    return (alone || !inside.length ? divisions.filter((letters) => letters === start) : inside).map((letters) => `${part}-${letters}`);
  };
  async function indexed(text, limit) {
    const words = wordsOf(text);
    if (!words.length) return [];
    const [length = 0] = await load("about");
    const longest = words.reduce((best, word) => (word.length > best.length ? word : best));
    let wanted = await partsOf(longest, length, words.length === 1);
    if (wanted.length > 1 && words[0].length >= length) {
      const others = await partsOf(words[0], length, false); // all names that begin with all the words are there, too
      if (others.length < wanted.length) wanted = others;
    }
    const loaded = await Promise.all(wanted.map(load));
    const entries = loaded.length === 1 ? loaded[0] : new Map(loaded.flat().map((entry) => [entry.join("\n"), entry])).values();
    const whole = words.join("");
    const rated = [];
    for (const [name, kind, papers, url, ...others] of entries) {
      const rates = [name, ...others].map((one) => {
        const its = wordsOf(one);
        const joined = its.join("");
        if (joined === whole) return 0;
        if (joined.startsWith(whole)) return 1;
        return words.every((word) => its.some((part) => part.startsWith(word))) ? 2 : 3;
      });
      const rate = Math.min(...rates);
      if (rate < 3) rated.push([rate, name, kind, papers, url]);
    }
    rated.sort((a, b) => a[0] - b[0] || b[3] - a[3] || a[1].length - b[1].length);
    const names = { m: "method", d: "dataset", e: "metric", t: "task", p: "paper", c: "code" };
    return rated.slice(0, limit).map(([, name, kind, papers, url]) => ({ name, kind: names[kind], papers, url }));
  }

  if (!suggest) {
    const results = document.querySelector("[data-results]");
    const search = async (words) => {
      input.value = words;
      const entries = words ? await find(words, 60) : [];
      results.replaceChildren(
        made("p", { class: "lead" }, words ? `${entries.length === 60 ? "The first 60" : entries.length} found for “${words.slice(0, 180)}”` : "Type words of a name or a title above."),
        made("ol", { class: "matches" }, ...entries.map((entry) => made("li", {}, made("span", { class: `kind ${entry.kind}` }, kinds[entry.kind]), " ", made("a", { href: entry.url }, made("bdi", {}, entry.name)), made("span", { class: "dim" }, entry.kind === "paper" ? "" : ` ${papersOf(entry.papers)}`)))),
      );
    };
    // Later searches write the fragment alone, so it goes before what the page was opened with.
    const given = () => new URLSearchParams(location.hash.slice(1)).get("q") ?? new URLSearchParams(location.search).get("q") ?? "";
    if (results) {
      search(given());
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        close();
        history.replaceState(null, "", `#q=${encodeURIComponent(input.value)}`);
        search(input.value.trim());
      });
    }
  }
})();
