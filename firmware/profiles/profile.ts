/** What a profile is: what a node is for, what is mounted on it, and which cycle it lives by. */
import type { Region } from '../../core/regions/region.ts'
import type { Settings } from '../../core/settings.ts'
import type { Board } from '../board.ts'
import type { Hal } from '../hal/index.ts'
import type { Journal } from '../journal.ts'
import type { Sensor } from '../sensors/sensor.ts'

/** All that a cycle is given: one object a node, put together in firmware/start.ts. */
export interface NodeParts {
  readonly board: Board
  readonly profile: Profile
  readonly region: Region
  readonly hal: Hal
  readonly settings: Settings
  readonly journal: Journal
  /** As Health.settingsVersion says it. */
  readonly settingsVersion: number
}

/** When a reading is an alarm, in integers of the quantity. */
export interface Alarm {
  readonly quantity: number
  /** At this value and beyond. */
  readonly above: number
  /** When it has risen by so much within so long. */
  readonly rise: number
  readonly withinSeconds: number
}

export interface Profile {
  /** Also the name of the bundle. */
  readonly name: 'soil' | 'air' | 'gauge' | 'light'
  /** Ids of core/quantities in the order of the packet's quantity set. */
  readonly quantities: readonly number[]
  /** Between two samples, unless the settings say otherwise. */
  readonly intervalSeconds: number
  /** Samples that wait for one uplink, unless the settings say otherwise. */
  readonly samplesPerUplink: number
  /** What it reports is no measurement: no filter judges it, and no words are kept for one. */
  readonly unfiltered?: boolean
  /** A node whose technician watches its first minutes (firmware/nodeState.ts). */
  readonly commissioned?: boolean
  /** A sample with one of these is sent at once. */
  readonly alarms?: readonly Alarm[]
  /** Builds the drivers of what is mounted, in the order they are read. A quantity that `quantities` does not name is not sent. */
  mount(hal: Hal, board: Board, settings: Settings): readonly Sensor[]
  /** Lives: the battery cycle of firmware/node.ts or the light's of firmware/light.ts. Called once after every start. */
  run(parts: NodeParts): void
}
