import { InvalidTask } from './errors.ts'

/** What each key may hold; keys are honoured only where the back end names them. */
const VALUES: Record<string, { allowed: string; test: (value: string) => boolean }> = {
  max_runtime_seconds: { allowed: 'a whole number of seconds, at least 1', test: (v) => /^[1-9]\d{0,8}$/.test(v) },
  max_retries: { allowed: 'a whole number', test: (v) => /^\d{1,4}$/.test(v) },
  missing_outputs: { allowed: 'warn or fail', test: (v) => v === 'warn' || v === 'fail' },
  shm_gb: { allowed: 'a number of GiB above 0', test: (v) => /^\d{1,6}(\.\d{1,6})?$/.test(v) && Number(v) > 0 },
}

/**
 * TES 1.1, backend_parameters_strict: an unsupported key or value fails the task, here at POST; otherwise it is a warning
 * and left out. Throws InvalidTask.
 */
export const checkBackendParameters = (
  known: Readonly<Record<string, string>>,
  unknown: readonly string[],
  strict: boolean,
): { parameters: Record<string, string>; warnings: string[] } => {
  const parameters: Record<string, string> = {}
  const problems: string[] = []
  for (const [key, value] of Object.entries(known)) {
    const rule = VALUES[key]
    if (rule === undefined || rule.test(value)) parameters[key] = value
    else
      problems.push(
        `resources.backend_parameters.${key} must be ${rule.allowed}, not ${JSON.stringify(value.slice(0, 100))}`,
      )
  }
  if (strict) {
    const refused = [
      ...unknown.map(
        (key) =>
          `resources.backend_parameters.${key.slice(0, 100)} is not supported here, and backend_parameters_strict is set`,
      ),
      ...problems,
    ]
    if (refused.length > 0) throw new InvalidTask(refused)
  }
  return { parameters, warnings: problems.map((problem) => `${problem}; it was ignored`) }
}

/** Bounded: a document may hold thousands of keys. */
const SHOWN = 20
export const backendWarnings = (unknown: readonly string[]): string[] => [
  ...unknown
    .slice(0, SHOWN)
    .map((key) => `resources.backend_parameters.${key.slice(0, 100)} is not supported here and was ignored`),
  ...(unknown.length > SHOWN ? [`${unknown.length - SHOWN} more backend_parameters are not supported here`] : []),
]
