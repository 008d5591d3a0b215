// What the page fetches: columns of a map, areas of a level, whole or in chunks. A release never changes, so that
// everything is fetched once; of chunks only those looked at last are kept, since a country has many.

import {config, lang} from './i18n.js';
import {answerAt, at} from './address.js';
import {decodeChunks, joinAreas, joinColumns} from './chunks.js';
import {
  decodeBounds, decodeClasses, decodeDeviations, decodeEvidence, decodeValues
} from './columns.js';
import {ancestorOf, decodeHexes} from './hexes.js';

const root = at(`/columns/${config.release}`);
const kept = new Map();

/** Bodies of chunks kept: those of some screens, some hundred megabytes at most. */
const MOST_PARTS = 160;
const parts = new Map();

/** Fetch once; a failure is not kept. */
export function once(address, read, store = kept) {
  if (!store.has(address)) {
    const promise = fetch(address).then(response => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return read(response);
    });
    promise.catch(() => store.delete(address));
    store.set(address, promise);
  }
  return store.get(address);
}

/** The same of a chunk: those not looked at for longest make room. */
function oncePart(address, read) {
  const found = once(address, read, parts);
  parts.delete(address);
  parts.set(address, found);
  for (const oldest of parts.keys()) {
    if (parts.size <= MOST_PARTS) break;
    parts.delete(oldest);
  }
  return found;
}

export const json = response => response.json();
const binary = decode => async response => decode(await response.arrayBuffer());
const tail = category => (category ? `/${encodeURIComponent(category)}.bin` : '.bin');
const named = (kind, decode, query = '') => ([indicator, period, level, ...names], chunk) => {
  // The names end in the category, of which a total has none.
  const path = [level, indicator, period, ...names.slice(0, -1)].join('/');
  const address = `${kind}/${path}${tail(names.at(-1))}${query}`;
  return chunk
    ? oncePart(`${root}/chunks/${chunk}/${address}`, binary(decode))
    : once(`${root}/${address}`, binary(decode));
};

/** By kind of column: what fetches one of a map ([indicator, period, level, ..., category]), whole or of a chunk. */
const FETCH = {
  values: named('values', decodeValues),
  bounds: named('bounds', decodeBounds),
  classes: named('classes', decodeClasses),
  evidence: named('evidence', decodeEvidence),
  deviations: named('deviations', decodeDeviations)
};

export const fetchCatalogue = () => once(`${root}/catalogue.json`, json);
export const fetchBreaks = indicator => once(`${root}/breaks/${indicator}.json`, json);

export const isChunked = level => level in config.map.chunked;

/** The chunks of a level. */
export const fetchChunks = level => once(`${root}/chunks/${level}.bin`, binary(decodeChunks));

/** The areas of a level; hexagons come as bytes, outlines and all. */
export function fetchAreas(level) {
  const parent = config.map.hexes[level];
  if (parent === undefined) return once(`${root}/areas/${level}.json`, json);
  return once(`${root}/hexes/${level}.bin`, binary(buffer => decodeHexes(buffer, parent)));
}

/** The areas of some chunks of a level. */
export async function fetchSome(level, chunks) {
  const parent = config.map.hexes[level];
  const read = binary(buffer => decodeHexes(buffer, parent));
  const address = chunk => `${root}/chunks/${chunk.code}/hexes/${level}.bin`;
  const found = await Promise.all(chunks.map(chunk => oncePart(address(chunk), read)));
  return joinAreas(level, parent, chunks, found);
}

export const keyOf = chunks => chunks.map(chunk => chunk.code).join(' ');

let shown = {key: '', areas: null};

/** The same of what is on the screen: the same object as long as they are the same chunks. */
export async function fetchShown(level, chunks) {
  const key = `${level} ${keyOf(chunks)}`;
  if (shown.key === key) return shown.areas;
  const areas = await fetchSome(level, chunks);
  shown = {key, areas};
  return areas;
}

/** The chunk in which a hexagon lies, undefined where the level has none. */
export async function chunkOf(level, code) {
  const {ancestor, chunks} = await fetchChunks(level);
  const wanted = ancestorOf(code, ancestor);
  return chunks.find(chunk => chunk.code === wanted);
}

/**
 * A column of a map.
 * @param kind "values", "bounds", "classes", "evidence" or "deviations"
 * @param map [indicator, period, level, measure or reference where the kind has one, category]
 * @param chunks of which chunks, null for the whole level
 * @param query by options of a reader's own
 */
export async function fetchColumn(kind, map, chunks = null, query = '') {
  const read = query ? named(kind, decodeClasses, query) : FETCH[kind];
  if (!chunks) return read(map);
  return joinColumns(chunks, await Promise.all(chunks.map(chunk => read(map, chunk.code))));
}

/** What fetches the columns that the receipt of an area is made of: of the chunk that it lies in, if any. */
export const columnsAt = chunk =>
  Object.fromEntries(Object.entries(FETCH).map(([kind, read]) => [kind, (...map) => read(map, chunk)]));

/** What the receipts of an indicator have in common. */
export const fetchFrames = indicator =>
  once(at(`/receipts/${config.release}/${lang}/${indicator}.json`), async response => (await response.json()).frames);

/** Hotspot windows: areas that hold at least so many, each with its outline. */
export const fetchSpots = (indicator, period) =>
  once(answerAt(`/api/v1/spots/${indicator}/${period}`), async response => (await response.json()).spots);
