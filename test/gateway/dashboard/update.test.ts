/** What the page says of an update, in both languages. */
import { describe, expect, test } from 'vitest'
import { UPDATE_REASON } from '../../../core/update/message.ts'
import type { UpdateView } from '../../../gateway/api/types.ts'
import { UPDATE_REASONS, updateText } from '../../../gateway/dashboard/src/update.ts'

const update: UpdateView = {
  ...{ state: 'sending', version: 1234, received: 120, pieces: 1300, reason: '', running: 1233 },
  ...{ createdMs: 1, changedMs: 2, by: 'operator' },
}

describe('an update', () => {
  const rows: [Partial<UpdateView>, string, string][] = [
    [{}, 'Đang cập nhật 120/1.300', 'Updating 120/1,300'],
    [{ state: 'running' }, 'Đang chạy phiên bản 1234', 'Runs version 1234'],
    [
      { state: 'rolledBack', reason: 'crashes' },
      'Đã bỏ phiên bản 1234 (bị treo), chạy lại phiên bản 1233',
      'Version 1234 was given up (it crashed); version 1233 runs again',
    ],
    [
      { state: 'refused', reason: 'of a later firmware', running: null },
      'Nút từ chối phiên bản 1234 (of a later firmware), đang chạy phiên bản ?',
      'The node refused version 1234 (of a later firmware); version ? runs',
    ],
  ]
  for (const [over, vi, en] of rows)
    test(en, () => {
      expect(updateText('vi', { ...update, ...over })).toBe(vi)
      expect(updateText('en', { ...update, ...over })).toBe(en)
    })

  test('has a word for every reason that a node can give', () =>
    expect(['none', ...UPDATE_REASONS]).toEqual(Object.keys(UPDATE_REASON)))
})
