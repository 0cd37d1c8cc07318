// The arrows of the architecture, as rules: what a package may import, and which file alone may import a library.
const ARROWS = {
  'ga4gh-api': [],
  'passport-auth': [],
  'service-kit': ['ga4gh-api'],
  storage: [],
  drs: ['service-kit', 'passport-auth', 'ga4gh-api', 'storage'],
  wes: ['service-kit', 'passport-auth', 'ga4gh-api', 'storage'],
  tes: ['service-kit', 'passport-auth', 'ga4gh-api', 'storage'],
  cli: ['drs', 'wes', 'tes', 'ga4gh-api'],
}
const TESTS = '\\.test\\.ts$|/contract\\.ts$'

const arrows = Object.entries(ARROWS).map(([name, allowed]) => ({
  name: `arrows-of-${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: TESTS },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}))

/** Only these files may import that library. */
const only = (name, library, files, reason) => ({
  name: `only-${name}`,
  comment: reason,
  severity: 'error',
  from: { path: '^packages/', pathNot: `${TESTS}|${files}` },
  to: { path: `node_modules/(@types/)?${library}/` },
})

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'npm-no-pkg',
      comment: 'A package imports what its own package.json names: hoisting hides a missing one.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    ...arrows,
    {
      name: 'tests-cross-no-servers',
      comment: 'A server is tested alone beside its code; servers meet in test/ over HTTP.',
      severity: 'error',
      from: { path: '^packages/(drs|wes|tes)/src/' },
      to: { path: '^packages/(drs|wes|tes)/src/', pathNot: '^packages/$1/' },
    },
    only(
      'express',
      'express',
      '^packages/(service-kit/src/|[^/]+/src/(app|routes|root-routes)\\.ts|passport-auth/src/express\\.ts)',
      'HTTP stays at the edge.',
    ),
    only('knex', 'knex', '^packages/([^/]+/src/db/|service-kit/src/database\\.ts)', 'SQL stays in db/.'),
    only('bullmq', 'bullmq', '^packages/service-kit/src/queue', 'The queue is a doorbell behind one type.'),
    only('dockerode', 'dockerode', '^packages/tes/src/executors/', 'An SDK stays in its back-end file.'),
    only('jose', 'jose', '^packages/passport-auth/src/', 'Tokens are made and read in one package.'),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node'] },
  },
}
