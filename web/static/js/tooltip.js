// What the pointer is on. A plain element beside it: deck.gl's own tooltip takes HTML, which a name must not be.

import {byId, el} from './dom.js';
import {local, t} from './i18n.js';
import {sentenceOf} from './deviations.js';
import {DEVIATION, VALUE} from './state.js';
import {swatch} from './swatch.js';
import {kindOf} from './model.js';
import {valueText} from './values.js';

export class Tooltip {
  constructor() {
    this.root = byId('tooltip');
    this.frame = byId('map-frame');
  }

  show(view, {fid, x, y}) {
    const group = view.entries[view.group[fid]];
    const name = view.areas.name[fid];
    const compared = view.layer === DEVIATION ? sentenceOf(view.deviations, fid) : '';
    const said = view.layer === VALUE ? statusOrClass(group) : group.label;
    this.root.replaceChildren(
      ...[
        el('p', {class: 'tooltip-name'}, name),
        el('p', {class: 'tooltip-level'}, kindOf(view.level, view.areas.code[fid], name)),
        el('p', {class: 'tooltip-value'}, valueText(view, fid, {unit: true})),
        el('p', {class: 'tooltip-class'}, swatch(group.look, 20, 13), said),
        compared && el('p', {class: 'tooltip-level'}, compared),
        el(
          'p',
          {class: 'tooltip-foot'},
          t('tooltip.source', {source: local(view.entry.source.name)}),
          el('br'),
          el('strong', {}, t('pattern'))
        )
      ].filter(Boolean)
    );
    this.root.hidden = false;
    this.place(x, y);
  }

  /** Beside the pointer, and inside the map. */
  place(x, y) {
    const {clientWidth: width, clientHeight: height} = this.frame;
    const {offsetWidth: wide, offsetHeight: high} = this.root;
    const left = x + 16 + wide > width ? x - 16 - wide : x + 16;
    const top = y + 14 + high > height ? y - 14 - high : y + 14;
    this.root.style.transform = `translate(${Math.max(4, Math.round(left))}px, ${Math.max(4, Math.round(top))}px)`;
  }

  hide() {
    this.root.hidden = true;
  }
}

const statusOrClass = group => (group.status ? group.label : `${t('table.class')}: ${group.label}`);
