// From a state to what is shown: one value column, one hotspot column and the names of one level, and the class of each
// area. All modules that draw something draw the same view.

import {config, lang, local, t, breakNumber} from './i18n.js';
import {decodeColumn, decodeClasses} from './columns.js';
import {decodeDeviations, deviationGroups, referencesOf} from './deviations.js';
import {DEVIATION, HOTSPOT, byId, measuresOf} from './state.js';
import {paintOf} from './hatch.js';

export const PUBLISHED = 0;
export const STATUSES = config.statuses;

/** Hotspot classes in the order of the legend. */
const CLASS_ORDER = [
  'hot', 'probable', 'not_significant', 'undetermined', 'cold', 'suppressed', 'missing', 'not_applicable'
];

const root = `/columns/${config.release}`;
const kept = new Map();

/** Fetch once; what a release holds never changes. A failure is not kept. */
function once(address, read) {
  if (!kept.has(address)) {
    const promise = fetch(address).then(response => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return read(response);
    });
    promise.catch(() => kept.delete(address));
    kept.set(address, promise);
  }
  return kept.get(address);
}

const json = response => response.json();
const suffix = category => (category ? `?categorie=${encodeURIComponent(category)}` : '');

export const fetchCatalogue = () => once(`${root}/catalogue.json`, json);
export const fetchAreas = level => once(`${root}/areas/${level}.json`, json);

/** Hotspot windows: areas that hold at least so many, each with its outline. */
const fetchSpots = (indicator, period) =>
  once(`/api/v1/spots/${indicator}/${period}`, async response => (await response.json()).spots);

/**
 * Load what a state shows at a level.
 * @returns the view: names, numbers, classes, paint and legend, all by feature id
 */
export async function loadView(catalogue, state, level) {
  const entry = byId(catalogue.indicators, state.indicator);
  const measures = measuresOf(entry, level, state.period);
  const measure = measures.includes(state.measure) ? state.measure : measures[0];
  const hotspots = Boolean(entry.maps[level]?.includes(state.period));
  const query = suffix(state.category);
  const references = state.layer === DEVIATION ? referencesOf(entry, level, state.period) : [];
  const reference = references.includes(state.reference) ? state.reference : references[0];
  const [areas, column, breaks, classes, spots, deviations] = await Promise.all([
    fetchAreas(level),
    once(`${root}/values/${level}/${entry.id}/${state.period}/${measure}${query}`, async response =>
      decodeColumn(await response.json())
    ),
    once(`${root}/breaks/${entry.id}.json`, json),
    hotspots
      ? once(`${root}/classes/${level}/${entry.id}/${state.period}${query}`, async response =>
          decodeClasses(await response.json())
        ).catch(() => null)
      : null,
    entry.spots ? fetchSpots(entry.id, state.period).catch(() => []) : [],
    reference
      ? once(`${root}/deviations/${level}/${entry.id}/${state.period}/${reference}${query}`, async response =>
          decodeDeviations(await response.json())
        ).catch(() => null)
      : null
  ]);
  const layer = state.layer === HOTSPOT && classes ? HOTSPOT : deviations ? DEVIATION : 'waarde';
  const view = {
    catalogue, entry, level, measure, measures, areas, column, classes, layer, state, spots, deviations, references,
    unit: unitOf(entry, measure) || column.unit
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

/** What a number counts, in the words of the catalogue. */
export function unitOf(entry, measure) {
  if (measure === 'rate') return entry.rate ? local(entry.rate.unit) : '';
  if (measure === 'exposure') return entry.rate ? local(entry.rate.exposure) : '';
  return local(entry.unit);
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

/** Facts of one area, its ancestors and its figures, from the API. */
export const fetchArea = code => once(`/api/v1/areas/${encodeURIComponent(code)}`, json);

/** The years of an area; a period without figures at its level is left out. */
export function fetchSeries(view, level, code) {
  const {entry, state} = view;
  const offered = entry.offered.measures[level] || [];
  if (!offered.length) return Promise.resolve(null);
  const measure = offered.includes(view.measure) ? view.measure : offered[0];
  const query = new URLSearchParams({taal: lang, measure, category: state.category});
  return once(`/api/v1/series/${entry.id}/${level}/${encodeURIComponent(code)}?${query}`, json);
}

/** How the number of an area came about; null where the period has none at its level. */
export function fetchReceipt(view, level, code) {
  const {entry, state} = view;
  if (!entry.offered.columns[state.period]?.[level]) return Promise.resolve(null);
  const query = new URLSearchParams({taal: lang, category: state.category});
  return once(`/api/v1/explain/${entry.id}/${state.period}/${level}/${encodeURIComponent(code)}?${query}`, json);
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
