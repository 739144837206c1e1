/** What eslint holds the tree to: the typed rules that find bugs (taste is prettier's), and in code that runs on a node our own, lint/.
 *  The rules are TypeScript and run through tsx, as the command does. */
import tseslint from 'typescript-eslint'
import { register } from 'tsx/esm/api'

register()
const { espruino } = await import('./lint/plugin.ts')

/** What Espruino runs: its own traps come on top. */
const ON_THE_NODE = ['core/**/*.ts', 'firmware/**/*.ts', 'boards/**/*.ts']

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'bin/*.mjs', 'gateway/store/*.mjs', 'test/espruino/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
)
