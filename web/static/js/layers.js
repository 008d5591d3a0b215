// What pydeck's specification names and Python cannot write: the functions of the map's layers. They are passed to
// createDeck through its configuration. Names, numbers and colours come from `scene`, joined by feature id.

import {decodeTile} from './mvt.js';
import {hatchExtension} from './hatch.js';

const BORDER = [44, 54, 66, 125];
const HEX_BORDER = [44, 54, 66, 60];
const OUTLINE = [38, 46, 58, 210];
const HOVER = [20, 28, 38, 255];
const CHOSEN = [12, 18, 26, 255];
const HALO = [255, 255, 255, 255];
const NOTHING = [0, 0, 0, 0];

/** How the lines of hexagons are drawn; those of other areas are the same. */
export const LINES = Object.fromEntries(
  Object.entries({border: [HEX_BORDER, 0.8], hover: [HOVER, 2], halo: [HALO, 6.5], chosen: [CHOSEN, 3.2]}).map(
    ([name, [getColor, getWidth]]) => [name, {getColor, getWidth, getPath: ring => ring.path, positionFormat: 'XY'}]
  )
);

/** Tiles are cut a hair outside their edge, within their buffer: cut on it, rounding leaves light seams. */
const OVERLAP = [-0.001, -0.001, 1.001, 1.001];

/**
 * @param scene {land, opacity, paint: {level: rgba of each feature id}, version: {level: number}, hover, chosen}
 * @param palette the looks, see web/palette.py
 */
export function layerFunctions(scene, palette) {
  return {
    tileLoader: () => loader,
    hatch: ({base}) => hatchExtension(base, palette, scene.opacity),
    renderLand: ({fill}) => props => fillLayer(fill, props, {getFillColor: scene.land}),
    renderValues: ({level, fill, stroke}) => props => renderValues(scene, level, fill, stroke, props),
    renderOutline: ({stroke}) => props =>
      props.data && strokeLayer(stroke, props, 'outline', props.data.rings, OUTLINE, 1.5),
    renderSelection: ({level, stroke}) => props => renderSelection(scene, level, stroke, props),
    renderBackground: ({image}) => props => renderBackground(image, props)
  };
}

const loader = {
  id: 'zicht-tiles',
  name: 'Zicht tiles',
  module: 'zicht',
  version: '1',
  extensions: ['mvt', 'pbf'],
  mimeTypes: ['application/vnd.mapbox-vector-tile', 'application/x-protobuf'],
  category: 'geometry',
  worker: false,
  options: {},
  parse: async buffer => decodeTile(buffer),
  parseSync: buffer => decodeTile(buffer)
};

function renderValues(scene, level, fill, stroke, props) {
  if (!props.data) return null;
  const paint = scene.paint[level];
  const colour = [0, 0, 0, 0];
  const getFillColor = item => {
    if (!paint) return NOTHING;
    const at = item.fid * 4;
    for (let part = 0; part < 4; part += 1) colour[part] = paint[at + part];
    return colour;
  };
  const hovered = scene.hover.level === level ? props.data.rings.filter(ring => ring.fid === scene.hover.fid) : [];
  return [
    fillLayer(fill, props, {getFillColor, updateTriggers: {getFillColor: scene.version[level]}}),
    strokeLayer(stroke, props, 'border', props.data.rings, level.startsWith('h3-') ? HEX_BORDER : BORDER, 0.8),
    strokeLayer(stroke, props, 'hover', hovered, HOVER, 2)
  ];
}

function renderSelection(scene, level, stroke, props) {
  if (!props.data || scene.chosen.level !== level) return null;
  const rings = props.data.rings.filter(ring => ring.fid === scene.chosen.fid);
  return [
    strokeLayer(stroke, props, 'halo', rings, HALO, 6.5),
    strokeLayer(stroke, props, 'chosen', rings, CHOSEN, 3.2)
  ];
}

function fillLayer(template, props, own) {
  if (!props.data) return null;
  return new template.constructor(props, {
    id: `${props.id}-fill`,
    data: props.data.polygons,
    getPolygon: item => item.polygon,
    positionFormat: 'XY',
    filled: true,
    extruded: false,
    clipBounds: OVERLAP,
    ...own
  });
}

function strokeLayer(template, props, name, rings, colour, width) {
  return new template.constructor(props, {
    id: `${props.id}-${name}`,
    data: rings,
    // The pattern belongs to the fill; the last extension is the one that cuts a tile at its edge.
    extensions: props.extensions.slice(-1),
    pickable: false,
    getPath: ring => ring.path,
    positionFormat: 'XY',
    getColor: colour,
    getWidth: width,
    widthUnits: 'pixels',
    jointRounded: true,
    capRounded: true
  });
}

function renderBackground(image, props) {
  const {west, south, east, north} = props.tile.bbox;
  return new image.constructor(props, {
    id: `${props.id}-image`,
    data: null,
    image: props.data,
    bounds: [west, south, east, north]
  });
}
