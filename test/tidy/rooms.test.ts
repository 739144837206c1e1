/** Knowledge points one way between the rooms (docs/DESIGN.md). */
import { expect, test } from 'vitest'
import { code, files, importsOf, room, text } from './tree.ts'

/** What each room may import besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  firmware: ['core'],
  boards: ['firmware'],
  gateway: ['core'],
  dashboard: ['gateway/api/types.ts'],
  sim: ['core', 'firmware', 'boards'],
  cli: ['core', 'firmware', 'boards', 'gateway', 'sim'],
  lint: [],
}

const sources = files(/\.tsx?$/).filter((path) => room(path) in MAY_IMPORT)

test('there are sources to check', () => expect(sources.length).toBeGreaterThan(50))

test('no room imports a room it may not know', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => room(target) !== room(path))
      .filter(
        (target) =>
          !MAY_IMPORT[room(path)]!.some((allowed) => target === allowed || room(target) === allowed),
      )
      .map(
        (target) =>
          `${path} imports ${target}: move what is needed to core, or hand it in from a composition root`,
      ),
  )
  expect(wrong).toEqual([])
})

test('core and firmware take no package and no module of Node', () => {
  const wrong = sources
    .filter((path) => ['core', 'firmware', 'boards'].includes(room(path)))
    .filter((path) => /from '(?!\.)/.test(text(path)))
    .map((path) => `${path} imports a package: code of a node stands on its own feet`)
  expect(wrong).toEqual([])
})

test('only firmware/hal/espruino.ts knows what Espruino offers', () => {
  const globals =
    /\b(setWatch|digitalWrite|digitalRead|digitalPulse|analogRead|ESP32|I2C1|SPI1|getTime)\b\s*[.(]/
  const wrong = sources
    .filter(
      (path) => ['core', 'firmware', 'boards'].includes(room(path)) && path !== 'firmware/hal/espruino.ts',
    )
    .filter((path) => !path.endsWith('.d.ts') && globals.test(code(path)))
    .map((path) => `${path}: ask the Hal instead`)
  expect(wrong).toEqual([])
})

test('core, firmware and gateway are given their time and their chance', () => {
  const clock =
    /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|(?<![.\w])setTimeout|(?<![.\w])setInterval)\b/
  const wrong = sources
    .filter(
      (path) =>
        ['core', 'firmware', 'boards', 'gateway'].includes(room(path)) && path !== 'firmware/hal/espruino.ts',
    )
    .filter((path) => !path.endsWith('.d.ts') && clock.test(code(path)))
    .map((path) => `${path}: take a Clock (core/clock.ts), or the Hal's clock and noise`)
  expect(wrong).toEqual([])
})

test('no module of core or firmware keeps state of its own', () => {
  const wrong = sources
    .filter((path) => ['core', 'firmware', 'boards'].includes(room(path)) && !path.endsWith('.d.ts'))
    .flatMap((path) =>
      text(path)
        .split('\n')
        .flatMap((line, index) =>
          /^(export )?(let|var) /.test(line)
            ? [`${path}:${index + 1}: a thousand nodes share this module; keep it in an object a node`]
            : [],
        ),
    )
  expect(wrong).toEqual([])
})

test('firmware does not know that a simulator exists', () => {
  const wrong = sources
    .filter((path) => ['core', 'firmware', 'boards'].includes(room(path)))
    .filter((path) => /\bif\s*\([^)]*simulat/i.test(text(path)))
    .map((path) => `${path}: the chip model in sim/chips misses a feature; add it there`)
  expect(wrong).toEqual([])
})
