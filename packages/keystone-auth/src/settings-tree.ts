/** A file of settings: names with texts, lists and further trees. */
export type SettingsTree = ReadonlyMap<string, SettingsNode>;
export type SettingsNode = string | null | readonly SettingsNode[] | SettingsTree;

/** What a YAML parser gave, whichever: objects and maps as trees, numbers and booleans as texts. What is no mapping is empty. */
export function treeOf(value: unknown): SettingsTree {
  const node = nodeOf(value, new Map());
  return isTree(node) ? node : new Map();
}

export function isTree(node: SettingsNode | undefined): node is SettingsTree {
  return node instanceof Map;
}

/** What stands there, or an empty tree. */
export function branchOf(tree: SettingsTree, key: string): SettingsTree {
  const node = tree.get(key);
  return isTree(node) ? node : new Map();
}

/** Deep: what `over` has wins, name by name. */
export function mergedTrees(base: SettingsTree, over: SettingsTree): SettingsTree {
  const result = new Map(base);
  for (const [key, node] of over) {
    const before = result.get(key);
    result.set(key, isTree(before) && isTree(node) ? mergedTrees(before, node) : node);
  }
  return result;
}

// What aliases name several times is converted once: else a small file could grow without end. What holds itself is empty there.
function nodeOf(value: unknown, seen: Map<object, SettingsNode>): SettingsNode {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return null;
  const known = seen.get(value);
  if (known !== undefined || seen.has(value)) return known ?? null;
  seen.set(value, null);
  const node = Array.isArray(value) ? value.map((each) => nodeOf(each, seen)) : treeOfEntries(value, seen);
  seen.set(value, node);
  return node;
}

function treeOfEntries(value: object, seen: Map<object, SettingsNode>): SettingsTree {
  const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  return new Map([...entries].map(([key, each]) => [String(key), nodeOf(each, seen)]));
}
