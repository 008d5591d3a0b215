// Value columns and hotspot columns as they come from the server: see tiles/columns.py. The position is the feature id.

import {config} from './i18n.js';

const FORMAT = 1;

/** @returns {{unit: string, status: Uint8Array, value: Float64Array, low: Float64Array, high: Float64Array}} */
export function decodeColumn(content) {
  check(content);
  return {
    unit: content.unit,
    status: digits(content.status),
    value: numbers(content.value),
    low: numbers(content.low),
    high: numbers(content.high)
  };
}

/** @returns {{label: string[]}} the name of the class of each area */
export function decodeClasses(content) {
  check(content);
  return {label: Array.from(digits(content.class), digit => config.classes[digit])};
}

function check(content) {
  if (content.format !== FORMAT) throw new Error('this page is older than the server: reload it');
}

const digits = text => Uint8Array.from(text, digit => Number(digit));

/** What is not a number stays not a number: a typed array would make zero of null. */
const numbers = values => Float64Array.from(values, value => (value === null ? NaN : value));
