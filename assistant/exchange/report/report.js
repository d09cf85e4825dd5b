(() => {
  "use strict";
  const field = document.getElementById("search");
  const told = document.getElementById("found");
  const quotes = [...document.querySelectorAll(".quote")];
  const texts = quotes.map((quote) => quote.textContent.toLocaleLowerCase());
  const codes = [...document.querySelectorAll(".theme .code")];
  const themes = [...document.querySelectorAll(".theme")];
  const closed = new Map();

  const search = () => {
    const words = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    quotes.forEach((quote, at) => {
      const heading = quote.closest(".theme").dataset.names;
      const fits = words.every((word) => texts[at].includes(word) || heading.includes(word));
      quote.hidden = !fits;
      found += fits ? 1 : 0;
    });
    codes.forEach((code) => { code.hidden = !code.querySelector(".quote:not([hidden])"); });
    themes.forEach((theme) => {
      theme.hidden = !theme.querySelector(".quote:not([hidden])");
      if (!words.length) { theme.open = closed.get(theme) ?? theme.open; closed.delete(theme); return; }
      if (!closed.has(theme)) closed.set(theme, theme.open);
      theme.open = !theme.hidden;
    });
    told.textContent = words.length ? `${found} of ${quotes.length} quotes fit.` : "";
  };

  const openAll = (open) => themes.forEach((theme) => { theme.open = open; });
  document.getElementById("searching").hidden = false;
  field.addEventListener("input", search);
  document.getElementById("open-all").addEventListener("click", () => openAll(true));
  document.getElementById("close-all").addEventListener("click", () => openAll(false));
  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();
  let before = [];
  addEventListener("beforeprint", () => {
    const all = [...document.querySelectorAll("details.printed")];
    before = all.map((each) => each.open);
    all.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll("details.printed").forEach((each, at) => { each.open = before[at]; });
  });
})();
