cwlVersion: v1.2
class: CommandLineTool
requirements: { DockerRequirement: { dockerPull: bb:1 } }
inputs:
  pattern: { type: string, inputBinding: { position: 1 } }
  reads: { type: File, inputBinding: { position: 2 } }
baseCommand: [grep, -c]
stdout: $(inputs.reads.nameroot).count
outputs:
  count: stdout
