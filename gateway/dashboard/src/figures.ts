/** Numbers as people of the language write them: 1.234,5 in Vietnamese, 1,234.5 in English. */
import type { Appearance } from './appearance.ts'
import { shownNumber } from './appearance.ts'
import type { Language } from './texts.ts'

export const LOCALES: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' }

const FORMATS = new Map<string, Intl.NumberFormat>()

function numberFormat(language: Language, decimals: number): Intl.NumberFormat {
  const key = `${language}${decimals}`
  const known = FORMATS.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  FORMATS.set(key, made)
  return made
}

/** A number with a fixed count of decimals; a negative one gets a true minus sign, and what rounds to zero gets none. */
export const formatNumber = (language: Language, number: number, decimals: number): string =>
  numberFormat(language, decimals)
    .format(Number(number.toFixed(decimals)) + 0)
    .replace('-', '−')

/** A Reading's integer as digits of the shown unit, without the unit. */
export const formatReading = (
  language: Language,
  value: number,
  perUnit: number,
  appearance: Appearance,
): string => formatNumber(language, shownNumber(value, perUnit, appearance), appearance.decimals)
