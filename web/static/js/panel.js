// The card of the chosen area, or of the whole country when none is chosen: number, class, years, and its receipt.

import {byId, el, svg} from './dom.js';
import {config, local, number, t} from './i18n.js';
import {barChart, chartLabel} from './chart.js';
import {fetchReceipt, fetchSeries, kindOf, levelMany, levelNames, levelOne, periodWords, unitOf} from './model.js';
import {sentence} from './deviations.js';
import {swatch} from './swatch.js';
import {levelsOf, periodsOf} from './state.js';
import {cellText} from './values.js';


export class Panel {
  /** @param events {select(code), children(area), clear()} */
  constructor(catalogue, events) {
    Object.assign(this, {catalogue, events});
    this.root = byId('area-panel');
    this.turn = 0;
    this.opened = false;
  }

  /**
   * @param view what is shown
   * @param area facts of the API: level, code, name, parents
   * @param chosen whether somebody chose it
   * @param childLevel level to look at inside it, or null
   */
  async show(view, area, chosen, childLevel) {
    const turn = (this.turn += 1);
    const whole = area.parents.find(parent => parent.level === 'country');
    const timed = yearsFrom(view.entry, area);
    const years = place => fetchSeries(view, place.level, place.code).catch(() => null);
    const [series, receipt, average] = await Promise.all([
      timed ? years(timed) : null,
      fetchReceipt(view, area.level, area.code).catch(() => null),
      whole && view.measure === 'rate' && offers(view, whole) ? years(whole) : null
    ]);
    if (turn !== this.turn) return;
    if (this.code !== area.code) this.root.scrollTop = 0;
    this.code = area.code;
    const focused = this.root.contains(document.activeElement);
    const cell = receipt?.values.find(item => item.measure === view.measure) || receipt?.values[0];
    this.root.replaceChildren(
      ...[
        this.crumbs(area),
        this.head(area, chosen),
        cell && this.figure(cell, average && this.average(view, whole, average)),
        receipt?.class && this.classLine(receipt.class),
        receipt && this.facts(receipt, cell.measure),
        !receipt && this.absent(view),
        ...comparisons(receipt),
        ...spotList(view),
        ...this.chart(view, area, timed, series),
        el('p', {class: 'pattern-line'}, t('pattern')),
        receipt && this.receipt(receipt),
        this.actions(area, childLevel),
        !chosen && el('p', {class: 'hint'}, t('area.select_hint'))
      ].filter(Boolean)
    );
    // What was pressed is gone: whoever goes on by keyboard goes on from the name of the new area.
    if (focused) byId('area-name').focus({preventScroll: true});
  }

  crumbs(area) {
    if (!area.parents?.length) return null;
    const parts = area.parents.flatMap((parent, index) => [
      index ? el('span', {class: 'crumb-sep', 'aria-hidden': 'true'}, '›') : null,
      el('button', {type: 'button', class: 'crumb', onclick: () => this.events.select(parent.code)}, parent.name)
    ]);
    return el('nav', {class: 'crumbs', 'aria-label': t('area.title')}, parts);
  }

  head(area, chosen) {
    const label = t('action.close');
    const close = el(
      'button',
      {type: 'button', class: 'area-close', 'aria-label': label, title: label, onclick: this.events.clear},
      svg('svg', {class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true'}, svg('path', {d: 'M5 5l10 10M15 5 5 15'}))
    );
    return el(
      'div',
      {class: 'area-head'},
      el(
        'div',
        {},
        el('h2', {class: 'area-name', id: 'area-name', tabindex: -1}, area.name),
        el('p', {class: 'area-level'}, kindOf(area.level, area.code, area.name))
      ),
      chosen && close
    );
  }

  /** The rate of the whole country, to hold that of an area against. */
  average(view, whole, series) {
    const point = series.points.find(item => item.period === view.state.period && item.status === 'published');
    return point && t('area.average', {name: whole.name, value: number(point.value)});
  }

  figure(cell, average) {
    const known = cell.status === 'published';
    const look = config.palette.statuses[cell.status];
    const parts = known
      ? [el('span', {class: 'figure-value'}, number(cell.value)), el('span', {class: 'figure-unit'}, cell.unit)]
      : el('span', {class: 'figure-value is-status'}, swatch(look, 28, 18), cellText(cell));
    const bounds = {low: number(cell.low ?? 0), high: number(cell.high ?? 0)};
    const rounded = known && bounds.low !== bounds.high;
    const notes = known
      ? [rounded && t('method.bounds', bounds)]
      : [t(`class.${cell.status}.explain`), cell.high !== null && t('method.bounds_hidden', bounds)];
    if (average) notes.unshift(`${average}.`);
    const note = notes.filter(Boolean).join(' ');
    return el('div', {class: 'figure', id: 'area-figure'}, parts, note && el('span', {class: 'figure-note'}, note));
  }

  classLine(found) {
    if (['suppressed', 'missing', 'not_applicable'].includes(found.label)) return null;
    return el(
      'div',
      {class: 'class-line'},
      swatch(config.palette.classes[found.label]),
      el('div', {}, el('strong', {}, found.name), found.reasons[0])
    );
  }

  facts(receipt, shown) {
    const rows = receipt.values
      .filter(cell => cell.measure !== shown)
      .map(cell => {
        const name = cell.measure === 'exposure' && receipt.definition.rate
          ? receipt.definition.rate.exposure
          : t(`measure.${cell.measure}`);
        return el('div', {}, el('dt', {}, name), el('dd', {}, cellText(cell)));
      });
    return rows.length ? el('dl', {class: 'facts'}, rows) : null;
  }

  /** The subject has no figure of this area: not in this period, or not at this level. */
  absent(view) {
    const levels = levelsOf(this.catalogue, view.entry, view.state.period).map(level => level.id);
    const text = t('area.absent', {period: periodWords(view.state.period), levels: levelNames(levels)});
    return el('p', {class: 'area-absent', id: 'area-absent'}, text);
  }

  /** The years of the area, or those of the nearest larger area that has them, with why. */
  chart(view, area, timed, series) {
    const title = el('h3', {class: 'panel-title'}, t('chart.title'));
    const note = text => el('p', {class: 'chart-note', id: 'chart-note'}, text);
    const level = levelOne(area.level);
    if (!timed) {
      const periods = periodsOf(this.catalogue, view.entry);
      const never = !view.entry.offered.periods.some(isYear);
      const period = periods.map(periodWords).join(', ');
      return [title, note(never ? t('chart.none', {period}) : t('chart.parent_none', {level}))];
    }
    const name = timed.level === 'country' ? timed.name : `${levelOne(timed.level)} ${timed.name}`;
    const unit = series && unitOf(view.entry, series.measure);
    const caption = chartLabel(local(view.entry.name), name, unit || t(`measure.${series?.measure || view.measure}`));
    const points = series?.points.map(point => ({...point, unit: unitOf(view.entry, series.measure, point.period)}));
    const chart = points && barChart(points, view.state.period, `${t('chart.title')}. ${caption}`);
    if (!chart) return [];
    const what = el('p', {class: 'chart-note', id: 'chart-caption', 'aria-hidden': 'true'}, caption);
    if (timed.code === area.code) return [title, what, chart];
    return [title, note(t('chart.parent', {level, name: timed.name})), what, chart];
  }

  receipt(receipt) {
    const {definition, source, release} = receipt;
    const found = receipt.class;
    const row = (name, value) => value && el('div', {}, el('dt', {}, t(name)), el('dd', {}, value));
    const list = items => el('ul', {}, items.map(item => el('li', {}, item)));
    const details = el(
      'details',
      {class: 'receipt', id: 'receipt', open: this.opened},
      el('summary', {}, t('receipt.title')),
      el(
        'div',
        {class: 'receipt-body'},
        el(
          'dl',
          {class: 'terms'},
          row('receipt.definition', definition.definition),
          row('receipt.numerator', definition.numerator),
          row('receipt.formula', definition.rate?.formula),
          row('receipt.status', receipt.values[0] && t(`status.${receipt.values[0].status}`)),
          found && row('receipt.class', list([`${found.name}.`, ...found.reasons])),
          row('receipt.source', source.name),
          row('receipt.owner', source.owner),
          row('receipt.legal_basis', source.legal_basis),
          row('receipt.purpose', source.purpose),
          row('receipt.caveats', definition.caveats),
          row('receipt.checks', list(receipt.checks)),
          row('receipt.release', `${release.id.slice(0, 12)}, ${t('footer.edition', {edition: release.edition})}`),
          row('receipt.rebuild', receipt.rebuild.map(line => el('div', {}, el('code', {}, line))))
        )
      )
    );
    details.addEventListener('toggle', () => {
      this.opened = details.open;
    });
    return details;
  }

  actions(area, childLevel) {
    if (!childLevel) return null;
    const level = levelMany(childLevel);
    const button = {type: 'button', class: 'button', id: 'look-inside', onclick: () => this.events.children(area)};
    return el('div', {class: 'panel-actions'}, el('button', button, t('area.children', {level})));
  }
}

/** What the area is compared with, each in a sentence; nothing where its own number is not shown. */
function comparisons(receipt) {
  const all = (receipt?.deviations || []).map(found => ({...found, text: sentence(found)}));
  const said = all.filter(found => found.text);
  if (!said.length) return [];
  const line = found =>
    el(
      'li',
      {class: 'comparison', 'data-reference': found.reference, 'data-class': found.class},
      swatch(config.palette.deviations[found.class]),
      el('div', {}, el('strong', {}, t(`deviation.${found.class}`)), el('span', {}, found.text))
    );
  return [
    el('h3', {class: 'panel-title'}, t('deviation.title')),
    el('ul', {class: 'comparisons', id: 'comparisons'}, said.map(line)),
    el('p', {class: 'chart-note'}, t('deviation.note'))
  ];
}

/** The hotspot windows of what is shown, as a list: the map only outlines them. */
function spotList({spots, state}) {
  if (!spots.length) return [];
  const [first, last] = state.period.split('-').map(Number);
  const years = (last || first) - first + 1;
  const line = spot => el('li', {}, t('spots.line', {name: spot.name, least: spot.at_least, years}));
  return [
    el('h3', {class: 'panel-title'}, t('spots.title')),
    el('ul', {class: 'spots', id: 'spots'}, spots.map(line)),
    el('p', {class: 'chart-note'}, t('spots.pattern'))
  ];
}

/** Whether an area has the measure that is shown, so that the two can be held against each other. */
const offers = (view, {level}) => (view.entry.offered.measures[level] || []).includes(view.measure);

const isYear = period => !period.includes('-');

/** The area if it has figures of single years, else the nearest larger one that has, else null. */
function yearsFrom(entry, area) {
  const years = entry.offered.periods.filter(isYear);
  const has = ({level}) => years.some(year => entry.offered.columns[year][level]);
  return [...area.parents, area].reverse().find(has) || null;
}
