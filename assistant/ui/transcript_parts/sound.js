// The recording of the transcripts page: it stands where one points, and plays when one says so.

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const SKIP = 3; // seconds

// `audio()` gives the player on the page, or null; `changed` is called when it starts, stops or goes faster.
function createSound(audio, changed) {
  const speed = () => (window.interviewSpeed ??= 1); // of all pages of this tab, for a player is often made anew

  function player() {
    const sound = audio();
    if (sound && sound.playbackRate !== speed()) sound.playbackRate = speed();
    return sound;
  }

  // Before anything is loaded, a player remembers where it is to begin.
  function standAt(ms) {
    const sound = player();
    if (!sound || ms === null) return;
    sound.currentTime = ms / 1000;
  }

  function toggle() {
    const sound = player();
    if (!sound) return false;
    if (sound.paused) sound.play();
    else sound.pause();
    return true;
  }

  function skip(step) {
    const sound = player();
    if (!sound) return false;
    const most = Number.isFinite(sound.duration) ? sound.duration : Infinity;
    sound.currentTime = Math.max(0, Math.min(most, sound.currentTime + step * SKIP));
    return true;
  }

  function faster(step) {
    if (!audio()) return false;
    const at = SPEEDS.indexOf(speed()) + step;
    window.interviewSpeed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))];
    player();
    changed();
    return true;
  }

  const onEvent = ({ target }) => target === audio() && changed();
  for (const name of ["play", "pause", "ended"]) document.addEventListener(name, onEvent, true);
  return {
    standAt,
    toggle,
    skip,
    faster,
    speed,
    isThere: () => audio() !== null,
    isPlaying: () => Boolean(audio()) && !audio().paused,
    destroy: () => {
      for (const name of ["play", "pause", "ended"]) document.removeEventListener(name, onEvent, true);
    },
  };
}
