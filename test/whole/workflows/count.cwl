cwlVersion: v1.2
class: Workflow
requirements:
  ScatterFeatureRequirement: {}
inputs:
  reads: File[]
  pattern: string
outputs:
  counts:
    type: File[]
    outputSource: count/count
  total:
    type: File
    outputSource: sum/total
steps:
  count:
    run: count-lines.cwl
    scatter: reads
    in: { reads: reads, pattern: pattern }
    out: [count]
  sum:
    run:
      class: CommandLineTool
      requirements: { DockerRequirement: { dockerPull: bb:1 }, ShellCommandRequirement: {} }
      inputs: { counts: { type: 'File[]', inputBinding: { position: 1 } } }
      outputs: { total: stdout }
      stdout: total.txt
      baseCommand: [cat]
      arguments: [{ shellQuote: false, position: 2, valueFrom: "| awk '{ s += $1 } END { print s }'" }]
    in:
      counts:
        source: count/count
    out: [total]
