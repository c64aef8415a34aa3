// A rule of our own for oxlint. A boolean literal as an argument says nothing to its reader: `listen(true)`.
// An object or a word says it: `listen({ once: true })`, `listen("once")`.

/**
 * Functions of other packages and of platforms, and `Clock.setTimer`. A clock is written by users too, and its third
 * argument is as small as those of `setTimeout`.
 */
const ALLOWED = new Set(["addEventListener", "release", "setTimer", "stop"]);

/** The name by which a function is called: `stop` of `server.stop()`. */
function nameOf(callee) {
  if (callee.type === "ChainExpression") return nameOf(callee.expression);
  if (callee.type === "MemberExpression" && !callee.computed) return callee.property.name;
  return callee.type === "Identifier" ? callee.name : undefined;
}

const rule = {
  create(context) {
    const check = (node) => {
      if (ALLOWED.has(nameOf(node.callee))) return;
      for (const argument of node.arguments)
        if (argument.type === "Literal" && typeof argument.value === "boolean")
          context.report({ node: argument, message: "Say what it means: hand in an object or a word, not a boolean." });
    };
    return { CallExpression: check, NewExpression: check };
  },
};

export default { meta: { name: "house" }, rules: { "no-boolean-argument": rule } };
