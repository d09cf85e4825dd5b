// What can be opened at the side, one at a time: find and replace, speakers, history, codings to look at, keys.

// `makers` give for a name { title, box, update?, focus? }.
function createDrawers(host, makers, { changed, closed }) {
  let open = null;
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });

  function show(name) {
    if (open?.name !== name) {
      const part = makers[name]();
      open = { name, part };
      const title = h("h3", { class: "rd-drawer-title" }, part.title);
      host.replaceChildren(h("section", { class: "rd-card rd-drawer", "aria-label": part.title }, h("div", { class: "rd-drawer-head" }, title, button("Close", "drawer close", () => close(), { quiet: true })), part.box));
      part.update?.();
      changed();
    }
    const first = open.part.focus?.() ?? host.querySelector("input, select, button:not([data-k='drawer close']), a");
    (first ?? host.querySelector("button"))?.focus({ preventScroll: true });
    host.parentElement.scrollTop = 0;
    if (matchMedia("(max-width: 900px)").matches) host.scrollIntoView({ block: "start" }); // the side is below
    return true;
  }

  function close() {
    if (!open) return false;
    open = null;
    host.replaceChildren();
    changed();
    closed();
    return true;
  }

  return {
    show,
    close,
    toggle: (name) => (open?.name === name ? close() : show(name)),
    update: () => open?.part.update?.(),
    name: () => open?.name ?? null,
  };
}
