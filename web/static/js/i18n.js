// Texts and numbers in the language of the page. The texts come with the page; see web/translations.py.

export const config = JSON.parse(document.getElementById('config').textContent);
export const lang = config.lang;

const locale = lang === 'nl' ? 'nl-NL' : 'en-GB';

/** The text of a key, its {names} filled in. */
export function t(key, values = {}) {
  const text = config.texts[key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** A text of the catalogue in the language of the page. */
export function local(texts) {
  return (texts && (texts[lang] || texts.nl || texts.en)) || '';
}

const whole = new Intl.NumberFormat(locale, {maximumFractionDigits: 0});
const formats = [0, 1, 2, 3].map(
  digits => new Intl.NumberFormat(locale, {minimumFractionDigits: digits, maximumFractionDigits: digits})
);

/** A number as people read it: about three digits that mean something, never more. */
export function number(value) {
  if (Number.isInteger(value)) return whole.format(value);
  const size = Math.abs(value);
  return formats[size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3].format(value);
}

/** A number with a given count of decimals, as in a column of them. */
export const decimals = (value, digits) => formats[digits].format(value);

/** A class break: two digits that mean something, written without spare zeros. */
export function breakNumber(value) {
  return new Intl.NumberFormat(locale, {maximumSignificantDigits: 2}).format(value);
}
