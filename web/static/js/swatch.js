// The looks of the legend, drawn as on the map: ground colour and pattern. Attributes only, since the policy of the
// page allows no inline styles.

import {svg} from './dom.js';

const EDGE = {x: 0.5, y: 0.5, fill: 'none', stroke: '#3c4650', 'stroke-opacity': 0.7};

let made = 0;

/** A small rectangle that looks like an area with this look. */
export function swatch(look, width = 24, height = 15) {
  const id = `swatch-${(made += 1)}`;
  const marks = pattern(look, width, height);
  return svg(
    'svg',
    {class: 'swatch', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false'},
    svg('clipPath', {id}, svg('rect', {width, height})),
    svg('rect', {width, height, fill: look.ground}),
    marks && svg('g', {'clip-path': `url(#${id})`}, marks),
    svg('rect', {...EDGE, width: width - 1, height: height - 1})
  );
}

function pattern({pattern: name, ink}, width, height) {
  if (name === 'diagonal' || name === 'backward') {
    const lines = [];
    for (let at = -height; at < width + height; at += 7) {
      lines.push(name === 'diagonal' ? `M${at} ${height}L${at + height} 0` : `M${at} 0L${at + height} ${height}`);
    }
    return svg('path', {d: lines.join(''), stroke: ink, 'stroke-width': 1.8, fill: 'none'});
  }
  if (name === 'lines') {
    return svg('path', {d: `M0 3.5H${width}M0 9.5H${width}`, stroke: ink, 'stroke-width': 1.3});
  }
  if (name === 'dots') {
    const dots = [];
    for (let y = 3, row = 0; y < height; y += 4.5, row += 1) {
      for (let x = row % 2 ? 6 : 3; x < width; x += 6) dots.push(svg('circle', {cx: x, cy: y, r: 1.1, fill: ink}));
    }
    return dots;
  }
  return null;
}
