// Why the screen shows something else than was asked, in one sentence.

import {t} from './i18n.js';
import {levelMany, levelNames, levelOne, periodWords} from './model.js';
import {AUTO, HOTSPOT, VALUE, byId, followed, levelsOf, periodsOf} from './state.js';

/**
 * @param wanted the state that was asked for
 * @param fitted the state that the release can show
 * @returns a sentence, '' where nothing gave way
 */
export function noteOf(catalogue, wanted, fitted) {
  const entry = byId(catalogue.indicators, fitted.indicator);
  if (wanted.indicator && wanted.indicator !== fitted.indicator) return '';
  if (wanted.period && wanted.period !== fitted.period) return periodNote(catalogue, entry, wanted, fitted);
  const known = byId(catalogue.levels, wanted.level);
  if (!known || wanted.level === fitted.level) return '';
  if (fitted.level === AUTO) return '';
  if (!entry.offered.measures[wanted.level]) {
    return t('note.level_subject', {wanted: levelOne(wanted.level), shown: levelOne(fitted.level)});
  }
  if (entry.offered.columns[fitted.period]?.[wanted.level]) return '';
  return t('note.level', {
    period: periodWords(fitted.period),
    levels: levelNames(levelsOf(catalogue, entry, fitted.period).map(level => level.id)),
    shown: levelMany(fitted.level),
    wanted: levelMany(wanted.level)
  });
}

function periodNote(catalogue, entry, wanted, fitted) {
  const shown = periodWords(fitted.period);
  const periods = periodsOf(catalogue, entry);
  if (!periods.includes(wanted.period)) {
    return /^\d{4}(-\d{4})?$/.test(wanted.period)
      ? t('note.period_subject', {wanted: periodWords(wanted.period), shown})
      : '';
  }
  const here = periods.filter(period => entry.offered.columns[period][fitted.level]);
  return t('note.period', {level: levelOne(fitted.level), periods: here.map(periodWords).join(', '), shown});
}

/** What was seen has no hotspots, or is not compared, so that another level or period is shown. */
export function layerNote(before, fitted) {
  const moved = before.level !== fitted.level || before.period !== fitted.period;
  if (fitted.layer === VALUE || !moved) return '';
  const words = {period: periodWords(fitted.period), level: levelOne(fitted.level)};
  return fitted.layer === HOTSPOT ? t('note.hotspot', words) : t('note.deviation', words);
}

/** The level follows the zoom, and this period has fewer levels than another. */
export function followNote(catalogue, entry, state) {
  if (state.level !== AUTO) return '';
  const here = followed(catalogue, entry, state.period);
  const most = Math.max(...periodsOf(catalogue, entry).map(period => followed(catalogue, entry, period).length));
  if (here.length >= most) return '';
  return t('note.follow', {period: periodWords(state.period), levels: levelNames(here)});
}

/** The hexagons that were asked for are too small to be seen from here. */
export function closerNote(state, view) {
  const wanted = state.level;
  if (!view || wanted === AUTO || (view.level === wanted && (!view.chunks || view.chunks.length))) return '';
  return view.level === wanted ? t('note.closer') : t('note.closer_instead', {shown: wordsOf(view.level)});
}

const wordsOf = level => (level.startsWith('h3-') ? t('note.closer_hexes') : levelMany(level));
