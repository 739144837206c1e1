/** Files that have the same name wherever they are spoken of: in a board's Storage and beside the bundles. */

/** What a technician writes with `fieldnode provision` and the firmware reads at its start. */
export const SETTINGS_FILE = 'settings'
/** The one that a node with Wi-Fi reads beside it; with --out it gets the name of that file and this behind a dot. */
export const NETWORK_FILE = 'wifi'
/** What starts every bundle, in the folder of the bundles. */
export const LOADER_FILE = 'loader.js'
