/**
 * A YAML 1.2 text (JSON is a part of it) as a tree whose values know their place in the text.
 *
 * 1. Hostile texts end in faults, never in an exception or in a walk that grows faster than the text: nesting and the
 *    use of aliases are bounded, and nobody expands aliases as a whole.
 * 2. Nothing is coerced: YAML's own core schema says what is a number, a text, true, false or nothing.
 * 3. Keys are text. A key may stand once in a map (the readers of maps check it, in one pass).
 */
import {
  type Alias,
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  Parser,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Fault, type PathSteps, pathText } from './fault.ts';

/** A value with aliases followed; undefined stands for a value that is not written at all (`key:` at the end of a map). */
export type Value = Scalar | YAMLMap | YAMLSeq | undefined;

const DEPTH_MAX = 64;
const ALIAS_USES_MAX = 10_000;
const SYNTAX_FAULTS_MAX = 100;

/** A parsed text. Made by {@link readYaml}. */
export class YamlSource {
  readonly root: Value;
  readonly #lines: LineCounter;
  readonly #anchors: ReadonlyMap<Alias, Value>;
  #aliasUses = 0;

  constructor(root: unknown, lines: LineCounter, anchors: ReadonlyMap<Alias, Value>) {
    this.#lines = lines;
    this.#anchors = anchors;
    this.root = this.follow(root);
  }

  /** Whether more aliases were followed than a policy ever needs; from then on they lead nowhere. */
  get tooManyAliases(): boolean {
    return this.#aliasUses > ALIAS_USES_MAX;
  }

  /** The value that a node of the tree stands for. */
  follow(node: unknown): Value {
    if (isAlias(node)) this.#aliasUses += 1;
    return this.tooManyAliases ? undefined : this.#resolve(node);
  }

  #resolve(node: unknown): Value {
    if (isAlias(node)) return this.#anchors.get(node);
    return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
  }

  /** A fault at an offset of the text. */
  fault(offset: number, path: PathSteps, message: string): Fault {
    const { line, col } = this.#lines.linePos(offset);
    // Names and what the parser quotes may hold half a pair of surrogates, which cannot be sent in a binary answer.
    const told = message.toWellFormed();
    return { line: Math.max(line, 1), column: Math.max(col, 1), path: pathText(path), message: told };
  }

  /** A fault at a value that is known by its path; what is not there is told at the nearest value around it. */
  faultAt(path: PathSteps, message: string): Fault {
    let value = this.root;
    for (const [depth, step] of path.entries()) {
      const inner = this.#resolve(pairOf(value, step)?.value ?? itemOf(value, step));
      if (inner === undefined) {
        return this.fault(offsetOf(value), isScalar(value) ? path.slice(0, depth) : path, message);
      }
      value = inner;
    }
    return this.fault(offsetOf(value), path, message);
  }

  /** A fault at a key that is known by its path. */
  faultAtKey(path: PathSteps, message: string): Fault {
    let map = this.root;
    for (const step of path.slice(0, -1)) map = this.#resolve(pairOf(map, step)?.value ?? itemOf(map, step));
    const key = pairOf(map, path.at(-1))?.key;
    return this.fault(isScalar(key) ? offsetOf(key) : offsetOf(map), path, message);
  }
}

/** Where a value begins. */
export function offsetOf(value: Value): number {
  return value?.range?.[0] ?? 0;
}

function itemOf(value: Value, index: unknown): unknown {
  return isSeq(value) && typeof index === 'number' ? value.items[index] : undefined;
}

function pairOf(value: Value, name: unknown): Pair | undefined {
  return isMap(value) ? value.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
}

/** Reads the text of one document; what no YAML reader could make sense of is told as faults. */
export function readYaml(text: string): YamlSource | readonly Fault[] {
  const lines = new LineCounter();
  const flat = new YamlSource(undefined, lines, new Map());
  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    const deep = tooDeep(token);
    if (deep !== undefined) return [flat.fault(deep, [], `expected at most ${DEPTH_MAX} levels of nesting`)];
    tokens.push(token);
  }
  const [document, another] = compose(tokens, lines, text.length);
  if (document === undefined) return [flat.fault(0, [], 'expected an object, found nothing')];
  const broken = [...document.errors, ...document.warnings].slice(0, SYNTAX_FAULTS_MAX);
  if (broken.length > 0) return broken.map((error) => flat.fault(error.pos[0], [], syntaxMessage(error)));
  if (another !== undefined) {
    return [flat.fault(another.range?.[0] ?? 0, [], 'expected one document, found another one after `---`')];
  }
  if (document.directives?.yaml.version !== '1.2') return [flat.fault(0, [], 'expected YAML 1.2, found %YAML 1.1')];
  const { anchors, faults } = bindAliases(document, flat);
  return faults.length > 0 ? faults : new YamlSource(document.contents, lines, anchors);
}

/** The first two documents of the text: there must be one, and that is all that anybody wants to know of the others. */
function compose(tokens: readonly CST.Token[], lines: LineCounter, endOffset: number): (Document | undefined)[] {
  const composer = new Composer({
    version: '1.2',
    stringKeys: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  });
  const documents = composer.compose(tokens, true, endOffset);
  const first = documents.next();
  const second = documents.next();
  return [first.done ? undefined : first.value, second.done ? undefined : second.value];
}

function syntaxMessage(error: YAMLError): string {
  if (error.code === 'NON_STRING_KEY') return 'expected a text as key';
  return error.code === 'TAG_RESOLVE_FAILED' ? `expected no tags: ${error.message}` : error.message;
}

/** The offset of the first collection that lies too deep; undefined if all is well. Walks without recursion. */
function tooDeep(top: CST.Token): number | undefined {
  const pending: { token: CST.Token | null | undefined; depth: number }[] = [{ token: top, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (token?.type === 'document') pending.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    if (depth >= DEPTH_MAX) return token.offset;
    for (const item of token.items) {
      if (CST.isCollection(item.key)) pending.push({ token: item.key, depth: depth + 1 });
      if (CST.isCollection(item.value)) pending.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}

/** What each alias stands for: the last anchor of its name before it, which must not be around it. */
function bindAliases(document: Document, source: YamlSource): { anchors: Map<Alias, Value>; faults: Fault[] } {
  const byName = new Map<string, Scalar | YAMLMap | YAMLSeq>();
  const anchors = new Map<Alias, Value>();
  const faults: Fault[] = [];
  visit(document, {
    Value: (_key, node) => {
      if (node.anchor !== undefined) byName.set(node.anchor, node);
    },
    Alias: (_key, alias, parents) => {
      const target = byName.get(alias.source);
      const offset = alias.range?.[0] ?? 0;
      if (target === undefined)
        faults.push(source.fault(offset, [], `expected an anchor &${alias.source} before this alias`));
      else if (parents.includes(target))
        faults.push(source.fault(offset, [], `the alias *${alias.source} is a part of what it stands for`));
      else anchors.set(alias, target);
    },
  });
  return { anchors, faults: faults.slice(0, SYNTAX_FAULTS_MAX) };
}
