/**
 * Generates src/wire/generated/ from proto/: schema.js and schema.d.ts (encoders and decoders), descriptor.js and
 * descriptor.d.ts (the schema as data: custom options and comments included), protobuf.js (the runtime, set up).
 *
 * 1. The same .proto files give the same bytes. Nothing is written when nothing changed.
 * 2. Outputs appear whole: written beside their place, then renamed.
 * 3. 64-bit fields are numbers, exact up to 2^53, in types and at run time.
 * 4. The custom options' own definitions, and google's descriptor.proto behind them, are left out: nothing sends them.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import protobuf from 'protobufjs';
import { pbjs } from 'protobufjs-cli';
import { isFresh, listFiles, stampOf } from './stamp.ts';

const PROTO_ROOT = 'proto';
const OUT_DIR = 'src/wire/generated';
const STAMP_FILE = `${OUT_DIR}/.stamp`;
const OUTPUTS = ['protobuf.js', 'schema.js', 'schema.d.ts', 'descriptor.js', 'descriptor.d.ts'];
const BANNER = '// Generated from proto/ by `npm run generate`. Do not edit.\n';

/** protobufjs decodes 64-bit fields to Long objects wherever it finds the package `long`, its own dependency. */
const RUNTIME_JS = `${BANNER}import protobuf from 'protobufjs/minimal.js';

// 64-bit fields are numbers here: protobufjs would make Long objects of them. Before schema.js reads its defaults.
protobuf.util.Long = null;
protobuf.configure();

export default protobuf;
`;

const DESCRIPTOR_D_TS = `${BANNER}import type { INamespace } from 'protobufjs';

/** The schema as data, as protobufjs's \`Root.fromJSON\` takes it; comments and custom options are kept. */
export declare const descriptor: INamespace;
`;

/** Reads the .proto files, with comments, and takes out what only defines the custom options. */
function loadSchema(protoFiles: string[]): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    const candidates = [target, join(PROTO_ROOT, target), join('node_modules/protobufjs', target)];
    const found = candidates.find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${target}: imported, but neither in ${PROTO_ROOT}/ nor in protobufjs`);
    return resolve(found);
  };
  root.loadSync(protoFiles, { alternateCommentMode: true }).resolveAll();
  const google = root.lookup('google.protobuf');
  if (google instanceof protobuf.Namespace) {
    for (const object of [...google.nestedArray]) {
      if (object.filename?.endsWith('google/protobuf/descriptor.proto')) google.remove(object);
    }
    if (google.nestedArray.length === 0 && google.parent?.parent) google.parent.parent.remove(google.parent);
  }
  removeExtensions(root);
  return root;
}

function removeExtensions(namespace: protobuf.NamespaceBase): void {
  for (const object of [...namespace.nestedArray]) {
    if (object instanceof protobuf.Field && object.extend !== undefined) namespace.remove(object);
    else if (object instanceof protobuf.Namespace) removeExtensions(object);
  }
}

/** Runs pbjs over the schema as JSON; returns the texts of schema.js (without comments) and schema.d.ts (with them). */
async function generateStatic(schemaJson: string): Promise<{ js: string; dts: string }> {
  const temporary = mkdtempSync(join(tmpdir(), 'cordboard-generate-'));
  try {
    const input = join(temporary, 'input.json');
    writeFileSync(input, schemaJson);
    const options = '-t static-module -w esm --force-number --no-verify --no-delimited --no-typeurl --no-service';
    const shared = [...options.split(' '), '--dependency', './protobuf.js', input];
    await runPbjs(['--dts', '--out', join(temporary, 'schema.js'), ...shared]);
    await runPbjs(['--no-comments', '--out', join(temporary, 'bare.js'), ...shared]);
    const dts = readFileSync(join(temporary, 'schema.d.ts'), 'utf8')
      .replace('from "./protobuf.js"', 'from "protobufjs/minimal.js"')
      .replace(/^import Long = .*\n/m, '');
    return { js: BANNER + readFileSync(join(temporary, 'bare.js'), 'utf8'), dts: BANNER + dts };
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

function runPbjs(args: string[]): Promise<void> {
  return new Promise((done, fail) => {
    pbjs.main(args, (error) => (error ? fail(error) : done()));
  });
}

/** Brings the generated files up to date; true if it had to write them. */
export async function generate(): Promise<boolean> {
  const protoFiles = listFiles(`${PROTO_ROOT}/**/*.proto`);
  if (protoFiles.length === 0) throw new Error(`no .proto file in ${PROTO_ROOT}/`);
  const tools = ['node_modules/protobufjs/package.json', 'node_modules/protobufjs-cli/package.json'];
  const stamp = stampOf([...protoFiles, ...listFiles('.build/*.ts'), ...tools]);
  const outputs = OUTPUTS.map((name) => `${OUT_DIR}/${name}`);
  if (isFresh(STAMP_FILE, stamp, outputs)) return false;

  const schema = loadSchema(protoFiles).toJSON({ keepComments: true });
  const schemaJson = JSON.stringify(schema, (_key, value: unknown) => value ?? undefined, 1);
  const { js, dts } = await generateStatic(schemaJson);
  mkdirSync(OUT_DIR, { recursive: true });
  write('protobuf.js', RUNTIME_JS);
  write('schema.js', js);
  write('schema.d.ts', dts);
  write('descriptor.js', `${BANNER}export const descriptor = ${schemaJson};\n`);
  write('descriptor.d.ts', DESCRIPTOR_D_TS);
  write('.stamp', stamp);
  return true;
}

function write(name: string, text: string): void {
  const path = join(OUT_DIR, name);
  writeFileSync(`${path}.${process.pid}.new`, text);
  renameSync(`${path}.${process.pid}.new`, path);
}

if (import.meta.main) {
  process.chdir(join(import.meta.dirname, '..'));
  if (await generate()) console.error(`generated ${OUT_DIR}/`);
}
