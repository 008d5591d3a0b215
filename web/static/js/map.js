// The map: pydeck's specification, drawn by the bundle of its wheel; this module only chooses which layers are shown
// and gives them colours. Layers of the specification are templates: deck.gl compares a clone with what it drew before,
// so that another indicator changes colours and fetches no tile.

import {at} from './address.js';
import {LINES, layerFunctions} from './layers.js';
import {Labels} from './labels.js';
import {clamp, degrees, fitBounds, mercator, pixelsAt, sizeOf, startView, wholeView} from './geometry.js';
import {rgb} from './hatch.js';
import {HexLayer} from './hexes.js';
import {COARSE} from './state.js';

const SMALL_LEVEL = 'park';
const MARKERS_UNTIL = 12.6;
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class MapView {
  /**
   * @param container element to draw in
   * @param spec JSON of the map, see web/deck.py
   * @param options {palette, background, map: summary of web/deck.py, state, areasOf: level => areas,
   *   events: {pick, hover, move, busy}}
   */
  constructor(container, spec, options) {
    Object.assign(this, {container, ...options});
    this.scene = {
      land: [...rgb('#f3f0ea'), 255],
      opacity: this.background ? 0.78 : 1,
      paint: {},
      version: {},
      hover: {level: null, fid: -1},
      chosen: {level: null, fid: -1}
    };
    for (const layer of spec.layers) if (String(layer.data).startsWith('/')) layer.data = at(layer.data);
    this.labels = new Labels(container, this.map.takeover);
    this.hexes = new Map();
    this.level = null;
    this.previous = null;
    this.counter = 0;
    this.deck = globalThis.createDeck({
      container,
      jsonInput: spec,
      tooltip: null,
      configuration: {functions: layerFunctions(this.scene, this.palette)},
      handleEvent: (kind, info) => this.handle(kind, info)
    });
    if (!this.deck) throw new Error('no map');
    container.addEventListener('keydown', event => this.key(event));
    // Steps are counted from where the map is going, not from where it happens to be; a hand on it ends the journey.
    this.goal = null;
    for (const kind of ['pointerdown', 'wheel']) {
      container.addEventListener(kind, () => (this.goal = null), {capture: true, passive: true});
    }
    this.templates = new Map(this.deck.props.layers.map(layer => [layer.id, layer]));
    this.limits = {minZoom: spec.initialViewState.minZoom, maxZoom: spec.initialViewState.maxZoom};
    this.viewState = {...spec.initialViewState, ...startView(spec, this.map, this.state, this.size())};
    this.deck.setProps({
      layers: [],
      initialViewState: this.viewState,
      getCursor: ({isDragging, isHovering}) => (isDragging ? 'grabbing' : isHovering ? 'pointer' : 'grab'),
      onAfterRender: () => this.settle()
    });
  }

  size() {
    return sizeOf(this.container);
  }

  wholeView() {
    return wholeView(this.map, this.size());
  }

  clamp(zoom) {
    return clamp(zoom, this.limits);
  }

  handle(kind, info) {
    if (kind === 'deck-view-state-change-event') this.moved(info);
    else if (kind === 'deck-click-event') this.events.pick(this.target(info));
    else if (kind === 'deck-hover-event') this.hovered(info);
    else if (kind === 'deck-resize-event') this.placeNames();
  }

  target(info) {
    const level = info.layer?.id.startsWith('values-') ? info.layer.id.slice(7) : SMALL_LEVEL;
    if (this.hexes.has(level)) return info.index >= 0 ? {level, fid: info.index} : null;
    return info.object ? {level, fid: info.object.fid} : null;
  }

  hovered(info) {
    const found = this.target(info) || {level: null, fid: -1};
    this.events.hover(found.level ? {...found, x: info.x, y: info.y} : null);
    this.hover(found);
  }

  /** Outline an area lightly, as under the pointer. */
  hover(found) {
    if (found.fid === this.scene.hover.fid && found.level === this.scene.hover.level) return;
    this.scene.hover = {level: found.level, fid: found.fid};
    this.render();
  }

  moved(viewState) {
    const {longitude, latitude, zoom} = viewState;
    this.viewState = {...this.viewState, longitude, latitude, zoom};
    this.events.move({lon: longitude, lat: latitude, zoom});
    this.labels.follow({longitude, latitude, zoom});
    this.placeNamesSoon();
  }

  /** Show a view: its level, in its colours. */
  show(view) {
    const before = this.scene.paint[view.level];
    if (before !== view.paint) {
      this.scene.paint[view.level] = view.paint;
      this.scene.version[view.level] = this.counter += 1;
    }
    if (view.areas.ringOf && this.hexes.get(view.level)?.areas !== view.areas) {
      this.hexes.set(view.level, new HexLayer(view.areas));
      // What was under the pointer may stand in another place now.
      this.scene.hover = {level: null, fid: -1};
    }
    if (this.level !== view.level) {
      this.previous = this.level;
      this.level = view.level;
    }
    this.markers = view.level === SMALL_LEVEL ? markersOf(view) : null;
    this.spots = view.spots.flatMap(spot => spot.outline.map(path => ({path})));
    this.placeNames();
    this.render();
  }

  /** Outline the chosen area; null for none. */
  choose(chosen) {
    this.scene.chosen = chosen || {level: null, fid: -1};
    this.placeNames();
    this.render();
  }

  render() {
    if (!this.level || !this.begun) return;
    const {chosen} = this.scene;
    const ground = this.background ? 'background' : 'land-gemeente';
    const outline = `outline-${COARSE.includes(this.level) ? this.level : 'gemeente'}`;
    const below = this.layersOf([ground, `values-${this.previous}`, `values-${this.level}`]);
    const above = this.layersOf([outline, `selection-${chosen.level}`]);
    const [borders, marks] = this.hexLines();
    this.deck.setProps({
      layers: [...below, ...borders, ...above, ...marks, ...this.spotLayers(), ...this.markerLayers()]
    });
  }

  /** Layers of the specification, as far as it has them, in the colours of now. */
  layersOf(ids) {
    return ids.filter(id => this.templates.has(id)).map(id => {
      const template = this.templates.get(id);
      const level = id.slice(id.indexOf('-') + 1);
      const hexes = id.startsWith('values-') && this.hexes.get(level);
      if (hexes) return template.clone({data: hexes.painted(this.scene.paint[level])});
      return template.clone({updateTriggers: {renderSubLayers: this.changes(id)}});
    });
  }

  /** What a layer is made from besides its tiles: when this changes, its parts are made again from tiles at hand. */
  changes(id) {
    const [kind, level] = [id.slice(0, id.indexOf('-')), id.slice(id.indexOf('-') + 1)];
    const {hover, chosen, version} = this.scene;
    if (kind === 'values') return `${version[level]} ${hover.level === level ? hover.fid : -1}`;
    return kind === 'selection' ? chosen.fid : 0;
  }

  /** The lines of hexagons: their borders where they can be seen; the one under the pointer and the chosen one. */
  hexLines() {
    const {hover, chosen} = this.scene;
    this.rings = this.ringsInSight();
    const line = (name, rings) =>
      rings?.length && this.templates.get('hex-lines').clone({...LINES[name], id: `hex-${name}`, data: rings});
    const under = hover.level === this.level && this.hexes.get(this.level)?.ring(hover.fid);
    const picked = this.hexes.get(chosen.level)?.ringsOf(chosen.fid);
    return [
      [line('border', this.rings)],
      [
        line('hover', under ? [under] : []),
        line('halo', picked),
        line('chosen', picked)
      ]
    ].map(lines => lines.filter(Boolean));
  }

  ringsInSight() {
    return this.hexes.get(this.level)?.inSight(this.viewState, this.size());
  }

  /** The outlines of hotspot windows, above everything that is filled. */
  spotLayers() {
    if (!this.spots?.length || !this.templates.has('spots')) return [];
    const places = {data: this.spots, getPath: item => item.path, positionFormat: 'XY'};
    return ['spots-casing', 'spots'].map(id => this.templates.get(id).clone(places));
  }

  markersShown() {
    return this.markers && this.viewState.zoom <= MARKERS_UNTIL;
  }

  markerLayers() {
    if (!this.markersShown()) return [];
    const {data, paint} = this.markers;
    return [
      this.templates.get('markers').clone({
        data,
        getPosition: item => item.point,
        getFillColor: item => paint.subarray(item.fid * 4, item.fid * 4 + 4),
        updateTriggers: {getFillColor: this.scene.version[SMALL_LEVEL]}
      })
    ];
  }

  placeNamesSoon() {
    clearTimeout(this.naming);
    this.naming = setTimeout(() => {
      this.placeNames();
      // A frame of a whole country of hexagons is a lot of work: only for borders that came or went.
      if (this.ringsInSight() !== this.rings) this.render();
    }, 120);
  }

  placeNames() {
    const [width, height] = this.size();
    const marks = this.markersShown() ? this.markers.data.map(item => item.point) : [];
    this.labels.place(this.areasOf, {...this.viewState, width, height}, {chosen: this.scene.chosen, marks});
  }

  /** Once the new level is drawn the one before it, kept beneath against flashing, may go. */
  settle() {
    // deck.gl draws before it knows the size of its canvas, and then again: let the first frame be an empty one.
    if (!this.begun) {
      this.begun = true;
      this.render();
      return;
    }
    const current = this.deck.props.layers.find(layer => layer.id === `values-${this.level}`);
    const loaded = Boolean(current?.isLoaded);
    if (loaded !== this.loaded) {
      this.loaded = loaded;
      this.events.busy(!loaded);
    }
    if (loaded && this.previous) {
      this.previous = null;
      this.render();
    }
  }

  /** Move the eye. */
  go(view, duration = 600) {
    const target = {...this.viewState, ...view, zoom: this.clamp(view.zoom)};
    this.goal = target;
    const transitionDuration = still.matches ? 0 : duration;
    this.deck.setProps({initialViewState: {...target, ...this.limits, transitionDuration}});
    // deck.gl tells of every step of a transition, but not of a jump.
    if (!transitionDuration) this.moved(target);
  }

  /** Move by so many pixels. */
  panBy(right, down) {
    const {longitude, latitude, zoom} = this.goal || this.viewState;
    const [x, y] = mercator([longitude, latitude]);
    const pixels = pixelsAt(zoom);
    const [lon, lat] = degrees([x + right / pixels, y + down / pixels]);
    this.go({longitude: lon, latitude: lat, zoom}, 120);
  }

  /** Arrows, plus, minus and Home: as the label of the map says. */
  key(event) {
    const step = 90;
    const acts = {
      ArrowLeft: () => this.panBy(-step, 0),
      ArrowRight: () => this.panBy(step, 0),
      ArrowUp: () => this.panBy(0, -step),
      ArrowDown: () => this.panBy(0, step),
      '+': () => this.zoomBy(1),
      '=': () => this.zoomBy(1),
      '-': () => this.zoomBy(-1),
      Home: () => this.goHome()
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }

  zoomBy(step) {
    const {longitude, latitude, zoom} = this.goal || this.viewState;
    this.go({longitude, latitude, zoom: zoom + step}, 250);
  }

  goTo(bounds, maxZoom) {
    this.go(fitBounds(bounds, this.size(), [50, 50, 50, 50], maxZoom));
  }

  goHome() {
    this.go(this.wholeView());
  }
}

function markersOf({areas, paint}) {
  const data = areas.point.map((point, fid) => ({point, fid})).filter(item => item.point);
  return {data, paint};
}
