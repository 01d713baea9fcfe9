/**
 * Glob patterns: `*` stands for any text, the empty one included; everything else for itself. Case counts.
 *
 * 1. Time is at most the product of both lengths, whatever the pattern: no regular expression is made of it.
 */

const STAR = 0x2a;

/** Whether the whole text matches the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let textAt = 0;
  // Where to go on when what follows the last star does not fit: the star takes one more character.
  let afterStar = -1;
  let starTook = 0;
  while (textAt < text.length) {
    const wanted = pattern.charCodeAt(at);
    if (wanted === STAR) {
      afterStar = ++at;
      starTook = textAt;
    } else if (wanted === text.charCodeAt(textAt)) {
      at += 1;
      textAt += 1;
    } else if (afterStar !== -1) {
      at = afterStar;
      textAt = ++starTook;
    } else {
      return false;
    }
  }
  while (pattern.charCodeAt(at) === STAR) at += 1;
  return at === pattern.length;
}
