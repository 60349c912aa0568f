// Draws what is around an entity, by forces: linked nodes attract, all others repel. A click on a node expands it.
"use strict";
(() => {
  const box = document.querySelector("[data-graph]");
  if (!box) return;
  const SVG = "http://www.w3.org/2000/svg";
  const MOST = 200;
  const made = (tag, attributes = {}) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const button = (label, text, act) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.setAttribute("aria-label", label);
    element.addEventListener("click", act);
    return element;
  };
  const svg = made("svg", { role: "group", "aria-label": "Graph; Tab reaches it, arrow keys go from node to node, Enter expands, o opens the page" });
  const [lines, dots] = [made("g"), made("g")];
  svg.append(lines, dots);
  const tools = document.createElement("div");
  tools.className = "tools";
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("aria-live", "polite");
  said.textContent = "Click a node to expand it.";
  tools.append(button("Zoom in", "+", () => zoom(0.8)), button("Zoom out", "−", () => zoom(1.25)), button("Show all", "Fit", () => fit()));
  box.append(svg, tools, said);
  box.hidden = false;

  const nodes = new Map();
  const edges = new Map();
  const view = { x: -450, y: -300, w: 900, h: 600 };
  let heat = 0;
  let current = null;
  const papersOf = ({ papers }) => `${papers.toLocaleString("en")} ${papers === 1 ? "paper" : "papers"}`;
  const radius = (node) => Math.min(17, 4 + 2 * Math.log2(1 + node.papers));

  // The view keeps the proportions of the box, so that a unit is as long in both directions.
  function add(around) {
    const centre = nodes.get(around.centre);
    let fresh = 0;
    for (const given of around.nodes) {
      if (nodes.has(given.iri) || nodes.size >= MOST) continue;
      const turn = nodes.size * 2.399963; // the golden angle spreads new nodes evenly
      const far = given.iri === around.centre ? 0 : 70 + 6 * Math.sqrt(nodes.size);
      const node = { ...given, x: (centre?.x ?? 0) + far * Math.cos(turn), y: (centre?.y ?? 0) + far * Math.sin(turn), vx: 0, vy: 0, link: 0 };
      nodes.set(node.iri, node);
      draw(node);
      fresh += 1;
    }
    for (const edge of around.edges) {
      const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
      const key = [edge.from, edge.to].sort().join("\n");
      if (!from || !to || edges.has(key)) continue;
      const line = made("line", { class: edge.broader ? "edge broader" : "edge", "stroke-width": edge.broader ? 1.2 : Math.min(5, 0.6 + 0.5 * Math.log2(1 + edge.papers)) });
      lines.append(line);
      edges.set(key, { from, to, line });
      for (const node of [from, to]) node.link = Math.max(node.link, edge.papers ?? 0);
    }
    const open = nodes.get(around.centre);
    if (open) {
      open.open = true;
      open.group.classList.add("open");
    }
    heat = 1;
    run();
    return fresh;
  }

  function draw(node) {
    const group = made("g", { class: `node ${node.kind}`, tabindex: nodes.size === 1 ? "0" : "-1", role: "button", "aria-label": `${node.name}, ${node.kind}, ${papersOf(node)}` });
    const title = made("title");
    title.textContent = `${node.name} (${node.kind}, ${papersOf(node)})`;
    group.append(title, made("circle", { r: radius(node) }), made("text"));
    group.addEventListener("focus", () => light(node));
    group.addEventListener("pointerenter", () => light(node));
    group.addEventListener("keydown", (event) => keys(event, node));
    group.addEventListener("pointerdown", (event) => drag(event, node));
    node.group = group;
    dots.append(group);
  }

  const linked = (node) => [...edges.values()].filter((edge) => edge.from === node || edge.to === node).map((edge) => (edge.from === node ? edge.to : edge.from));

  function light(node) {
    current = node;
    const near = new Set([node, ...linked(node)]);
    for (const other of nodes.values()) {
      other.group.classList.toggle("lit", other === node || (near.has(other) && near.size < 12));
      other.group.setAttribute("tabindex", other === node ? "0" : "-1");
    }
    for (const edge of edges.values()) edge.line.classList.toggle("lit", edge.from === node || edge.to === node);
    label();
    said.replaceChildren(`${node.kind}: `);
    const name = document.createElement(node.url ? "a" : "b");
    if (node.url) name.href = node.url;
    name.dir = "auto"; // set apart from the writing direction around it
    name.textContent = node.name.slice(0, 200);
    said.append(name, `, ${papersOf(node)}, linked to ${near.size - 1} here${node.open ? "" : "; click or Enter expands"}`);
  }

  async function expand(node) {
    if (node.open) return light(node);
    try {
      const fresh = add(await around(node));
      light(node);
      said.append(fresh ? `; ${fresh} more shown` : nodes.size >= MOST ? `; ${MOST} are shown, no more fit` : "; nothing more");
    } catch {
      said.textContent = "The server does not answer.";
    }
  }

  function keys(event, node) {
    const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      expand(node);
    } else if (event.key === "o" && node.url) {
      location.href = node.url;
    } else if (ways[event.key]) {
      event.preventDefault();
      const [dx, dy] = ways[event.key];
      let best = null;
      for (const other of nodes.values()) {
        const [x, y] = [other.x - node.x, other.y - node.y];
        const along = x * dx + y * dy;
        const cost = along > 0 ? Math.hypot(x, y) + 2 * Math.abs(x * dy - y * dx) : Infinity;
        if (other !== node && cost < (best?.cost ?? Infinity)) best = { other, cost };
      }
      best?.other.group.focus();
    }
  }

  // Forces: as many steps as it takes to come to rest -----------------------------------------------------------------
  let running = false;
  function run() {
    if (running) return;
    running = true;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const frame = () => {
      const until = performance.now() + (still ? 2000 : 10);
      do step();
      while (heat > 0.02 && performance.now() < until);
      place();
      if (heat > 0.02) requestAnimationFrame(frame);
      else {
        running = false;
        label();
        box.dataset.rest = "true";
      }
    };
    delete box.dataset.rest;
    for (let count = 0; count < 40; count += 1) step(); // so that the first picture is in some order already
    requestAnimationFrame(frame);
  }

  function step() {
    const all = [...nodes.values()];
    for (let i = 0; i < all.length; i += 1) {
      const a = all[i];
      for (let j = i + 1; j < all.length; j += 1) {
        const b = all[j];
        const [dx, dy] = [a.x - b.x || 0.1, a.y - b.y || 0.1];
        const square = dx * dx + dy * dy + 30;
        const push = 3400 / square;
        const far = Math.sqrt(square);
        a.vx += (dx / far) * push; a.vy += (dy / far) * push;
        b.vx -= (dx / far) * push; b.vy -= (dy / far) * push;
      }
      a.vx -= a.x * 0.004; a.vy -= a.y * 0.006;
    }
    for (const { from, to } of edges.values()) {
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const far = Math.hypot(dx, dy) || 1;
      const pull = (far - 105) * 0.012;
      from.vx += (dx / far) * pull; from.vy += (dy / far) * pull;
      to.vx -= (dx / far) * pull; to.vy -= (dy / far) * pull;
    }
    for (const node of all) {
      if (!node.held) {
        node.x += Math.max(-14, Math.min(14, node.vx * heat)); node.y += Math.max(-14, Math.min(14, node.vy * heat));
      }
      node.vx *= 0.72; node.vy *= 0.72;
    }
    heat *= 0.98;
  }

  function place() {
    for (const node of nodes.values()) node.group.setAttribute("transform", `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
    for (const { from, to, line } of edges.values()) {
      line.setAttribute("x1", from.x.toFixed(1)); line.setAttribute("y1", from.y.toFixed(1));
      line.setAttribute("x2", to.x.toFixed(1)); line.setAttribute("y2", to.y.toFixed(1));
    }
    if (!view.moved) fit();
  }

  // Names have the same size at any zoom. Each stands below its node, else above, beside or askew of it, where it lies on no
  // node and no other name; the more papers share a node with another, the sooner it has its name. One that finds no room
  // shows on focus.
  function label() {
    const unit = view.w / (svg.clientWidth || view.w);
    svg.style.setProperty("--unit", unit);
    const most = Math.max(16, Math.min(33, Math.round(svg.clientWidth / 19))); // letters
    const first = (node) => (node.open ? 2 : node.group.classList.contains("lit") ? 1 : 0);
    const all = [...nodes.values()].sort((a, b) => first(b) - first(a) || b.link - a.link || b.papers - a.papers);
    const taken = all.map((node) => [node, node.x - radius(node), node.x + radius(node), node.y - radius(node), node.y + radius(node)]);
    for (const node of all) {
      const name = node.name.length > most ? `${node.name.slice(0, most - 1).trimEnd()}…` : node.name;
      const [width, far] = [name.length * 6.2 * unit, radius(node)];
      const [below, above, beside] = [far + 13 * unit, -far - 5 * unit, far + 4 * unit];
      const places = [
        ["middle", 0, below, -width / 2],
        ["middle", 0, above, -width / 2],
        ["start", beside, 4 * unit, 0],
        ["end", -beside, 4 * unit, -width],
        ["start", -far, below, 0],
        ["end", far, below, -width],
        ["start", -far, above, 0],
        ["end", far, above, -width],
      ].map(([anchor, x, y, start]) => ({ anchor, x, y, box: [node.x + x + start, node.x + x + start + width, node.y + y - 11 * unit, node.y + y + 4 * unit] }));
      const whole = places.filter(({ box: [left, right, top, bottom] }) => view.moved || (left > view.x && right < view.x + view.w && top > view.y && bottom < view.y + view.h));
      const free = whole.find(({ box: [left, right, top, bottom] }) => taken.every(([other, from, to, high, low]) => other === node || right < from || left > to || bottom < high || top > low));
      const place = free ?? whole[0] ?? places[0];
      const shown = node.open || free;
      if (shown) taken.push([null, ...place.box]);
      node.group.classList.toggle("mute", !shown);
      const text = node.group.querySelector("text");
      text.textContent = name;
      text.setAttribute("text-anchor", place.anchor);
      text.setAttribute("x", place.x.toFixed(1));
      text.setAttribute("y", place.y.toFixed(1));
    }
  }

  function show() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    if (!running || heat > 0.9) label();
  }

  function fit() {
    const all = [...nodes.values()];
    const [left, right] = [Math.min(...all.map((node) => node.x)) - 90, Math.max(...all.map((node) => node.x)) + 90];
    const [top, bottom] = [Math.min(...all.map((node) => node.y)) - 40, Math.max(...all.map((node) => node.y)) + 50];
    const shape = svg.clientWidth / svg.clientHeight || 1.5;
    const w = Math.max(right - left, (bottom - top) * shape, 420);
    Object.assign(view, { x: (left + right - w) / 2, y: (top + bottom - w / shape) / 2, w, h: w / shape, moved: false });
    show();
  }

  function zoom(factor) {
    const [w, h] = [view.w * factor, view.h * factor];
    Object.assign(view, { x: view.x + (view.w - w) / 2, y: view.y + (view.h - h) / 2, w, h, moved: true });
    show();
  }

  function point(event) {
    const at = svg.createSVGPoint();
    [at.x, at.y] = [event.clientX, event.clientY];
    return at.matrixTransform(svg.getScreenCTM().inverse());
  }

  function drag(event, node) {
    event.stopPropagation();
    const start = { x: event.clientX, y: event.clientY };
    let moved = false;
    node.group.setPointerCapture(event.pointerId);
    const move = (next) => {
      if (!moved && Math.hypot(next.clientX - start.x, next.clientY - start.y) < 5) return;
      moved = true;
      node.held = true;
      view.moved = true;
      const at = point(next);
      [node.x, node.y] = [at.x, at.y];
      heat = Math.max(heat, 0.3);
      run();
    };
    const end = () => {
      node.held = false;
      node.group.removeEventListener("pointermove", move);
      if (!moved) expand(node);
    };
    node.group.addEventListener("pointermove", move);
    node.group.addEventListener("pointerup", end, { once: true });
  }

  svg.addEventListener("pointerdown", (event) => {
    const [x, y, start] = [view.x, view.y, { x: event.clientX, y: event.clientY }];
    const scale = svg.getScreenCTM().a;
    svg.setPointerCapture(event.pointerId);
    const move = (next) => {
      Object.assign(view, { x: x - (next.clientX - start.x) / scale, y: y - (next.clientY - start.y) / scale, moved: true });
      show();
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", () => svg.removeEventListener("pointermove", move), { once: true });
  });

  // Where the neighbours come from: a server, or the scripts of a site of files ---------------------------------------
  const { neighbours, base, root } = box.dataset;
  async function around(node) {
    if (!neighbours) return filed(node.iri);
    const answer = await fetch(`${neighbours}?iri=${encodeURIComponent(node.iri)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  const parts = {};
  window.kgNeighbours = (part, nodes, around) => parts[part].done({ nodes, around });
  function load(part) {
    if (!parts[part]) {
      const wanted = (parts[part] = {});
      wanted.data = new Promise((resolve) => {
        wanted.done = resolve;
        const script = document.createElement("script");
        script.src = `${root}static/neighbours/${part}.js`;
        script.addEventListener("error", () => resolve({ nodes: {}, around: {} }));
        document.head.append(script);
      });
    }
    return parts[part].data;
  }
  const partOf = (path, number) => new TextEncoder().encode(path).reduce((sum, byte) => (sum * 31 + byte) % 65521, 7) % number;
  async function filed(iri) {
    const path = iri.slice(base.length);
    const { around: number } = await load("about");
    const { nodes: known, around } = await load(partOf(path, number));
    const full = (name) => ({ iri: base + name, name: known[name][0], kind: name.split("/")[0], papers: known[name][1], url: root + (known[name][2] || `${name}.html`) });
    const edges = (around[path] ?? []).map(([other, papers]) => (papers > 0 ? { from: iri, to: base + other, papers } : papers === 0 ? { from: iri, to: base + other, broader: true } : { from: base + other, to: iri, broader: true }));
    return { centre: iri, nodes: known[path] ? [path, ...(around[path] ?? []).map(([other]) => other)].map(full) : [], edges };
  }

  async function begin(start) {
    add(start);
    const centre = nodes.get(start.centre);
    if (centre) light(centre);
    else said.textContent = "Nothing is known of this; search for another name.";
  }
  const given = document.getElementById("around");
  if (given) begin(JSON.parse(given.textContent));
  else if (location.hash.length > 1) {
    filed(base + decodeURIComponent(location.hash.slice(1))).then((start) => {
      begin(start);
      const heading = document.querySelector("[data-name]");
      if (!start.nodes.length || !heading) return;
      heading.textContent = `Around ${start.nodes[0].name}`;
      document.title = `${heading.textContent.slice(0, 120)} · papers-kg`;
    });
  } else said.textContent = "Choose an entity, and on its page “Show as a graph”.";
})();
