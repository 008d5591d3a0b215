// Bars over the years for one area. What is not a number is a stub in the pattern of its status, never a gap that could
// be read as zero.

import {svg} from './dom.js';
import {config, number, t} from './i18n.js';
import {cellText} from './values.js';

const WIDTH = 340;
const HEIGHT = 116;
const TOP = 18;
const BOTTOM = 20;

let made = 0;

/**
 * @param points cells of the API with a period, one a year
 * @param current the period that is shown on the map
 */
export function barChart(points, current, label) {
  const years = points.filter(point => point.year);
  if (!years.length) return null;
  const most = Math.max(...years.map(point => (point.status === 'published' ? point.value : 0)), 1e-12);
  const step = WIDTH / years.length;
  const wide = Math.min(step * 0.66, 52);
  const floor = HEIGHT - BOTTOM;
  const id = `stub-${(made += 1)}`;
  const bars = years.map((point, index) => {
    const x = index * step + (step - wide) / 2;
    const known = point.status === 'published';
    const high = known ? ((floor - TOP) * point.value) / most : 22;
    const shown = point.period === current || current.includes('-');
    return svg(
      'g',
      {},
      svg('title', {}, `${point.period}: ${cellText(point, {unit: true})}`),
      svg('rect', {
        class: known ? `chart-bar${shown ? '' : ' is-other'}` : null,
        x, y: floor - Math.max(high, known && point.value > 0 ? 1.5 : 0), width: wide,
        height: Math.max(high, known && point.value > 0 ? 1.5 : 0), fill: known ? null : `url(#${id}-${point.status})`,
        stroke: known ? null : '#565d69'
      }),
      svg('text', {class: 'chart-text is-value', x: x + wide / 2, y: floor - high - 5, 'text-anchor': 'middle'},
        known ? number(point.value) : '–'),
      svg('text', {class: `chart-text${point.period === current ? ' is-current' : ''}`, x: x + wide / 2, y: HEIGHT - 5,
        'text-anchor': 'middle'}, point.period)
    );
  });
  const text = years.map(point => `${point.period}: ${cellText(point)}`).join('; ');
  return svg(
    'svg',
    {class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${label}. ${text}`},
    svg('defs', {}, stubs(id)),
    bars,
    svg('line', {class: 'chart-axis', x1: 0, x2: WIDTH, y1: floor, y2: floor})
  );
}

/** Strokes of a tile of 7 by 7 that fit the next one. */
const STROKES = {lines: 'M0 3.5H7', diagonal: 'M-1 8 8 -1M-1 1 1 -1M6 8 8 6'};

/** The statuses that are no number, as fills of a bar. */
function stubs(id) {
  return Object.entries(config.palette.statuses).map(([status, look]) =>
    svg(
      'pattern',
      {id: `${id}-${status}`, width: 7, height: 7, patternUnits: 'userSpaceOnUse'},
      svg('rect', {width: 7, height: 7, fill: look.ground}),
      look.pattern === 'dots'
        ? svg('circle', {cx: 3.5, cy: 3.5, r: 1.1, fill: look.ink})
        : svg('path', {d: STROKES[look.pattern], stroke: look.ink, 'stroke-width': 1.6})
    )
  );
}

/** What bars are of: subject, area and unit. */
export const chartLabel = (indicator, area, unit) => t('chart.label', {indicator, area, unit});
