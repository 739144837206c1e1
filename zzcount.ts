import { chain } from '/work/main/cli/build/chain.ts'
import { parse } from 'acorn'
import { full } from 'acorn-walk'
import { writeFileSync } from 'node:fs'
const entries = [
  { name: 'radio', code: `import { makeMac } from './firmware/radio/mac.ts'\nimport { Sx1276 } from './firmware/radio/sx1276.ts'\nimport { as923_2 } from './core/regions/as923_2.ts'\nglobalThis.go = (hal, pins, settings, host, onTime) => makeMac(hal, new Sx1276(hal, pins), as923_2, settings, host, onTime)` },
  { name: 'mac', code: `import { makeMac } from './firmware/radio/mac.ts'\nimport { as923_2 } from './core/regions/as923_2.ts'\nglobalThis.go = (hal, radio, settings, host, onTime) => makeMac(hal, radio, as923_2, settings, host, onTime)` },
  { name: 'sx', code: `import { Sx1276 } from './firmware/radio/sx1276.ts'\nglobalThis.go = (hal, pins) => new Sx1276(hal, pins)` },
]
const out = await chain(entries)
out.forEach((c, i) => {
  let n = 0
  const names: string[] = []
  const ast = parse(c.code, { ecmaVersion: 2020 })
  // live = functions directly in the outer function or class methods; nested closures are made when run
  let depth = 0
  let live = 0
  const visit = (node: any, d: number): void => {
    if (!node || typeof node.type !== 'string') return
    const fn = /Function/.test(node.type)
    if (fn) { n++; if (d === 1) { live++; names.push((node.id?.name ?? '') + ':' + (node.end - node.start)) } }
    for (const k of Object.keys(node)) { const v = node[k]; if (Array.isArray(v)) v.forEach((x) => visit(x, d + (fn ? 1 : 0))); else if (v && typeof v === 'object') visit(v, d + (fn ? 1 : 0)) }
  }
  visit(ast, 0)
  console.log(entries[i]!.name, 'bytes', c.code.length, 'functions', n, 'live', live, names.join(' '))
  writeFileSync('/tmp/fnB/' + entries[i]!.name + '.js', c.code)
})
