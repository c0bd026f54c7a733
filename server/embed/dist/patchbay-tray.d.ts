import type { Call, Patchbay } from './patchbay.js';

export type SlotEvent =
  | 'CONFIG_SLOT_MOUNT' | 'CONFIG_SLOT_VALUE_CHANGED' | 'CONFIG_SLOT_STATUS_CHANGED'
  | 'AUTH_SLOT_MOUNT' | 'AUTH_SLOT_VALUE_CHANGED' | 'AUTH_SLOT_STATUS_CHANGED';

export interface SlotState {
  externalId: string;
  status: 'LOADING' | 'VISIBLE' | 'HIDDEN';
  value?: any;
  jsonSchema?: any;
  validation?: { status?: 'ERROR'; message?: string };
  className?: string;
}

export interface Handled {
  event: { type: SlotEvent; data: SlotState };
  previousWizardState: { values: Record<string, any> };
  previousSlotState: SlotState;
}

/** What a script sees as `tray`. */
export interface Tray {
  readonly env: Record<string, any> & { slotExternalId: string };
  /** What the handler returns becomes the state of the script's slot; nothing keeps it. */
  on(type: SlotEvent, handler: (handled: Handled) => Partial<SlotState> | void | Promise<Partial<SlotState> | void>): void;
  /** Gives the operation's output as JSON text. */
  callConnector(call: Call): Promise<string>;
}

export interface WizardSettings {
  /** An auth slot's value is a credential's id. */
  slots: (Partial<SlotState> & { externalId: string; kind?: 'config' | 'auth' })[];
  env?: Record<string, any>;
  /** Shows the new state of a slot. */
  onChange?: (state: SlotState) => void;
  /** A handler failed; its slot stays as it is. console.error if not given. */
  onError?: (error: unknown, externalId: string) => void;
}

export interface Wizard {
  /** The `tray` of a slot's script. */
  tray(externalId: string): Tray;
  /** Runs the script of a slot as it stands. The page's content security policy must allow 'unsafe-eval'. */
  run(externalId: string, source: string): void;
  /** Shows the slots. Resolves when all scripts have done what there was to do. */
  mount(): Promise<void>;
  /** What the person has chosen or typed. */
  setValue(externalId: string, value: any): Promise<void>;
  state(externalId: string): SlotState;
  readonly values: Record<string, any>;
  /** Whether no slot is loading or wrong. */
  readonly valid: boolean;
}

export declare function createWizard(patchbay: Patchbay, settings: WizardSettings): Wizard;

/** Makes `tray` a global, for a page with one script. */
export declare function installTray(patchbay: Patchbay, settings: WizardSettings & { slot?: string }): Wizard;
