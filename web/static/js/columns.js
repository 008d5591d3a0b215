// Columns as they come from the server: see tiles/columns.py and docs/reference/columns.md. The position is the feature
// id. A body that is not whole is refused: half a map would look like a map.

import {config} from './i18n.js';

const VERSION = 2;
const VALUES = 1;
const BOUNDS = 2;
const LABELS = 3;
const EVIDENCE = 4;
const COMPARISONS = 7;

const PUBLISHED = 0;

/** @returns {{header: object, status: Uint8Array, value: Float64Array}} the value is NaN unless published */
export function decodeValues(buffer) {
  const column = open(buffer, VALUES);
  const status = column.codes(2);
  const value = column.numbers(column.header.value, fid => status[fid] === PUBLISHED);
  column.end();
  return {header: column.header, unit: column.header.unit, status, value};
}

/** @returns {{low: Float64Array, high: Float64Array}} NaN where there is none */
export const decodeBounds = buffer => sparse(open(buffer, BOUNDS), ['low', 'high']);

/** @returns {{label: string[]}} the name of the class of each area */
export function decodeClasses(buffer) {
  const column = open(buffer, LABELS);
  const codes = column.codes(4);
  column.end();
  if (codes.some(code => code >= config.classes.length)) throw new Error('a class that this page does not know');
  return {header: column.header, label: Array.from(codes, code => config.classes[code])};
}

/** @returns the grounds of each class, NaN where there is none */
export const decodeEvidence = buffer =>
  sparse(open(buffer, EVIDENCE), [
    'z', 'q_low', 'q_high', 'ratio_low', 'ratio_high', 'neighbours', 'neighbours_suppressed'
  ]);

/** @returns how each area compares: its class, and ratio and limits, NaN where there is none */
export function decodeDeviations(buffer) {
  const column = open(buffer, COMPARISONS);
  const codes = column.codes(4);
  const parts = sparse(column, ['ratio', 'low', 'high']);
  if (codes.some(code => code >= config.deviations.length)) throw new Error('a class that this page does not know');
  const {header} = column;
  return {header, reference: header.reference, label: Array.from(codes, code => config.deviations[code]), ...parts};
}

function sparse(column, names) {
  const parts = {};
  for (const name of names) {
    const there = column.codes(1);
    parts[name] = column.numbers(column.header[name], fid => there[fid] === 1);
  }
  column.end();
  return parts;
}

/** Take a body apart: its header, and what reads its sections one after another. */
export function open(buffer, kind) {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(0, 4)) !== 'ZCOL') throw new Error('no column');
  if (bytes[4] !== VERSION) throw new Error('this page is older than the server: reload it');
  if (bytes[5] !== kind) throw new Error(`a column of kind ${bytes[5]}, not ${kind}`);
  const start = 12 + view.getUint16(6, true);
  if (start > bytes.length) throw new Error('the column is cut short');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)));
  return new Column(header, view.getUint32(8, true), bytes, start);
}

class Column {
  constructor(header, count, bytes, at) {
    Object.assign(this, {header, count, bytes, at});
  }

  take(size) {
    const part = this.bytes.subarray(this.at, this.at + size);
    if (part.length !== size) throw new Error('the column is cut short');
    this.at += size;
    return part;
  }

  /** Codes of 1, 2 or 4 bits, one an area, the first in the lowest bits. */
  codes(bits) {
    const per = 8 / bits;
    const packed = this.take(Math.ceil(this.count / per));
    const codes = new Uint8Array(this.count);
    for (let fid = 0; fid < this.count; fid += 1) {
      codes[fid] = (packed[Math.floor(fid / per)] >> ((fid % per) * bits)) & (2 ** bits - 1);
    }
    return codes;
  }

  /** Numbers of the areas that have one, in byte planes; one correctly rounded division gives the very double. */
  numbers({decimals, offset, width}, has, count = this.count) {
    const fids = new Uint32Array(count);
    let held = 0;
    for (let fid = 0; fid < count; fid += 1) if (has(fid)) fids[held++] = fid;
    const planes = this.take(held * width);
    const stored = decimals === null ? doubles(planes, held) : whole(planes, held, width);
    const scale = 10 ** (decimals || 0);
    const numbers = new Float64Array(count).fill(NaN);
    for (let index = 0; index < held; index += 1) {
      numbers[fids[index]] = decimals === null ? stored[index] : (offset + stored[index]) / scale;
    }
    return numbers;
  }

  end() {
    if (this.at !== this.bytes.length) throw new Error('the column goes on after its end');
  }
}

function whole(planes, count, width) {
  const numbers = new Float64Array(count);
  for (let plane = width - 1; plane >= 0; plane -= 1) {
    const first = plane * count;
    for (let index = 0; index < count; index += 1) numbers[index] = numbers[index] * 256 + planes[first + index];
  }
  return numbers;
}

function doubles(planes, count) {
  const bytes = new Uint8Array(count * 8);
  for (let plane = 0; plane < 8; plane += 1) {
    for (let index = 0; index < count; index += 1) bytes[index * 8 + plane] = planes[plane * count + index];
  }
  const view = new DataView(bytes.buffer);
  return Float64Array.from({length: count}, (_, index) => view.getFloat64(index * 8, true));
}
