// The choices beside the map: theme, subject, layer, period, areas, measure and breakdown.

import {byId as find, el} from './dom.js';
import {local, t} from './i18n.js';
import {
  AUTO, DEVIATION, HOTSPOT, VALUE, byId, canFollow, comparedWith, fitState, followed, hasFigures, hasLevel, isShown,
  levelsOf, mapped, measuresOf, nearestComparison, nearestMap, periodsOf
} from './state.js';
import {levelNames, levelOne, periodName, periodWords, unitOf} from './model.js';
import {isCompared} from './deviations.js';
import {closerNote, followNote, layerNote, noteOf} from './notes.js';
import {showOptions} from './hotspots.js';

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
      categorie: 'category', methode: 'method', omgeving: 'neighbourhood', kans: 'alpha', vergelijking: 'reference'
    };
    const key = keys[input.name];
    const wanted = {...this.store.state, [key]: input.value};
    if (key === 'theme') wanted.indicator = undefined;
    if (wanted.layer === HOTSPOT && key === 'layer') {
      Object.assign(wanted, nearestMap(this.catalogue, byId(this.catalogue.indicators, wanted.indicator), wanted));
    }
    if (wanted.layer === DEVIATION && key === 'layer') {
      const entry = byId(this.catalogue.indicators, wanted.indicator);
      Object.assign(wanted, nearestComparison(this.catalogue, entry, wanted));
    }
    const before = this.store.state;
    const fitted = fitState(this.catalogue, wanted, key === 'level' ? 'level' : 'period');
    const suited = this.suits(fitted) ? fitted : fitState(this.catalogue, {...fitted, level: undefined}, 'period');
    this.explain(wanted, suited, key === 'layer' ? layerNote(before, suited) : '');
    this.store.set(suited);
    // The choice itself may have given way, so that nothing is left to tell of but why.
    this.show(this.store.state, null);
  }

  /** Say why something else is shown than was asked, until the next choice. */
  explain(wanted, fitted, note = '') {
    this.note = {text: note || noteOf(this.catalogue, wanted, fitted), of: choiceOf(fitted)};
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
    const indicators = catalogue.indicators.filter(item => item.theme === state.theme && hasFigures(catalogue, item));
    const names = indicators.map(item => ({value: item.id, name: local(item.name)}));
    radios('choice-indicator', 'option', 'indicator', names, state.indicator);
    const hasMap = Object.keys(entry.maps).length > 0;
    radios('choice-layer', 'segment', 'laag', [
      {value: VALUE, name: t('layer.value')},
      {value: HOTSPOT, name: t('layer.hotspot'), disabled: !hasMap, why: hasMap ? '' : t('choice.hotspot_absent_why')},
      {
        value: DEVIATION, name: t('layer.deviation'), disabled: !isCompared(entry),
        why: isCompared(entry) ? '' : t('choice.deviation_absent_why')
      }
    ], view ? view.layer : state.layer);
    this.periods(entry, state);
    this.levels(entry, state);
    const note = this.note && this.note.of === choiceOf(state) ? this.note.text : '';
    const said = note || followNote(catalogue, entry, state) || closerNote(state, view);
    if (find('choice-note').textContent !== said) find('choice-note').textContent = said;
    this.selects(entry, state, view);
    const levels = state.level === AUTO ? followed(catalogue, entry, state.period) : [state.level];
    showOptions(entry, view ? [view.level] : levels, state, (view ? view.layer : state.layer) === HOTSPOT);
    this.about(entry);
  }

  /** Every period of the release; those the subject or the level lacks look so and say why. */
  periods(entry, state) {
    const {catalogue} = this;
    const all = new Set(catalogue.indicators.flatMap(item => periodsOf(catalogue, item)));
    const offered = periodsOf(catalogue, entry);
    const order = [...all].sort((a, b) => a.includes('-') - b.includes('-') || (a < b ? -1 : 1));
    radios('choice-period', 'chip', 'periode', order.map(period => ({
      value: period,
      name: period.includes('-') ? t('choice.period_total', {period: periodName(period)}) : period,
      disabled: !offered.includes(period),
      why: offered.includes(period) ? this.elsewhere(entry, state, period) : absent(entry, period)
    })), state.period);
  }

  /** Why a period that is offered is not there at the level shown; '' where it is. */
  elsewhere(entry, state, period) {
    if (hasLevel(this.catalogue, entry, state.level, period)) return '';
    const levels = levelsOf(this.catalogue, entry, period).map(level => level.id);
    return t('choice.period_elsewhere_why', {period: periodWords(period), levels: levelNames(levels)});
  }

  /** Every level of the map; those the subject or the period lacks look so and say why. */
  levels(entry, state) {
    const levels = mapped(this.catalogue);
    const option = level => {
      const name = local(level.name);
      const one = levelOne(level.id);
      if (hasLevel(this.catalogue, entry, level.id, state.period)) return el('option', {value: level.id}, name);
      const periods = periodsOf(this.catalogue, entry).filter(item => entry.offered.columns[item][level.id]);
      const attributes = {value: level.id, class: 'is-elsewhere', disabled: !periods.length};
      if (!periods.length) {
        const title = t('choice.level_absent_why', {level: one});
        return el('option', {...attributes, title, 'aria-description': title}, t('choice.level_absent', {level: name}));
      }
      const title = t('choice.level_elsewhere_why', {level: one, period: periods.map(periodWords).join(', ')});
      const period = periods.map(periodName).join(', ');
      const said = t('choice.level_elsewhere', {level: name, period});
      return el('option', {...attributes, title, 'aria-description': title}, said);
    };
    const group = (label, items) => (items.length ? el('optgroup', {label}, items.map(option)) : null);
    fill('choice-level', [
      canFollow(this.catalogue, entry) ? el('option', {value: AUTO}, t('choice.level_auto')) : null,
      group(t('choice.level_areas'), levels.filter(level => level.family !== 'hex')),
      group(t('choice.level_hexes'), levels.filter(level => level.family === 'hex'))
    ], state.level);
  }

  selects(entry, state, view) {
    const measures = measuresOf(entry, view ? view.level : state.level, state.period);
    const measure = measures.includes(state.measure) ? state.measure : measures[0];
    fill('choice-measure', measures.map(name => el('option', {value: name}, t(`measure.${name}`))), measure);
    const unit = ['rate', 'exposure'].includes(measure) ? unitOf(entry, measure, state.period) : '';
    find('measure-note').textContent = unit;
    find('field-measure').hidden = measures.length < 2;
    const categories = entry.offered.categories;
    const names = new Map((entry.categories || []).map(item => [item.id, local(item.name)]));
    fill('choice-category', categories.map(id =>
      el('option', {value: id}, id === '' ? t('choice.category_all') : names.get(id) || id)
    ), state.category);
    find('field-category').hidden = categories.length < 2;
    this.references(entry, state, view);
  }

  /** What areas are compared with; only beside deviations. */
  references(entry, state, view) {
    const shown = (view ? view.layer : state.layer) === DEVIATION;
    find('field-reference').hidden = !shown;
    if (!shown) return;
    const offered = view ? view.references : comparedWith(this.catalogue, entry, state.level, state.period);
    const options = offered.map(id => el('option', {value: id}, t(`reference.${id}.choice`)));
    fill('choice-reference', options, view ? view.deviations.reference : state.reference);
    find('reference-note').textContent = t(`reference.${find('choice-reference').value}.explain`);
  }

  about(entry) {
    find('about').replaceChildren(
      el('p', {}, local(entry.definition)),
      el('p', {}, t('tooltip.source', {source: local(entry.source.name)}))
    );
  }
}

const offersParks = entry => Boolean(entry.offered.measures.park);

function fill(id, options, value) {
  const select = find(id);
  select.replaceChildren(...options.filter(Boolean));
  select.value = value;
}

/** What a sentence about a choice is about: it is gone with the next choice. */
const choiceOf = ({indicator, period, level, layer}) => [indicator, period, level, layer].join(' ');

/** Why a subject lacks a period altogether. */
function absent(entry, period) {
  if (period.includes('-') && entry.nature === 'stock') return t('choice.period_stock_why');
  return t('choice.period_absent_why', {period: periodWords(period)});
}

/** Radio buttons in the look of a list, chips or segments; made anew only if the choice itself changed. */
function radios(id, look, name, items, value) {
  const root = find(id);
  const signature = items.map(item => item.value).join('|');
  if (root.dataset.items !== signature) {
    root.dataset.items = signature;
    root.replaceChildren(
      ...items.map(item =>
        el(
          'label',
          {class: look},
          el('input', {type: 'radio', name, value: item.value}),
          el('span', {}, item.name)
        )
      )
    );
  }
  // Changed in place: whoever chooses by keyboard keeps the focus.
  [...root.querySelectorAll('input')].forEach((input, index) => {
    const {disabled = false, why = ''} = items[index];
    input.checked = input.value === value;
    input.disabled = disabled;
    input.title = why;
    if (why) input.setAttribute('aria-description', why);
    else input.removeAttribute('aria-description');
    input.parentElement.classList.toggle('is-elsewhere', Boolean(why) || disabled);
  });
}
