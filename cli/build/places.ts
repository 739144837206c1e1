/** Where the functions of a bundle are to stand, worked out on nothing but who mentions whom.
 *
 *  A root is a function that is called seldom. What is needed between the calls stays at the top; the rest is put into the roots that need it, into each
 *  its own copy: text lies in flash and is cheap, a live function is not. All roots stand at the top, where late.ts finds them: one inside another would
 *  be made, and read through to its end, whenever that one is called. Tables and functions can be copied because no module of core or firmware keeps
 *  state. */

/** The name of the bundle's start: what runs when it is loaded. */
export const START = ''

/** By name: the names it mentions. Every name that is mentioned has a row, and so has START. */
export type Mentions = ReadonlyMap<string, ReadonlySet<string>>

export interface Places {
  /** What stands at the top, roots included. */
  readonly top: ReadonlySet<string>
  /** What stands inside each root that something leads to. */
  readonly inside: ReadonlyMap<string, ReadonlySet<string>>
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

export function placesOf(mentions: Mentions, roots: ReadonlySet<string>): Places {
  const reachable = reach(mentions, START, () => false)
  const top = reach(mentions, START, (name) => roots.has(name))
  const inside = new Map<string, ReadonlySet<string>>()
  for (const root of roots)
    if (reachable.has(root))
      inside.set(
        root,
        reach(mentions, root, (name) => roots.has(name) || top.has(name)),
      )
  for (const root of inside.keys()) top.add(root)
  return { top, inside }
}
