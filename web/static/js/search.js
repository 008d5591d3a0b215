// Search for an area by name or code: a combobox after the ARIA pattern, by keyboard or pointer.

import {byId, el} from './dom.js';
import {t} from './i18n.js';
import {findAreas, levelOne} from './model.js';

export class Search {
  /**
   * @param select called with a hit of the API
   * @param announce says a text to a screen reader
   */
  constructor(select, announce) {
    Object.assign(this, {select, announce});
    this.input = byId('search-input');
    this.list = byId('search-list');
    this.hits = [];
    this.active = -1;
    this.asked = this.soon = false;
    this.input.addEventListener('input', () => this.ask());
    this.input.addEventListener('keydown', event => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    this.input.addEventListener('focus', () => this.hits.length && this.input.value && this.open());
  }

  async ask() {
    this.asking?.abort();
    const question = this.input.value.trim();
    this.soon = false;
    this.asked = Boolean(question);
    if (!question) {
      this.hits = [];
      this.close();
      return;
    }
    this.asking = new AbortController();
    try {
      const {signal} = this.asking;
      const hits = await findAreas(question, 5, signal);
      if (signal.aborted) return;
      this.asked = false;
      this.hits = hits;
      if (this.soon && hits.length) this.choose(0);
      else this.open();
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.asked = false;
      this.close();
    }
  }

  open() {
    this.active = this.hits.length ? 0 : -1;
    const items = this.hits.map((hit, index) =>
      el(
        'li',
        {class: 'search-item', role: 'option', id: `search-${index}`, onmousedown: event => this.pick(event, index)},
        el('span', {class: 'search-name'}, hit.name),
        el('span', {class: 'search-where'}, this.where(hit))
      )
    );
    const none = el('li', {class: 'search-none', role: 'option', 'aria-disabled': 'true'}, t('search.none'));
    this.list.replaceChildren(...(items.length ? items : [none]));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.announce(items.length ? t('search.results', {count: items.length}) : t('search.none'));
    this.mark();
  }

  where(hit) {
    return [levelOne(hit.level), ...[...hit.within].reverse(), hit.code].join(' · ');
  }

  mark() {
    [...this.list.children].forEach((item, index) => {
      if (item.role === 'option') item.setAttribute('aria-selected', String(index === this.active));
    });
    if (this.active >= 0) this.input.setAttribute('aria-activedescendant', `search-${this.active}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  key(event) {
    const open = !this.list.hidden && this.hits.length;
    // What stands in the list was found by fewer letters; what is meant is still to come.
    if (event.key === 'Enter' && this.asked) this.soon = true;
    else if (event.key === 'ArrowDown' && open) this.active = (this.active + 1) % this.hits.length;
    else if (event.key === 'ArrowUp' && open) this.active = (this.active + this.hits.length - 1) % this.hits.length;
    else if (event.key === 'Enter' && open) this.choose(this.active);
    else if (event.key === 'Escape') this.close();
    else return;
    event.preventDefault();
    if (!this.list.hidden) this.mark();
  }

  pick(event, index) {
    event.preventDefault();
    this.choose(index);
  }

  choose(index) {
    const hit = this.hits[index];
    this.asking?.abort();
    this.asked = false;
    this.close();
    this.input.value = hit.name;
    this.hits = [];
    this.select(hit);
  }

  close() {
    this.soon = false;
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}
