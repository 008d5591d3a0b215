// A decoder of Mapbox Vector Tiles 2.1, for the polygons of our own tiles: features with a numeric id, in one layer.
//
// deck.gl's own decoder is a web worker that it fetches from elsewhere. This one is small enough to run on the page:
// a tile of 100 kB takes a few milliseconds. Coordinates come out as fractions of the tile, y downward, which is what
// deck.gl's MVTLayer expects of a loader.

const LAYERS = 3;
const FEATURES = 2;
const EXTENT = 5;
const FEATURE = {id: 1, type: 3, geometry: 4};
const POLYGON = 3;
const MOVE = 1;
const LINE = 2;
const CLOSE = 7;

/** deck.gl asks each picked object for its geometry type; the coordinates are never needed. */
const GEOMETRY = {type: 'Polygon', coordinates: []};

/**
 * Decode a tile.
 * @param {ArrayBuffer} buffer the tile, not compressed
 * @returns {{polygons: Array, rings: Array}} polygons to fill, and the rings that bound them, each with its feature id
 */
export function decodeTile(buffer) {
  const content = {polygons: [], rings: []};
  if (!buffer || !buffer.byteLength) return content;
  const bytes = new Uint8Array(buffer);
  eachField({bytes, at: 0, end: bytes.length}, (field, reader) => {
    if (field === LAYERS) decodeLayer(section(reader), content);
    else skip(reader);
  });
  return content;
}

function decodeLayer(layer, content) {
  let extent = 4096;
  const features = [];
  eachField(layer, (field, reader) => {
    if (field === FEATURES) features.push(section(reader));
    else if (field === EXTENT) extent = varint(reader);
    else skip(reader);
  });
  for (const feature of features) decodeFeature(feature, extent, content);
}

function decodeFeature(feature, extent, content) {
  let fid = -1;
  let type = 0;
  let geometry = null;
  eachField(feature, (field, reader) => {
    if (field === FEATURE.id) fid = varint(reader);
    else if (field === FEATURE.type) type = varint(reader);
    else if (field === FEATURE.geometry) geometry = section(reader);
    else skip(reader);
  });
  if (type !== POLYGON || !geometry || fid < 0) return;
  const rings = decodeRings(geometry, extent);
  for (const ring of rings) content.rings.push({fid, path: ring.path, geometry: GEOMETRY});
  for (const polygon of assemble(rings)) content.polygons.push({fid, polygon, geometry: GEOMETRY});
}

function decodeRings(reader, extent) {
  const rings = [];
  let path = [];
  let x = 0;
  let y = 0;
  let area = 0;
  while (reader.at < reader.end) {
    const command = varint(reader);
    if ((command & 7) === CLOSE) {
      area += path[path.length - 2] * path[1] - path[0] * path[path.length - 1];
      path.push(path[0], path[1]);
      rings.push({path: Float32Array.from(path), area});
      continue;
    }
    for (let left = command >> 3; left > 0; left -= 1) {
      x += zigzag(varint(reader));
      y += zigzag(varint(reader));
      if ((command & 7) === MOVE) {
        path = [];
        area = 0;
      } else if ((command & 7) === LINE) {
        area += path[path.length - 2] * (y / extent) - (x / extent) * path[path.length - 1];
      }
      path.push(x / extent, y / extent);
    }
  }
  return rings;
}

/** Rings to polygons: by the specification an outer ring has a positive area (y downward) and its holes follow it. */
function assemble(rings) {
  const groups = [];
  for (const ring of rings) {
    if (ring.area > 0 || !groups.length) groups.push([ring.path]);
    else groups[groups.length - 1].push(ring.path);
  }
  return groups.map(paths => {
    const positions = new Float32Array(paths.reduce((size, path) => size + path.length, 0));
    const holeIndices = [];
    let at = 0;
    for (const path of paths) {
      if (at > 0) holeIndices.push(at);
      positions.set(path, at);
      at += path.length;
    }
    return {positions, holeIndices};
  });
}

function eachField(reader, read) {
  while (reader.at < reader.end) {
    const tag = varint(reader);
    reader.wire = tag & 7;
    read(tag >> 3, reader);
  }
}

function section(reader) {
  const size = varint(reader);
  const part = {bytes: reader.bytes, at: reader.at, end: reader.at + size};
  if (part.end > reader.end) throw new Error('the tile is cut short');
  reader.at = part.end;
  return part;
}

function skip(reader) {
  if (reader.wire === 0) varint(reader);
  else if (reader.wire === 1) reader.at += 8;
  else if (reader.wire === 2) section(reader);
  else if (reader.wire === 5) reader.at += 4;
  else throw new Error('not a vector tile');
}

/** Numbers here stay below 2^53: feature ids are positions in a list. */
function varint(reader) {
  let value = 0;
  let factor = 1;
  for (;;) {
    if (reader.at >= reader.end) throw new Error('the tile is cut short');
    const byte = reader.bytes[reader.at++];
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}

const zigzag = value => (value % 2 ? -(value + 1) / 2 : value / 2);
