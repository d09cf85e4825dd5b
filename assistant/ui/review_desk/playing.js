// The recording: it stands at the passage on the screen, plays from a place, and stops where the passage ends.

function createPlayer() {
  const player = { end: null };
  const audio = () => document.querySelector(".st-key-recording audio");

  player.at = (startMs, endMs, tries = 600) => {
    const sound = audio();
    player.end = null;
    if (startMs === null) return;
    if (!sound || sound.readyState === 0) {
      if (tries > 0) player.later = setTimeout(() => player.at(startMs, endMs, tries - 1), 100);
      return;
    }
    sound.pause();
    sound.currentTime = startMs / 1000;
  };

  player.toggle = (startMs, endMs) => {
    const sound = audio();
    if (!sound || startMs === null) return false;
    if (!sound.paused) {
      sound.pause();
      return true;
    }
    const now = sound.currentTime * 1000;
    if (now < startMs || (endMs !== null && now >= endMs)) sound.currentTime = startMs / 1000;
    player.play(endMs);
    return true;
  };

  player.from = (ms) => {
    const sound = audio();
    if (!sound) return;
    sound.currentTime = ms / 1000;
    player.play(null);
  };

  player.play = (endMs) => {
    const sound = audio();
    player.end = endMs;
    sound.ontimeupdate = () => {
      // also where the page is hidden, and draws nothing
      if (player.end !== null && sound.currentTime * 1000 >= player.end) sound.pause();
    };
    sound.play();
  };

  player.stop = () => {
    clearTimeout(player.later);
  };

  return player;
}
