// The state of the screen. All of it stands in the address, so that a reload, a bookmark or a colleague sees the same.

import {mapPath} from './address.js';
import {referencesOf} from './deviations.js';
import {fitOptions} from './hotspots.js';

/** Names in the address, by name in the state. Dutch, because people read addresses. */
const NAMES = {
  theme: 'thema',
  indicator: 'indicator',
  period: 'periode',
  level: 'niveau',
  layer: 'laag',
  reference: 'vergelijking',
  measure: 'maat',
  category: 'categorie',
  method: 'methode',
  neighbourhood: 'omgeving',
  alpha: 'kans',
  area: 'gebied',
  lon: 'lon',
  lat: 'lat',
  zoom: 'zoom'
};

export const AUTO = 'automatisch';
export const VALUE = 'waarde';
export const HOTSPOT = 'hotspot';
export const DEVIATION = 'afwijking';

/** What is counted at vacation parks is looked at per park, unless somebody wants it otherwise. */
const PARK = 'park';

const CODE = /^[\w.-]{1,40}$/;
const DECIMALS = {lon: 5, lat: 5, zoom: 2};

/** Read the state from an address; what is absent or makes no sense is left out. */
export function readState(search) {
  const query = new URLSearchParams(search);
  const state = {};
  for (const [name, key] of Object.entries(NAMES)) {
    const value = query.get(key);
    if (value === null || value === '') continue;
    if (name in DECIMALS) {
      if (Number.isFinite(Number(value))) state[name] = Number(value);
    } else if (CODE.test(value)) {
      state[name] = value;
    }
  }
  return state;
}

/** Write the state as a query; what is empty is left out. */
export function writeState(state, lang) {
  const query = new URLSearchParams({taal: lang});
  for (const [name, key] of Object.entries(NAMES)) {
    const value = state[name];
    if (value === undefined || value === null || value === '') continue;
    query.set(key, name in DECIMALS ? String(Number(value.toFixed(DECIMALS[name]))) : value);
  }
  return `?${query}`;
}

/**
 * Make a state fit a catalogue: every choice is one the release offers, or its default. Not every level has every
 * period; where they do not meet, one of them gives way.
 * @param catalogue the catalogue, with what is offered
 * @param wanted a state, perhaps from an address or from an earlier choice
 * @param keep 'period' or 'level': what stays where the two do not meet
 */
export function fitState(catalogue, wanted, keep = wanted.period === undefined ? 'level' : 'period') {
  const entry =
    byId(catalogue.indicators, wanted.indicator) ||
    catalogue.indicators.find(item => item.theme === wanted.theme && hasFigures(catalogue, item)) ||
    byId(catalogue.indicators, catalogue.default.indicator) ||
    catalogue.indicators[0];
  const preset = entry.id === catalogue.default.indicator ? catalogue.default : {};
  const all = periodsOf(catalogue, entry);
  const there = keep === 'level' ? all.filter(item => hasLevel(catalogue, entry, wanted.level, item)) : [];
  const periods = there.length ? there : all;
  const period = pick(
    periods, wanted.period, preset.period, catalogue.default.period, total(periods), periods[periods.length - 1]
  );
  const level = nearestLevel(catalogue, entry, wanted.level, period, preset.level);
  const fallback = preset.layer === 'value' ? VALUE : preset.layer ? HOTSPOT : VALUE;
  const layer = pick([VALUE, HOTSPOT, DEVIATION], wanted.layer, fallback);
  const category = pick(entry.offered.categories, wanted.category, '', entry.offered.categories[0]);
  return {
    ...wanted,
    theme: entry.theme,
    indicator: entry.id,
    level,
    period,
    layer: hasLayer(catalogue, entry, layer, level, period) ? layer : VALUE,
    reference: layer === DEVIATION ? pickReference(catalogue, entry, wanted.reference, level, period) : '',
    category,
    measure: measuresOf(entry, level, period).includes(wanted.measure) ? wanted.measure : '',
    ...fitOptions(entry, level === AUTO ? followed(catalogue, entry, period) : [level], wanted)
  };
}

/** Whether there is a map of a layer: of the level, or of one that the zoom may lead to. */
function hasLayer(catalogue, entry, layer, level, period) {
  if (layer === DEVIATION) return comparedWith(catalogue, entry, level, period).length > 0;
  return layer !== HOTSPOT || hasMap(catalogue, entry, level, period);
}

/** What an indicator is compared with at a level, or at any that the zoom may lead to. */
export function comparedWith(catalogue, entry, level, period) {
  const levels = level === AUTO ? followed(catalogue, entry, period) : [level];
  return [...new Set(levels.flatMap(item => referencesOf(entry, item, period)))];
}

/** The reference that was wanted, else that of similar areas, which asks the least of a reader. */
function pickReference(catalogue, entry, wanted, level, period) {
  const offered = comparedWith(catalogue, entry, level, period);
  return offered.length ? pick(offered, wanted, 'similar', 'country') : '';
}

/** The level and period to go to for deviations: those of the state if there are any, else the nearest. */
export function nearestComparison(catalogue, entry, {level, period}) {
  if (comparedWith(catalogue, entry, level, period).length) return {level, period};
  const here = Object.keys(entry.deviations?.[level] || {});
  if (here.length) return {level, period: total(here) || here.at(-1)};
  const levels = levelsOf(catalogue, entry).map(item => item.id).filter(item => entry.deviations?.[item]);
  const finest = levels.filter(item => entry.deviations[item][period]).at(-1) || levels.at(-1);
  if (!finest) return {level, period};
  const periods = Object.keys(entry.deviations[finest]);
  return {level: finest, period: pick(periods, period, total(periods))};
}

/** The period of all years together, where there is one. */
const total = periods => periods.find(period => period.includes('-'));

/** Whether an indicator has figures of a period at a level; AUTO stands for the levels that follow the zoom. */
export function hasLevel(catalogue, entry, level, period) {
  if (level === AUTO) return canFollow(catalogue, entry) && followed(catalogue, entry, period).length > 0;
  return levelsOf(catalogue, entry, period).some(item => item.id === level);
}

/** The level that was wanted if the period has it, else the nearest coarser one that it has. */
function nearestLevel(catalogue, entry, wanted, period, preset) {
  if (hasLevel(catalogue, entry, wanted, period)) return wanted;
  const levels = levelsOf(catalogue, entry, period).map(level => level.id);
  const coarser = coarserThan(catalogue, wanted).find(level => levels.includes(level));
  const usual = levels.includes(preset) ? preset : usualLevel(entry, levels);
  // What the subject has at no period at all was a choice for another subject: it says nothing of this one.
  return (hasFiguresAt(entry, wanted) && coarser) || usual;
}

const hasFiguresAt = (entry, level) => level in entry.offered.measures;

/** Levels coarser than one, the nearest first: those of its family, then the administrative ones. */
function coarserThan(catalogue, id) {
  const level = byId(catalogue.levels, id);
  if (!level) return [];
  const before = catalogue.levels.slice(0, catalogue.levels.indexOf(level)).reverse();
  const own = before.filter(item => item.family === level.family);
  const others = before.filter(item => item.family === 'administrative' && !own.includes(item));
  return [...own, ...others].map(item => item.id);
}

/** The level to open with: parks where there are any, else the finest that says something, else what says most. */
function usualLevel(entry, levels) {
  if (levels.includes(PARK)) return PARK;
  const finest = [...FOLLOWED].reverse().filter(level => levels.includes(level));
  const most = finest.reduce((best, level) => (share(entry, level) > share(entry, best) ? level : best), finest[0]);
  return finest.find(level => isShown(entry, level)) || most || levels[0];
}

const share = (entry, level) => entry.shown[level] || 0;

/**
 * Whether a map of a level says something: most areas have a figure, or it is a lead level of the release, at which
 * most events are in areas that have one.
 */
export const isShown = (entry, level) => level === AUTO || entry.shown[level] >= 0.5 || entry.lead.includes(level);

/** Whether there is a hotspot map: of the level, or of one that the zoom may lead to. */
function hasMap(catalogue, entry, level, period) {
  const levels = level === AUTO ? followed(catalogue, entry, period) : [level];
  return levels.some(item => entry.maps[item]?.includes(period));
}

/**
 * The level and period to go to for a hotspot map: those of the state if they have one, else the nearest that do.
 */
export function nearestMap(catalogue, entry, {level, period}) {
  if (hasMap(catalogue, entry, level, period)) return {level, period};
  const here = level === AUTO ? undefined : entry.maps[level];
  if (here) return {level, period: total(here) || here.at(-1)};
  const levels = levelsOf(catalogue, entry).map(item => item.id).filter(item => entry.maps[item]);
  const found = levels.find(item => entry.maps[item].includes(period)) || levels[0];
  return found ? {level: found, period: pick(entry.maps[found], period, total(entry.maps[found]))} : {level, period};
}

export const byId = (entries, id) => entries.find(entry => entry.id === id);

/** Whether the map can show anything of an indicator. */
export const hasFigures = (catalogue, entry) => periodsOf(catalogue, entry).length > 0;

/** Periods of an indicator that the map can show: those with a level that has tiles. */
export function periodsOf(catalogue, entry) {
  return entry.offered.periods.filter(period => levelsOf(catalogue, entry, period).length);
}

const pick = (offered, ...wanted) => wanted.find(item => item !== undefined && offered.includes(item)) ?? offered[0];

/** Levels of the catalogue that have tiles. */
export const mapped = catalogue => catalogue.levels.filter(level => level.minzoom != null);

/** Levels at which an indicator has figures, of one period or of any, and the map has tiles. */
export function levelsOf(catalogue, entry, period) {
  const offered = period === undefined ? entry.offered.measures : entry.offered.columns[period] || {};
  return mapped(catalogue).filter(level => offered[level.id]);
}

/** Whether the level can follow the zoom: at least two of the levels that do have figures of some period. */
export function canFollow(catalogue, entry) {
  return entry.offered.periods.some(period => followed(catalogue, entry, period).length > 1);
}

/** Levels that follow the zoom and have figures of a period, coarsest first. */
export function followed(catalogue, entry, period) {
  return levelsOf(catalogue, entry, period)
    .map(level => level.id)
    .filter(level => FOLLOWED.includes(level));
}

/** Levels that can follow the zoom, coarsest first; web/levels.py has the same list. */
export const FOLLOWED = ['province', 'district', 'gemeente', 'wijk', 'buurt'];

/** Levels whose own borders are drawn where they are shown; over finer ones those of gemeenten are. */
export const COARSE = FOLLOWED.slice(0, FOLLOWED.indexOf('gemeente'));

/** Measures of an indicator in a period at a level, the main one first; none where it has no figures there. */
export function measuresOf(entry, level, period) {
  const levels = entry.offered.columns[period] || {};
  const offered = (level === AUTO ? FOLLOWED.map(item => levels[item]).find(Boolean) : levels[level]) || [];
  const order = ['rate', entry.measure, 'count', 'amount'];
  return [...offered].sort((a, b) => rank(order, a) - rank(order, b) || (a < b ? -1 : 1));
}

const rank = (order, item) => (order.includes(item) ? order.indexOf(item) : order.length);

/**
 * The level that is shown: the one chosen, or the finest one that can be read at this zoom. From too far away to see
 * hexagons that are sent in chunks it is the nearest coarser one that has figures.
 * @param map summary of web/deck.py: the zooms at which levels take over, and chunked levels are drawn
 */
export function shownLevel(catalogue, entry, state, {takeover, chunked}) {
  const tooFar = level => level in chunked && !(state.zoom >= chunked[level]);
  if (tooFar(state.level)) {
    const there = levelsOf(catalogue, entry, state.period).map(level => level.id);
    const coarser = coarserThan(catalogue, state.level).find(level => there.includes(level) && !tooFar(level));
    return coarser || state.level;
  }
  if (state.level !== AUTO) return state.level;
  const levels = followed(catalogue, entry, state.period);
  const readable = levels.filter((level, index) => index === 0 || state.zoom >= takeover[level]);
  return readable[readable.length - 1];
}

/** A store that tells its listeners what changed and keeps the address up to date. */
export class Store {
  constructor(state, lang) {
    this.state = state;
    this.lang = lang;
    this.listeners = [];
    this.pending = 0;
  }

  /** Call with (state, names of what changed) after each change. */
  subscribe(listener) {
    this.listeners.push(listener);
  }

  /** Change something. A choice is a step one can go back from; looking around is not. */
  set(changes, {step = true} = {}) {
    const changed = Object.keys(changes).filter(name => this.state[name] !== changes[name]);
    if (!changed.length) return;
    this.state = {...this.state, ...changes};
    this.remember(step);
    for (const listener of this.listeners) listener(this.state, changed);
  }

  remember(step) {
    clearTimeout(this.pending);
    // Browsers limit how often an address may change, and a moving map changes it sixty times a second.
    if (step) this.write(true);
    else this.pending = setTimeout(() => this.write(false), 250);
  }

  write(step) {
    const address = `${mapPath()}${writeState(this.state, this.lang)}`;
    if (step) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }
}
