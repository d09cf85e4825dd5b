// Quotes from their recordings: one plays at a time, from where it begins to where it ends. A recording that is not on
// the page yet is asked for, and plays as soon as it is there.

const recordingOf = (interview) => document.querySelector(`.st-key-recording_${interview} audio`);
const heardNow = () => window.interviewQuoteHeard ?? null; // the quote and its player, of all parts of the page

// `fetch` asks for the recording of a quote, `changed` is called when something starts or stops.
function createQuoteSound(fetch, changed) {
  let asked = 0;

  function play(quote, sound) {
    const begin = () => {
      sound.currentTime = quote.start_ms / 1000;
      window.interviewQuoteHeard = { quote, sound };
      sound.ontimeupdate = () => {
        const now = heardNow();
        if (now?.sound === sound && now.quote.end_ms !== null && sound.currentTime * 1000 >= now.quote.end_ms) stop();
      };
      sound.play().catch(() => stop()); // it was taken away before it began
    };
    if (sound.readyState > 0) begin();
    else {
      sound.addEventListener("loadedmetadata", begin, { once: true });
      sound.load();
    }
  }

  function stop() {
    heardNow()?.sound.pause();
    window.interviewQuoteHeard = null;
    changed();
  }

  const isPlaying = (quote) => heardNow()?.quote.id === quote.id && !heardNow().sound.paused && heardNow().sound.isConnected;

  function toggle(quote) {
    if (isPlaying(quote)) return stop();
    stop();
    const sound = recordingOf(quote.recording);
    if (sound) play(quote, sound);
    else fetch(quote);
  }

  // Python has put the recording on the page, or will have in a moment.
  function arrive(wanted, tries = 100) {
    if (!wanted || wanted.number <= asked) return;
    const sound = recordingOf(wanted.quote.recording);
    if (sound) {
      asked = wanted.number;
      play(wanted.quote, sound);
    } else if (tries > 0) setTimeout(() => arrive(wanted, tries - 1), 100);
  }

  const onEvent = ({ target }) => target.closest?.('[class*="st-key-recording_"]') && changed();
  const events = ["play", "pause", "ended"];
  for (const name of events) document.addEventListener(name, onEvent, true); // they do not bubble
  return {
    toggle,
    arrive,
    isPlaying,
    heard: (number) => (asked = Math.max(asked, number)), // before this part was drawn
    destroy: () => {
      for (const name of events) document.removeEventListener(name, onEvent, true);
    },
  };
}
