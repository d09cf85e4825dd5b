// The line above a transcript: the recording, what is shown, and the doors to the side.

// `on` gives: sound, look (what is shown: unsure, clean), drawers, correcting, changed()
function createToolbar(host, on) {
  const { sound, look, drawers, correcting } = on;
  const bar = (label, ...made) => h("div", { class: "rd-tools", role: "group", "aria-label": label }, ...made);
  const play = button("Play", "tool play", sound.toggle, { hint: "P" });
  const speed = h("span", { class: "rd-speed", role: "status", "aria-label": "Speed" });
  const audio = bar(
    "Recording",
    play,
    button("−3 s", "tool back", () => sound.skip(-1), { label: "Back 3 seconds", hint: "J" }),
    button("+3 s", "tool forward", () => sound.skip(1), { label: "Forward 3 seconds", hint: "L" }),
    button("−", "tool slower", () => sound.faster(-1), { label: "Slower ([)" }),
    speed,
    button("+", "tool faster", () => sound.faster(1), { label: "Faster (])" }),
  );
  const toggle = (text, name, title) => {
    const made = button(text, `tool ${name}`, () => {
      look[name] = !look[name];
      on.changed();
    });
    made.title = title;
    made.dataset.look = name;
    return made;
  };
  const shown = bar("What is shown", toggle("Unsure words", "unsure", "Words of which the recogniser was unsure, and its doubts"), toggle("Clean", "clean", "Hides fillers and repeated words from view; the text stays as it was said"));
  const door = (text, name, hint) => {
    const made = button(text, `tool ${name}`, () => drawers.toggle(name), { hint });
    made.dataset.door = name;
    return made;
  };
  const undo = button("Undo", "tool undo", correcting.undo, { hint: "Z" });
  const redo = button("Redo", "tool redo", correcting.redo, { hint: "⇧Z" });
  const doors = bar("Correcting", button("Edit", "tool edit", correcting.edit, { hint: "E" }), undo, redo, door("Find", "find", "F"), door("Speakers", "speakers"), door("History", "history"), door("Keys", "keys", "?"));
  host.replaceChildren(audio, shown, doors);

  function update(state) {
    audio.hidden = !sound.isThere();
    play.firstChild.data = sound.isPlaying() ? "Pause" : "Play";
    speed.textContent = `${sound.speed()}×`;
    undo.disabled = !state?.history.back;
    redo.disabled = !state?.history.forth;
    for (const each of host.querySelectorAll("[data-look]")) each.setAttribute("aria-pressed", String(look[each.dataset.look]));
    for (const each of host.querySelectorAll("[data-door]")) each.setAttribute("aria-expanded", String(drawers.name() === each.dataset.door));
  }

  return { update };
}
