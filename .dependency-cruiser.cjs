// Imports go one way (design.md, "Layout"). Each rule names a layer and what it may not reach.
const only = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}` },
  to: { path: '^(shared|src-main|src-renderer)/', pathNot: [`^${from}`, ...allowed.map((p) => `^${p}`)] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shared-imports-only-zod',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '^node_modules/zod/'] },
    },
    only('dataset', 'src-main/dataset/', 'shared/', 'src-main/files/'),
    only(
      'collab',
      'src-main/collab/',
      'src-main/training/',
      'src-main/graph/',
      'src-main/dataset/',
      'shared/',
      'src-main/files/',
    ),
    only(
      'preprocess',
      'src-main/preprocess/',
      'src-main/dataset/',
      'src-main/graph/',
      'shared/',
      'src-main/files/',
    ),
    only('graph', 'src-main/graph/', 'shared/', 'src-main/files/'),
    only('hub', 'src-main/hub/', 'shared/', 'src-main/files/'),
    only('models', 'src-main/models/', 'src-main/graph/', 'src-main/hub/', 'shared/', 'src-main/files/'),
    only(
      'training',
      'src-main/training/',
      'src-main/models/',
      'src-main/graph/',
      'src-main/preprocess/',
      'src-main/dataset/',
      'shared/',
      'src-main/files/',
    ),
    only('ensemble', 'src-main/ensemble/', 'src-main/runs/', 'shared/', 'src-main/files/'),
    only('runs', 'src-main/runs/', 'shared/', 'src-main/files/'),
    only('recommender', 'src-main/recommender/', 'src-main/runs/', 'shared/', 'src-main/files/'),
    only('report', 'src-main/report/', 'src-main/runs/', 'src-main/ensemble/', 'shared/', 'src-main/files/'),
    only('scheduler', 'src-main/scheduler/', 'src-main/runs/', 'shared/', 'src-main/files/'),
    only('renderer', 'src-renderer/', 'shared/'),
    {
      name: 'preload-imports-electron-and-shared',
      severity: 'error',
      from: { path: '^src-main/preload/' },
      to: { path: '^src-main/', pathNot: '^src-main/preload/' },
    },
    {
      name: 'tensorflow-only-in-workers',
      severity: 'error',
      from: { path: '^src-main/(app|cli|ipc|pictures|scheduler|runs|ensemble|recommender|report)/' },
      to: {
        path: [
          'tensorflow',
          '^src-main/(dataset|graph|models|training|collab|preprocess|worker)/',
          'node_modules/sharp/',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.svelte'] },
  },
};
