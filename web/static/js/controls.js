// The choices beside the map: theme, subject, layer, period, areas, measure and breakdown.

import {byId as find, el} from './dom.js';
import {local, t} from './i18n.js';
import {AUTO, HOTSPOT, VALUE, byId, canFollow, fitState, isShown, levelsOf, measuresOf, nearestMap} from './state.js';
import {periodName, unitOf} from './model.js';

export class Controls {
  constructor(catalogue, store) {
    Object.assign(this, {catalogue, store});
    this.form = find('choice-form');
    this.form.addEventListener('submit', event => event.preventDefault());
    this.form.addEventListener('change', event => this.changed(event.target));
    find('choice-theme').replaceChildren(
      ...catalogue.themes
        .filter(theme => catalogue.indicators.some(entry => entry.theme === theme.id))
        .map(theme => el('option', {value: theme.id}, local(theme.name)))
    );
  }

  changed(input) {
    const keys = {
      thema: 'theme', indicator: 'indicator', laag: 'layer', periode: 'period', niveau: 'level', maat: 'measure',
      categorie: 'category'
    };
    const key = keys[input.name];
    const wanted = {...this.store.state, [key]: input.value};
    if (key === 'theme') wanted.indicator = undefined;
    if (wanted.layer === HOTSPOT && key === 'layer') {
      Object.assign(wanted, nearestMap(this.catalogue, byId(this.catalogue.indicators, wanted.indicator), wanted));
    }
    const fitted = fitState(this.catalogue, wanted);
    this.store.set(this.suits(fitted) ? fitted : fitState(this.catalogue, {...fitted, level: undefined}));
  }

  /** Whether the level can stay: another subject may be about parks, or hidden nearly everywhere at this level. */
  suits(fitted) {
    const entry = state => byId(this.catalogue.indicators, state.indicator);
    const [before, after] = [entry(this.store.state), entry(fitted)];
    if (before === after) return true;
    return offersParks(before) === offersParks(after) && isShown(after, fitted.level);
  }

  show(state, view) {
    const {catalogue} = this;
    const entry = byId(catalogue.indicators, state.indicator);
    find('choice-theme').value = state.theme;
    const indicators = catalogue.indicators.filter(item => item.theme === state.theme && item.offered.periods.length);
    const names = indicators.map(item => ({value: item.id, name: local(item.name)}));
    radios('choice-indicator', 'option', 'indicator', names, state.indicator);
    const hasMap = Object.keys(entry.maps).length > 0;
    radios('choice-layer', 'segment', 'laag', [
      {value: VALUE, name: t('layer.value')},
      {value: HOTSPOT, name: t('layer.hotspot'), disabled: !hasMap}
    ], view ? view.layer : state.layer);
    radios('choice-period', 'chip', 'periode', entry.offered.periods.map(period => ({
      value: period,
      name: period.includes('-') ? t('choice.period_total', {period: periodName(period)}) : period
    })), state.period);
    this.levels(entry, state);
    this.selects(entry, state, view);
    this.about(entry);
  }

  levels(entry, state) {
    const levels = levelsOf(this.catalogue, entry);
    const option = level => el('option', {value: level.id}, local(level.name));
    const group = (label, items) => (items.length ? el('optgroup', {label}, items.map(option)) : null);
    fill('choice-level', [
      canFollow(this.catalogue, entry) ? el('option', {value: AUTO}, t('choice.level_auto')) : null,
      group(t('choice.level_areas'), levels.filter(level => level.family !== 'hex')),
      group(t('choice.level_hexes'), levels.filter(level => level.family === 'hex'))
    ], state.level);
  }

  selects(entry, state, view) {
    const measures = measuresOf(entry, view ? view.level : state.level);
    const measure = measures.includes(state.measure) ? state.measure : measures[0];
    fill('choice-measure', measures.map(name => el('option', {value: name}, measureName(entry, name))), measure);
    find('field-measure').hidden = measures.length < 2;
    const categories = entry.offered.categories;
    const names = new Map((entry.categories || []).map(item => [item.id, local(item.name)]));
    fill('choice-category', categories.map(id =>
      el('option', {value: id}, id === '' ? t('choice.category_all') : names.get(id) || id)
    ), state.category);
    find('field-category').hidden = categories.length < 2;
  }

  about(entry) {
    find('about').replaceChildren(
      el('p', {}, local(entry.definition)),
      el('p', {}, t('tooltip.source', {source: local(entry.source.name)}))
    );
  }
}

const offersParks = entry => Boolean(entry.offered.measures.park);

export function measureName(entry, measure) {
  const own = ['rate', 'exposure'].includes(measure) ? unitOf(entry, measure) : '';
  return own ? `${t(`measure.${measure}`)} (${own})` : t(`measure.${measure}`);
}

function fill(id, options, value) {
  const select = find(id);
  select.replaceChildren(...options.filter(Boolean));
  select.value = value;
}

/** Radio buttons in the look of a list, chips or segments; made anew only if the choice itself changed. */
function radios(id, look, name, items, value) {
  const root = find(id);
  const signature = items.map(item => `${item.value}${item.disabled ? '!' : ''}`).join('|');
  if (root.dataset.items !== signature) {
    root.dataset.items = signature;
    root.replaceChildren(
      ...items.map(item =>
        el(
          'label',
          {class: look},
          el('input', {type: 'radio', name, value: item.value, disabled: item.disabled}),
          el('span', {}, item.name)
        )
      )
    );
  }
  for (const input of root.querySelectorAll('input')) input.checked = input.value === value;
}
