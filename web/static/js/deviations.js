// Deviations: how each area compares with a reference, its looks, its words, and which of these maps there are.

import {breakNumber as number, config, t} from './i18n.js';

/** Classes in the order of the legend. */
const ORDER = ['higher', 'comparable', 'too_uncertain', 'lower', 'suppressed', 'missing', 'not_applicable'];

/** References of an indicator in a period at a level, in the order of the page; none where nothing is compared. */
export const referencesOf = (entry, level, period) => entry.deviations?.[level]?.[period] || [];

/** Whether an indicator is compared at all. */
export const isCompared = entry => Object.keys(entry.deviations || {}).length > 0;

/** Entries of the legend, and which of them each area is in. */
export function deviationGroups({label}) {
  const entries = ORDER.map(name => ({
    id: name,
    look: config.palette.deviations[name],
    label: t(`deviation.${name}`),
    status: name in config.palette.statuses
  }));
  return {entries, group: Uint8Array.from(label, name => ORDER.indexOf(name))};
}

/** One area in a sentence: "1.8 times as much as similar areas (1.2 to 2.6)"; '' where nothing can be said. */
export function sentence({reference, ratio, low, high}) {
  const known = value => value !== null && Number.isFinite(value);
  if (!known(low)) return '';
  const of = t(`reference.${reference}`);
  if (!known(high)) return t('deviation.at_least', {low: number(low), of});
  const limits = {low: number(low), high: number(high), of};
  return known(ratio) ? t('deviation.times', {...limits, ratio: number(ratio)}) : t('deviation.between', limits);
}

/** The same of an area of a view. */
export const sentenceOf = ({reference, ratio, low, high}, fid) =>
  sentence({reference, ratio: ratio[fid], low: low[fid], high: high[fid]});
