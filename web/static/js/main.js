// The page: one state, one view of it, and the parts that show the view.

import {at, downloadAt, mapPath} from './address.js';
import {byId} from './dom.js';
import {config, lang, local, t} from './i18n.js';
import {Controls} from './controls.js';
import {Legend, levelText, unitText} from './legend.js';
import {areaView, clamp, sizeOf, startView} from './geometry.js';
import {MapView} from './map.js';
import {Panel} from './panel.js';
import {Search} from './search.js';
import {Table} from './table.js';
import {Tooltip} from './tooltip.js';
import {inSight} from './chunks.js';
import {fetchAreas, fetchCatalogue, fetchChunks, isChunked, keyOf} from './fetch.js';
import {placeIn} from './hexes.js';
import {fetchArea, levelOne, loadView, periodName} from './model.js';
import {
  AUTO, DEVIATION, FOLLOWED, Store, byId as entryById, fitState, levelsOf, readState, shownLevel, writeState
} from './state.js';
import {valueText} from './values.js';

/** Milliseconds without a move after which chunks that came into sight are fetched. */
const REST = 150;

const DRILL = ['country', ...FOLLOWED, 'park'];

class Page {
  async start() {
    // The figures do not wait for the map: its bundle is large, and the table says the same.
    const bundle = bundleReady();
    const deck = fetch(at('/deck.json')).then(answer => answer.json());
    const [catalogue, spec] = await Promise.all([fetchCatalogue(), deck]);
    this.catalogue = catalogue;
    const wanted = readState(location.search);
    const fitted = fitState(catalogue, wanted);
    const {longitude, latitude, zoom} = await this.startAt(spec, fitted);
    this.store = new Store({...fitted, lon: longitude, lat: latitude, zoom}, lang);
    this.lists = {};
    this.turn = 0;
    this.announced = '';
    this.tooltip = new Tooltip();
    this.legend = new Legend();
    this.controls = new Controls(catalogue, this.store);
    this.controls.explain(wanted, this.store.state);
    this.panel = new Panel(catalogue, {
      select: code => this.select(code, {fly: true}),
      children: area => this.lookInside(area),
      clear: () => this.store.set({area: ''})
    });
    this.table = new Table({
      select: (level, fid) => this.select(this.view.areas.code[fid]),
      hover: fid => this.map?.hover({level: fid < 0 ? null : this.view.level, fid})
    }, this.lists);
    this.search = new Search(hit => this.select(hit.code, {fly: true}), text => this.announce(text));
    // On a narrow screen the choices would stand between the map and what it says.
    if (matchMedia('(max-width: 1000px)').matches) byId('choice-box').open = false;
    this.store.subscribe((state, changed) => this.changed(state, changed));
    addEventListener('popstate', () => this.goBack());
    addEventListener('resize', () => this.lookAgain());
    byId('zoom-in').addEventListener('click', () => this.map?.zoomBy(1));
    byId('zoom-out').addEventListener('click', () => this.map?.zoomBy(-1));
    byId('zoom-all').addEventListener('click', () => this.map?.goHome());
    await this.refresh();
    await bundle;
    this.startMap(spec);
    this.fetchNames();
  }

  /** The view of the address; without one, of the area in it, which would else be too small to be seen. */
  async startAt(spec, state) {
    const size = sizeOf(byId('map'));
    const viewed = ['lon', 'lat', 'zoom'].some(name => name in state);
    const area = state.area && !viewed ? await fetchArea(state.area).catch(() => null) : null;
    if (!area?.bounds || area.level === 'country') return startView(spec, config.map, state, size);
    const view = areaView(area.bounds, config.map, size);
    return {...view, zoom: clamp(view.zoom, spec.initialViewState)};
  }

  startMap(spec) {
    try {
      // deck.gl would find out later, by itself and aloud.
      if (!document.createElement('canvas').getContext('webgl2')) throw new Error('no WebGL');
      this.map = new MapView(byId('map'), spec, {
        palette: config.palette,
        background: config.background !== 'none',
        map: config.map,
        state: this.store.state,
        areasOf: level => this.lists[level],
        events: {
          pick: found => this.pick(found),
          hover: found => this.hover(found),
          move: view => this.store.set(view, {step: false}),
          busy: busy => this.busy(busy)
        }
      });
      const {longitude, latitude, zoom} = this.map.viewState;
      this.store.set({lon: longitude, lat: latitude, zoom}, {step: false});
      this.map.show(this.view);
      this.map.choose(this.chosen);
    } catch (error) {
      // Without WebGL the table still shows everything; the page says so and goes on.
      byId('map-failed').hidden = false;
      this.map = null;
    }
    // Also what was not chosen stands in the address: a default may be another one tomorrow.
    this.store.write(false);
    if (config.background === 'pdok') byId('map-credit').textContent = t('map.attribution_pdok');
  }

  /** Names of places for the labels; they come after the first figures. */
  async fetchNames() {
    for (const level of DRILL.slice(1)) {
      if (!this.catalogue.levels.some(item => item.id === level)) continue;
      this.lists[level] = await fetchAreas(level);
      this.map?.placeNames();
    }
    this.table.paint();
  }

  changed(state, changed) {
    const level = shownLevel(this.catalogue, this.entry(), state, config.map);
    const moved = changed.every(name => ['lon', 'lat', 'zoom'].includes(name));
    this.updateLanguageLink();
    if (!moved || level !== this.view?.level) this.refresh();
    else this.lookAgain();
  }

  /** The chunks of a level that are in sight; null for a level that is sent whole. */
  async sight(level) {
    if (!isChunked(level)) return null;
    const {chunks} = await fetchChunks(level);
    const near = this.store.state.zoom >= config.map.chunked[level];
    return near ? inSight(chunks, this.store.state, sizeOf(byId('map'))) : [];
  }

  /** Show the chunks that came into sight, once the map rests. */
  lookAgain() {
    if (!this.view?.chunks) return;
    clearTimeout(this.looking);
    this.looking = setTimeout(async () => {
      const found = await this.sight(this.view.level);
      if (found && this.view.chunks && keyOf(found) !== keyOf(this.view.chunks)) this.refresh();
    }, REST);
  }

  busy(busy) {
    byId('map-busy').classList.toggle('is-busy', busy);
    document.documentElement.dataset.map = busy ? 'busy' : 'drawn';
  }

  /** Show what the address says after a step back or forward. */
  goBack() {
    const state = fitState(this.catalogue, {...blank, ...readState(location.search)});
    const {lon, lat, zoom} = this.store.state;
    if (this.map && [state.lon, state.lat, state.zoom].every(Number.isFinite)) {
      this.map.go({longitude: state.lon, latitude: state.lat, zoom: state.zoom});
    }
    this.store.set({...state, lon, lat, zoom}, {step: false});
  }

  entry() {
    return entryById(this.catalogue.indicators, this.store.state.indicator);
  }

  async refresh() {
    const turn = (this.turn += 1);
    document.documentElement.dataset.turn = String(turn);
    const state = this.store.state;
    const level = shownLevel(this.catalogue, this.entry(), state, config.map);
    this.controls.show(state, null);
    const [view, area] = await Promise.all([
      this.sight(level).then(chunks => loadView(this.catalogue, state, level, chunks)),
      state.area ? fetchArea(state.area).catch(() => null) : null
    ]);
    if (turn !== this.turn) return;
    this.view = view;
    this.chosen = area && {level: area.level, fid: area.fid, bounds: area.bounds};
    this.controls.show(state, view);
    this.titles(view);
    this.legend.show(view);
    this.map?.show(view);
    this.map?.choose(this.chosen);
    const within = area ? await this.within(view, area) : null;
    if (turn !== this.turn) return;
    this.table.show(view, this.chosen, within);
    const whole = this.catalogue.levels.find(item => item.id === 'country');
    const shownArea = area || (await this.wholeCountry(whole));
    if (turn !== this.turn) return;
    if (shownArea) await this.panel.show(view, shownArea, Boolean(area), this.childLevel(shownArea));
    this.announceView(view, area);
    document.documentElement.dataset.ready = String(turn);
  }

  async wholeCountry(level) {
    if (!level) return null;
    const areas = await fetchAreas(level.id);
    return {level: level.id, code: areas.code[0], name: areas.name[0], fid: 0, parents: []};
  }

  /** Which areas of the view lie in a coarser chosen area; null when the chosen area is not coarser. */
  async within(view, area) {
    const there = level => this.catalogue.levels.some(item => item.id === level);
    const chain = DRILL.slice(DRILL.indexOf(area.level) + 1, DRILL.indexOf(view.level) + 1).filter(there);
    if (area.level === 'country' || !chain.length || !DRILL.includes(view.level)) return null;
    let codes = new Set([area.code]);
    let holds = null;
    for (const level of chain) {
      const list = await fetchAreas(level).catch(() => null);
      if (!list) return null;
      const inside = list.parent.map(parent => codes.has(parent));
      codes = new Set(list.code.filter((_, fid) => inside[fid]));
      holds = fid => inside[fid];
    }
    return {code: area.code, name: area.name, holds};
  }

  childLevel(area) {
    const levels = levelsOf(this.catalogue, this.entry(), this.store.state.period).map(level => level.id);
    const finer = DRILL.slice(DRILL.indexOf(area.level) + 1);
    return DRILL.includes(area.level) ? finer.find(level => levels.includes(level)) || null : null;
  }

  lookInside(area) {
    const level = this.childLevel(area);
    this.store.set({level, area: area.level === 'country' ? '' : area.code});
    if (area.bounds) this.map?.goTo(area.bounds, config.map.maxZoom - 2);
    else this.map?.goHome();
  }

  /** Choose an area by its code; fly there and show its level when it was not chosen on the map itself. */
  async select(code, {fly = false} = {}) {
    const area = await fetchArea(code);
    if (area.level === 'country') {
      this.store.set({area: ''});
      if (fly) this.map?.goHome();
      return;
    }
    const changes = {area: code};
    const levels = levelsOf(this.catalogue, this.entry(), this.store.state.period).map(level => level.id);
    if (fly && this.store.state.level !== AUTO && levels.includes(area.level)) changes.level = area.level;
    this.store.set(changes);
    if (fly && area.bounds) this.map?.goTo(area.bounds, Math.max(this.store.state.zoom || 0, config.map.maxZoom - 4));
  }

  pick(found) {
    if (!found || !this.view || found.level !== this.view.level) this.store.set({area: ''});
    else this.select(this.view.areas.code[found.fid]);
  }

  hover(found) {
    if (found && this.view?.level === found.level) this.tooltip.show(this.view, found);
    else this.tooltip.hide();
  }

  titles(view) {
    const name = local(view.entry.name);
    byId('map-title').textContent = name;
    const parts = [unitText(view), periodName(view.state.period), levelText(view)];
    byId('map-subtitle').textContent = parts.join(' · ');
    document.title = `${name} ${t('title.separator')} ${local(this.catalogue.title)}`;
    const {period, category} = view.state;
    const reference = view.layer === DEVIATION ? view.deviations.reference : '';
    byId('download').href = downloadAt(view.entry.id, period, view.level, view.measure, category, reference);
    this.updateLanguageLink();
  }

  updateLanguageLink() {
    const path = mapPath({otherLanguage: true});
    byId('language').href = `${path}${writeState(this.store.state, t('lang.other_code'))}`;
  }

  announceView(view, area) {
    const shown = view.column.status.filter(status => status === 0).length;
    const place = area && area.level === view.level ? placeIn(view.areas, area.fid) : -1;
    const text = place >= 0
      ? t('status.selected', {name: area.name, value: valueText(view, place, {unit: true})})
      : t('status.changed', {
          indicator: local(view.entry.name), period: periodName(view.state.period),
          level: levelOne(view.level), shown, total: view.group.length
        });
    this.announce(text);
  }

  announce(text) {
    if (text === this.announced) return;
    this.announced = text;
    byId('status').textContent = text;
  }
}

/** pydeck's bundle has been run, or could not be fetched. */
function bundleReady() {
  if (globalThis.createDeck) return Promise.resolve();
  return new Promise(resolve => ['load', 'error'].forEach(kind => byId('bundle').addEventListener(kind, resolve)));
}

const blank = {area: '', measure: '', category: '', method: '', neighbourhood: '', alpha: ''};

const page = new Page();
page.start().catch(() => {
  const note = byId('map-failed');
  note.textContent = t('error.500.text');
  note.hidden = false;
});
