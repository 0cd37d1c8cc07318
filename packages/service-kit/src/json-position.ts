/** Where and why a text stops being JSON. `position` counts UTF-16 units from 0, `line` and `column` from 1. */
export type JsonError = { position: number; line: number; column: number; reason: string }

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y

/**
 * The first error of a text that JSON.parse has refused. The engines do not say where on every version (Node 22 leaves
 * the position out of some messages). Without recursion, so that depth cannot exhaust the stack.
 */
export const findJsonError = (text: string): JsonError => {
  let at = 0
  const open: ('{' | '[')[] = []
  let expect: 'value' | 'first' | 'key' | 'firstKey' | 'colon' | 'next' | 'end' = 'value'
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.test(text)
    if (found) at = pattern.lastIndex
    return found
  }
  const fail = (reason: string): JsonError => {
    const before = text.slice(0, at)
    const line = before.split('\n').length
    const found =
      at >= text.length ? 'the text ends' : `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`
    return { position: at, line, column: at - before.lastIndexOf('\n'), reason: `${reason}, ${found}` }
  }
  const close = (): void => {
    at++
    open.pop()
    expect = open.length === 0 ? 'end' : 'next'
  }
  for (;;) {
    eat(SPACE)
    const c = text[at]
    if ((expect === 'first' && c === ']') || (expect === 'firstKey' && c === '}')) {
      close()
      continue
    }
    switch (expect) {
      case 'first':
      case 'value':
        if (c === '{' || c === '[') {
          at++
          open.push(c)
          expect = c === '{' ? 'firstKey' : 'first'
        } else if (eat(STRING) || eat(NUMBER) || eat(WORD)) expect = open.length === 0 ? 'end' : 'next'
        else return fail(c === '"' ? 'a string that does not end or holds what must be escaped' : 'expected a value')
        break
      case 'firstKey':
      case 'key':
        if (!eat(STRING)) return fail('expected a name in double quotes')
        expect = 'colon'
        break
      case 'colon':
        if (c !== ':') return fail('expected ":"')
        at++
        expect = 'value'
        break
      case 'next': {
        const object = open.at(-1) === '{'
        if (c === ',') {
          at++
          expect = object ? 'key' : 'value'
        } else if (c === (object ? '}' : ']')) close()
        else return fail(object ? 'expected "," or "}"' : 'expected "," or "]"')
        break
      }
      case 'end':
        return fail('expected the end')
    }
  }
}
