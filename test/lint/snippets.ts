/** Runs our lint rules over pieces of TypeScript that exist only in memory: one program holds all of them, so types are worked out once. */
import { ESLint } from 'eslint'
import ts from 'typescript'
import tseslint from 'typescript-eslint'
import { espruino, espruinoRules } from '../../lint/plugin.ts'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  lib: ['lib.es2022.d.ts'],
  types: [],
  strict: true,
  noEmit: true,
}

/** Every file a module of its own, so that names do not meet. */
function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(OPTIONS)
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.readFile = (name) => files.get(name) ?? readFile(name)
  host.getSourceFile = (name, options, ...rest) => {
    const text = files.get(name)
    return text === undefined
      ? getSourceFile(name, options, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
  }
  return ts.createProgram([...files.keys()], OPTIONS, host)
}

/** A linter for the files given, and only for them: name relative to the root -> text. */
export function snippetLinter(snippets: ReadonlyMap<string, string>): (name: string) => Promise<string[]> {
  const path = (name: string) => process.cwd() + '/' + name
  const program = programOf(new Map([...snippets].map(([name, text]) => [path(name), text])))
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { programs: [program] },
      },
      plugins: { espruino },
      rules: espruinoRules,
    },
  })
  return async (name) => {
    const [result] = await eslint.lintText(snippets.get(name)!, { filePath: path(name) })
    return result!.messages.map(
      ({ line, ruleId, message }) =>
        `${result!.filePath.slice(process.cwd().length + 1)}:${line} ${ruleId} ${message}`,
    )
  }
}
