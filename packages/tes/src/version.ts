/** Of the software; the package's own, kept equal by a test. */
export const VERSION = '0.1.0'
