/** Inline drawings, 24 x 24, in the colour of the text beside them. Each stands next to its word, so readers skip it. */
import type { FlagValue, NodeState, ProfileName } from '../../api/types.ts'

const DRAWINGS = {
  gauge:
    'M12 3c4 5 6.5 7.5 6.5 11a6.5 6.5 0 0 1-13 0C5.5 10.5 8 8 12 3zM8.5 14.500c1.2 1.2 2.3 1.2 3.5 0s2.3-1.2 3.5 0',
  light: 'M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.900V16h7v-2.100A6 6 0 0 0 12 3z',
  air: 'M3 9h11a3 3 0 1 0-3-3M3 13h15a3 3 0 1 1-3 3M3 17h7a2 2 0 1 1-2 2',
  soil: 'M12 21v-9M12 13c0-4-3-6-7-6 0 4 3 6 7 6zM12 10c0-4 3-6 7-6 0 4-3 6-7 6zM4 21h16',
  good: 'M4 12.500l5.5 5.500L20 7',
  unchecked: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12h8',
  suspect: 'M12 3.500L2.5 20.500h19L12 3.500zM12 10v5M12 17.800v.2',
  fail: 'M8 3h8l5 5v8l-5 5H8l-5-5V8l5-5zM9 9l6 6M15 9l-6 6',
  missing: 'M5 5l2 0M11 5l2 0M17 5l2 0M5 19l2 0M11 19l2 0M17 19l2 0M5 12h14',
  fresh:
    'M12 12v.1M8.5 15.500a5 5 0 0 1 0-7M15.5 8.500a5 5 0 0 1 0 7M5.6 18.400a9 9 0 0 1 0-12.800M18.4 5.600a9 9 0 0 1 0 12.8',
  late: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2.5',
  lost: 'M4 4l16 16M8.5 15.500a5 5 0 0 1-.8-5.800M15.5 8.500a5 5 0 0 1 .8 5.800M5.6 18.400a9 9 0 0 1-1-11.500M18.4 5.600a9 9 0 0 1 1 11.5',
  never:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700M12 16.800v.2',
  alert: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 16.500v.2',
  open: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z',
  lit: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1.500v2.500M12 20v2.500M1.5 12H4M20 12h2.500M4.6 4.600l1.7 1.700M17.7 17.700l1.7 1.700M4.6 19.400l1.7-1.700M17.7 6.300l1.7-1.7',
  dark: 'M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z',
  simulated: 'M9 3h6M10 3v6l-5.5 9.500A1.7 1.7 0 0 0 6 21h12a1.7 1.7 0 0 0 1.5-2.500L14 9V3M7.5 15h9',
} as const

export type IconName = keyof typeof DRAWINGS

export const FLAG_ICONS: Record<FlagValue, IconName> = {
  1: 'good',
  2: 'unchecked',
  3: 'suspect',
  4: 'fail',
  9: 'missing',
}
export const STATE_ICONS: Record<NodeState, IconName> = {
  fresh: 'fresh',
  late: 'late',
  lost: 'lost',
  never: 'never',
}
export const PROFILE_ICONS: Record<ProfileName, IconName> = {
  gauge: 'gauge',
  light: 'light',
  air: 'air',
  soil: 'soil',
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={DRAWINGS[name]} />
    </svg>
  )
}
