// Names on the map: as many as fit, the larger places first, none over another.
//
// They are elements over the canvas, not letters in it: the browser draws them sharp at every size and in every script.
// The table says the same, so a screen reader is spared them.

import {el} from './dom.js';
import {mercator, pixelsAt} from './geometry.js';

const MOST = 120;
const GAP = 4;

export class Labels {
  /** @param container element of the map; @param takeover zoom from which each level can be read */
  constructor(container, takeover) {
    this.rules = labelRules(takeover);
    this.layer = el('div', {class: 'labels', 'aria-hidden': 'true'});
    container.after(this.layer);
    this.shown = [];
  }

  /** Choose the names that fit a view, and put them in their places. */
  place(areasOf, view) {
    const chosen = placeLabels(this.rules, areasOf, view);
    const key = item => `${item.level}/${item.name}/${item.at}`;
    const kept = new Map(this.shown.map(item => [key(item), item]));
    this.shown = chosen.map(item => kept.get(key(item)) || {...item, element: nameElement(item)});
    this.layer.replaceChildren(...this.shown.map(item => item.element));
    this.follow(view);
  }

  /** Move the names with the map. */
  follow({longitude, latitude, zoom}) {
    const scale = pixelsAt(zoom);
    const [cx, cy] = mercator([longitude, latitude]);
    for (const {element, at} of this.shown) {
      const [x, y] = [(at[0] - cx) * scale, (at[1] - cy) * scale].map(pixels => `${pixels.toFixed(1)}px`);
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
 * @returns [{name, level, at: place in the world}]
 */
function placeLabels(rules, areasOf, view) {
  const scale = pixelsAt(view.zoom);
  const [cx, cy] = mercator([view.longitude, view.latitude]);
  const placed = [];
  const boxes = [];
  for (const rule of rules) {
    const areas = view.zoom >= rule.from && view.zoom < rule.until ? areasOf(rule.level) : null;
    if (!areas) continue;
    for (const fid of bySize(areas)) {
      if (placed.length >= MOST) return placed;
      if (!areas.point[fid]) continue;
      const [mx, my] = mercator(areas.point[fid]);
      const x = (mx - cx) * scale;
      const y = (my - cy) * scale;
      if (Math.abs(x) > view.width * 0.55 || Math.abs(y) > view.height * 0.55) continue;
      const box = boxAround(x, y, areas.name[fid], rule.size);
      if (boxes.some(other => overlap(other, box))) continue;
      boxes.push(box);
      placed.push({name: areas.name[fid], level: rule.level, at: [mx, my]});
    }
  }
  return placed;
}

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
