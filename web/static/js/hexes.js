// Hexagons: codes and outlines of a whole level in one body (tiles/hexes.py), and how deck.gl takes them without a
// tile, a text or an object for each: as typed arrays that it puts on the graphics card as they are.

import {open} from './columns.js';
import {degrees, mercator, pixelsAt} from './geometry.js';

const KIND = 5;
const CORNERS = 6;
const FINEST = 15;

/** Width on screen, in pixels, from which hexagons get a border of their own. */
const BORDERED = 9;

/** No ring: always the same, so that who draws can tell that nothing changed. */
const NONE = [];

/** The triangles of a hexagon, by corner. */
const FAN = [0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 5];

/**
 * Decode the hexagons of a level.
 * @returns the areas of the level as other levels have them, except that bounds and parents are worked out when asked
 * @param parent level of the parents, or the code that is the parent of all
 */
export function decodeHexes(buffer, parent = '') {
  const column = open(buffer, KIND);
  const {level, resolution, grid, first} = column.header;
  const all = () => true;
  const [cell, x, y] = ['cell', 'x', 'y'].map(name => summed(column.numbers(column.header[name], all), first[name]));
  const offsets = column.numbers(column.header.corners, all, 2 * CORNERS * column.count);
  column.end();
  const corners = cornersOf(x, y, offsets, first.corners, 2 ** grid);
  return areasOf(level, codesOf(cell, resolution), corners, parent, column.header.chunk);
}

/**
 * The areas of hexagons, as other levels have them.
 * @param corners longitude and latitude of six corners each
 */
export function areasOf(level, code, corners, parent, chunk = '') {
  const lonlat = fid => corners.subarray(fid * 2 * CORNERS, (fid + 1) * 2 * CORNERS);
  return {
    level, code, name: code, corners, chunk,
    kindOf: () => 'hex',
    parentOf: fid => parentOf(code[fid], parent),
    boundsOf: fid => boundsOf(lonlat(fid)),
    ringOf: fid => ringOf(lonlat(fid))
  };
}

function summed(steps, start) {
  let at = start;
  return steps.map(step => (at += step));
}

/** The format of an H3 index: mode 1, the resolution, base cell and digits, and ones where no digit is. */
export function codesOf(cell, resolution) {
  const unused = BigInt(3 * (FINEST - resolution));
  const fixed = (1n << 59n) | (BigInt(resolution) << 52n) | ((1n << unused) - 1n);
  return Array.from(cell, one => (fixed | (BigInt(one) << unused)).toString(16));
}

const parentOf = (code, parent) => (parent.startsWith('h3-') ? ancestorOf(code, Number(parent.slice(3))) : parent);

/** The cell of a coarser resolution in which a cell lies. */
export function ancestorOf(code, resolution) {
  const cell = BigInt(`0x${code}`) & ~(15n << 52n);
  const unused = (1n << BigInt(3 * (FINEST - resolution))) - 1n;
  return (cell | (BigInt(resolution) << 52n) | unused).toString(16);
}

/** Longitude and latitude of every corner. */
function cornersOf(x, y, offsets, first, size) {
  const count = x.length;
  const corners = new Float64Array(count * 2 * CORNERS);
  for (let part = 0; part < 2 * CORNERS; part += 2) {
    let [right, down] = [first[part], first[part + 1]];
    for (let fid = 0; fid < count; fid += 1) {
      right += offsets[part * count + fid];
      down += offsets[(part + 1) * count + fid];
      const [lon, lat] = degrees([(x[fid] + right) / size, (y[fid] + down) / size]);
      corners[fid * 2 * CORNERS + part] = lon;
      corners[fid * 2 * CORNERS + part + 1] = lat;
    }
  }
  return corners;
}

function boundsOf(lonlat) {
  const lon = lonlat.filter((_, index) => index % 2 === 0);
  const lat = lonlat.filter((_, index) => index % 2 === 1);
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)];
}

/** The position of an area of a level in what is at hand of it: the same, unless that is some chunks; -1 for none. */
export const placeIn = (areas, fid) => (areas.placeOf ? areas.placeOf(fid) : fid);

const ringOf = lonlat => Float64Array.of(...lonlat, lonlat[0], lonlat[1]);

/** The hexagons of a level as deck.gl draws them; places are handed over once, colours at every change. */
export class HexLayer {
  constructor(areas) {
    this.areas = areas;
    this.count = areas.code.length;
    const starts = Uint32Array.from({length: this.count + 1}, (_, fid) => fid * CORNERS);
    const indices = new Uint32Array(this.count * FAN.length);
    for (let fid = 0; fid < this.count; fid += 1) {
      for (let at = 0; at < FAN.length; at += 1) indices[fid * FAN.length + at] = fid * CORNERS + FAN[at];
    }
    this.places = {startIndices: starts, indices: {value: indices, size: 1}, polygon: {value: areas.corners, size: 2}};
    this.spots = new Float64Array(this.count * 2);
    for (let fid = 0; fid < this.count; fid += 1) {
      this.spots.set(mercator(areas.corners.subarray(fid * 2 * CORNERS, fid * 2 * CORNERS + 2)), fid * 2);
    }
    this.paint = null;
    this.data = null;
    this.sight = {};
  }

  /** What to draw in these colours (rgba of each feature id); the same object as long as they are the same. */
  painted(paint) {
    if (paint === this.paint) return this.data;
    const colours = new Uint32Array(this.count * CORNERS);
    const whole = new Uint32Array(paint.buffer, paint.byteOffset, this.count);
    for (let fid = 0; fid < this.count; fid += 1) colours.fill(whole[fid], fid * CORNERS, (fid + 1) * CORNERS);
    const {startIndices, indices, polygon} = this.places;
    const getFillColor = {value: new Uint8Array(colours.buffer), size: 4, normalized: true};
    this.paint = paint;
    this.data = {length: this.count, startIndices, attributes: {indices, getPolygon: polygon, getFillColor}};
    return this.data;
  }

  ring(fid) {
    return {fid, path: this.areas.ringOf(fid)};
  }

  /** The rings of one area of the level, none where it is not at hand. */
  ringsOf(fid) {
    const here = placeIn(this.areas, fid);
    return here >= 0 && here < this.count ? [this.ring(here)] : [];
  }

  /** The rings in sight, or none where they would be nearer to each other than can be seen. */
  inSight({longitude, latitude, zoom}, size) {
    const key = [longitude, latitude, zoom, ...size].join(' ');
    if (this.sight.key !== key) this.sight = {key, rings: this.ringsIn(longitude, latitude, zoom, size)};
    return this.sight.rings;
  }

  ringsIn(longitude, latitude, zoom, [width, height]) {
    const pixels = pixelsAt(zoom);
    const {corners} = this.areas;
    const [first, opposite] = [0, CORNERS].map(at => mercator([corners[at], corners[at + 1]]));
    const across = Math.hypot(first[0] - opposite[0], first[1] - opposite[1]);
    if (!this.count || across * pixels < BORDERED) return NONE;
    const [x, y] = mercator([longitude, latitude]);
    const [right, down] = [width / 2 / pixels + across, height / 2 / pixels + across];
    const rings = [];
    for (let fid = 0; fid < this.count; fid += 1) {
      const [away, below] = [this.spots[fid * 2] - x, this.spots[fid * 2 + 1] - y];
      if (Math.abs(away) < right && Math.abs(below) < down) rings.push(this.ring(fid));
    }
    return rings;
  }
}
