// The table twin of the map: the same figures, to sort, to walk through by keyboard and to read aloud. Only the rows in
// sight exist, so that 14,500 buurten scroll as lightly as twelve gemeenten.

import {byId, el} from './dom.js';
import {decimals, number, t} from './i18n.js';
import {swatch} from './swatch.js';
import {placeIn} from './hexes.js';
import {gemeenteOf} from './namesakes.js';
import {PUBLISHED, levelMany} from './model.js';
import {sentenceOf} from './deviations.js';
import {DEVIATION, VALUE} from './state.js';

const SPARE = 8;

export class Table {
  /**
   * @param events {select(level, fid), within(flag), hover(fid)}
   * @param lists by level, the areas that have come so far
   */
  constructor(events, lists) {
    Object.assign(this, {events, lists});
    this.sort = null;
    this.within = null;
    this.onlyWithin = true;
    this.cursor = 0;
    this.order = [];
    this.build();
  }

  build() {
    this.title = el('h2', {class: 'table-title'}, t('table.title'));
    this.count = el('p', {class: 'table-count'});
    this.limit = el('div', {class: 'table-within', hidden: true});
    this.heads = {};
    const head = el('tr', {'aria-rowindex': 1}, ['name', 'value', 'class'].map(key => this.headCell(key)));
    this.body = el('tbody');
    this.grid = el(
      'table',
      {class: 'grid', role: 'grid', 'aria-label': t('table.caption')},
      el('colgroup', {}, el('col'), el('col', {class: 'col-value'}), el('col', {class: 'col-class'})),
      el('thead', {}, head),
      this.body
    );
    this.rows = el('div', {class: 'rows', id: 'rows'}, this.grid);
    this.rows.addEventListener('scroll', () => this.paintSoon(), {passive: true});
    this.body.addEventListener('keydown', event => this.key(event));
    this.body.addEventListener('click', event => this.pick(event.target.closest('tr')));
    this.body.addEventListener('mouseover', event => this.events.hover(this.fidOf(event.target.closest('tr'))));
    this.body.addEventListener('mouseleave', () => this.events.hover(-1));
    new ResizeObserver(() => this.paintSoon()).observe(this.rows);
    byId('table-panel').replaceChildren(
      el('div', {class: 'table-head'}, this.title, this.count),
      this.limit,
      this.rows
    );
  }

  headCell(key) {
    const name = t({name: 'table.area', value: 'table.value', class: 'table.class'}[key]);
    const mark = el('span', {class: 'sort-mark', 'aria-hidden': 'true'});
    const title = t('table.sort', {column: name});
    const button = el('button', {type: 'button', class: 'sort', title}, name, ' ', mark);
    button.addEventListener('click', () => this.sortBy(key));
    const cell = el('th', {scope: 'col', class: key === 'value' ? 'number' : ''}, button);
    this.heads[key] = {cell, mark};
    return cell;
  }

  /** The order somebody chose, or else the one that answers the first question of the layer. */
  get sorting() {
    return this.sort || {by: this.view.layer === VALUE ? 'value' : 'class', down: true};
  }

  sortBy(key) {
    const down = this.sorting.by === key ? !this.sorting.down : key !== 'name';
    this.sort = {by: key, down};
    this.arrange();
  }

  /**
   * @param view what is shown
   * @param chosen {level, fid} or null
   * @param within {code, name, holds(fid)} when a coarser area is chosen, else null
   */
  show(view, chosen, within) {
    this.view = view;
    this.chosen = chosen && chosen.level === view.level ? placeIn(view.areas, chosen.fid) : -1;
    this.within = within;
    this.limit.hidden = !within;
    if (within) {
      const box = el('input', {type: 'checkbox', id: 'table-within', checked: this.onlyWithin});
      box.addEventListener('change', () => {
        this.onlyWithin = box.checked;
        this.arrange();
      });
      this.limit.replaceChildren(box, el('label', {for: 'table-within'}, t('filter.within', {name: within.name})));
    }
    this.arrange();
    this.reveal();
  }

  arrange() {
    const {view} = this;
    if (!view) return;
    const fids = [...view.group.keys()].filter(fid => !this.within || !this.onlyWithin || this.within.holds(fid));
    this.order = fids.sort(comparer(view, this.sorting));
    this.cursor = Math.max(0, this.order.indexOf(this.chosen));
    const count = `${number(this.order.length)} ${levelMany(view.level)}`;
    this.count.textContent = view.chunks ? t('table.in_sight', {count}) : count;
    for (const [key, {cell, mark}] of Object.entries(this.heads)) {
      const active = key === this.sorting.by;
      cell.setAttribute('aria-sort', active ? (this.sorting.down ? 'descending' : 'ascending') : 'none');
      mark.textContent = active ? (this.sorting.down ? '▼' : '▲') : '';
    }
    this.grid.setAttribute('aria-rowcount', this.order.length + 1);
    this.paint();
  }

  /** Scroll to the chosen row if it is out of sight. */
  reveal() {
    const at = this.order.indexOf(this.chosen);
    if (at >= 0) this.scrollTo(at);
    else this.paint();
  }

  scrollTo(at) {
    const high = this.rowHeight();
    const head = this.grid.tHead.offsetHeight;
    const top = at * high;
    const {scrollTop, clientHeight} = this.rows;
    const below = top + high + head - clientHeight;
    if (top < scrollTop) this.rows.scrollTop = top;
    else if (below > scrollTop) this.rows.scrollTop = below + high;
    this.paint();
  }

  rowHeight() {
    const row = this.body.querySelector('tr:not(.spacer)');
    return row?.offsetHeight || 36;
  }

  paintSoon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  paint() {
    if (!this.view) return;
    const focused = this.body.contains(document.activeElement);
    const high = this.rowHeight();
    const first = Math.max(0, Math.floor(this.rows.scrollTop / high) - SPARE);
    const last = Math.min(this.order.length, first + Math.ceil((this.rows.clientHeight || 400) / high) + 2 * SPARE);
    const rows = this.order.slice(first, last).map((fid, index) => this.row(fid, first + index));
    this.body.replaceChildren(spacer(first * high), ...rows, spacer((this.order.length - last) * high));
    if (!this.order.length) {
      this.body.replaceChildren(el('tr', {}, el('td', {colspan: 3, class: 'soft'}, t('table.empty'))));
    }
    // A row that had the focus was made anew: the focus goes to its successor, without moving what is in sight.
    if (focused) this.body.querySelector('tr[tabindex="0"]')?.focus({preventScroll: true});
  }

  row(fid, at) {
    const {view} = this;
    const group = view.entries[view.group[fid]];
    const known = view.column.status[fid] === PUBLISHED;
    const value = view.column.value[fid];
    const compared = view.layer === DEVIATION ? sentenceOf(view.deviations, fid) : '';
    const look = {class: 'cell-class', title: compared ? `${group.label}: ${compared}` : group.label};
    return el(
      'tr',
      {
        'data-fid': fid,
        'data-code': view.areas.code[fid],
        'aria-rowindex': at + 2,
        'aria-selected': String(fid === this.chosen),
        tabindex: at === this.cursor ? 0 : -1
      },
      this.nameCell(fid),
      el('td', {class: known ? 'number' : 'number soft'}, known ? decimals(value, view.digits) : '–'),
      el('td', {}, el('div', look, swatch(group.look, 18, 12), el('span', {}, group.label)))
    );
  }

  /** The name, and the gemeente of an area that has namesakes. */
  nameCell(fid) {
    const {name, code} = this.view.areas;
    const gemeente = gemeenteOf(this.view.areas, fid, this.lists);
    const title = `${[name[fid], gemeente].filter(Boolean).join(', ')} (${code[fid]})`;
    return el(
      'td',
      {title},
      el('span', {class: gemeente ? 'cell-name has-place' : 'cell-name'}, name[fid]),
      gemeente && el('span', {class: 'cell-place'}, gemeente)
    );
  }

  fidOf(row) {
    return row && row.dataset.fid !== undefined ? Number(row.dataset.fid) : -1;
  }

  pick(row) {
    const fid = this.fidOf(row);
    if (fid < 0) return;
    this.cursor = this.order.indexOf(fid);
    this.events.select(this.view.level, fid);
  }

  key(event) {
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity};
    if (event.key === 'Enter' || event.key === ' ') {
      this.pick(event.target.closest('tr'));
    } else if (event.key in steps) {
      this.cursor = Math.min(Math.max(this.cursor + steps[event.key], 0), this.order.length - 1);
      this.scrollTo(this.cursor);
      this.body.querySelector('tr[tabindex="0"]')?.focus({preventScroll: true});
    } else {
      return;
    }
    event.preventDefault();
  }
}

function spacer(height) {
  const cell = el('td', {colspan: 3});
  cell.style.height = `${Math.max(0, height)}px`;
  return el('tr', {class: 'spacer', 'aria-hidden': 'true'}, cell);
}

/** Numbers by size and those without one at the end, whichever way; equals by size, then by name. */
function comparer({column, areas, entries, group, layer}, {by, down}) {
  const sign = down ? -1 : 1;
  // Hexagons are in the order of their names, and may be many.
  const name = (a, b) => (areas.ringOf ? 0 : areas.name[a].localeCompare(areas.name[b])) || a - b;
  const known = fid => column.status[fid] === PUBLISHED;
  const size = (a, b) => {
    if (known(a) && known(b)) return column.value[b] - column.value[a];
    return known(b) - known(a) || column.status[a] - column.status[b];
  };
  if (by === 'name') return (a, b) => sign * name(a, b);
  if (by === 'value') {
    return (a, b) => (known(a) && known(b) ? -sign * size(a, b) : size(a, b)) || name(a, b);
  }
  // Hotspots and what is higher come first, the highest values come first, and what is no class at all comes last.
  const step = layer === VALUE ? -1 : 1;
  const rank = fid => (entries[group[fid]].status ? Infinity : group[fid] * step);
  const order = (a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b));
  return (a, b) => {
    if (rank(a) === Infinity || rank(b) === Infinity) return order(a, b) || group[a] - group[b] || name(a, b);
    return -sign * order(a, b) || size(a, b) || name(a, b);
  };
}
