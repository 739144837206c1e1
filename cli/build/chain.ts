/** From TypeScript to Espruino: rollup checks and strips the types, Babel lowers what the interpreter lacks, rollup makes one script, what is seldom needed
 *  is put where it is needed (nest.ts), and terser shortens it. There is no function around it all: inside one, every function would cost a variable more.
 *  Babel's list is the one that was run against the interpreter; each name it leaves out is something the interpreter does right by itself. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformAsync, type TransformOptions } from '@babel/core'
import { babel } from '@rollup/plugin-babel'
import typescript from '@rollup/plugin-typescript'
import { rollup, type Plugin, type RollupCache, type SourceMapInput } from 'rollup'
import { minify, type MangleOptions, type MinifyOptions } from 'terser'
import { placedNumbers } from './constants.ts'
import { faultless } from './fault.ts'
import { lateNames, latePacked, lateUnmarked, MAKER_NAME, TEXT_NAME } from './late.ts'
import { nest } from './nest.ts'
import { calledOnce, ONCE } from './once.ts'
import { ROOT } from './plan.ts'
import { SELDOM } from './seldom.ts'
import { literalTables } from './tables.ts'
import { unreadProperties } from './unread.ts'

/** Left as they are: Espruino has them, and their lowered form costs functions. */
const NATIVE = [
  'arrow-functions',
  'template-literals',
  'shorthand-properties',
  'classes',
  'for-of',
  'typeof-symbol',
  'nullish-coalescing-operator',
]

/** Left as they are for the gate to refuse at their line: what Babel makes of them runs as little, in helpers that no line leads to. */
const REFUSED = [
  'async-to-generator',
  'async-generator-functions',
  'regenerator',
  'named-capturing-groups-regex',
  'duplicate-named-capturing-groups-regex',
  'sticky-regex',
  'unicode-regex',
  'dotall-regex',
]

const BABEL = {
  babelHelpers: 'bundled' as const,
  extensions: ['.ts', '.js'],
  babelrc: false,
  configFile: false,
  presets: [
    [
      fileURLToPath(import.meta.resolve('@babel/preset-env')),
      {
        targets: { ie: 11 },
        modules: false,
        exclude: [...NATIVE, ...REFUSED].map((name) => '@babel/plugin-transform-' + name),
      },
    ],
  ],
  assumptions: {
    setPublicClassFields: true,
    privateFieldsAsProperties: true,
    iterableIsArray: true,
    objectRestNoSymbols: true,
    setComputedProperties: true,
    setSpreadProperties: true,
    skipForOfIteratorClosing: true,
    superIsCallableConstructor: true,
    noClassCalls: true,
    ignoreFunctionLength: true,
    setClassMethods: true,
    pureGetters: true,
    noDocumentAll: true,
    noNewArrows: true,
  },
}

/** Names that belong to Espruino; every other property name is ours to shorten, and a long one costs a variable wherever it stands. */
function espruinoNames(): string[] {
  const declared = readFileSync(ROOT + 'firmware/hal/espruinoGlobals.d.ts', 'utf8')
  return [...new Set(declared.match(/[A-Za-z]\w+/g))]
}

/** Globals of every ESP32 build that are short enough to be drawn for a variable of ours. The bundle's variables are globals too, and a technician at the
 *  console of a running node expects `E` and the pins to be what they are. */
const ESPRUINO_SHORT = ['E', ...Array.from({ length: 40 }, (_, pin) => `D${pin}`)]

export const TERSER: MinifyOptions = {
  ecma: 2015,
  toplevel: true,
  compress: { passes: 2, ecma: 2015, pure_getters: true, unsafe_arrows: true, keep_fargs: false },
  mangle: {
    toplevel: true,
    reserved: ESPRUINO_SHORT,
    properties: { reserved: espruinoNames(), keep_quoted: true },
  },
  format: { ascii_only: true, ecma: 2015 },
}

/** A script with the map that leads from its characters to the TypeScript they came from. */
export interface Mapped {
  readonly code: string
  /** Source map version 3 as JSON; its sources are paths from the root. */
  readonly map: string
}

/** A finished bundle: `code` is for the gate to read, and `shipped` what runs, the same with its seldom called functions in a comment (late.ts). */
export interface Chained extends Mapped {
  readonly shipped: string
}

/** Where a bundle begins: a name for messages and a few lines of code that import what it needs from the root. */
export interface Entry {
  readonly name: string
  readonly code: string
  /** Source that stands in for modules, which are paths from the root: what a bundle decides when it is made, and not on a node. */
  readonly instead?: Readonly<Record<string, string>>
}

const ENTRY_MARK = '\0entry:'

/** Serves the entries' code; their imports begin at the root. */
function entries(list: readonly Entry[]): Plugin {
  return {
    name: 'entries',
    resolveId: (source, importer) => {
      if (source.startsWith(ENTRY_MARK)) return source
      return importer?.startsWith(ENTRY_MARK) ? ROOT + source.replace(/^\.\//, '') : null
    },
    load: (id) => list.find((entry) => ENTRY_MARK + entry.name === id)?.code ?? null,
  }
}

/** Gives back what an earlier pass loaded, so that types are checked and modules are lowered once for all bundles. */
function earlier(cache: RollupCache, instead: Entry['instead'] = {}): Plugin {
  const modules = new Map(cache.modules.map((module) => [module.id, module]))
  return {
    name: 'earlier',
    resolveId: (source, importer) => {
      if (importer === undefined) return source
      if (modules.has(source)) return source
      return modules.get(importer)?.resolvedIds[source]?.id ?? null
    },
    load: (id) => {
      const other = instead[id.slice(ROOT.length)]
      if (other !== undefined) return other
      const module = modules.get(id)
      // Rollup gives back the very map that it was given; only its types differ.
      return module ? { code: module.originalCode, map: module.originalSourcemap as SourceMapInput } : null
    },
  }
}

/** Types, imports and Babel for the modules of every entry. Throws a BuildError with all messages when one is wrong. */
export function lowered(list: readonly Entry[], tsconfig: string): Promise<RollupCache> {
  return faultless(async (onwarn) => {
    const bundle = await rollup({
      input: list.map((entry) => ENTRY_MARK + entry.name),
      onwarn,
      plugins: [
        entries(list),
        typescript({
          tsconfig,
          noEmit: false,
          // With true the plugin throws at the first type error and leaves its file watchers open, so that the process never ends.
          noEmitOnError: false,
          target: 'ES2022',
          useDefineForClassFields: false,
          importHelpers: false,
          sourceMap: true,
          inlineSources: false,
        }),
        babel(BABEL),
      ],
    })
    await bundle.close()
    return bundle.cache!
  })
}

/** One entry's modules as one script, before terser. */
export function joined(entry: Entry, cache: RollupCache): Promise<Mapped> {
  return faultless(async (onwarn) => {
    const bundle = await rollup({
      input: ENTRY_MARK + entry.name,
      cache,
      onwarn,
      plugins: [earlier(cache, entry.instead)],
      treeshake: { propertyReadSideEffects: false },
    })
    const { output } = await bundle.generate({ format: 'es', sourcemap: true, file: ROOT + 'x.js' })
    await bundle.close()
    return { code: output[0].code, map: output[0].map!.toString() }
  })
}

/** What only seldom called functions need, inside them. */
async function nested(whole: Mapped, late: boolean): Promise<Mapped> {
  const moved = await transformAsync(whole.code, {
    babelrc: false,
    configFile: false,
    compact: false,
    sourceType: 'script',
    inputSourceMap: JSON.parse(whole.map) as TransformOptions['inputSourceMap'],
    sourceMaps: true,
    plugins: [
      () => calledOnce(ONCE),
      placedNumbers,
      () => unreadProperties(espruinoNames()),
      literalTables,
      () => nest(SELDOM, late),
    ],
  })
  return { code: moved!.code!, map: JSON.stringify(moved!.map) }
}

/** How a chain is to work. */
export interface ChainOptions {
  /** Says how strictly the modules are checked. */
  readonly tsconfig?: string
  /** Seldom called functions stay in flash until they are called: for a script that runs from Storage. */
  readonly late?: boolean
}

/** The whole chain: one bundle an entry, in the order of the entries. */
export async function chain(list: readonly Entry[], options: ChainOptions = {}): Promise<Chained[]> {
  const { tsconfig = ROOT + 'firmware/tsconfig.json', late = false } = options
  const cache = await lowered(list, tsconfig)
  const chained: Chained[] = []
  for (const entry of list) {
    const whole = await nested(await joined(entry, cache), late)
    const reserved = [...ESPRUINO_SHORT, TEXT_NAME, MAKER_NAME, ...lateNames(whole.code)]
    const { code, map } = await minify(
      { [entry.name]: whole.code },
      {
        ...TERSER,
        mangle: { ...(TERSER.mangle as MangleOptions), reserved },
        sourceMap: { content: whole.map },
      },
    )
    chained.push({ code: lateUnmarked(code!), shipped: latePacked(code!), map: map as string })
  }
  return chained
}
