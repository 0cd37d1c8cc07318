import tseslint from 'typescript-eslint'

// The names that house rules forbid for files: they say nothing about what is inside.
const EMPTY_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'lib', 'misc', 'types', 'interfaces']

/** architecture.md: files are kebab-case nouns that explain themselves. */
const house = {
  rules: {
    'file-name': {
      create: (context) => ({
        Program(node) {
          const name = context.filename.split('/').pop().split('.')[0]
          if (EMPTY_NAMES.includes(name))
            context.report({ node, message: `"${name}" does not say what the file holds.` })
          if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) context.report({ node, message: 'File names are kebab-case.' })
        },
      }),
    },
  },
}

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.engines/', 'packages/ga4gh-api/src/generated/', 'coverage/'] },
  { plugins: { house }, rules: { 'house/file-name': 'error' } },
  { files: ['**/*.js', '**/*.mjs'], rules: { 'no-var': 'error', 'prefer-const': 'error', eqeqeq: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './test/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // An interface is async where one implementation must wait; another need not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is the same everywhere.' },
        {
          selector: "CallExpression[callee.object.name='jest'][callee.property.name='mock']",
          message: 'Inject a fake: ESM ignores jest.mock.',
        },
      ],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // architecture.md: main.ts (and the engine head's main.ts) alone reads the environment.
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.test.ts', '**/contract.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
      ],
    },
  },
)
