// Puts an interview's text where the views of it find it; sent once, not with every key.

export default function ({ data }) {
  const texts = (window.interviewTexts ??= new Map());
  texts.clear();
  texts.set(data.key, data);
  document.dispatchEvent(new CustomEvent("interview-text"));
}
