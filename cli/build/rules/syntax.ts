/** Syntax that Espruino does not parse, or parses and gets wrong. Babel lowers most of it; what is left over stops here. */
import { nearest, parent, type Rule } from './rule.ts'

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']
const KEYWORDS = /^(break|case|catch|class|const|continue|debugger|default|delete|do|else|export|extends|finally|for|function|if|import|in|instanceof|new|return|super|switch|this|throw|try|typeof|var|void|while|with|yield|let|static)$/
/** Optional, counted, lazy and repeated groups, look-around, named groups, word bounds, back references and long escapes. */
const REGEX_WRONG = /[?{}]|\)[*+]|\\[bBdDwWsSpPk1-9u]/

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
      (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') && node.computed,
  },
  {
    id: 'async',
    instead: 'take a callback',
    detects: ({ node }) =>
      node.type === 'AwaitExpression' || ('async' in node && node.async === true) || (node.type === 'ForOfStatement' && node.await),
  },
  {
    id: 'generator',
    instead: 'loop, or take a callback',
    detects: ({ node }) => node.type === 'YieldExpression' || ('generator' in node && node.generator === true),
  },
  { id: 'new-target', instead: 'make it a plain function', detects: ({ node }) => node.type === 'MetaProperty' },
  { id: 'tagged-template', instead: 'call the function', detects: ({ node }) => node.type === 'TaggedTemplateExpression' },
  { id: 'bigint', instead: 'use two 32-bit integers', detects: ({ node }) => node.type === 'Literal' && 'bigint' in node && !!node.bigint },
  { id: 'private-name', instead: 'use TypeScript private', detects: ({ node }) => node.type === 'PrivateIdentifier' },
  { id: 'static-block', instead: 'assign after the class', detects: ({ node }) => node.type === 'StaticBlock' },
  {
    id: 'class-field',
    instead: 'assign it in the constructor: a field is shared by all instances, and its `this` is wrong',
    detects: ({ node }) => node.type === 'PropertyDefinition' && (!node.static || !node.value),
  },
  {
    id: 'keyword-method',
    instead: 'choose a name that is no keyword',
    detects: ({ node }) => node.type === 'MethodDefinition' && node.key.type === 'Identifier' && KEYWORDS.test(node.key.name),
  },
  {
    id: 'label',
    instead: 'put the loops into a function and return',
    detects: ({ node }) =>
      node.type === 'LabeledStatement' || ((node.type === 'BreakStatement' || node.type === 'ContinueStatement') && !!node.label),
  },
  {
    id: 'case-after-default',
    instead: 'put default last',
    detects: ({ node }) => node.type === 'SwitchStatement' && node.cases.some((each, at) => !each.test && at < node.cases.length - 1),
  },
  {
    id: 'super-outside-method',
    instead: 'call super in the method itself, not in an arrow function or an object literal',
    detects: (found) => {
      if (found.node.type !== 'Super') return false
      const around = nearest(found, ...FUNCTIONS, 'MethodDefinition')
      if (around?.type === 'ArrowFunctionExpression') return true
      return nearest(found, 'ObjectExpression', 'ClassBody')?.type === 'ObjectExpression'
    },
  },
  {
    id: 'arrow-arguments',
    instead: 'name the parameters: an arrow function has arguments of its own',
    detects: (found) =>
      found.node.type === 'Identifier' &&
      found.node.name === 'arguments' &&
      nearest(found, ...FUNCTIONS)?.type === 'ArrowFunctionExpression',
  },
  {
    id: 'loop-closure',
    instead: 'take the loop body into a function: all closures see the last value',
    detects: ({ node, around }) =>
      FUNCTIONS.includes(node.type) &&
      around.some(
        (outer, at) =>
          /^For/.test(outer.type) &&
          !around.slice(at + 1, -1).some((inner) => FUNCTIONS.includes(inner.type)) &&
          (('init' in outer && outer.init?.type === 'VariableDeclaration' && outer.init.kind !== 'var') ||
            ('left' in outer && outer.left.type === 'VariableDeclaration' && outer.left.kind !== 'var')),
      ),
  },
  {
    id: 'for-in',
    instead: 'loop over an array of names: for..in lists class methods, and a delete inside skips keys',
    detects: ({ node }) => node.type === 'ForInStatement',
  },
  {
    id: 'integer-key',
    instead: 'use an array, or a typed array: integer keys keep the order of insertion here',
    detects: (found) =>
      found.node.type === 'Property' &&
      parent(found)?.type === 'ObjectExpression' &&
      found.node.key.type === 'Literal' &&
      /^\d+$/.test(String(found.node.key.value)),
  },
  {
    id: 'length-assignment',
    instead: 'use pop or splice',
    detects: ({ node }) =>
      node.type === 'AssignmentExpression' &&
      node.left.type === 'MemberExpression' &&
      node.left.property.type === 'Identifier' &&
      node.left.property.name === 'length',
  },
  {
    id: 'regex',
    instead: 'compare characters: only literals, [classes], * and + after one character, ^ and $ work',
    detects: ({ node }) => node.type === 'Literal' && 'regex' in node && !!node.regex && REGEX_WRONG.test(node.regex.pattern),
  },
  {
    id: 'non-ascii',
    instead: 'keep texts at the gateway: a string here is bytes',
    detects: ({ node }) =>
      (node.type === 'Literal' && typeof node.value === 'string' && /[^\x00-\x7f]/.test(node.value)) ||
      (node.type === 'TemplateElement' && /[^\x00-\x7f]/.test(node.value.cooked ?? '')),
  },
]
