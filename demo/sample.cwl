cwlVersion: v1.2
class: Workflow
label: One sample, from its reads to a comparison with its truth

inputs:
  reference: { type: File, secondaryFiles: [.amb, .ann, .bwt, .pac, .sa, .fai] }
  name: string
  reads_1: File
  reads_2: File
  truth: File

outputs:
  alignment: { type: File, outputSource: sort/sorted, secondaryFiles: [.bai] }
  variants: { type: File, outputSource: call/variants, secondaryFiles: [.csi] }
  comparison: { type: File, outputSource: compare/comparison }

steps:
  align:
    run: tools/align.cwl
    in: { reference: reference, name: name, reads_1: reads_1, reads_2: reads_2 }
    out: [aligned]
  sort:
    run: tools/sort.cwl
    in: { aligned: align/aligned, name: name }
    out: [sorted]
  call:
    run: tools/call.cwl
    in: { reference: reference, alignment: sort/sorted, name: name }
    out: [variants]
  compare:
    run: tools/compare.cwl
    in: { reference: reference, variants: call/variants, truth: truth, name: name }
    out: [comparison]
