// The codebook as a tree: arrows walk and fold it, Alt+arrows or a drag move a code, Enter or a click opens one.

function createTree(root, act) {
  const tree = { codes: [], chosen: null, folded: new Set(), at: null, typed: "", waiting: false };
  const search = Object.assign(document.createElement("input"), { type: "search", className: "ct-search", placeholder: "Find a code" });
  search.setAttribute("aria-label", "Find a code");
  const list = Object.assign(document.createElement("ul"), { className: "ct-tree" });
  list.setAttribute("role", "tree");
  list.setAttribute("aria-label", "Codebook");
  const note = Object.assign(document.createElement("p"), { className: "ct-note", textContent: "Arrows walk, Enter opens. Alt+↑ ↓ moves among siblings, Alt+→ into the code above, Alt+← out of its theme; or drag." });
  const said = Object.assign(document.createElement("p"), { className: "ct-said" });
  said.setAttribute("role", "status");
  root.replaceChildren(search, list, note, said);

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const children = (parent) => tree.codes.filter((code) => code.parent === parent);
  const find = (guid) => tree.codes.find((code) => code.guid === guid);

  // The codes as they stand on the screen, from top to bottom, with their depth.
  function lines() {
    const wanted = fold(tree.typed.trim());
    const found = [];
    const walk = (parent, depth) => {
      for (const code of children(parent)) {
        const hit = !wanted || fold(code.name).includes(wanted);
        const at = found.length;
        if (hit) found.push({ code, depth });
        if (wanted || !tree.folded.has(code.guid)) walk(code.guid, depth + 1);
        if (!hit && found.length > at) found.splice(at, 0, { code, depth });
      }
    };
    walk(null, 0);
    return found;
  }

  function draw() {
    const shown = lines();
    if (!shown.some(({ code }) => code.guid === tree.at)) tree.at = shown.find(({ code }) => code.guid === tree.chosen)?.code.guid ?? shown[0]?.code.guid ?? null;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...shown.map(line));
    list.classList.toggle("ct-waiting", tree.waiting);
    if (focused) list.querySelector('[tabindex="0"]')?.focus();
  }

  function line({ code, depth }) {
    const item = document.createElement("li");
    const below = children(code.guid).length;
    item.className = `ct-line${code.guid === tree.chosen ? " ct-chosen" : ""}${code.retired ? " ct-retired" : ""}`;
    item.dataset.guid = code.guid;
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", depth + 1);
    item.setAttribute("aria-selected", code.guid === tree.chosen);
    if (below) item.setAttribute("aria-expanded", !tree.folded.has(code.guid));
    item.tabIndex = code.guid === tree.at ? 0 : -1;
    item.style.paddingInlineStart = `${0.4 + depth * 1.3}rem`;
    item.draggable = true;
    const arrow = part("span", "ct-fold", below ? (tree.folded.has(code.guid) ? "▸" : "▾") : "");
    arrow.addEventListener("click", (event) => {
      event.stopPropagation();
      toggle(code.guid);
    });
    const dot = part("span", "ct-dot", "");
    if (/^#[0-9a-f]{6}$/i.test(code.colour)) dot.style.background = code.colour;
    item.append(arrow, dot, part("span", "ct-name", code.name));
    if (code.retired) item.append(part("span", "ct-tag", "retired"));
    const count = part("span", "ct-count", String(code.count));
    count.title = `${code.count} codings`;
    count.setAttribute("aria-label", `${code.count} codings`);
    item.append(count);
    item.addEventListener("click", () => choose(code.guid));
    item.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", code.guid));
    item.addEventListener("dragover", (event) => over(event, item));
    item.addEventListener("dragleave", () => clear(item));
    item.addEventListener("drop", (event) => drop(event, item, code));
    return item;
  }

  function part(tag, css, words) {
    const made = document.createElement(tag);
    made.className = css;
    made.textContent = words;
    return made;
  }

  function toggle(guid) {
    tree.folded.has(guid) ? tree.folded.delete(guid) : tree.folded.add(guid);
    draw();
  }

  function choose(guid) {
    tree.at = tree.chosen = guid;
    draw();
    list.querySelector('[tabindex="0"]')?.focus();
    act("open", { guid });
  }

  // ---- moving

  function move(guid, parent, before) {
    const code = find(guid);
    if (!code || inside(parent, guid)) return;
    const others = tree.codes.filter((each) => each.guid !== guid);
    const at = before ? others.findIndex((each) => each.guid === before) : others.length;
    others.splice(at, 0, { ...code, parent });
    tree.codes = others;
    tree.waiting = true;
    if (parent) tree.folded.delete(parent);
    said.textContent = `Moving “${code.name}” …`;
    draw();
    act("move", { guid, parent, before });
  }

  const inside = (guid, ancestor) => guid !== null && (guid === ancestor || inside(find(guid)?.parent ?? null, ancestor));

  function moveByKey(key) {
    const code = find(tree.at);
    const siblings = children(code.parent);
    const at = siblings.findIndex((each) => each.guid === code.guid);
    if (key === "ArrowUp" && at > 0) return move(code.guid, code.parent, siblings[at - 1].guid);
    if (key === "ArrowDown" && at < siblings.length - 1) return move(code.guid, code.parent, siblings[at + 2]?.guid ?? null);
    if (key === "ArrowRight" && at > 0) return move(code.guid, siblings[at - 1].guid, null);
    const theme = find(code.parent);
    if (key === "ArrowLeft" && theme) {
      const above = children(theme.parent);
      return move(code.guid, theme.parent, above[above.findIndex((each) => each.guid === theme.guid) + 1]?.guid ?? null);
    }
  }

  function where(event, item) {
    const box = item.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    return share < 0.3 ? "before" : share > 0.7 ? "after" : "into";
  }

  function over(event, item) {
    event.preventDefault();
    clear(item);
    item.classList.add(`ct-${where(event, item)}`);
  }

  const clear = (item) => item.classList.remove("ct-before", "ct-after", "ct-into");

  function drop(event, item, target) {
    event.preventDefault();
    clear(item);
    const guid = event.dataTransfer.getData("text/plain");
    if (!find(guid) || guid === target.guid) return;
    const place = where(event, item);
    if (place === "into") return move(guid, target.guid, null);
    const siblings = children(target.parent).filter((each) => each.guid !== guid);
    const next = siblings[siblings.findIndex((each) => each.guid === target.guid) + 1];
    move(guid, target.parent, place === "before" ? target.guid : (next?.guid ?? null));
  }

  // ---- keys

  list.addEventListener("keydown", (event) => {
    const shown = lines();
    const at = shown.findIndex(({ code }) => code.guid === tree.at);
    if (at === -1) return;
    const { code } = shown[at];
    const go = (index) => {
      tree.at = shown[Math.max(0, Math.min(shown.length - 1, index))].code.guid;
      draw();
    };
    if (event.altKey && event.key.startsWith("Arrow")) moveByKey(event.key);
    else if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(shown.length - 1);
    else if (event.key === "ArrowRight") children(code.guid).length && tree.folded.has(code.guid) ? toggle(code.guid) : go(at + 1);
    else if (event.key === "ArrowLeft") children(code.guid).length && !tree.folded.has(code.guid) ? toggle(code.guid) : go(shown.findIndex((each) => each.code.guid === code.parent));
    else if (event.key === "Enter" || event.key === " ") choose(code.guid);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  search.addEventListener("input", () => {
    tree.typed = search.value;
    draw();
  });
  search.addEventListener("keydown", (event) => event.stopPropagation());

  tree.receive = (data) => {
    if (tree.serial === data.serial && tree.chosen === data.chosen) return;
    Object.assign(tree, { codes: data.codes, chosen: data.chosen, serial: data.serial, waiting: false });
    said.textContent = data.said;
    draw();
  };
  return tree;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".ct-root") ?? parentElement.appendChild(Object.assign(document.createElement("div"), { className: "ct-root" }));
  root.trigger = setTriggerValue;
  root.codebookTree ??= createTree(root, (name, value) => root.trigger(name, value));
  root.codebookTree.receive(data);
}
