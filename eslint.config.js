/** What eslint holds the tree to: rules that find bugs (taste is prettier's), with types, and in code that runs on a node our own of lint/.
 *  Those are TypeScript and run through tsx, as the command does. */
import { register } from 'tsx/esm/api'
import tseslint from 'typescript-eslint'

register()
const { espruino, espruinoRules } = await import('./lint/plugin.ts')

/** What Espruino runs: its own traps come on top. */
const ON_THE_NODE = ['core/**/*.ts', 'firmware/**/*.ts', 'boards/**/*.ts']

/** JavaScript that no tsconfig names. */
const LOOSE = ['*.js', 'bin/*.mjs', 'gateway/store/*.mjs', 'test/espruino/*.mjs', 'test/espruino/*.js']

/** Bugs that need no types; those that TypeScript finds itself are left out. */
const PLAIN = {
  'array-callback-return': 'error',
  'for-direction': 'error',
  'no-compare-neg-zero': 'error',
  'no-cond-assign': 'error',
  'no-constant-condition': ['error', { checkLoops: false }],
  'no-constant-binary-expression': 'error',
  'no-debugger': 'error',
  'no-dupe-else-if': 'error',
  'no-duplicate-case': 'error',
  'no-empty': 'error',
  'no-empty-character-class': 'error',
  'no-eval': 'error',
  'no-fallthrough': 'error',
  'no-loss-of-precision': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  'no-unexpected-multiline': 'error',
  'no-unreachable': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-backreference': 'error',
  'no-useless-catch': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'require-yield': 'error',
  'use-isnan': 'error',
  'valid-typeof': 'error',
}

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'data/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: LOOSE },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...PLAIN,
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrorsIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      // An engine that answers at once still answers with the promise of its interface.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ON_THE_NODE,
    plugins: { espruino },
    rules: espruinoRules,
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // `expect(port.send)` reads a method that a spy has replaced.
      '@typescript-eslint/unbound-method': 'off',
      // Code under test stands in plain strings.
      'no-template-curly-in-string': 'off',
      // A test reads JSON whose shape is the very thing it asserts, and gives wrong types on purpose.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Runs in Espruino itself as it stands: its globals have no types, and it keeps variables only for the room they take.
    files: ['test/espruino/*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['test/espruino/*.js'],
    rules: {
      'no-var': 'off',
      'prefer-const': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
)
