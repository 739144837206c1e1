/** Settings of a node that is at the cable, changed without new keys: the record is read, changed as a whole, and written back. */
import { decodeSettings, encodeSettings, settingsFault, type Settings } from '../../core/settings.ts'
import { SETTINGS_FILE } from '../boardFiles.ts'
import { OptionError } from '../options.ts'
import { withBoard, type BoardAt } from './session.ts'
import { boardTexts } from './texts.ts'

/** What became of it: 'blank' on a board without settings, or the name of what is wrong with them (core/settings.ts). */
export type Changed = 'changed' | 'blank' | Exclude<ReturnType<typeof decodeSettings>, Settings>

/** Writes the record with these changes and starts the node anew. Fails with an OptionError for a value that the record does not take, before anything is
 *  written, and with any BoardError. `optionOf` names the option of a setting. */
export function changeSettings(
  at: BoardAt,
  changes: Partial<Settings>,
  optionOf: (field: keyof Settings) => string,
): Promise<Changed> {
  return withBoard(at, async (board) => {
    const record = await board.readFile(SETTINGS_FILE)
    if (record.length === 0) return 'blank'
    const settings = decodeSettings(record)
    if (typeof settings === 'string') return settings
    const changed = { ...settings, ...changes }
    const fault = settingsFault(changed)
    if (fault)
      throw new OptionError(
        optionOf(fault),
        boardTexts.provision.expects.fits,
        JSON.stringify(changed[fault]),
      )
    await board.writeFile(SETTINGS_FILE, encodeSettings(changed))
    await board.boot()
    return 'changed'
  })
}
