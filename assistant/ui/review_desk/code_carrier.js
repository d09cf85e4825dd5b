// Puts the codebook where the desk finds it; sent once per version, not with every key.

export default function ({ data }) {
  const codebooks = (window.interviewCodes ??= new Map());
  codebooks.clear();
  codebooks.set(data.key, new Map(data.codes.map((code) => [code.guid, code])));
  document.dispatchEvent(new CustomEvent("interview-codes"));
}
