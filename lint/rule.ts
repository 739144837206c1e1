/** What a rule of ours is, and how it becomes one of eslint's. A rule sees TypeScript's own tree and types: what Espruino gets wrong
 *  often depends on whether a value is a text, a number or a typed array, and that is gone from the finished bundle. */
import type { Rule as EslintRule } from 'eslint'
import ts from 'typescript'

export interface Rule {
  /** As it stands in docs/HACKING.md, without the plugin's name. */
  readonly id: string
  /** What to write instead, and why. */
  readonly instead: string
  /** Whether the node is what the rule refuses. */
  readonly detects: (node: ts.Node, checker: ts.TypeChecker) => boolean
}

/** What typescript-eslint's parser hands to a rule when it was given a program. */
interface ParserServices {
  readonly program?: ts.Program
  readonly esTreeNodeToTSNodeMap?: { get(node: unknown): ts.Node }
}

/** Calls `visit` with the node and everything inside it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

function place(node: ts.Node, source: ts.SourceFile): EslintRule.ReportDescriptorLocation {
  const at = (position: number) => {
    const { line, character } = source.getLineAndCharacterOfPosition(position)
    return { line: line + 1, column: character }
  }
  return { loc: { start: at(node.getStart(source)), end: at(node.end) } }
}

/** Throws when eslint was started without types: a rule that sees nothing would look like one that finds nothing. */
export function eslintRule({ id, instead, detects }: Rule): EslintRule.RuleModule {
  return {
    meta: { type: 'problem', docs: { description: instead }, messages: { instead }, schema: [] },
    create: (context) => ({
      Program: (root) => {
        const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices as ParserServices
        if (!program || !esTreeNodeToTSNodeMap)
          throw new Error(`${id}: needs types (parserOptions.projectService)`)
        const source = esTreeNodeToTSNodeMap.get(root) as ts.SourceFile
        const checker = program.getTypeChecker()
        walk(source, (node) => {
          if (detects(node, checker)) context.report({ ...place(node, source), messageId: 'instead' })
        })
      },
    }),
  }
}
