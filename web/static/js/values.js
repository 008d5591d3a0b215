// A cell in words: its number and unit, or why there is none.

import {number, t} from './i18n.js';
import {PUBLISHED, STATUSES} from './model.js';

export function valueText({column, unit}, fid, {unit: withUnit = false} = {}) {
  const status = column.status[fid];
  if (status !== PUBLISHED) return t(`status.${STATUSES[status]}`);
  const value = number(column.value[fid]);
  return withUnit && unit ? `${value} ${unit}` : value;
}

/** The same for a cell of the API. */
export function cellText(cell, {unit = false} = {}) {
  if (cell.status !== 'published') return t(`status.${cell.status}`);
  const value = number(cell.value);
  return unit && cell.unit ? `${value} ${cell.unit}` : value;
}
