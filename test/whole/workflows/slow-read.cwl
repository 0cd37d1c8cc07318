cwlVersion: v1.2
class: CommandLineTool
requirements: { DockerRequirement: { dockerPull: bb:1 } }
inputs:
  reads: { type: File, inputBinding: { position: 1 } }
baseCommand: [sh, -c, 'sleep 3; cat "$0"']
stdout: read.txt
outputs: { read: stdout }
