import { usePatchbay } from './client.js';
import { PatchbayMapper } from './mapper.js';
import { PatchbaySelect } from './select.js';

export { PatchbayMapper, PatchbaySelect, usePatchbay };

if (!customElements.get('patchbay-select')) customElements.define('patchbay-select', PatchbaySelect);
if (!customElements.get('patchbay-mapper')) customElements.define('patchbay-mapper', PatchbayMapper);
