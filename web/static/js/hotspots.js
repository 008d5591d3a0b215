// By which method, neighbourhood and level of false discoveries a hotspot map is made. What the release chose is the
// default and stands in no address, so that nothing is computed unless somebody asks.

import {byId as find, el} from './dom.js';
import {breakNumber, config, t} from './i18n.js';

/** Names in the state, by the name of what is offered in the catalogue and by the name in a query. */
const OPTIONS = [
  {name: 'method', list: 'methods', query: 'methode'},
  {name: 'neighbourhood', list: 'neighbourhoods', query: 'omgeving'},
  {name: 'alpha', list: 'alphas', query: 'kans'}
];

/** What may be chosen for an indicator at one of some levels, and what the release chose; undefined for nothing. */
const offeredAt = (entry, levels) => levels.map(level => entry.on_demand?.[level]).find(Boolean);

/** The options of a state that can be had at one of some levels and are not those of the release; '' for the others. */
export function fitOptions(entry, levels, wanted) {
  const offered = offeredAt(entry, levels);
  return Object.fromEntries(OPTIONS.map(({name, list}) => {
    const value = String(wanted[name] ?? '');
    const fits = offered?.[list].map(String).includes(value) && value !== String(offered.own[name]);
    return [name, fits ? value : ''];
  }));
}

/** The part of a query that asks for the map of a state at a level; [] for the map of the release. */
export function mapQuery(entry, level, state) {
  const options = fitOptions(entry, [level], state);
  return OPTIONS.filter(({name}) => options[name]).map(({name, query}) => [query, options[name]]);
}

/** How the map of a state at a level is made, in words; undefined where it has no name for it. */
export function mapWords(entry, level, state) {
  const own = entry.on_demand?.[level]?.own || ownOf(entry, level);
  if (!own) return undefined;
  const options = fitOptions(entry, [level], state);
  const [method, neighbourhood, alpha] = OPTIONS.map(({name}) => options[name] || String(own[name]));
  return {
    method: t(`hotspots.method.${method}`),
    neighbourhood: t(`hotspots.neighbourhood.${neighbourhood}`).toLowerCase(),
    alpha: breakNumber(Number(alpha)),
    one: oneIn(alpha),
    made: OPTIONS.some(({name}) => options[name])
  };
}

/** What the release chose, where no other map can be made and so none is offered: read from the name of its method. */
function ownOf(entry, level) {
  const [statistic, measure] = (entry.methods[level] || '').split('/');
  const method = statistic === 'gi-star' ? `${statistic}-${measure}` : statistic;
  const known = `hotspots.method.${method}` in config.texts && entry.hotspots;
  return known ? {method, neighbourhood: 'adjacent', alpha: entry.hotspots.alpha} : undefined;
}

const oneIn = alpha => String(Math.round(1 / Number(alpha)));

const WORDS = {
  method: id => t(`hotspots.method.${id}`),
  neighbourhood: id => t(`hotspots.neighbourhood.${id}`),
  alpha: value => t('hotspots.alpha.one_in', {one: oneIn(value)})
};

/** Show the choices that there are for a hotspot map, or none of them. */
export function showOptions(entry, levels, state, isHotspot) {
  const offered = isHotspot ? offeredAt(entry, levels) : undefined;
  const box = find('field-hotspots');
  box.hidden = !offered;
  if (!offered) return;
  for (const {name, list} of OPTIONS) {
    const select = find(`choice-${name}`);
    const own = String(offered.own[name]);
    select.replaceChildren(...offered[list].map(String).map(value =>
      el('option', {value}, value === own ? t('hotspots.own', {name: WORDS[name](value)}) : WORDS[name](value))
    ));
    select.value = state[name] || own;
    find(`field-${name}`).hidden = offered[list].length < 2;
  }
  if (OPTIONS.some(({name}) => state[name])) box.open = true;
}
