// From a state to what is shown: one value column, one hotspot column and the names of one level, and the class of each
// area. All modules that draw something draw the same view.

import {config, lang, local, t, breakNumber} from './i18n.js';
import {asFiles, at} from './address.js';
import {deviationGroups, referencesOf} from './deviations.js';
import {
  chunkOf, columnsAt, fetchAreas, fetchBreaks, fetchCatalogue, fetchColumn, fetchFrames, fetchShown, fetchSome,
  fetchSpots, isChunked, json, once
} from './fetch.js';
import {Places} from './places.js';
import {mapQuery} from './hotspots.js';
import {receiptOf, seriesOf} from './receipts.js';
import {DEVIATION, HOTSPOT, byId, measuresOf} from './state.js';
import {paintOf} from './hatch.js';

export const PUBLISHED = 0;
export const STATUSES = config.statuses;

/** Hotspot classes in the order of the legend. */
const CLASS_ORDER = [
  'hot', 'probable', 'not_significant', 'undetermined', 'cold', 'suppressed', 'missing', 'not_applicable'
];

/** The hotspot map of a state; that of the release, and said so, where another cannot be made at this moment. */
async function fetchMap(entry, level, state, chunks) {
  const asked = state.layer === HOTSPOT ? mapQuery(entry, level, state) : [];
  const map = [entry.id, state.period, level, state.category];
  const own = () => fetchColumn('classes', map, chunks);
  if (!asked.length) return own().catch(() => null);
  return fetchColumn('classes', map, chunks, `?${new URLSearchParams(asked)}`).catch(() =>
    own().then(classes => ({...classes, instead: true})).catch(() => null)
  );
}

/**
 * Load what a state shows at a level.
 * @param chunks which of its chunks, null for the whole level
 * @returns the view: names, numbers, classes, paint and legend, all by feature id
 */
export async function loadView(catalogue, state, level, chunks = null) {
  const entry = byId(catalogue.indicators, state.indicator);
  const measures = measuresOf(entry, level, state.period);
  const measure = measures.includes(state.measure) ? state.measure : measures[0];
  const hotspots = Boolean(entry.maps[level]?.includes(state.period));
  const references = state.layer === DEVIATION ? referencesOf(entry, level, state.period) : [];
  const reference = references.includes(state.reference) ? state.reference : references[0];
  const [areas, column, breaks, classes, spots, deviations] = await Promise.all([
    chunks ? fetchShown(level, chunks) : fetchAreas(level),
    fetchColumn('values', [entry.id, state.period, level, measure, state.category], chunks),
    fetchBreaks(entry.id),
    hotspots ? fetchMap(entry, level, state, chunks) : null,
    entry.spots ? fetchSpots(entry.id, state.period).catch(() => []) : [],
    reference
      ? fetchColumn('deviations', [entry.id, state.period, level, reference, state.category], chunks).catch(() => null)
      : null
  ]);
  const layer = state.layer === HOTSPOT && classes ? HOTSPOT : deviations ? DEVIATION : 'waarde';
  const view = {
    catalogue, entry, level, measure, measures, areas, column, classes, layer, state, spots, deviations,
    references, chunks,
    unit: unitOf(entry, measure, state.period) || column.unit
  };
  const groups = groupsOf(view, breaks);
  return {...view, ...groups, paint: paintAll(groups), digits: digitsOf(column)};
}

function groupsOf(view, breaks) {
  if (view.layer === HOTSPOT) return hotspotGroups(view.classes);
  if (view.layer !== DEVIATION) return valueGroups(view, breaksFor(breaks, view));
  const {entries, group} = deviationGroups(view.deviations);
  return {entries: counted(entries, group), group};
}

/** Decimals that let the numbers of a column be compared down the page: none for whole numbers, else by their size. */
function digitsOf({value}) {
  const known = value.filter(Number.isFinite).sort();
  if (known.every(Number.isInteger)) return 0;
  const middle = Math.abs(known[known.length >> 1]);
  return middle >= 100 ? 0 : middle >= 10 ? 1 : 2;
}

/** What a number counts, in the words of the catalogue; an exposure of several years is the figure times those. */
export function unitOf(entry, measure, period) {
  if (measure === 'rate') return entry.rate ? local(entry.rate.unit) : '';
  if (measure === 'exposure') return entry.rate ? exposureOf(entry.rate, period) : '';
  return local(entry.unit);
}

function exposureOf({exposure, years = {}}, period) {
  const times = years[period] || 1;
  return times > 1 ? t('unit.over_years', {unit: local(exposure), years: times}) : local(exposure);
}

function breaksFor(all, {level, measure, state}) {
  const kind = state.period.includes('-') ? state.period : 'year';
  const found = all.find(
    item => item.level === level && item.measure === measure && item.category === state.category && item.kind === kind
  );
  return found ? found.breaks : [];
}

/** Classes of a map of values: zero, the classes above it, and what is not a number. */
function valueGroups({column}, breaks) {
  const entries = [];
  const zero = entries.push({id: 'zero', look: config.palette.zero, label: t('legend.zero')}) - 1;
  const colours = spread(config.palette.sequence, breaks.length + 1);
  const first = entries.length;
  colours.forEach((look, index) => entries.push({id: `class-${index}`, look, label: breakLabel(breaks, index)}));
  const statuses = entries.length - 1;
  STATUSES.slice(1).forEach(name =>
    entries.push({id: name, look: config.palette.statuses[name], label: t(`status.${name}`), status: true})
  );
  const group = new Uint8Array(column.status.length);
  for (let fid = 0; fid < group.length; fid += 1) {
    if (column.status[fid] !== PUBLISHED) group[fid] = statuses + column.status[fid];
    else if (column.value[fid] === 0) group[fid] = zero;
    else group[fid] = first + breaks.filter(limit => column.value[fid] >= limit).length;
  }
  return {entries: counted(entries, group), group};
}

/** Few classes take colours from the whole sequence, so that the map keeps its contrast. */
function spread(sequence, count) {
  if (count === 1) return [sequence[2]];
  return Array.from({length: count}, (_, index) => sequence[Math.round((index * (sequence.length - 1)) / (count - 1))]);
}

function breakLabel(breaks, index) {
  if (!breaks.length) return t('status.published');
  if (index === 0) return t('legend.until', {high: breakNumber(breaks[0])});
  const low = breakNumber(breaks[index - 1]);
  return index === breaks.length
    ? t('legend.from', {low})
    : t('legend.between', {low, high: breakNumber(breaks[index])});
}

function hotspotGroups(classes) {
  const entries = CLASS_ORDER.map(name => ({
    id: name,
    look: config.palette.classes[name],
    label: t(`class.${name}`),
    status: name in config.palette.statuses
  }));
  const group = Uint8Array.from(classes.label, name => CLASS_ORDER.indexOf(name));
  return {entries: counted(entries, group), group};
}

function counted(entries, group) {
  const counts = new Uint32Array(entries.length);
  for (const index of group) counts[index] += 1;
  return entries.map((entry, index) => ({...entry, count: counts[index]}));
}

function paintAll({entries, group}) {
  const paints = entries.map(entry => paintOf(entry.look));
  const paint = new Uint8Array(group.length * 4);
  for (let fid = 0; fid < group.length; fid += 1) paint.set(paints[group[fid]], fid * 4);
  return paint;
}

let places = null;

/** The areas by code and name, where there is no server to ask. */
async function allPlaces() {
  const {levels} = await fetchCatalogue();
  places ||= new Places(levels.map(level => level.id), fetchAreas, isChunked, fetchPart);
  return places;
}

/** The areas of the chunk in which a hexagon lies, and the chunk; null where there is none. */
async function fetchPart(level, code) {
  const chunk = await chunkOf(level, code);
  return chunk ? {chunk: chunk.code, areas: await fetchSome(level, [chunk])} : null;
}

/** Facts of one area and its ancestors. */
export async function fetchArea(code) {
  if (asFiles) return (await allPlaces()).area(code);
  return once(at(`/api/v1/areas/${encodeURIComponent(code)}`), json);
}

/** The areas whose name or code fits a question best. */
export async function findAreas(question, limit, signal) {
  if (asFiles) return (await allPlaces()).search(question, limit);
  const response = await fetch(at(`/api/v1/areas?limit=${limit}&q=${encodeURIComponent(question)}`), {signal});
  return response.ok ? (await response.json()).areas : [];
}

/** The years of an area; a period without figures at its level is left out. */
export async function fetchSeries(view, level, code) {
  const {entry, state} = view;
  const offered = entry.offered.measures[level] || [];
  if (!offered.length) return null;
  const measure = offered.includes(view.measure) ? view.measure : offered[0];
  if (asFiles) {
    const [frames, found] = await Promise.all([fetchFrames(entry.id), (await allPlaces()).find(code)]);
    const map = {indicator: entry.id, periods: entry.offered.periods, category: state.category, measure};
    return seriesOf(frames, columnsAt(found.chunk), map, {level, code, fid: found.fid});
  }
  const query = new URLSearchParams({taal: lang, measure, category: state.category});
  return once(at(`/api/v1/series/${entry.id}/${level}/${encodeURIComponent(code)}?${query}`), json);
}

/** How the number of an area came about; null where the period has none at its level. */
export async function fetchReceipt(view, level, code) {
  const {entry, state} = view;
  if (!entry.offered.columns[state.period]?.[level]) return null;
  if (asFiles) {
    const [frames, found] = await Promise.all([fetchFrames(entry.id), (await allPlaces()).find(code)]);
    const area = {level, code, name: found.areas.name[found.fid], fid: found.fid};
    const references = referencesOf(entry, level, state.period);
    const map = {indicator: entry.id, period: state.period, category: state.category, references};
    return receiptOf(frames, columnsAt(found.chunk), map, area);
  }
  const made = view.layer === HOTSPOT && !view.classes.instead ? mapQuery(entry, level, state) : [];
  const query = new URLSearchParams([['taal', lang], ['category', state.category], ...made]);
  return once(at(`/api/v1/explain/${entry.id}/${state.period}/${level}/${encodeURIComponent(code)}?${query}`), json);
}

/** Name of the areas of a level: "buurten". */
export function levelMany(id) {
  return id.startsWith('h3-') ? t('levels.hex') : t(`levels.${id}`);
}

/** Name of one area of a level: "buurt". */
export function levelOne(id) {
  return id.startsWith('h3-') ? t('level.hex') : t(`level.${id}`);
}

/** Names of levels in words, hexagons once: "gemeenten en wijken". */
export function levelNames(ids) {
  const names = [...new Set(ids.map(levelOne))];
  return new Intl.ListFormat(lang).format(names);
}

/** What an area is: its level and code. A hexagon has its code for a name; once is enough. */
export function kindOf(level, code, name) {
  if (level === 'country') return t('area.overview');
  return code === name ? levelOne(level) : `${levelOne(level)} ${code}`;
}

/** A period in a sentence: "2023", "2021–2025 together". */
export function periodWords(period) {
  return period.includes('-') ? t('period.all', {period: periodName(period)}) : period;
}

/** A period as it stands alone. */
export function periodName(period) {
  return period.includes('-') ? period.replace('-', '–') : period;
}
