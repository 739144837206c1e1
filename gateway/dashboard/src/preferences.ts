/** Language and text size, remembered on this device. Storage may be full or forbidden: then they last for this visit. */
import { effect } from '@preact/signals'
import { columnsFor } from './village.ts'
import { columns, language, texts, textSize } from './state.ts'
import type { TextSize } from './state.ts'

const LANGUAGE_KEY = 'fieldnode.language'
const SIZE_KEY = 'fieldnode.textSize'
/** A card narrower than this squeezes its lines. */
const COLUMN_REM = 18
const SIZES: readonly TextSize[] = [0, 1, 2]

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // The choice lasts for this visit only, and that is no reason to bother anybody.
  }
}

function measure(): void {
  const remPx = parseFloat(getComputedStyle(document.documentElement).fontSize)
  columns.value = columnsFor(document.documentElement.clientWidth, remPx, COLUMN_REM)
}

/** Applies what was chosen before and follows every later choice. */
export function startPreferences(): void {
  if (recall(LANGUAGE_KEY) === 'en') language.value = 'en'
  textSize.value = SIZES.find((size) => String(size) === recall(SIZE_KEY)) ?? 0
  effect(() => {
    document.documentElement.lang = language.value
    document.title = texts.value.title
    remember(LANGUAGE_KEY, language.value)
  })
  effect(() => {
    document.documentElement.dataset['textSize'] = String(textSize.value)
    remember(SIZE_KEY, String(textSize.value))
    measure()
  })
  addEventListener('resize', measure)
}
