// Areas by code and by name, worked out on the page where there is no server: the same answers as web/search.py and
// /api/v1/areas give.

import {FOLLOWED} from './state.js';

/** Levels whose areas have names, in the order in which equals are listed; web/levels.py has the same list. */
const NAMED = [...FOLLOWED, 'park'];

const HEX = /^[0-9a-f]{15}$/;
const LONGEST = 80;

export class Places {
  /**
   * @param levels ids of all levels of the release, coarsest first
   * @param fetchAreas level => promise of its areas
   * @param isChunked whether a level is there in chunks alone
   * @param fetchPart (level, code) => promise of {chunk, areas} of the chunk that a code lies in, or null
   */
  constructor(levels, fetchAreas, isChunked, fetchPart) {
    Object.assign(this, {levels, fetchAreas, isChunked, fetchPart});
    this.kept = new Map();
  }

  /** The areas of a level, with the position of each code. */
  list(level) {
    if (!this.kept.has(level)) {
      const read = this.fetchAreas(level).then(areas => ({
        areas,
        fids: new Map(areas.code.map((code, fid) => [code, fid])),
        folded: NAMED.includes(level) ? areas.code.map((code, fid) => [fold(areas.name[fid]), fold(code)]) : null
      }));
      read.catch(() => this.kept.delete(level));
      this.kept.set(level, read);
    }
    return this.kept.get(level);
  }

  /** Level and position of a code, in its chunk where the level has chunks; the code of a hexagon tells its level. */
  async find(code) {
    const levels = HEX.test(code) ? [`h3-${parseInt(code[1], 16)}`] : this.levels.filter(id => !id.startsWith('h3-'));
    for (const level of levels.filter(id => this.levels.includes(id))) {
      if (this.isChunked(level)) {
        const part = await this.fetchPart(level, code);
        const fid = part ? part.areas.code.indexOf(code) : -1;
        return fid < 0 ? null : {level, fid, ...part};
      }
      const {areas, fids} = await this.list(level);
      if (fids.has(code)) return {level, areas, fid: fids.get(code)};
    }
    return null;
  }

  /** Facts of one area and of those it lies in, coarsest first. */
  async area(code) {
    const found = await this.find(code);
    if (!found) throw new Error(`no area ${code}`);
    return {...placeOf(found), parents: await this.parents(found)};
  }

  async parents({areas, fid}) {
    const parents = [];
    for (let code = parentOf(areas, fid); code && parents.length < this.levels.length; ) {
      const found = await this.find(code);
      if (!found) break;
      parents.unshift({level: found.level, code, name: found.areas.name[found.fid]});
      code = parentOf(found.areas, found.fid);
    }
    return parents;
  }

  /** The best hits: exact code or name, then what begins so, then a word of it, then a part of it. */
  async search(question, limit) {
    const wanted = fold([...question].slice(0, LONGEST).join(''));
    if (!wanted) return [];
    const graded = [[], [], [], []];
    for (const level of NAMED.filter(id => this.levels.includes(id))) {
      const {areas, folded} = await this.list(level);
      folded.forEach(([name, code], fid) => {
        const grade = gradeOf(name, code, wanted);
        if (grade >= 0 && graded[grade].length < limit) graded[grade].push({level, areas, fid});
      });
    }
    const hex = HEX.test(wanted) ? await this.find(wanted) : null;
    const hits = [hex, ...graded.flat()].filter(Boolean).slice(0, limit);
    return Promise.all(hits.map(async hit => ({
      ...placeOf(hit),
      within: (await this.parents(hit)).slice(1).map(parent => parent.name)
    })));
  }
}

const parentOf = (areas, fid) => (areas.parentOf ? areas.parentOf(fid) : areas.parent[fid]);

function placeOf({level, areas, fid}) {
  const kind = areas.kindOf ? areas.kindOf(fid) : areas.kind[fid];
  const bounds = areas.boundsOf ? areas.boundsOf(fid) : areas.bounds[fid];
  return {level, fid: areas.fidOf ? areas.fidOf(fid) : fid, code: areas.code[fid], name: areas.name[fid], kind, bounds};
}

/** A text without case, accents and spare spaces. */
export function fold(text) {
  const plain = text.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
  return plain.replace(/\p{M}/gu, '').split(/\s+/u).filter(Boolean).join(' ');
}

function gradeOf(name, code, wanted) {
  if (wanted === code || wanted === name) return 0;
  if (name.startsWith(wanted) || code.startsWith(wanted)) return 1;
  if (name.includes(` ${wanted}`)) return 2;
  return name.includes(wanted) || code.includes(wanted) ? 3 : -1;
}
