// Patterns on the map: what is not a number is hatched or dotted, so that no meaning hangs on colour alone.
//
// pydeck's bundle holds no fill-pattern extension, so this is one of ours: a few lines of shader on deck.gl's own hook.
// The pattern of an area travels in the alpha of its colour (255 plain, 254 the first pattern, and so on), which costs
// no further attribute; the shader makes every area opaque again. The pattern is fixed to the ground as the map moves.

/** Alpha by pattern; the order is that of PATTERNS. */
const PATTERNS = ['plain', 'diagonal', 'backward', 'dots', 'lines'];

/** Pixels after which a pattern repeats. Every pattern repeats after it in both directions. */
const PERIOD = 24;

/** [red, green, blue, alpha] of a look of the palette. */
export function paintOf(look) {
  return [...rgb(look.ground), 255 - PATTERNS.indexOf(look.pattern)];
}

export function rgb(hex) {
  return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
}

/** The ink of each pattern: in the palette a pattern has one ink (a test says so). */
function inks(palette) {
  const looks = [...Object.values(palette.statuses), ...Object.values(palette.classes)];
  return PATTERNS.map(name => {
    const look = looks.find(entry => entry.pattern === name);
    return `vec3(${rgb(look ? look.ink : '#000000').map(part => (part / 255).toFixed(5)).join(', ')})`;
  });
}

const DECLARATION = `
layout(std140) uniform zichtUniforms {
  vec2 offset;
  float ratio;
} zicht;
`;

function shader(palette, opacity) {
  const ink = inks(palette);
  return {
    modules: [{name: 'zicht', fs: DECLARATION, uniformTypes: {offset: 'vec2<f32>', ratio: 'f32'}}],
    inject: {
      'fs:#decl': `
        float zicht_line(float distance, float width) {
          return 1.0 - smoothstep(width - 0.5, width + 0.5, abs(distance));
        }
        float zicht_mark(int pattern, vec2 p) {
          if (pattern == 1) return zicht_line((mod(p.x - p.y, 8.0) - 4.0) * 0.7071, 0.95);
          if (pattern == 2) return zicht_line((mod(p.x + p.y, 8.0) - 4.0) * 0.7071, 0.95);
          if (pattern == 3) {
            vec2 cell = vec2(p.x + (mod(p.y, 12.0) < 6.0 ? 0.0 : 4.0), p.y);
            return 1.0 - smoothstep(0.9, 1.9, length(mod(cell, vec2(8.0, 6.0)) - vec2(4.0, 3.0)));
          }
          return zicht_line(mod(p.y, 12.0) - 6.0, 0.55);
        }
        vec3 zicht_ink(int pattern) {
          if (pattern == 1) return ${ink[1]};
          if (pattern == 2) return ${ink[2]};
          if (pattern == 3) return ${ink[3]};
          return ${ink[4]};
        }
      `,
      'fs:DECKGL_FILTER_COLOR': `
        int zicht_pattern = int(round((1.0 - color.a) * 255.0));
        if (zicht_pattern > 0 && zicht_pattern < ${PATTERNS.length}) {
          vec2 zicht_at = gl_FragCoord.xy / zicht.ratio + zicht.offset;
          color = vec4(mix(color.rgb, zicht_ink(zicht_pattern), zicht_mark(zicht_pattern, zicht_at)), 1.0);
        }
        color.a *= ${opacity.toFixed(2)};
      `
    }
  };
}

/**
 * The extension, on the base class of the bundle (which pydeck's specification hands over as an instance).
 * @param opacity below 1 where a background map is to be seen through the areas
 */
export function hatchExtension(base, palette, opacity) {
  const injected = shader(palette, opacity);
  class Hatch extends base.constructor {
    getShaders() {
      return injected;
    }

    draw() {
      const {viewport} = this.context;
      const [x, y] = viewport.projectPosition(ANCHOR);
      const [left, bottom] = viewport.projectPosition([viewport.longitude, viewport.latitude]);
      const shift = (from, to, size) => modulo((to - from) * viewport.scale - size / 2, PERIOD);
      const offset = [shift(x, left, viewport.width), shift(y, bottom, viewport.height)];
      const canvas = this.context.device.canvasContext || this.context.device.getDefaultCanvasContext();
      this.setShaderModuleProps({zicht: {offset, ratio: canvas.cssToDeviceRatio()}});
    }
  }
  Hatch.extensionName = 'Hatch';
  return new Hatch();
}

/** The point of the ground the patterns are fixed to: near enough for single precision, whatever it is. */
const ANCHOR = [5, 52];

const modulo = (value, period) => ((value % period) + period) % period;
