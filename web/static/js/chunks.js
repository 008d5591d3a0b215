// Chunks of a level of hexagons (tiles/chunks.py): which there are, which are in sight, and several of them as one.
// Positions in what is put together are not those of the level; the areas tell the one from the other.

import {open} from './columns.js';
import {mercator, pixelsAt} from './geometry.js';
import {areasOf, codesOf} from './hexes.js';

const KIND = 6;
const NAMES = ['cell', 'count', 'west', 'north', 'east', 'south'];

/** Columns of no hexagons at all. */
const NOTHING = {
  header: {}, unit: '', status: new Uint8Array(0), value: new Float64Array(0), label: [],
  ratio: new Float64Array(0), low: new Float64Array(0), high: new Float64Array(0)
};

/** @returns {{resolution, ancestor, chunks: {code, first, count, box}[]}} boxes as parts of the world */
export function decodeChunks(buffer) {
  const column = open(buffer, KIND);
  const {resolution, ancestor, grid} = column.header;
  const [cell, counts, ...sides] = NAMES.map(name => column.numbers(column.header[name], () => true));
  column.end();
  let first = 0;
  const chunks = codesOf(cell, ancestor).map((code, index) => {
    const chunk = {code, first, count: counts[index], box: sides.map(side => side[index] / 2 ** grid)};
    first += counts[index];
    return chunk;
  });
  return {resolution, ancestor, chunks};
}

/**
 * The chunks of which a part is on the screen.
 * @param view {lon, lat, zoom}
 * @param size [width, height] of the map in pixels
 */
export function inSight(chunks, {lon, lat, zoom}, [width, height]) {
  const [x, y] = mercator([lon, lat]);
  const [right, down] = [width / 2 / pixelsAt(zoom), height / 2 / pixelsAt(zoom)];
  return chunks.filter(({box: [west, north, east, south]}) =>
    west <= x + right && east >= x - right && north <= y + down && south >= y - down
  );
}

/** Columns of chunks as one column, in the order of the chunks. */
export function joinColumns(chunks, parts) {
  parts.forEach((part, index) => fits(chunks[index], part.header.chunk, (part.status || part.label).length));
  if (!parts.length) return NOTHING;
  return Object.fromEntries(Object.entries(parts[0]).map(([name, first]) => {
    const isList = Array.isArray(first) || ArrayBuffer.isView(first);
    return [name, isList ? concat(parts.map(part => part[name])) : first];
  }));
}

/** Areas of chunks as one list, which knows the position in the level of each. */
export function joinAreas(level, parent, chunks, parts) {
  parts.forEach((part, index) => fits(chunks[index], part.chunk, part.code.length));
  const starts = [];
  let count = 0;
  for (const chunk of chunks) {
    starts.push(count);
    count += chunk.count;
  }
  const holds = (begin, {count: size}, at) => at >= begin && at < begin + size;
  const code = concat([[], ...parts.map(part => part.code)]);
  const corners = concat([new Float64Array(0), ...parts.map(part => part.corners)]);
  return {
    ...areasOf(level, code, corners, parent),
    placeOf: fid => {
      const index = chunks.findIndex(chunk => holds(chunk.first, chunk, fid));
      return index < 0 ? -1 : starts[index] + fid - chunks[index].first;
    },
    fidOf: place => {
      const index = chunks.findIndex((chunk, at) => holds(starts[at], chunk, place));
      return chunks[index].first + place - starts[index];
    }
  };
}

/** A chunk of another level, or cut short, would move every number after it to another place. */
function fits({code, count}, said, length) {
  if (said !== code || length !== count) throw new Error('a chunk that is not the one asked for');
}

function concat(parts) {
  if (Array.isArray(parts[0])) return parts.flat();
  const whole = new parts[0].constructor(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
