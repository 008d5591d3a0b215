// Names on the map: as many as fit, the larger places first, none over another.

import {mercator, pixelsAt} from './geometry.js';

const MOST = 220;
const GAP = 4;

/** Zoom from which the names of a level may appear, and how they look, larger places first. */
export function labelRules(takeover) {
  const from = (level, later) => (takeover[level] === undefined ? 30 : takeover[level] + later);
  return [
    {level: 'gemeente', from: 0, until: from('buurt', 2.5), size: 14},
    {level: 'park', from: from('buurt', 0.6), until: 30, size: 11.5},
    {level: 'wijk', from: from('wijk', 1.3), until: from('buurt', 3.5), size: 12},
    {level: 'buurt', from: from('buurt', 1.5), until: 30, size: 11.5}
  ];
}

/**
 * Choose names that fit side by side.
 * @param rules see labelRules
 * @param areasOf level => areas or undefined where they have not come yet
 * @param view {longitude, latitude, zoom, width, height}
 * @returns [{name, position, size}]
 */
export function placeLabels(rules, areasOf, view) {
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
      if (Math.abs(x) > view.width * 0.75 || Math.abs(y) > view.height * 0.75) continue;
      const box = boxAround(x, y, areas.name[fid], rule.size);
      if (boxes.some(other => overlap(other, box))) continue;
      boxes.push(box);
      placed.push({name: areas.name[fid], position: areas.point[fid], size: rule.size});
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
