// Names on the map: as many as fit, the larger places first, none over another, nor over what somebody looks at: the
// chosen area and the marks of parks.
//
// They are elements over the canvas, not letters in it: the browser draws them sharp at every size and in every script.
// The table says the same, so a screen reader is spared them.

import {el} from './dom.js';
import {mercator, pixelsAt} from './geometry.js';

const MOST = 120;
const GAP = 4;

/** Half the width of the mark of a park with its edge, pixels; web/deck.py has its radius. */
const MARK = 9;

/** The part of the chosen area that a name may take away: a large one may hold the names of what lies in it. */
const HIDDEN = 0.04;

/** Where a name may stand that would lie on something: so many of its lines above its place, or below it. */
const MOVES = [0, 1, -1, 1.7, -1.7];

export class Labels {
  /** @param container element of the map; @param takeover zoom from which each level can be read */
  constructor(container, takeover) {
    this.rules = labelRules(takeover);
    this.layer = el('div', {class: 'labels', 'aria-hidden': 'true'});
    container.after(this.layer);
    this.shown = [];
  }

  /** Choose the names that fit a view, and put them in their places. */
  place(areasOf, view, data) {
    const chosen = placeLabels(this.rules, areasOf, view, dataOf(view, data));
    const key = item => `${item.level}/${item.name}/${item.at}/${item.up}`;
    const kept = new Map(this.shown.map(item => [key(item), item]));
    this.shown = chosen.map(item => kept.get(key(item)) || {...item, element: nameElement(item)});
    this.layer.replaceChildren(...this.shown.map(item => item.element));
    this.follow(view);
  }

  /** Move the names with the map. */
  follow({longitude, latitude, zoom}) {
    const scale = pixelsAt(zoom);
    const [cx, cy] = mercator([longitude, latitude]);
    for (const {element, at, up} of this.shown) {
      const [x, y] = [(at[0] - cx) * scale, (at[1] - cy) * scale - up].map(pixels => `${pixels.toFixed(1)}px`);
      element.style.transform = `translate(${x}, ${y}) translate(-50%, -50%)`;
    }
  }
}

const nameElement = ({name, level}) => el('span', {class: `label-name label-${level}`}, name);

/** Zoom from which the names of a level may appear, larger places first; `size` is that of the style sheet, pixels. */
function labelRules(takeover) {
  const from = (level, later) => (takeover[level] === undefined ? 30 : takeover[level] + later);
  return [
    {level: 'gemeente', from: 0, until: from('buurt', 2.5), size: 14},
    {level: 'park', from: from('buurt', 0.6), until: 30, size: 12},
    {level: 'wijk', from: from('wijk', 1.3), until: from('buurt', 3.5), size: 12.5},
    {level: 'buurt', from: from('buurt', 1.5), until: 30, size: 12}
  ];
}

/**
 * Choose names that fit side by side.
 * @param rules see labelRules
 * @param areasOf level => areas or undefined where they have not come yet
 * @param view {longitude, latitude, zoom, width, height}
 * @param data what names must not cover, see dataOf
 * @returns [{name, level, at: place in the world, up: pixels that it stands above it}]
 */
function placeLabels(rules, areasOf, view, data) {
  const scale = pixelsAt(view.zoom);
  const [cx, cy] = mercator([view.longitude, view.latitude]);
  const placed = [];
  const boxes = [];
  const place = (rule, areas, fid) => {
    if (!areas.point[fid] || placed.length >= MOST) return;
    const [mx, my] = mercator(areas.point[fid]);
    const x = (mx - cx) * scale;
    const y = (my - cy) * scale;
    if (Math.abs(x) > view.width * 0.55 || Math.abs(y) > view.height * 0.55) return;
    const stands = up => boxAround(x, y - up, areas.name[fid], rule.size);
    const free = up => !boxes.some(other => overlap(other, stands(up))) && !data.covered(stands(up));
    const high = rule.size + 2 * GAP;
    const moves = data.isChosen(rule.level, fid) ? [0, ...data.beside(y, high)] : MOVES.map(lines => lines * high);
    const up = moves.find(free);
    if (up === undefined) return;
    boxes.push(stands(up));
    placed.push({name: areas.name[fid], level: rule.level, at: [mx, my], up});
  };
  const shown = rules
    .filter(rule => view.zoom >= rule.from && view.zoom < rule.until)
    .map(rule => ({rule, areas: areasOf(rule.level)}))
    .filter(({areas}) => areas);
  // The name of the chosen area goes before all others.
  for (const own of [true, false]) {
    for (const {rule, areas} of shown) {
      for (const fid of bySize(areas)) if (data.isChosen(rule.level, fid) === own) place(rule, areas, fid);
    }
  }
  return placed;
}

/** What names must not cover: the marks in sight, and the chosen area but for a small part. */
function dataOf(view, {chosen, marks}) {
  const scale = pixelsAt(view.zoom);
  const [cx, cy] = mercator([view.longitude, view.latitude]);
  const pixel = point => mercator(point).map((part, axis) => (part - [cx, cy][axis]) * scale);
  const inSight = ([x, y]) => Math.abs(x) < view.width && Math.abs(y) < view.height;
  const around = marks.map(pixel).filter(inSight).map(([x, y]) => [x - MARK, y - MARK, x + MARK, y + MARK]);
  const [west, south, east, north] = chosen.bounds || [];
  const whole = chosen.bounds ? [...pixel([west, north]), ...pixel([east, south])] : [0, 0, 0, 0];
  return {
    covered: box => around.some(mark => overlap(mark, box)) || shared(whole, box) > HIDDEN * area(whole),
    isChosen: (level, fid) => level === chosen.level && fid === chosen.fid,
    /** How far up the name of the chosen area stands above it, or below it. */
    beside: (y, high) => [y - whole[1] + high, y - whole[3] - high]
  };
}

const area = ([left, top, right, bottom]) => Math.max(right - left, 0) * Math.max(bottom - top, 0);

const shared = (a, b) =>
  area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);

const orders = new WeakMap();

function bySize(areas) {
  if (!orders.has(areas)) {
    const size = areas.bounds.map(box => (box ? (box[2] - box[0]) * (box[3] - box[1]) : 0));
    orders.set(areas, [...size.keys()].sort((a, b) => size[b] - size[a]));
  }
  return orders.get(areas);
}

function boxAround(x, y, name, size) {
  const half = (name.length * size * 0.56) / 2 + GAP;
  const tall = size * 0.62 + GAP;
  return [x - half, y - tall, x + half, y + tall];
}

const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
