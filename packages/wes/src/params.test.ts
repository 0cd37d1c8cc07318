import { describe, expect, it } from '@jest/globals'
import { cwlReferences, drsStrings } from './params.ts'

const found = (params: Record<string, unknown>) =>
  cwlReferences(params).map(({ path, value, class: kind }) => [path, value, kind])

describe('references in params', () => {
  it('CWL: location, else path, of every File and Directory at any depth; plain strings are not looked at', () => {
    expect(
      found({
        a: { class: 'File', location: 'drs://h/1', secondaryFiles: [{ class: 'File', path: 'a.bai' }] },
        b: [[{ class: 'Directory', listing: [{ class: 'File', location: 'https://x/y' }] }]],
        c: 'drs://h/not-a-file',
        d: { class: 'File', location: 'x', path: '/ignored' },
        'e f': { class: 'File', contents: 'literal', basename: 'l' },
      }),
    ).toEqual([
      ['workflow_params.a.location', 'drs://h/1', 'File'],
      ['workflow_params.a.secondaryFiles[0].path', 'a.bai', 'File'],
      ['workflow_params.b[0][0].listing[0].location', 'https://x/y', 'File'],
      ['workflow_params.d.location', 'x', 'File'],
    ])
  })
  it.each([
    ['a File without anything', { a: { class: 'File' } }],
    ['a Directory without location and listing', { a: { class: 'Directory' } }],
    ['an empty location', { a: { class: 'File', location: '' } }],
    ['a location that is no string', { a: { class: 'File', location: 1 } }],
    ['a basename with a slash', { a: { class: 'File', location: 'x', basename: '../b' } }],
  ])('CWL: %s is 400', (_name, params) => {
    expect(() => cwlReferences(params)).toThrow('workflow_params.a')
  })
  it.each(['$import', '$include', '$mixin', '$graph', '$schemas', 'cwl:tool'])(
    'CWL: the member %s, by which cwltool reads files of its own machine, is 400',
    (key) => {
      expect(() => cwlReferences({ a: { [key]: 'file:///etc/passwd' } })).toThrow(key)
    },
  )
  it('other languages: every string that is a DRS URI, in arrays too, and each can be replaced in place', () => {
    const params = { 'wf.reads': ['drs://h/1', 'x drs://h/2'], ref: 'DRS://h/3', o: { p: 'drs://h/4' }, n: 1 }
    const references = drsStrings(params)
    expect(references.map(({ path, value }) => [path, value])).toEqual([
      ['workflow_params["wf.reads"][0]', 'drs://h/1'],
      ['workflow_params.ref', 'DRS://h/3'],
      ['workflow_params.o.p', 'drs://h/4'],
    ])
    for (const { holder, member } of references) holder[member] = 'changed'
    expect(params).toEqual({ 'wf.reads': ['changed', 'x drs://h/2'], ref: 'changed', o: { p: 'changed' }, n: 1 })
  })
})
