// Which areas have a name that others of their level have too, and in which gemeente they lie: "Centrum" is everywhere.

const GEMEENTE = 'gemeente';

/**
 * The gemeente of an area whose name is not its alone.
 * @param areas the areas of its level, whole: hexagons have codes for names, and those differ
 * @param place of the area among them
 * @param lists by level, the areas that have come so far
 * @returns its name; '' where the name is enough, or the gemeente not known yet
 */
export function gemeenteOf(areas, place, lists) {
  if (!areas.parent || !sharedNames(areas).has(areas.name[place])) return '';
  let code = areas.parent[place];
  for (const [level, list] of Object.entries(lists).reverse()) {
    const found = placesOf(list).get(code);
    if (found === undefined) continue;
    if (level === GEMEENTE) return list.name[found];
    code = list.parent[found];
  }
  return '';
}

const shared = new WeakMap();

function sharedNames(areas) {
  if (!shared.has(areas)) {
    const seen = new Set();
    shared.set(areas, new Set(areas.name.filter(name => seen.has(name) || !seen.add(name))));
  }
  return shared.get(areas);
}

const places = new WeakMap();

function placesOf(list) {
  if (!places.has(list)) places.set(list, new Map(list.code.map((code, place) => [code, place])));
  return places.get(list);
}
