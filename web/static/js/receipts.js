// Receipts and years of an area, put together on the page where there is no server: the same answers as web/receipt.py
// and /api/v1/series give, from the columns and from what the receipts of an indicator have in common.

import {config, lang, t} from './i18n.js';

const NO_NUMBER = ['suppressed', 'missing', 'not_applicable'];

/**
 * @param frames what the receipts of an indicator have in common, by "period/level/category"
 * @param fetch {values, bounds, classes, evidence}: from a map to its columns
 * @param area {level, code, name, fid}
 */
export async function receiptOf(frames, fetch, {indicator, period, category, references}, area) {
  const {level, code, name, fid} = area;
  const frame = frames[`${period}/${level}/${category}`];
  if (!frame) return null;
  const {measures, ...common} = frame;
  const [values, found, deviations] = await Promise.all([
    Promise.all(measures.map(async ({measure, unit}) => {
      const map = [indicator, period, level, measure, category];
      const [column, bounds] = await Promise.all([fetch.values(...map), fetch.bounds(...map)]);
      return {...cellOf(column, fid), measure, unit, low: known(bounds.low[fid]), high: known(bounds.high[fid])};
    })),
    frame.class && classOf(frame.class, fetch, [indicator, period, level, category], fid),
    Promise.all(references.map(async reference => {
      const column = await fetch.deviations(indicator, period, level, reference, category);
      return comparisonOf(column, reference, fid);
    }))
  ]);
  const rebuild = [...frame.rebuild.slice(0, -1), `${frame.rebuild.at(-1)} ${code}`];
  return {...common, area: {level, code, name}, values, class: found, deviations, rebuild};
}

/** The years of an area: a cell of every period that has this map. */
export async function seriesOf(frames, fetch, {indicator, periods, category, measure}, {level, code, fid}) {
  const there = periods.filter(period => {
    const frame = frames[`${period}/${level}/${category}`];
    return frame && frame.measures.some(item => item.measure === measure);
  });
  const points = await Promise.all(there.map(async period => {
    const column = await fetch.values(indicator, period, level, measure, category);
    return {period, year: !period.includes('-'), measure, ...cellOf(column, fid)};
  }));
  return {indicator, level, code, measure, points};
}

const comparisonOf = ({label, ratio, low, high}, reference, fid) => ({
  reference, class: label[fid], ratio: known(ratio[fid]), low: known(low[fid]), high: known(high[fid])
});

const known = value => (Number.isNaN(value) ? null : value);

function cellOf(column, fid) {
  return {unit: column.unit, status: config.statuses[column.status[fid]], value: known(column.value[fid])};
}

async function classOf({method, alpha}, fetch, map, fid) {
  const [classes, evidence] = await Promise.all([fetch.classes(...map), fetch.evidence(...map)]);
  const label = classes.label[fid];
  const grounds = Object.fromEntries(Object.entries(evidence).map(([name, values]) => [name, known(values[fid])]));
  return {method, alpha, label, name: t(`class.${label}`), ...grounds, reasons: reasons(label, grounds, alpha)};
}

function reasons(label, grounds, alpha) {
  const found = [t(`class.${label}.explain`)];
  if (NO_NUMBER.includes(label)) return found;
  const {neighbours: count, neighbours_suppressed: suppressed, q_low: low, q_high: high} = grounds;
  found.push(t('receipt.class.neighbours', {count, suppressed}));
  const {ratio_low: least, ratio_high: most} = grounds;
  if (least !== null && most !== null) {
    const times = {low: decimal(least), high: decimal(most)};
    found.push(t(least === most ? 'receipt.class.ratio_one' : 'receipt.class.ratio', times));
  }
  if (low !== null && high !== null) {
    const shown = {low: decimal(low), high: decimal(high), alpha: decimal(alpha || NaN)};
    found.push(t(shown.low === shown.high ? 'receipt.class.q_one' : 'receipt.class.q', shown));
  }
  return found;
}

/** Three digits that mean something, as web/receipt.py writes them. */
function decimal(value) {
  if (!Number.isFinite(value)) return 'nan';
  const small = value !== 0 && Math.abs(value) < 1e-4;
  const plain = small
    ? value.toExponential(2).replace(/\.?0*e([+-])(\d)$/, 'e$10$2').replace(/\.?0*e/, 'e')
    : String(Number(value.toPrecision(3)));
  return lang === 'nl' ? plain.replace('.', ',') : plain;
}
