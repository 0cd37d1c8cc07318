const HIDDEN = '[redacted]'

// One cheap look decides whether the replacements run at all: most log lines hold nothing of the kind.
const SUSPECT =
  /eyJ|rt_|bearer|basic |sig|token|secret|password|credential|assertion|passport|cookie|authorization|ticket|authz|\/data\/|:\/\/[^/\s"']*@/i

// A URL in a log line is the caller's: every pattern reads a line in linear time. Unbounded repetitions before something that
// may be missing took 390 ms for one line of 15 KB.
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // JWS and JWE in compact form, and what is left of a cut one
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){0,4}/g, HIDDEN],
  [/\brt_[\w-]{8,}/g, HIDDEN],
  [/\b(bearer|basic|dpop)(\s+|%20|\+)(?!\[redacted\])[\w.~+/=-]{4,}/gi, `$1$2${HIDDEN}`],
  // userinfo in a URL
  [/([a-z][a-z0-9+.-]{0,31}:\/\/)[^/?#\s"']*@/gi, `$1${HIDDEN}@`],
  // our own signed links
  [/\/data\/[\w.~%-]{8,}/g, `/data/${HIDDEN}`],
  // signed or token-bearing URLs: AWS, GCS, Azure, Swift, dCache, OAuth
  [
    /\b((?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig|signature|temp_url_sig|authz|access_token|id_token|refresh_token|token|client_secret|client_assertion|subject_token|passport|ticket|secret|password|code)=)[^&\s"'\\#]+/gi,
    `$1${HIDDEN}`,
  ],
  // a member of a JSON text, also one escaped inside another string
  [
    /(\\?["'](?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|bearer|passports?|token|access_token|id_token|refresh_token|run_token|ticket|client_assertion|subject_token|secret|client_secret|password)\\?["']\s*:\s*)(?:\\?"(?:[^"\\]|\\[^"])*\\?"|\[\s*(?:\\?"(?:[^"\\]|\\[^"])*\\?"(?:\s*,\s*\\?"(?:[^"\\]|\\[^"])*\\?")*\s*)?\])/gi,
    `$1"${HIDDEN}"`,
  ],
]

/** The text without JWTs, run tokens, signatures and tokens in URLs, userinfo, and values of members that hold secrets. */
export const scrub = (text: string): string => {
  if (!SUSPECT.test(text)) return text
  let clean = text
  for (const [pattern, replacement] of REPLACEMENTS) clean = clean.replace(pattern, replacement)
  return clean
}
