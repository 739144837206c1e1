/** Syntax that Espruino does not parse, or parses and gets wrong. Babel lowers most of it; what is left over stops here. */
import type { AnyNode } from 'acorn'
import { regexWorks } from './regex.ts'
import { isKey, memberName, nearest, type Found, type Rule } from './rule.ts'
import { declarationsIn, freeNames } from './scope.ts'
import { FUNCTIONS, isFunction, walk } from './tree.ts'

/** Words that end a class body when they name a method. */
const KEYWORDS = new Set(
  (
    'break case catch class const continue debugger default delete do else extends false finally for function if in instanceof let new null of ' +
    'return static super switch this throw true try typeof undefined var void while'
  ).split(' '),
)

/** Names that the head of a loop declares anew for each pass. */
function passNames(loop: AnyNode): string[] {
  const head =
    loop.type === 'ForStatement'
      ? loop.init
      : /^For(In|Of)/.test(loop.type) && 'left' in loop
        ? loop.left
        : null
  return head?.type === 'VariableDeclaration' && head.kind !== 'var'
    ? declarationsIn([head]).map(({ name }) => name)
    : []
}

/** The function keeps a name of a loop that it stands in. */
function keepsPassName({ node, around }: Found): boolean {
  if (!isFunction(node)) return false
  const above = [...around].reverse().slice(1)
  const outer = above.findIndex(isFunction)
  const names = above.slice(0, outer < 0 ? above.length : outer).flatMap(passNames)
  return names.length > 0 && names.some((name) => freeNames(node).has(name))
}

function mentions(tree: AnyNode, what: (node: AnyNode) => boolean): boolean {
  let found = false
  walk(tree, (node) => void (found ||= what(node)))
  return found
}

const isThis = (node: AnyNode): boolean => node.type === 'ThisExpression'
const isDelete = (node: AnyNode): boolean => node.type === 'UnaryExpression' && node.operator === 'delete'

/** `if (o.hasOwnProperty(key)) ...` or `{}.hasOwnProperty.call(o, key) && ...`, as the only statement. */
function asksOwnFirst(body: AnyNode): boolean {
  if (body.type === 'BlockStatement') return body.body.length === 1 && asksOwnFirst(body.body[0]!)
  if (body.type === 'IfStatement') return !body.alternate && asksOwn(body.test)
  return (
    body.type === 'ExpressionStatement' &&
    body.expression.type === 'LogicalExpression' &&
    asksOwn(body.expression)
  )
}

function asksOwn(test: AnyNode): boolean {
  if (test.type === 'LogicalExpression') return test.operator === '&&' && asksOwn(test.left)
  return (
    test.type === 'CallExpression' && mentions(test.callee, (node) => memberName(node) === 'hasOwnProperty')
  )
}

/** Espruino keeps keys in the order of insertion; JavaScript puts integers first, in ascending order. */
function ordersKeysOtherwise(keys: readonly string[]): boolean {
  const integers = keys.filter((key) => /^(0|[1-9]\d*)$/.test(key))
  return integers.some((key, at) => keys[at] !== key || (at > 0 && +integers[at - 1]! > +key))
}

function assigned(node: AnyNode): AnyNode | undefined {
  if (node.type === 'AssignmentExpression') return node.left
  return node.type === 'UpdateExpression' ? node.argument : undefined
}

const NON_ASCII = /[^\x00-\x7f]/

/** What a node puts into the bundle's texts and names. */
function textOf(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'TemplateElement') return node.value.cooked ?? node.value.raw
  if (node.type !== 'Literal') return ''
  return 'regex' in node && node.regex ? node.regex.pattern : typeof node.value === 'string' ? node.value : ''
}

/** Key of a property of an object literal that is written out. */
function keyText(row: AnyNode): string[] {
  if (row.type !== 'Property' || row.computed) return []
  return row.key.type === 'Identifier'
    ? [row.key.name]
    : row.key.type === 'Literal'
      ? [String(row.key.value)]
      : []
}

export const SYNTAX: readonly Rule[] = [
  {
    id: 'default-parameter',
    instead: 'give the value inside the function',
    detects: ({ node }) => node.type === 'AssignmentPattern',
  },
  {
    id: 'rest-or-spread',
    instead: 'pass an array, or name each argument',
    detects: ({ node }) => node.type === 'RestElement' || node.type === 'SpreadElement',
  },
  {
    id: 'destructuring',
    instead: 'read each property by its name',
    detects: ({ node }) => node.type === 'ObjectPattern' || node.type === 'ArrayPattern',
  },
  {
    id: 'optional-chaining',
    instead: 'test for undefined',
    detects: ({ node }) => node.type === 'ChainExpression',
  },
  {
    id: 'newer-operator',
    instead: 'write the operation out',
    detects: ({ node }) =>
      (node.type === 'AssignmentExpression' && ['??=', '||=', '&&=', '**='].includes(node.operator)) ||
      (node.type === 'BinaryExpression' && node.operator === '**'),
  },
  {
    id: 'computed-key',
    instead: 'assign object[key] after the literal',
    detects: ({ node }) =>
      (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') &&
      node.computed,
  },
  {
    id: 'async',
    instead: 'take a callback',
    detects: ({ node }) =>
      node.type === 'AwaitExpression' ||
      node.type === 'ImportExpression' ||
      ('async' in node && node.async === true) ||
      (node.type === 'ForOfStatement' && node.await),
  },
  {
    id: 'generator',
    instead: 'loop, or take a callback',
    detects: ({ node }) =>
      node.type === 'YieldExpression' || ('generator' in node && node.generator === true),
  },
  {
    id: 'new-target',
    instead: 'make it a plain function',
    detects: ({ node }) => node.type === 'MetaProperty',
  },
  {
    id: 'tagged-template',
    instead: 'call the function',
    detects: ({ node }) => node.type === 'TaggedTemplateExpression',
  },
  {
    id: 'bigint',
    instead: 'use two 32-bit integers',
    detects: ({ node }) => node.type === 'Literal' && 'bigint' in node && !!node.bigint,
  },
  {
    id: 'private-name',
    instead: 'use TypeScript private',
    detects: ({ node }) => node.type === 'PrivateIdentifier',
  },
  {
    id: 'static-block',
    instead: 'assign after the class',
    detects: ({ node }) => node.type === 'StaticBlock',
  },
  {
    id: 'class-field',
    instead: 'assign it in the constructor: a field is shared by all instances, and its `this` is wrong',
    detects: ({ node }) =>
      node.type === 'PropertyDefinition' && (!node.static || !node.value || mentions(node.value, isThis)),
  },
  {
    id: 'keyword-method',
    instead: 'choose a name that is no keyword, string or number',
    detects: ({ node }) =>
      node.type === 'MethodDefinition' &&
      (node.key.type === 'Literal' ||
        (node.key.type === 'Identifier' && !node.computed && KEYWORDS.has(node.key.name))),
  },
  {
    id: 'label',
    instead: 'put the loops into a function and return',
    detects: ({ node }) =>
      node.type === 'LabeledStatement' ||
      ((node.type === 'BreakStatement' || node.type === 'ContinueStatement') && !!node.label),
  },
  {
    id: 'case-after-default',
    instead: 'put default last',
    detects: ({ node }) =>
      node.type === 'SwitchStatement' &&
      node.cases.some((each, at) => !each.test && at < node.cases.length - 1),
  },
  {
    id: 'super-outside-method',
    instead: 'call super in the method itself, not in an arrow function or an object literal',
    detects: (found) => {
      if (found.node.type !== 'Super') return false
      const method = nearest(found, ...FUNCTIONS)
      return !found.around.some((outer) => outer.type === 'MethodDefinition' && outer.value === method)
    },
  },
  {
    id: 'arrow-arguments',
    instead: 'name the parameters: an arrow function has arguments of its own',
    detects: (found) =>
      found.node.type === 'Identifier' &&
      found.node.name === 'arguments' &&
      !isKey(found) &&
      nearest(found, ...FUNCTIONS)?.type === 'ArrowFunctionExpression',
  },
  {
    id: 'loop-closure',
    instead: 'take the loop body into a function: all closures see the last value',
    detects: keepsPassName,
  },
  {
    id: 'for-in',
    instead:
      'loop over Object.keys, or ask hasOwnProperty first: for..in lists class methods, and a delete inside skips keys',
    detects: ({ node }) =>
      node.type === 'ForInStatement' && (!asksOwnFirst(node.body) || mentions(node.body, isDelete)),
  },
  {
    id: 'integer-key',
    instead: 'use an array, or write integer keys first and ascending: keys keep the order of insertion here',
    detects: ({ node }) =>
      node.type === 'ObjectExpression' && ordersKeysOtherwise(node.properties.flatMap(keyText)),
  },
  {
    id: 'length-assignment',
    instead: 'use pop or splice; a length of your own needs another name',
    detects: ({ node }) => {
      const target = assigned(node)
      return target !== undefined && memberName(target) === 'length'
    },
  },
  {
    id: 'regex',
    instead:
      'compare characters: only [classes], * and + after one character, flat groups, ^, $ and the flags g and i work',
    detects: ({ node }) =>
      (node.type === 'Literal' &&
        'regex' in node &&
        !!node.regex &&
        !regexWorks(node.regex.pattern, node.regex.flags)) ||
      ((node.type === 'NewExpression' || node.type === 'CallExpression') &&
        node.callee.type === 'Identifier' &&
        node.callee.name === 'RegExp'),
  },
  {
    id: 'decimal-literal',
    instead: 'compute in integers of a smaller unit: 0.75 is read one bit off here, only halves are exact',
    detects: ({ node }) =>
      node.type === 'Literal' && typeof node.value === 'number' && !Number.isInteger(node.value * 2),
  },
  {
    id: 'with-or-debugger',
    instead: 'leave it out: `with` is not there, and `debugger` stops the node',
    detects: ({ node }) => node.type === 'WithStatement' || node.type === 'DebuggerStatement',
  },
  {
    id: 'non-ascii',
    instead: 'keep texts at the gateway: a string here is bytes',
    detects: ({ node }) => NON_ASCII.test(textOf(node)),
  },
]
