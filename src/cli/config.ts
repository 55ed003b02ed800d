/** `veche config`: shows the settings in effect. */

import { describeSettings } from '../config/describe-settings.ts';
import { SETTINGS } from '../config/settings.ts';
import { EXIT_OK } from './exit-codes.ts';
import type { SettingsAction } from './settings-command.ts';

/** Prints every setting and where it comes from, in the form of a settings file. */
export const showConfig: SettingsAction = (settings, io) => {
  io.write(describeSettings(SETTINGS, settings));
  return EXIT_OK;
};
