export default { compatibilityDate: "2026-04-01", preset: "node_server", serverDir: "./" };
