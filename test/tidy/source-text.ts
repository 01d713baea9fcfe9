// One file of the tree as the house rules look at it: its text, and the same text with comments or literals blanked out.
//
// 1. A mask has the length and the line breaks of the text: an offset means the same in both.
// 2. The masks are made by reading characters, not by a parser, so that types count as code too.
// 3. A slash begins a regular expression where a value is expected. That is judged by what stands before it, which is right
//    for formatted code; a wrong guess would show as a false fault, never as a missed file.

/** Blanks everything but line breaks. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}

/** What a stretch of source is. Template text is a literal, the code inside `${…}` is code. */
type Kind = 'code' | 'comment' | 'literal';

interface Stretch {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

const VALUE_EXPECTED =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/;

/** Cuts TypeScript source into code, comments and literals, in order and without gaps. */
class Cutter {
  readonly stretches: Stretch[] = [];
  readonly #text: string;
  #at = 0;
  #codeStart = 0;
  /** For each open template: how many braces are open inside its current `${…}`. */
  readonly #braces: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  cut(): Stretch[] {
    while (this.#at < this.#text.length) this.#step();
    this.#endCode(this.#at);
    return this.stretches;
  }

  #step(): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    const one = two[0] ?? '';
    if (two === '//' || (two === '#!' && this.#at === 0)) this.#take('comment', this.#find('\n'));
    else if (two === '/*') this.#take('comment', this.#find('*/', this.#at + 2) + 2);
    else if (one === "'" || one === '"') this.#take('literal', this.#endOfQuoted(one));
    else if (one === '`') this.#takeTemplate(this.#at + 1);
    else if (one === '/' && VALUE_EXPECTED.test(this.#codeBefore())) this.#take('literal', this.#endOfRegExp());
    else if (one === '}' && this.#braces.at(-1) === 0) {
      this.#braces.pop();
      this.#takeTemplate(this.#at + 1);
    } else {
      const depth = this.#braces.length - 1;
      if (depth >= 0 && one === '{') this.#braces[depth] = (this.#braces[depth] ?? 0) + 1;
      if (depth >= 0 && one === '}') this.#braces[depth] = (this.#braces[depth] ?? 0) - 1;
      this.#at += 1;
    }
  }

  #codeBefore(): string {
    const previous = this.stretches.at(-1);
    if (previous?.kind === 'literal' && this.#text.slice(previous.end, this.#at).trim() === '') return 'literal';
    return this.#text.slice(Math.max(this.#codeStart, this.#at - 40), this.#at);
  }

  #find(needle: string, from = this.#at): number {
    const found = this.#text.indexOf(needle, from);
    return found === -1 ? this.#text.length : found;
  }

  #endOfQuoted(quote: string): number {
    let at = this.#at + 1;
    while (at < this.#text.length && this.#text[at] !== quote && this.#text[at] !== '\n') {
      at += this.#text[at] === '\\' ? 2 : 1;
    }
    return at + 1;
  }

  #endOfRegExp(): number {
    let at = this.#at + 1;
    let inClass = false;
    while (at < this.#text.length && this.#text[at] !== '\n' && (inClass || this.#text[at] !== '/')) {
      if (this.#text[at] === '\\') at += 1;
      else if (this.#text[at] === '[') inClass = true;
      else if (this.#text[at] === ']') inClass = false;
      at += 1;
    }
    return at + 1;
  }

  /** Takes template text up to its closing backtick or the next `${`. */
  #takeTemplate(from: number): void {
    let at = from;
    while (at < this.#text.length && this.#text[at] !== '`' && !this.#text.startsWith('${', at)) {
      at += this.#text[at] === '\\' ? 2 : 1;
    }
    const opensCode = this.#text.startsWith('${', at);
    if (opensCode) this.#braces.push(0);
    this.#take('literal', at + (opensCode ? 2 : 1));
  }

  #take(kind: Kind, end: number): void {
    this.#endCode(this.#at);
    const bounded = Math.min(end, this.#text.length);
    this.stretches.push({ kind, start: this.#at, end: bounded });
    this.#at = bounded;
    this.#codeStart = bounded;
  }

  #endCode(end: number): void {
    if (end > this.#codeStart) this.stretches.push({ kind: 'code', start: this.#codeStart, end });
  }
}

/** The texts of a file by what is blanked in them. */
type Mask = 'text' | 'code' | 'codeAndLiterals' | 'commentsAndLiterals';

/** A file, its path relative to the project with forward slashes, and its masks. */
export class SourceText {
  readonly path: string;
  readonly text: string;
  /** Comments and literals blanked. */
  readonly code: string;
  /** Comments blanked, literals kept: for import specifiers. */
  readonly codeAndLiterals: string;
  /** Code blanked: for citations. */
  readonly commentsAndLiterals: string;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    const stretches = new Cutter(text).cut();
    const keep = (...kinds: Kind[]): string =>
      stretches
        .map(({ kind, start, end }) => {
          const part = text.slice(start, end);
          return kinds.includes(kind) ? part : blank(part);
        })
        .join('');
    this.code = keep('code');
    this.codeAndLiterals = keep('code', 'literal');
    this.commentsAndLiterals = keep('comment', 'literal');
  }

  /** The line of an offset, from 1. */
  lineAt(offset: number): number {
    let line = 1;
    for (let at = this.text.indexOf('\n'); at !== -1 && at < offset; at = this.text.indexOf('\n', at + 1)) line += 1;
    return line;
  }

  /** The folder under src/ that the file belongs to; `main` and `config` for the files of those names; '' outside src/. */
  get area(): string {
    const match = /^src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(this.path);
    return match?.[1] ?? '';
  }
}

/** A broken rule: where, and what to do about it. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/**
 * The matches of the pattern (flag g) in one of the file's texts. In a text with code, a match has to begin in code, so that
 * code quoted in a literal is not taken for code.
 */
export function matchesOf(file: SourceText, mask: Mask, pattern: RegExp): RegExpExecArray[] {
  return [...file[mask].matchAll(pattern)].filter((match) => {
    const first = match.index + match[0].search(/\S/);
    return mask !== 'codeAndLiterals' || file.code[first] === file.text[first];
  });
}

/** One fault for each match. */
export function faultsOf(
  file: SourceText,
  mask: Mask,
  pattern: RegExp,
  message: (match: RegExpExecArray) => string,
): Fault[] {
  return matchesOf(file, mask, pattern).map((match) => ({
    path: file.path,
    line: file.lineAt(match.index),
    message: message(match),
  }));
}
