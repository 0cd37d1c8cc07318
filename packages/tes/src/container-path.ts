/** Absolute paths as a container sees them. Only text: no file is looked at here. */

/** `/a//b/./c/` → `/a/b/c`. The checks of POST have refused `..` and relative paths before. */
export const normalise = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`

export const parentOf = (path: string): string => {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

/** Is `path` equal to `directory`, or below it? Both normalised. */
export const isWithin = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)

/** What follows `directory/` in `path`; '' for the directory itself. */
export const relativeTo = (directory: string, path: string): string =>
  path === directory ? '' : path.slice(directory === '/' ? 1 : directory.length + 1)
