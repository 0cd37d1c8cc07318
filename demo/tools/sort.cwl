cwlVersion: v1.2
class: CommandLineTool
label: Sort an alignment by position and index it

hints:
  DockerRequirement: { dockerPull: 'biocloud/demo-tools:1' }
  ResourceRequirement: { coresMin: 1, ramMin: 512 }

inputs:
  aligned: File
  name: string
baseCommand: [samtools, sort, --write-index]
arguments:
  - { prefix: -o, valueFrom: $(inputs.name).bam##idx##$(inputs.name).bam.bai }
  - $(inputs.aligned.path)
outputs:
  sorted:
    type: File
    secondaryFiles: [.bai]
    outputBinding: { glob: $(inputs.name).bam }
