/** Keeps seldom called functions in flash until they are called. A function that has been made costs Espruino five variables and one a parameter for as long as
 *  it can be called, and reading past it takes time at every start. So the texts of those that nest.ts marked stand in a comment at the beginning of the
 *  bundle, which the interpreter leaps over, and each mention of their names becomes
 *
 *      $f("a", "b", $.substr(4711, 42))
 *
 *  where `$f` is Function and `$` is the bundle as it lies in Storage: a string that Espruino does not copy into RAM, nor any piece of it. Making a function of a piece reads
 *  nothing through: 21 us on a desktop, about 0.6 ms on an ESP32, whatever its length. It costs its variables while it runs.
 *  The bundle has to run at the top level, and from the file of Storage that the global `bundleFile` names, or from `.bootcde` when there is none. */
import {
  parse,
  type AnyNode,
  type CallExpression,
  type Options,
  type VariableDeclaration,
  type VariableDeclarator,
} from 'acorn'
import { BuildError } from './fault.ts'
import { RAREST } from './seldom.ts'
import { isFunction, walk, type FunctionNode } from './rules/tree.ts'

/** The call that nest.ts puts around a function, and how the name begins that it gets. */
export const LATE_CALL = 'lateFunction'
export const LATE_PREFIX = 'late$'
/** The bundle's own text; terser has to leave the name alone. */
export const TEXT_NAME = '$'

const PARSE: Options = { ecmaVersion: 2022, sourceType: 'script' }
/** What `Function` is called by, which some hundred mentions name. */
export const MAKER_NAME = '$f'
const OPENING = `var ${MAKER_NAME}=Function;`
/** A mention takes some 35 bytes: a shorter text that is called from several places stays a function, under a name like `$1`. */
const TEXT_BYTES_MIN = 140

/** The marked names of a script. */
export const lateNames = (code: string): string[] => [
  ...new Set(code.match(new RegExp(`\\b${LATE_PREFIX.replace('$', '\\$')}[\\w$]+`, 'g'))),
]

interface Span {
  readonly start: number
  readonly end: number
}

interface Late {
  readonly params: readonly string[]
  /** Where the text of its body stands, and what goes before it. */
  readonly body: Span
  readonly before: string
}

const isMark = (node: AnyNode): node is CallExpression =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === LATE_CALL

function lateOf(made: FunctionNode): Late {
  const params = made.params.map((param) => {
    if (param.type !== 'Identifier') throw new BuildError([`a seldom called function takes a ${param.type}`])
    return param.name
  })
  const { start, end } = made.body
  const isBlock = made.body.type === 'BlockStatement'
  return isBlock
    ? { params, body: { start: start + 1, end: end - 1 }, before: '' }
    : { params, body: { start, end }, before: 'return ' }
}

/** A script taken apart. */
interface Parts {
  readonly lates: ReadonlyMap<string, Late>
  /** Where marked names are mentioned, in order. */
  readonly mentions: readonly (Span & { name: string })[]
  /** What is left out of the script: the declarations, and the marks around functions that stay. */
  readonly gone: readonly Span[]
  /** New names of functions that stay. */
  readonly staying: ReadonlyMap<string, string>
}

interface Marked {
  readonly name: string
  readonly mark: CallExpression
  readonly made: FunctionNode
}

function markedOf({ id, init }: VariableDeclarator): Marked[] {
  if (!init || !isMark(init) || id.type !== 'Identifier') return []
  const [made] = init.arguments
  return made && isFunction(made) ? [{ name: id.name, mark: init, made }] : []
}

/** Whether a text would take more room than its function. */
const isShort = ({ name, made: { body } }: Marked, mentions: number): boolean =>
  mentions > 1 && !RAREST.has(name.slice(LATE_PREFIX.length)) && body.end - body.start < TEXT_BYTES_MIN

/** What has to go so that some of a declaration's names are no longer declared. Terser puts a comma and nothing else between two. */
function without(declaration: VariableDeclaration, marked: readonly VariableDeclarator[]): Span[] {
  const all = declaration.declarations
  const kept = all.filter((each) => !marked.includes(each))
  if (kept.length === 0) return [declaration]
  const gaps = kept.slice(1).map((next, i) => ({ start: kept[i]!.end + 1, end: next.start }))
  const first = { start: all[0]!.start, end: kept[0]!.start }
  const last = { start: kept.at(-1)!.end, end: all.at(-1)!.end }
  return [first, ...gaps, last]
}

/** Mentions of marked names, and the declarations that mark some. */
function survey(code: string): {
  mentions: (Span & { name: string })[]
  declarations: VariableDeclaration[]
} {
  const mentions: (Span & { name: string })[] = []
  const declarations: VariableDeclaration[] = []
  walk(parse(code, PARSE), (node, around) => {
    if (node.type === 'VariableDeclaration' && node.declarations.some((each) => markedOf(each).length > 0))
      declarations.push(node)
    const above = around[around.length - 2]
    const declares = above?.type === 'VariableDeclarator' && above.id === node
    if (node.type === 'Identifier' && node.name.startsWith(LATE_PREFIX) && !declares)
      mentions.push({ name: node.name, start: node.start, end: node.end })
  })
  return { mentions: mentions.sort((a, b) => a.start - b.start), declarations }
}

function partsOf(code: string): Parts {
  const { mentions, declarations } = survey(code)
  const lates = new Map<string, Late>()
  const staying = new Map<string, string>()
  const gone: Span[] = []
  for (const declaration of declarations) {
    const left: VariableDeclarator[] = []
    for (const declarator of declaration.declarations) {
      const [marked] = markedOf(declarator)
      if (!marked) continue
      const { name, mark, made } = marked
      if (isShort(marked, mentions.filter((each) => each.name === name).length)) {
        staying.set(name, `$${staying.size.toString(36)}_`)
        mentions.push({ name, start: declarator.id.start, end: declarator.id.end })
        gone.push({ start: mark.start, end: made.start }, { start: made.end, end: mark.end })
      } else {
        lates.set(name, lateOf(made))
        left.push(declarator)
      }
    }
    if (left.length > 0) gone.push(...without(declaration, left))
  }
  const inOrder = (a: Span, b: Span): number => a.start - b.start
  return { lates, mentions: mentions.sort(inOrder), gone: gone.sort(inOrder), staying }
}

/** The script with blanks for the marks: every place stays, and what it does. */
export function lateUnmarked(code: string): string {
  let out = code
  const blank = (start: number, end: number): void =>
    void (out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end))
  walk(parse(code, PARSE), (node) => {
    if (!isMark(node)) return
    blank(node.start, node.arguments[0]!.start)
    blank(node.arguments[0]!.end, node.end)
  })
  return out
}

/** A script that terser has shortened, with its marked functions in a comment at its beginning. */
export function latePacked(code: string): string {
  const { lates, mentions, gone, staying } = partsOf(code)
  if (gone.length === 0) return code
  const places = new Map<string, Span>([...lates.keys()].map((name) => [name, { start: 0, end: 0 }]))
  const call = (name: string): string => {
    const stays = staying.get(name)
    if (stays) return stays
    const { start, end } = places.get(name)!
    const params = lates.get(name)!.params.map((param) => `"${param}",`)
    return `${MAKER_NAME}(${params.join('')}${TEXT_NAME}.substr(${start},${end - start}))`
  }
  /** The script between two places, with the calls put in. */
  const text = ({ start, end }: Span): string => {
    let out = ''
    let at = start
    for (const mention of mentions) {
      if (mention.start < at || mention.end > end) continue
      out += code.slice(at, mention.start) + call(mention.name)
      at = mention.end
    }
    return out + code.slice(at, end)
  }
  // A text names the places of others, and the digits of a place move what comes behind: until nothing moves any more.
  let comment = ''
  for (let before = '-'; before !== comment;) {
    before = comment
    comment = '/*'
    for (const [name, late] of lates) {
      const start = comment.length
      comment += late.before + text(late.body)
      places.set(name, { start, end: comment.length })
    }
  }
  if (comment.includes('*/')) throw new BuildError(['a seldom called function holds the end of a comment'])
  let rest = ''
  let at = 0
  for (const { start, end } of gone) {
    rest += text({ start: at, end: start })
    at = end
  }
  const head = lates.size > 0 ? `${comment}*/${OPENING}` : ''
  const packed = `${head}${rest}${text({ start: at, end: code.length })}`
  // Terser moves a mark to where it is the only one; nest.ts marks nothing that would be.
  if (packed.includes(LATE_CALL)) throw new BuildError(['a mark of a seldom called function was left over'])
  return packed
}
