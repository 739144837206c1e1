/** Files that have the same name wherever they are spoken of, in a board's Storage and beside the bundles; and what a bundle says of itself. */

/** What a technician writes with `fieldnode provision` and the firmware reads at its start. */
export const SETTINGS_FILE = 'settings'
/** The one that a node with Wi-Fi reads beside it; with --out it gets the name of that file and this behind a dot. */
export const NETWORK_FILE = 'wifi'
/** The one that a node that never joins has beside it, named likewise. */
export const ABP_FILE = 'abp'
/** What starts every bundle, in the folder of the bundles. */
export const LOADER_FILE = 'loader.js'

/** Number of the release that a bundle is, which stands at its end (firmware/update/record.ts); undefined of one that `fieldnode build` did not make. */
export function releaseOf(bundle: Uint8Array): number | undefined {
  const digits = /\/\/(\d{1,10})$/.exec(Buffer.from(bundle.subarray(-12)).toString('latin1'))
  return digits ? Number(digits[1]) : undefined
}
