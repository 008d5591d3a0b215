// The little web mercator the page needs: 512 pixels are the world at zoom 0, as in deck.gl.

const WORLD = 512;

export function mercator([lon, lat]) {
  const angle = (lat * Math.PI) / 180;
  return [(lon + 180) / 360, 0.5 - Math.asinh(Math.tan(angle)) / (2 * Math.PI)];
}

export function degrees([x, y]) {
  return [x * 360 - 180, (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI];
}

export const pixelsAt = zoom => WORLD * 2 ** zoom;

/**
 * The view that shows a box of degrees.
 * @param bounds [west, south, east, north]
 * @param size [width, height] of the map in pixels
 * @param padding [top, right, bottom, left] pixels kept free
 */
export function fitBounds([west, south, east, north], [width, height], padding, maxZoom) {
  const [top, right, bottom, left] = padding;
  const [x0, y0] = mercator([west, north]);
  const [x1, y1] = mercator([east, south]);
  const across = Math.max(width - left - right, 40) / (WORLD * Math.max(x1 - x0, 1e-9));
  const down = Math.max(height - top - bottom, 40) / (WORLD * Math.max(y1 - y0, 1e-9));
  const zoom = Math.min(Math.log2(Math.min(across, down)), maxZoom);
  // What is kept free on one side moves the middle to the other.
  const pixels = pixelsAt(zoom);
  const middle = [(x0 + x1) / 2 + (right - left) / 2 / pixels, (y0 + y1) / 2 + (bottom - top) / 2 / pixels];
  const [longitude, latitude] = degrees(middle);
  return {longitude, latitude, zoom};
}

/** Width and height of the map on the screen, in pixels. */
export const sizeOf = container => [container.clientWidth || 600, container.clientHeight || 500];

export const clamp = (zoom, {minZoom, maxZoom}) => Math.min(Math.max(zoom, minZoom), maxZoom);

/** The view of the whole country. */
export function wholeView(map, [width, height]) {
  const padding = width < 500 ? [14, 14, 14, 14] : [14, 58, 14, 18];
  return fitBounds(map.bounds, [width, height], padding, map.maxZoom);
}

/**
 * Where the map begins to look: as the address says, or at the whole country.
 * @returns {{longitude, latitude, zoom}}
 */
export function startView(spec, map, {lon, lat, zoom}, size) {
  const [west, south, east, north] = map.bounds;
  // An address that looks elsewhere shows the country instead of open water.
  const there = [lon, lat, zoom].every(Number.isFinite) && lon >= west && lon <= east && lat >= south && lat <= north;
  if (!there) return wholeView(map, size);
  return {longitude: lon, latitude: lat, zoom: clamp(zoom, spec.initialViewState)};
}

/** How many levels of zoom an area, however small, is looked at from above the nearest one. */
const AROUND = 4;

/** The view that shows an area with what lies around it. */
export function areaView(bounds, map, size) {
  const free = Math.max(50, 0.2 * Math.min(...size));
  return fitBounds(bounds, size, [free, free, free, free], map.maxZoom - AROUND);
}
