const LONGEST_CHAIN = 50; // events that one event may lead to, one after the other

/**
 * A page of slots whose states are made by CustomJS, as in Tray's config wizard: each slot has at most one script, every
 * script hears the events of all slots, and what a handler returns becomes the state of the script's own slot.
 * https://tray.io/documentation/embedded/advanced-topics/custom-js/components
 */
export function createWizard(patchbay, { slots, env = {}, onChange = () => {}, onError = console.error }) {
  const states = new Map();
  const scripts = new Map(); // slot → event → handlers
  const latest = new Map(); // slot → the newest root that has set its state
  const kinds = new Map();
  let roots = 0;

  for (const { externalId, kind = 'config', ...state } of slots) {
    kinds.set(externalId, kind.toUpperCase());
    states.set(externalId, { status: 'LOADING', value: undefined, validation: undefined, ...state, externalId });
  }

  const values = () => Object.fromEntries([...states].map(([id, state]) => [id, structuredClone(state.value)]));

  /** A root is what the person did; an event that another one led to has the root of that one. */
  async function dispatch(event, externalId, root, chain = 0) {
    const type = `${kinds.get(externalId)}_SLOT_${event}`;
    if (chain > LONGEST_CHAIN) throw new Error(`${externalId}: the events go round in circles`);
    const data = structuredClone(states.get(externalId));
    const heard = [];
    for (const [id, script] of scripts) {
      for (const handler of script.get(type) ?? []) heard.push(hear(id, handler, { type, data }, root, chain));
    }
    await Promise.all(heard);
  }

  async function hear(id, handler, event, root, chain) {
    try {
      const state = await handler({
        event: structuredClone(event),
        previousWizardState: { values: values() },
        previousSlotState: structuredClone(states.get(id)),
      });
      // A state made of what has changed since is of no use.
      if (state && root >= (latest.get(id) ?? 0)) await apply(id, state, root, chain + 1, event.type.endsWith('_MOUNT'));
    } catch (error) {
      onError(error, id);
    }
  }

  async function apply(id, state, root, chain, mounted) {
    const before = states.get(id);
    const now = { ...state, externalId: id, status: state.status ?? before.status };
    const isNews = root > (latest.get(id) ?? 0);
    latest.set(id, root);
    states.set(id, now);
    onChange(structuredClone(now));
    const loads = now.status === 'LOADING';
    // A slot that goes on loading is told so again: what it was loading is out of date.
    if (before.status !== now.status || (loads && isNews && !mounted)) await dispatch('STATUS_CHANGED', id, root, chain);
    // A script that empties its slot while mounting it waits for this event to fill it.
    const emptied = mounted && loads && now.value === undefined && 'value' in state;
    if (emptied || !same(before.value, now.value)) await dispatch('VALUE_CHANGED', id, root, chain);
  }

  const tray = (id) => ({
    env: { ...env, slotExternalId: id },
    on(type, handler) {
      if (!scripts.has(id)) scripts.set(id, new Map());
      const script = scripts.get(id);
      script.set(type, [...(script.get(type) ?? []), handler]);
    },
    callConnector: async (call) => JSON.stringify(await patchbay.callConnector(call)),
  });

  return {
    tray,
    /** Runs a script as it stands. The page's content security policy must allow it ('unsafe-eval'). */
    run: (id, source) => void new Function('tray', source)(tray(id)),
    /** Shows the slots. Resolves when all scripts have done what there was to do. */
    async mount() {
      const root = ++roots;
      for (const [id, state] of states) {
        if (!scripts.has(id) && state.status === 'LOADING') states.set(id, { ...state, status: 'VISIBLE' });
        onChange(structuredClone(states.get(id)));
      }
      await Promise.all([...states.keys()].map((id) => dispatch('MOUNT', id, root)));
    },
    /** What the person has chosen or typed. */
    async setValue(id, value) {
      const state = states.get(id);
      if (same(state.value, value)) return;
      const root = ++roots;
      states.set(id, { ...state, value });
      onChange(structuredClone(states.get(id)));
      await dispatch('VALUE_CHANGED', id, root);
    },
    state: (id) => structuredClone(states.get(id)),
    get values() {
      return values();
    },
    /** Whether the person may go on. */
    get valid() {
      return [...states.values()].every(({ status, validation }) => status !== 'LOADING' && validation?.status !== 'ERROR');
    },
  };
}

/** Makes `tray` a global, for a page with one script. */
export function installTray(patchbay, { slots, slot = slots[0].externalId, ...options }) {
  const wizard = createWizard(patchbay, { slots, ...options });
  globalThis.tray = wizard.tray(slot);
  return wizard;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
