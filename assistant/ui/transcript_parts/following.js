// The word that is heard is marked while a recording plays, whoever started it: a key, a click, or its own button.

function followAudio(view, isOurs) {
  let frame = 0;
  function step(sound) {
    view.setPlayhead(sound.paused || sound.ended ? null : sound.currentTime * 1000);
    frame = sound.paused || sound.ended ? 0 : requestAnimationFrame(() => step(sound));
  }
  function onPlay({ target: sound }) {
    if (!isOurs(sound)) return;
    cancelAnimationFrame(frame);
    step(sound);
  }
  document.addEventListener("play", onPlay, true); // it does not bubble
  return () => {
    cancelAnimationFrame(frame);
    document.removeEventListener("play", onPlay, true);
  };
}
