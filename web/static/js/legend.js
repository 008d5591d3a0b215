// The legend: every class with its look, its limits and how many areas it holds, and how the classes were made.

import {byId, el} from './dom.js';
import {breakNumber, number, t} from './i18n.js';
import {swatch} from './swatch.js';
import {levelOne} from './model.js';
import {mapWords} from './hotspots.js';
import {DEVIATION, HOTSPOT, VALUE} from './state.js';

/** Classes that many maps do not have: without an area they are left out. */
const RARE = ['zero', 'probable'];

export class Legend {
  constructor() {
    this.root = byId('legend');
  }

  show(view) {
    const shown = view.entries.filter(entry => !RARE.includes(entry.id) || entry.count);
    this.root.replaceChildren(
      el(
        'div',
        {class: 'legend-head'},
        el('h2', {class: 'legend-title'}, titleText(view)),
        el('p', {class: 'legend-unit'}, t(view.chunks ? 'legend.number_in_sight' : 'legend.number'))
      ),
      this.list(shown),
      el('p', {class: 'legend-note'}, [methodText(view), agreementText(view)].filter(Boolean).join(' '))
    );
  }

  list(entries) {
    return el(
      'ul',
      {class: 'legend-list'},
      entries.map(entry =>
        el(
          'li',
          {class: 'legend-row', 'data-class': entry.id, 'data-count': entry.count},
          swatch(entry.look),
          el('span', {class: 'legend-label'}, entry.label),
          el('span', {class: 'legend-count'}, number(entry.count))
        )
      )
    );
  }
}

/** The unit of what is shown, with a capital. */
export function unitText({measure, unit}) {
  return unit ? unit.charAt(0).toUpperCase() + unit.slice(1) : t(`measure.${measure}`);
}

export function levelText({level}) {
  return t('legend.level', {level: levelOne(level)});
}

/** How far the hotspots stay where they are when the borders lie elsewhere; '' where there is nothing to compare. */
export function agreementText(view) {
  // It was computed of the maps of the release.
  if (mapWords(view.entry, view.level, view.state)?.made && !view.classes?.instead) return '';
  const maps = view.layer === HOTSPOT ? view.entry.agreement?.[view.state.period] || [] : [];
  const compared = maps
    .filter(pair => pair.kappa !== null && [pair.first, pair.second].includes(view.level))
    .map(pair => {
      const other = pair.first === view.level ? pair.second : pair.first;
      const shifted = other.startsWith(SHIFTED);
      const id = shifted ? other.slice(SHIFTED.length) : other;
      const level = `${levelOne(id).toLowerCase()}${id.startsWith('h3-') ? ` (${id.slice(3)})` : ''}`;
      return t(shifted ? 'legend.agreement_shifted' : 'legend.agreement_one', {level, kappa: breakNumber(pair.kappa)});
    });
  return compared.length ? t('legend.agreement', {maps: compared.join('; ')}) : '';
}

const SHIFTED = 'shifted-';

function titleText(view) {
  if (view.layer === DEVIATION) return t('legend.deviation_title', {of: t(`reference.${view.deviations.reference}`)});
  return view.layer === HOTSPOT ? t('legend.hotspot_title') : unitText(view);
}

function methodText(view) {
  if (view.layer === DEVIATION) {
    const {margin, alpha} = view.catalogue.deviations;
    return t('legend.method_deviation', {margin: breakNumber(margin), alpha: breakNumber(alpha)});
  }
  if (view.layer === VALUE) {
    return t(view.state.period.includes('-') ? 'legend.method_value_total' : 'legend.method_value');
  }
  const words = mapWords(view.entry, view.level, view.state);
  if (!words) return '';
  const note = view.classes.instead ? 'legend.method_instead' : words.made ? 'legend.method_made' : '';
  return [t('legend.method_words', words), note && t(note)].filter(Boolean).join(' ');
}
