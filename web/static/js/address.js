// Where things are: on a server, or in a folder of files on a plain host (`zicht export site`). A file host looks at no
// question, so that there what a question says stands in the path; see web/snapshot/addresses.py.

import {config, lang} from './i18n.js';

/** Whether nobody answers but a host of files: what a server would work out is worked out here. */
export const asFiles = config.hosting === 'files';

// Taken once: later the address in the bar may have another path.
const root = new URL(document.body.dataset.root, location.href).href;
// A file keeps its own path: what it links to relatively would be elsewhere from another.
const here = asFiles ? location.pathname : '/kaart';
const other = new URL(document.getElementById('language').href).pathname;

/** The full address of a path of the server. Braces stay: the addresses of tiles have them. */
export const at = path => root + path.slice(1);

/** The same of an answer of the API, which as a file has a name that ends as its content. */
export const answerAt = path => at(asFiles ? `${path}.json` : path);

/** The path of the map, in the language of the page or in the other one. */
export const mapPath = ({otherLanguage = false} = {}) => (otherLanguage && asFiles ? other : here);

/** Where the figures of a map can be downloaded. */
export function downloadAt(indicator, period, level, measure, category, reference) {
  if (asFiles) {
    const name = [indicator, period, level, measure, category].filter(Boolean).join('-');
    return at(`/download/${lang}/${name}.csv`);
  }
  const query = new URLSearchParams({taal: lang, maat: measure});
  if (category) query.set('categorie', category);
  const compared = reference ? `/${reference}` : '';
  return at(`/download/${indicator}/${period}/${level}${compared}.csv?${query}`);
}
