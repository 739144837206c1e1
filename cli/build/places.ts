/** Where the functions of a bundle are to stand, worked out on nothing but who mentions whom.
 *
 *  A root is a function that is called seldom. What is needed between the calls stays at the top; the rest is put into the roots that need it, into each
 *  its own copy: text lies in flash and is cheap, a live function is not. A root that is reached only through another one stands inside it and uses what
 *  is there. Tables and functions can be copied because no module of core or firmware keeps state. */

/** The name of the bundle's start: what runs when it is loaded. */
export const START = ''

/** By name: the names it mentions. Every name that is mentioned has a row, and so has START. */
export type Mentions = ReadonlyMap<string, ReadonlySet<string>>

export interface Places {
  /** What stands at the top, roots included. */
  readonly top: ReadonlySet<string>
  /** What stands inside each root, roots included; innermost roots come first. */
  readonly inside: ReadonlyMap<string, ReadonlySet<string>>
}

/** For each name the names that every way from the start to it passes, itself included. Iterated until nothing changes. */
export function dominators(mentions: Mentions): Map<string, Set<string>> {
  const chains = new Map<string, Set<string>>([[START, new Set([START])]])
  for (let changed = true; changed;) {
    changed = false
    for (const [user, mentioned] of mentions)
      for (const name of mentioned) {
        const way = chains.get(user)
        if (!way || name === START) continue
        const before = chains.get(name)
        const after = new Set([...(before ?? way)].filter((other) => way.has(other)))
        after.add(name)
        if (before?.size === after.size) continue
        chains.set(name, after)
        changed = true
      }
  }
  return chains
}

/** All that `from` leads to, up to where `stop` says so. */
function reach(mentions: Mentions, from: string, stop: (name: string) => boolean): Set<string> {
  const reached = new Set<string>()
  const walk = (name: string): void => {
    for (const other of mentions.get(name)!) {
      if (reached.has(other) || stop(other)) continue
      reached.add(other)
      walk(other)
    }
  }
  walk(from)
  return reached
}

/** For each root the nearest root that every way to it passes, or START. */
function parents(mentions: Mentions, roots: ReadonlySet<string>): Map<string, string> {
  const chains = dominators(mentions)
  const size = (name: string): number => chains.get(name)!.size
  const reachable = [...roots].filter((root) => chains.has(root))
  return new Map(
    reachable.map((root) => {
      const above = [...chains.get(root)!].filter((other) => other !== root && roots.has(other))
      return [root, above.sort((a, b) => size(b) - size(a))[0] ?? START]
    }),
  )
}

export function placesOf(mentions: Mentions, roots: ReadonlySet<string>): Places {
  const parent = parents(mentions, roots)
  const depth = (root: string): number => (root === START ? 0 : 1 + depth(parent.get(root)!))
  const outermostFirst = [...parent.keys()].sort((a, b) => depth(a) - depth(b))
  const top = reach(mentions, START, (name) => roots.has(name))
  const live = new Map<string, Set<string>>([[START, top]])
  const own = new Map<string, Set<string>>()
  for (const root of outermostFirst) {
    const around = live.get(parent.get(root)!)!
    const needed = reach(mentions, root, (name) => roots.has(name) || around.has(name))
    own.set(root, needed)
    live.set(root, new Set([...around, ...needed]))
  }
  for (const root of outermostFirst) {
    const home = parent.get(root)!
    if (home === START) top.add(root)
    else own.get(home)!.add(root)
  }
  return { top, inside: new Map(outermostFirst.reverse().map((root) => [root, own.get(root)!])) }
}
