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
  const radius = (node) => 4 + 2.4 * Math.log2(1 + node.papers);

  function add(around) {
    const centre = nodes.get(around.centre);
    let fresh = 0;
    for (const given of around.nodes) {
      if (nodes.has(given.iri) || nodes.size >= MOST) continue;
      const turn = nodes.size * 2.399963; // the golden angle spreads new nodes evenly
      const far = given.iri === around.centre ? 0 : 70 + 6 * Math.sqrt(nodes.size);
      const node = { ...given, x: (centre?.x ?? 0) + far * Math.cos(turn), y: (centre?.y ?? 0) + far * Math.sin(turn), vx: 0, vy: 0 };
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
      edges.set(key, { from, to, line, papers: edge.papers ?? 0 });
    }
    const open = nodes.get(around.centre);
    if (open) {
      open.open = true;
      open.group.classList.add("open");
    }
    label();
    heat = 1;
    run();
    return fresh;
  }

  function draw(node) {
    const group = made("g", { class: `node ${node.kind}`, tabindex: nodes.size === 1 ? "0" : "-1", role: "button", "aria-label": `${node.name}, ${node.kind}, ${node.papers} papers` });
    const text = made("text", { x: radius(node) + 3, y: 4 });
    text.textContent = node.name.length > 34 ? `${node.name.slice(0, 32)}…` : node.name;
    const title = made("title");
    title.textContent = `${node.name} (${node.kind}, ${node.papers} papers)`;
    group.append(title, made("circle", { r: radius(node) }), text);
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
      other.group.classList.toggle("lit", near.has(other) && (other === node || near.size < 30));
      other.group.setAttribute("tabindex", other === node ? "0" : "-1");
    }
    for (const edge of edges.values()) edge.line.classList.toggle("lit", edge.from === node || edge.to === node);
    said.replaceChildren(`${node.kind}: `);
    const name = document.createElement(node.url ? "a" : "b");
    if (node.url) name.href = node.url;
    name.textContent = node.name.slice(0, 200);
    said.append(name, `, ${node.papers.toLocaleString("en")} ${node.papers === 1 ? "paper" : "papers"}, linked to ${near.size - 1} here${node.open ? "" : "; click or Enter expands"}`);
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
      for (let count = still ? 300 : 4; count > 0 && heat > 0.01; count -= 1) step();
      place();
      if (heat > 0.01) requestAnimationFrame(frame);
      else {
        running = false;
        box.dataset.rest = "true";
      }
    };
    delete box.dataset.rest;
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
        const push = 2600 / square;
        const far = Math.sqrt(square);
        a.vx += (dx / far) * push; a.vy += (dy / far) * push;
        b.vx -= (dx / far) * push; b.vy -= (dy / far) * push;
      }
      a.vx -= a.x * 0.004; a.vy -= a.y * 0.006;
    }
    for (const { from, to } of edges.values()) {
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const far = Math.hypot(dx, dy) || 1;
      const pull = (far - 95) * 0.012;
      from.vx += (dx / far) * pull; from.vy += (dy / far) * pull;
      to.vx -= (dx / far) * pull; to.vy -= (dy / far) * pull;
    }
    for (const node of all) {
      if (!node.held) {
        node.x += Math.max(-14, Math.min(14, node.vx * heat)); node.y += Math.max(-14, Math.min(14, node.vy * heat));
      }
      node.vx *= 0.72; node.vy *= 0.72;
    }
    heat *= 0.99;
  }

  function place() {
    for (const node of nodes.values()) node.group.setAttribute("transform", `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
    for (const { from, to, line } of edges.values()) {
      line.setAttribute("x1", from.x.toFixed(1)); line.setAttribute("y1", from.y.toFixed(1));
      line.setAttribute("x2", to.x.toFixed(1)); line.setAttribute("y2", to.y.toFixed(1));
    }
    if (!view.moved) fit();
  }

  // Of many nodes only the largest keep their names; the others show them when pointed at.
  function label() {
    const kept = new Set([...nodes.values()].sort((a, b) => (b.open ? 1e9 : b.papers) - (a.open ? 1e9 : a.papers)).slice(0, 45));
    for (const node of nodes.values()) node.group.classList.toggle("mute", !kept.has(node));
  }

  function show() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  }

  function fit() {
    const all = [...nodes.values()];
    const [left, right] = [Math.min(...all.map((node) => node.x)) - 60, Math.max(...all.map((node) => node.x)) + 190];
    const [top, bottom] = [Math.min(...all.map((node) => node.y)) - 40, Math.max(...all.map((node) => node.y)) + 40];
    Object.assign(view, { x: left, y: top, w: right - left, h: bottom - top, moved: false });
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
  const parts = {};
  window.kgNeighbours = (part, all) => parts[part].done(all);
  async function around(node) {
    const { neighbours, part } = box.dataset;
    if (neighbours) {
      const answer = await fetch(`${neighbours}?iri=${encodeURIComponent(node.iri)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.json();
    }
    return filed(node.iri, part);
  }
  async function filed(iri, folder) {
    const part = node_part(iri);
    if (!parts[part]) {
      const wanted = (parts[part] = {});
      wanted.all = new Promise((resolve) => {
        wanted.done = resolve;
        const script = document.createElement("script");
        script.src = `${folder}${part}.js`;
        script.addEventListener("error", () => resolve({}));
        document.head.append(script);
      });
    }
    return (await parts[part].all)[iri] ?? { centre: iri, nodes: [], edges: [] };
  }
  const node_part = (iri) => {
    let sum = 0;
    for (const byte of new TextEncoder().encode(iri)) sum = (sum * 31 + byte) % 65521;
    return sum % Number(box.dataset.parts || 1);
  };

  const given = document.getElementById("around");
  if (given) {
    const start = JSON.parse(given.textContent);
    add(start);
    if (nodes.has(start.centre)) light(nodes.get(start.centre));
  }
})();
